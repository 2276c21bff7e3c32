// A limit, and a sort it belongs to, run before a call when neither needs its answer.
//
// Safe because a CognitiveMap keeps every row and its order: the first n rows are the same before and after it.
//
//   before: Limit 10 over Sort [date] over Project over CognitiveMap over Scan
//   after:  Project over CognitiveMap over Limit 10 over Sort [date] over Scan
//
// A limit of no rows needs nothing below it.
//
// Must not fire: `ORDER BY SENTIMENT_SCORE(t) LIMIT 10` needs every answer before it can cut.

import { literal, type SortKey } from '../expression.ts';
import { columnsOf, type Limit, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import { asksService, columnsUsed, rewritePlan, substituted } from '../shape.ts';

export const limitBelowCognitive: Rule = {
  name: 'limit-below-cognitive',
  phases: ['placement'],
  apply: limitsBelowCalls,
};

export function limitsBelowCalls(plan: LogicalPlan): LogicalPlan {
  return rewritePlan(plan, (node) => (node.kind === 'limit' ? (cutEarly(node) ?? node) : node));
}

function cutEarly(limit: Limit): LogicalPlan | undefined {
  const sort = limit.child.kind === 'sort' ? limit.child : undefined;
  const below = sort?.child ?? limit.child;
  if (!asksService(below)) return undefined;
  if (limit.count === 0) return noRows(limit);
  return sinkCut(below, sort?.keys ?? [], limit, sort !== undefined);
}

/** The limit (and its sort) below the calls directly under it; undefined when it would not pass one. */
function sinkCut(plan: LogicalPlan, keys: readonly SortKey[], limit: Limit, sorted: boolean): LogicalPlan | undefined {
  if (plan.kind === 'cognitive-map') {
    const known = new Set(columnsOf(plan.child).map((c) => c.id));
    if (!keys.every((k) => [...columnsUsed(k.expr)].every((id) => known.has(id)))) return undefined;
    return { ...plan, child: sinkCut(plan.child, keys, limit, sorted) ?? cutOf(plan.child, keys, limit, sorted) };
  }
  if (plan.kind === 'project') {
    const source = new Map(plan.columns.map((c) => [c.id, c.expr]));
    const below = keys.map((k): SortKey => ({ ...k, expr: substituted(k.expr, source) }));
    const child = sinkCut(plan.child, below, limit, sorted);
    return child && { ...plan, child };
  }
  return undefined;
}

function cutOf(child: LogicalPlan, keys: readonly SortKey[], limit: Limit, sorted: boolean): LogicalPlan {
  return { ...limit, child: sorted ? { kind: 'sort', child, keys } : child };
}

/** Nothing is asked for no rows. */
function noRows(limit: Limit): LogicalPlan {
  const columns = columnsOf(limit).map((c) => ({ ...c, expr: literal(null, c.type) }));
  return { ...limit, child: { kind: 'project', child: { kind: 'values', columns: [], rows: [[]] }, columns } };
}
