// What EXPLAIN expects of calls that stand behind other calls' answers: the rows that get there by relational means, and
// the share of them that the answers let through, as earlier runs learnt it.

import { callChain } from './call-chain.ts';
import { callPlaces, countOf } from './call-places.ts';
import type { ColumnId } from './expression.ts';
import type { LearntCalls } from './learnt-calls.ts';
import { freshIds, type PlannedQuery } from './plan-query.ts';
import { visitPlan } from './shape.ts';
import { type Fragment, unparse, type WorkNames } from './unparse.ts';

export interface BehindAnswers {
  /** One row: rows with an input, and distinct inputs where the input itself is no answer. */
  readonly count: Fragment;
  /** 0..1 */
  readonly kept: number;
}

/** Of a predicate nobody has measured. */
const UNKNOWN = 0.5;

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
    let share = 1;
    for (const { map, predicate, key } of callChain(node)?.links ?? []) {
      // A chain is seen first at its top; further down only its lower part.
      if (!shares.has(map.call.answer.id)) shares.set(map.call.answer.id, share);
      if (predicate !== undefined) share *= learnt.selectivity(key) ?? UNKNOWN;
    }
  });
  return shares;
}
