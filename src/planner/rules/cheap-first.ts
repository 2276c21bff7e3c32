// Filters that need no call run before calls are made.
//
// A conjunct sinks below a CognitiveMap whose answer it does not read, and on towards its columns through the
// nodes that keep a row's values: projections, other filters, sorts, both sides of a set operation, inner joins and
// the preserved side of an outer join. Safe because a CognitiveMap adds a column and neither drops nor makes rows, and
// filtering a row before or after such a node keeps the same rows.
//
//   before: Filter [mood = 'negative' AND country = 'FR'] over CognitiveMap over Scan
//   after:  Filter [mood = 'negative'] over CognitiveMap over Filter [country = 'FR'] over Scan
//
// Must not fire: `… LEFT JOIN r … WHERE r.x IS NULL` keeps its filter above the join (the null-supplying side), and
// a filter over a LIMIT stays there.

import { BIT } from '../../arrow/sql-type.ts';
import { column, type Expr, operator } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import {
  asksService,
  columnsUsed,
  conjunctsOf,
  raisesDocument,
  rewritePlan,
  substituted,
  visitExpr,
} from '../shape.ts';

export const cheapFirst: Rule = {
  name: 'cheap-first',
  phases: ['placement'],
  apply: (plan) => rewritePlan(plan, sinkConjuncts),
};

function sinkConjuncts(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'filter' || !asksService(plan.child)) return plan;
  let child = plan.child;
  const staying: Expr[] = [];
  for (const conjunct of conjunctsOf(plan.predicate)) {
    // ON_ERROR FAIL's check raises only for rows that survive everything else.
    const sunk = raisesDocument(conjunct) ? undefined : sink(conjunct, child);
    if (sunk === undefined) staying.push(conjunct);
    else child = sunk;
  }
  if (child === plan.child) return plan;
  return staying.length === 0 ? child : { kind: 'filter', child, predicate: allOf(staying) };
}

/** The plan with the conjunct below at least one call, or undefined when it cannot get there. */
function sink(conjunct: Expr, plan: LogicalPlan): LogicalPlan | undefined {
  const used = columnsUsed(conjunct);
  const readable = (child: LogicalPlan) => {
    const ids = new Set(columnsOf(child).map((c) => c.id));
    return [...used].every((id) => ids.has(id));
  };
  const into = (node: Extract<LogicalPlan, { child: LogicalPlan }>): LogicalPlan | undefined => {
    if (!readable(node.child)) return undefined;
    const child = sink(conjunct, node.child);
    return child && { ...node, child };
  };
  switch (plan.kind) {
    case 'cognitive-map':
      return readable(plan.child)
        ? { ...plan, child: sink(conjunct, plan.child) ?? filtered(plan.child, conjunct) }
        : undefined;
    case 'filter':
    case 'sort':
    case 'distinct':
      return into(plan);
    case 'project': {
      const source = new Map(plan.columns.map((c) => [c.id, c.expr]));
      const child = sink(substituted(conjunct, source), plan.child);
      return child && { ...plan, child };
    }
    case 'set-operation': {
      const sides = [plan.left, plan.right].map((side) => {
        const source = new Map(columnsOf(side).map((c, i): [number, Expr] => [plan.columns[i]?.id ?? c.id, column(c)]));
        const moved = substituted(conjunct, source);
        const sunk = sink(moved, side);
        return { sunk, plan: sunk ?? filtered(side, moved) };
      });
      const [left, right] = sides;
      if (left === undefined || right === undefined || hasSubquery(conjunct) || !sides.some((s) => s.sunk))
        return undefined;
      return { ...plan, left: left.plan, right: right.plan };
    }
    case 'unnest':
      return used.has(plan.column.id) ? undefined : into(plan);
    case 'join': {
      const sides = {
        left: plan.type !== 'right' && plan.type !== 'full',
        right: plan.type === 'inner' || plan.type === 'cross' || plan.type === 'right',
      };
      for (const side of ['left', 'right'] as const) {
        if (!sides[side] || !readable(plan[side])) continue;
        const sunk = sink(conjunct, plan[side]);
        if (sunk !== undefined) return { ...plan, [side]: sunk };
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** A subquery is not made twice. */
function hasSubquery(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, (e) => {
    if (e.kind === 'subquery') found = true;
  });
  return found;
}

function filtered(child: LogicalPlan, predicate: Expr): LogicalPlan {
  return { kind: 'filter', child, predicate };
}

function allOf(conjuncts: readonly Expr[]): Expr {
  const [only] = conjuncts;
  return conjuncts.length === 1 && only !== undefined ? only : operator('and', conjuncts, BIT);
}
