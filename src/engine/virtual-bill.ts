// The virtual bill of a statement that is done: what evaluating its text row by row would have bought, and why what was
// bought is less. Reads data that the statement read, never an answer nobody asked for; bounded in time.

import type { StatementWork } from '../exec/statement-work.ts';
import { type CallPlace, callPlaces, countOf } from '../planner/call-places.ts';
import { freshIds, type PlannedQuery } from '../planner/plan-query.ts';
import { unparse } from '../planner/unparse.ts';
import type { CallStatistics } from '../udf/call-statistics.ts';
import type { LearntStatistics } from './learnt.ts';

/** Rules after which a call still sees the rows it sees in the text. */
const KEEP_ROWS = new Set(['prune', 'share']);

/** @param seconds for counting rows; what is not counted by then is estimated */
export async function settleBill(
  planned: PlannedQuery,
  work: StatementWork,
  learnt: LearntStatistics,
  seconds: number,
): Promise<void> {
  const operations = [...work.statistics];
  if (operations.length === 0) return;
  const context = freshIds(planned, learnt);
  const written = callPlaces(planned.bound, true);
  const placed = callPlaces(planned.logical, false);
  const { output } = planned.physical;
  const stops = output.kind === 'stream' && output.limit !== undefined;
  const moved = stops || planned.steps.some((step) => !KEEP_ROWS.has(step.rule));
  const signal = AbortSignal.any([work.options.signal, AbortSignal.timeout(Math.ceil(seconds * 1000))]);
  const rowsAt = async (places: readonly CallPlace[]): Promise<number | undefined> => {
    let rows = 0;
    for (const place of places) {
      if (place.rows === undefined || seconds === 0) return undefined;
      const { sql, parameters } = unparse(countOf({ ...place, rows: place.rows }, context, false), work.names);
      try {
        const [[found] = []] = await work.connection.rows(sql, parameters, signal);
        rows += Number(found ?? 0);
      } catch {
        return undefined; // the time was over: an estimate is no reason to fail
      }
    }
    return rows;
  };
  for (const [answers, stats] of operations) {
    const mentions = written.filter((p) => p.answers === answers);
    const calls = placed.filter((p) => p.answers === answers);
    const share = calls.length === 0 ? 1 : mentions.length / calls.length;
    const virtual = moved ? await rowsAt(mentions) : stats.rows * share;
    const reached = moved ? await rowsAt(calls) : stats.rows;
    const known = virtual !== undefined && reached !== undefined && Number.isInteger(share);
    settle(stats, {
      virtual: virtual ?? stats.rows * share,
      reached: reached ?? stats.rows,
      share,
      stops,
      exact: known && (!moved || [...mentions, ...calls].every((p) => p.exact)),
    });
  }
}

interface Settlement {
  /** Rows with an input at the calls' places in the text. */
  readonly virtual: number;
  /** The same at their places in the plan, before any answer dropped a row. */
  readonly reached: number;
  /** Mentions in the text for each call of the plan. */
  readonly share: number;
  /** Whether a limit may have ended the stream. */
  readonly stops: boolean;
  readonly exact: boolean;
}

function settle(stats: CallStatistics, { virtual, reached, share, stops, exact }: Settlement): void {
  const { saved, cached, distinct } = stats;
  stats.virtualDocuments = Math.round(virtual);
  stats.estimated = !exact;
  // What was bought, what the cache knew and what came with another operation's requests.
  let left = stats.virtualDocuments - distinct;
  const take = (documents: number): number => {
    const taken = Math.max(0, Math.min(left, Math.round(documents)));
    left -= taken;
    return taken;
  };
  saved.cache = cached;
  saved.placement = take(virtual - reached * share);
  const unseen = take((reached - stats.rows) * share);
  saved.early = stops ? unseen : 0;
  saved.order = stops ? 0 : unseen;
  saved.dedup = take(left);
}
