// Which calls of a stage are asked together: those of one answer table for all their inputs, and fused ones of several
// tables, each input about what it is wanted for. And the query for what they need and nobody has answered yet.

import type { PhysicalCall } from '../planner/physical.ts';
import { MAX_MEMBERS } from '../udf/fused-inputs.ts';
import { areFusible } from '../udf/operation.ts';
import type { AnswerTable } from './answer-table.ts';
import { distinctKeys, wantedKeys } from './distinct-keys.ts';

/** Calls of one operation and service: one answer table, one set of distinct inputs. */
export type SharedCalls = readonly [PhysicalCall, ...PhysicalCall[]];

/** The calls by answer table. */
export function sharedCalls(calls: readonly PhysicalCall[]): SharedCalls[] {
  const groups = new Map<string, [PhysicalCall, ...PhysicalCall[]]>();
  for (const call of calls) {
    const group = groups.get(call.answers);
    if (group === undefined) groups.set(call.answers, [call]);
    else group.push(call);
  }
  return [...groups.values()];
}

/** One answer table, or those of fused calls. */
export type AskedTogether = readonly [SharedCalls, ...SharedCalls[]];

export function askedTogether(calls: readonly PhysicalCall[]): AskedTogether[] {
  const groups: [SharedCalls, ...SharedCalls[]][] = [];
  for (const shared of sharedCalls(calls)) {
    const group = groups.find((g) => g.length < MAX_MEMBERS && areAskedTogether(g[0], shared));
    if (group === undefined) groups.push([shared]);
    else group.push(shared);
  }
  return groups;
}

function areAskedTogether(a: SharedCalls, b: SharedCalls): boolean {
  const [{ operation, service }] = a;
  if (service !== b[0].service || !areFusible(operation, b[0].operation)) return false;
  return [a, b].every((shared) => shared.some((call) => call.fused));
}

/**
 * Query for the texts of the distinct inputs among some rows that lack an answer; of fused calls with what each is
 * wanted for.
 *
 * @param tables of the members, in order
 * @param options.row column that numbers the rows: the inputs then come in the order of the first row that needs them
 * @param options.from only inputs that no row before this one needs
 */
export function keysOf(
  asked: AskedTogether,
  tables: readonly AnswerTable[],
  rows: string,
  { row, from }: { readonly row: string | undefined; readonly from: number },
): string {
  const width = asked[0][0].inputs.length;
  const parts = tables.map((table, i) => table.missing(asked[i] ?? [], rows, row, from));
  const tail = row === undefined ? '' : ' ORDER BY first';
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return distinctKeys(only, width, tail);
  const names = asked[0][0].inputs.map((_, i) => `k${i + 1}`).join(', ');
  const marked = parts.map((part, i) => `SELECT *, CAST(${2 ** i} AS INTEGER) AS wanted FROM (${part}) AS m`);
  const items = [
    names,
    'CAST(sum(wanted) AS INTEGER) AS wanted',
    ...(row === undefined ? [] : ['min(first) AS first']),
  ];
  const keys = `SELECT ${items.join(', ')} FROM (${marked.join(' UNION ALL ')}) AS u GROUP BY ${names}`;
  return wantedKeys(keys, width, tail);
}
