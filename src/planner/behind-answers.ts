// What EXPLAIN expects of calls that stand behind other calls' answers: the rows that get there by relational means, and
// the share of them that the answers let through, as earlier runs learnt it.

import { type ChainCall, type ChainLink, callChain } from './call-chain.ts';
import { UNKNOWN_SELECTIVITY } from './call-order.ts';
import { callPlaces, countOf } from './call-places.ts';
import type { ColumnId, Expr } from './expression.ts';
import type { LearntCalls } from './learnt-calls.ts';
import { freshIds, type PlannedQuery } from './plan-query.ts';
import { conjunctsOf, visitPlan } from './shape.ts';
import { type Fragment, unparse, type WorkNames } from './unparse.ts';

export interface BehindAnswers {
  /** One row: rows with an input, and distinct inputs where the input itself is no answer. */
  readonly count: Fragment;
  /** 0..1 */
  readonly kept: number;
}

/** By column of the call's answer; calls whose rows are unknowable without answers are left out. */
export function behindAnswers(
  planned: PlannedQuery,
  learnt: LearntCalls,
  names: WorkNames,
): ReadonlyMap<ColumnId, BehindAnswers> {
  const context = freshIds(planned, learnt);
  const kept = sharesKept(planned, learnt);
  return new Map(
    callPlaces(planned.logical, false).flatMap((place): [ColumnId, BehindAnswers][] => {
      if (place.rows === undefined) return [];
      const count = unparse(countOf({ ...place, rows: place.rows }, context, true), names);
      return [[place.answer, { count, kept: kept.get(place.answer) ?? 1 }]];
    }),
  );
}

/** For each call of a conjunction, the product of the selectivities before it. */
function sharesKept({ placed }: PlannedQuery, learnt: LearntCalls): Map<ColumnId, number> {
  const shares = new Map<ColumnId, number>();
  visitPlan(placed, (node) => {
    const chain = callChain(node);
    for (const call of chain?.calls ?? []) {
      // A chain is seen first at its top; further down only its lower part.
      const { answer } = call.map.call;
      if (shares.has(answer.id)) continue;
      const before = chain?.links.filter((link) => isBelow(link, call)) ?? [];
      const kept = before.map((link) => learnt.selectivity(link.key) ?? UNKNOWN_SELECTIVITY);
      shares.set(
        answer.id,
        kept.reduce((share, one) => share * one, 1),
      );
    }
  });
  return shares;
}

/** Whether all of a link's conditions stand below a call. */
function isBelow({ predicate }: ChainLink, { map }: ChainCall): boolean {
  const below = new Set<Expr>();
  for (let node = map.child; node.kind === 'filter' || node.kind === 'cognitive-map'; node = node.child)
    if (node.kind === 'filter') for (const conjunct of conjunctsOf(node.predicate)) below.add(conjunct);
  return conjunctsOf(predicate).every((conjunct) => below.has(conjunct));
}
