// Columns nobody reads are not computed, and a call whose answer nobody reads is not made.
//
// Works from the top with the set of columns wanted. Safe because expressions have no effects, and a CognitiveMap,
// a window or a projected column neither adds nor drops rows.
//
//   before: Project [id] over CognitiveMap [c5 = sentiment(body)] over Scan [id, body, rating]
//   after:  Project [id] over Scan [id]
//
// Must not fire: DISTINCT and set operations read every column; UNNEST multiplies rows even when its column is unread.

import { type ColumnId, column } from '../expression.ts';
import { answerColumns, type CognitiveMap, columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import {
  columnsUsed,
  expressionsOf,
  freeColumns,
  mapExpressions,
  rewriteExpr,
  visitExpr,
  visitPlan,
} from '../shape.ts';

/** The plan without the calls nobody reads, where it has one. */
export function withoutUnreadCalls(plan: LogicalPlan): LogicalPlan {
  const live = whole(plan, 'whole');
  return countCalls(live) < countCalls(plan) ? live : plan;
}

function countCalls(plan: LogicalPlan): number {
  let calls = 0;
  visitPlan(plan, (node) => {
    if (node.kind === 'cognitive-map') calls++;
  });
  return calls;
}

/** Whether rows between calls carry only what is read above, or as they are: rules still look for calls there. */
type Rows = 'narrow' | 'whole';
type Wanted = ReadonlySet<ColumnId>;

export const prune: Rule = {
  name: 'prune',
  phases: ['cleanup'],
  apply: (plan) => whole(plan, 'narrow'),
};

function pruned(plan: LogicalPlan, wanted: Wanted, rows: Rows): LogicalPlan {
  const node = pruneSubqueries(plan, rows);
  switch (node.kind) {
    case 'scan': {
      const columns = node.columns.filter((c) => wanted.has(c.id));
      return columns.length === node.columns.length ? node : { ...node, columns };
    }
    case 'values':
    case 'staged':
    case 'working-table':
      return node;
    case 'project': {
      const columns = keep(node.columns, wanted);
      const below = child(node.child, new Set(columns.flatMap((c) => [...columnsUsed(c.expr)])), rows);
      return columns === node.columns && below === node.child ? node : { ...node, child: below, columns };
    }
    case 'cognitive-map': {
      if (!answerColumns(node.call).some((c) => wanted.has(c.id))) return pruned(node.child, wanted, rows);
      const needed = union(wanted, expressionsOf(node));
      const under = child(node.child, needed, rows);
      const below = rows === 'whole' || isStackedOn(node, under) ? under : narrowed(under, needed);
      return below === node.child ? node : { ...node, child: below };
    }
    case 'window': {
      const columns = keep(node.columns, wanted);
      if (columns.length === 0) return pruned(node.child, wanted, rows);
      const below = child(
        node.child,
        union(
          wanted,
          columns.map((c) => c.expr),
        ),
        rows,
      );
      return columns === node.columns && below === node.child ? node : { ...node, child: below, columns };
    }
    case 'aggregate': {
      const aggregates = keep(node.aggregates, wanted);
      const below = child(
        node.child,
        union(
          new Set(),
          [...node.groups, ...aggregates].map((c) => c.expr),
        ),
        rows,
      );
      return aggregates === node.aggregates && below === node.child ? node : { ...node, child: below, aggregates };
    }
    case 'filter':
    case 'sort':
    case 'unnest':
    case 'limit': {
      const below = child(node.child, union(wanted, expressionsOf(node)), rows);
      return below === node.child ? node : { ...node, child: below };
    }
    case 'distinct': {
      const below = whole(node.child, rows);
      return below === node.child ? node : { ...node, child: below };
    }
    case 'join': {
      const needed = union(wanted, expressionsOf(node));
      const [left, right] = [child(node.left, needed, rows), child(node.right, needed, rows)];
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case 'apply': {
      const right = child(node.right, wanted, rows);
      const left = child(node.left, new Set([...wanted, ...freeColumns(right)]), rows);
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case 'recursive': {
      const [anchor, step] = [whole(node.anchor, rows), whole(node.step, rows)];
      return anchor === node.anchor && step === node.step ? node : { ...node, anchor, step };
    }
    case 'set-operation': {
      const [left, right] = [whole(node.left, rows), whole(node.right, rows)];
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
  }
}

function child(plan: LogicalPlan, wanted: Wanted, rows: Rows): LogicalPlan {
  return pruned(plan, new Set(columnsOf(plan).flatMap((c) => (wanted.has(c.id) ? [c.id] : []))), rows);
}

function whole(plan: LogicalPlan, rows: Rows): LogicalPlan {
  return pruned(plan, new Set(columnsOf(plan).map((c) => c.id)), rows);
}

/** Calls of which none reads the other's answer are made together, on the same rows. */
function isStackedOn(node: CognitiveMap, below: LogicalPlan): boolean {
  if (below.kind !== 'cognitive-map') return false;
  const read = union(new Set(), expressionsOf(node));
  return !answerColumns(below.call).some((c) => read.has(c.id));
}

/** Staged rows carry only what is read above: the plan, projected where it has more. */
function narrowed(plan: LogicalPlan, wanted: Wanted): LogicalPlan {
  const columns = columnsOf(plan);
  const kept = columns.filter((c) => wanted.has(c.id));
  if (kept.length === columns.length || kept.length === 0) return plan;
  return { kind: 'project', child: plan, columns: kept.map((c) => ({ ...c, expr: column(c) })) };
}

function keep<T extends { readonly id: ColumnId }>(columns: readonly T[], wanted: Wanted): readonly T[] {
  const kept = columns.filter((c) => wanted.has(c.id));
  return kept.length === columns.length ? columns : kept;
}

function union(wanted: Wanted, exprs: readonly Parameters<typeof columnsUsed>[0][]): Set<ColumnId> {
  const all = new Set(wanted);
  for (const expr of exprs) columnsUsed(expr, all);
  return all;
}

function pruneSubqueries(plan: LogicalPlan, rows: Rows): LogicalPlan {
  return mapExpressions(plan, (expr) => {
    let nested = false;
    visitExpr(expr, (e) => {
      if (e.kind === 'subquery') nested = true;
    });
    if (!nested) return expr;
    return rewriteExpr(expr, (e) => {
      if (e.kind !== 'subquery') return e;
      const plan = e.form === 'exists' ? pruned(e.plan, new Set(), rows) : whole(e.plan, rows);
      return plan === e.plan ? e : { ...e, plan };
    });
  });
}
