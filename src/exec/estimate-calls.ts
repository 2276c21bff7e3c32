// What a plan's calls will need, before any is made: inputs below the first call are counted exactly while the time
// lasts, everything behind an answer is an upper bound. Reads data, asks no service, keeps nothing.

import { error, SqlcError } from '../common/errors.ts';
import type { PhysicalCall, PhysicalPlan } from '../planner/physical.ts';
import { columnName, type Fragment } from '../planner/unparse.ts';
import { isLocal } from '../udf/operation.ts';
import { priceOf } from '../udf/request.ts';
import { distinctKeys } from './distinct-keys.ts';
import { type ExternalFiles, openExternal } from './external-table.ts';
import { inputsOf, type StatementWork } from './statement-work.ts';

export interface CallEstimate {
  readonly operation: string;
  readonly service: string;
  readonly shape: 'set-oriented' | 'streaming';
  /** `undefined`: it depends on an answer, or the time was over. */
  readonly rows: number | undefined;
  readonly distinct: number | undefined;
  readonly cached: number | undefined;
  readonly requests: number | undefined;
  /** `undefined`: no price is known, or the inputs are not. */
  readonly price: number | undefined;
  readonly currency: string;
  /** Requests a second the service is believed to allow, or requests in flight when no rate is known. */
  readonly pace: string;
  /** Whether the run that follows needs exactly this. */
  readonly exact: boolean;
}

interface Planned {
  readonly call: PhysicalCall;
  readonly stage: number;
  readonly fragment: Fragment;
  readonly afterCalls: boolean;
  readonly shape: CallEstimate['shape'];
  /** A limit above may stop the stream before every input is asked for. */
  readonly limited: boolean;
}

/** @param seconds for reading data; what is not counted by then is left undefined */
export async function estimateCalls(
  plan: PhysicalPlan,
  work: StatementWork,
  files: ExternalFiles,
  seconds: number,
): Promise<CallEstimate[]> {
  const calls = plannedCalls(plan);
  if (calls.length === 0) return [];
  const clock = AbortSignal.timeout(Math.ceil(seconds * 1000));
  const signal = AbortSignal.any([work.options.signal, clock]);
  let readable = seconds > 0 && (await inTime(() => openAll(plan, work, files), clock, work));
  const estimates: CallEstimate[] = [];
  for (const planned of calls) {
    const counted = readable && !planned.afterCalls ? await count(planned, work, signal, clock) : undefined;
    if (counted === undefined && !planned.afterCalls) readable = false;
    estimates.push(await estimate(planned, counted, work));
  }
  return estimates;
}

function plannedCalls({ stages, output }: PhysicalPlan): Planned[] {
  const staged = stages.map((s): Planned => ({ ...s, shape: 'set-oriented', limited: false }));
  if (output.kind === 'fragment') return staged;
  const limited = output.limit !== undefined;
  const streamed = output.segments.map(
    (segment, i): Planned => ({
      call: segment.call,
      stage: segment.stage,
      fragment: i === 0 ? output.source : segment.body,
      afterCalls: i > 0 || output.sourceAfterCalls,
      shape: 'streaming',
      limited,
    }),
  );
  return [...staged, ...streamed];
}

async function openAll(plan: PhysicalPlan, work: StatementWork, files: ExternalFiles): Promise<void> {
  for (const table of plan.external) await openExternal(table, work, files);
}

/** False when the time was over first. */
async function inTime(read: () => Promise<void>, clock: AbortSignal, work: StatementWork): Promise<boolean> {
  try {
    await read();
    return !clock.aborted;
  } catch (failure) {
    work.options.signal.throwIfAborted();
    if (clock.aborted) return false;
    throw failure;
  }
}

interface Counted {
  readonly rows: number;
  readonly distinct: number;
  readonly cached: number;
  readonly price: number | undefined;
}

async function count(
  planned: Planned,
  work: StatementWork,
  signal: AbortSignal,
  clock: AbortSignal,
): Promise<Counted | undefined> {
  const { call, fragment, stage } = planned;
  const { connection, names, options } = work;
  const table = names.stage(stage);
  try {
    const kept = [...new Set(call.inputs)].map(columnName).join(', ');
    await connection.run(
      `CREATE OR REPLACE TABLE ${table} AS SELECT ${kept} FROM (${fragment.sql}) AS t`,
      fragment.parameters,
      signal,
    );
    const [[rows] = []] = await connection.rows(`SELECT count(*) FROM ${table}`, [], signal);
    const answers = await work.answersOf(call);
    const reader = await options.database.connect();
    try {
      const keys = answers.missing(call, table, undefined);
      const found = await measure(planned, work, reader.stream(distinctKeys(keys, call.inputs.length), [], signal));
      await answers.pretend(keys, call.inputs.length, found.distinct);
      return { rows: Number(rows ?? 0), ...found };
    } finally {
      reader.close();
    }
  } catch (failure) {
    options.signal.throwIfAborted();
    if (clock.aborted) return undefined;
    throw failure instanceof SqlcError ? failure : error('exec/engine', { detail: String(failure) });
  }
}

async function measure(
  { call }: Planned,
  work: StatementWork,
  chunks: Parameters<typeof inputsOf>[0],
): Promise<Omit<Counted, 'rows'>> {
  const pool = await work.poolOf(call);
  const cache = await work.cacheOf(call);
  let distinct = 0;
  let cached = 0;
  let price: number | undefined = 0;
  for await (const group of inputsOf(chunks, call.inputs.length)) {
    const known = cache === undefined || cache.mode === 'refresh' ? [] : await cache.store.get(group);
    const asked = group.filter((_, i) => known[i] === undefined);
    distinct += group.length;
    cached += group.length - asked.length;
    const cost = isLocal(call.operation) ? 0 : priceOf(asked, pool[0], { operation: call.operation });
    price = price === undefined || cost === undefined ? undefined : price + cost;
  }
  return { distinct, cached, price };
}

async function estimate(
  { call, shape, limited }: Planned,
  counted: Counted | undefined,
  work: StatementWork,
): Promise<CallEstimate> {
  const pool = await work.poolOf(call);
  const { limits, id } = call.operation;
  const asked = counted === undefined ? undefined : counted.distinct - counted.cached;
  const rates = pool.map((s) => s.limiter.ratePerSecond);
  const rate = rates.every((r) => r !== undefined) ? rates.reduce((sum, r) => sum + r, 0) : undefined;
  const inFlight = pool.reduce((sum, s) => sum + s.limiter.concurrency, 0);
  return {
    operation: id,
    service: pool.map((s) => s.name).join(', '),
    shape,
    rows: counted?.rows,
    distinct: counted?.distinct,
    cached: counted?.cached,
    requests: asked === undefined ? undefined : Math.ceil(asked / limits.documents),
    price: counted?.price,
    currency: pool[0].currency,
    pace: rate === undefined ? `${inFlight} requests in flight` : `${Math.round(rate * 10) / 10} requests a second`,
    exact: counted !== undefined && !limited,
  };
}
