// What a plan's calls will need, before any is made: inputs below the first call are counted exactly while the time
// lasts, those behind an answer are estimated by what earlier runs learnt. Reads data, asks no service, keeps nothing.

import { error, SqlcError } from '../common/errors.ts';
import { timerMs } from '../common/timer.ts';
import type { BehindAnswers } from '../planner/behind-answers.ts';
import type { ColumnId } from '../planner/expression.ts';
import type { PhysicalCall, PhysicalPlan } from '../planner/physical.ts';
import { columnName, type Fragment } from '../planner/unparse.ts';
import { Demand } from '../udf/demand.ts';
import { isLocal } from '../udf/operation.ts';
import type { ServicePool } from '../udf/service.ts';
import { distinctKeys } from './distinct-keys.ts';
import type { ExternalFiles } from './external-table.ts';
import { openTable } from './open-table.ts';
import { inputsOf, type StatementWork } from './statement-work.ts';

export interface CallEstimate {
  readonly operation: string;
  readonly service: string;
  readonly shape: 'set-oriented' | 'streaming';
  /** `undefined`: it depends on an answer, or the time was over. Rows without an input are none. */
  readonly rows: number | undefined;
  readonly distinct: number | undefined;
  readonly cached: number | undefined;
  /** What is sent for those not cached: pieces of inputs too long for one document count each. */
  readonly documents: number | undefined;
  readonly requests: number | undefined;
  /** `undefined`: no price is known, or the inputs are not. */
  readonly price: number | undefined;
  readonly currency: string;
  /** For the requests, at the pace the service allows; `undefined`: neither its rate nor its latency is known. */
  readonly seconds: number | undefined;
  /** What bounds the pace: a rate, or requests in flight. */
  readonly pace: string;
  /** Whether the run that follows needs exactly this. */
  readonly exact: boolean;
}

export interface EstimatedTotal {
  readonly requests: number | undefined;
  readonly price: number | undefined;
  /** Of the price; `undefined` where the services bill in several. */
  readonly currency: string | undefined;
  /** One service after the other: at most. */
  readonly seconds: number | undefined;
  readonly exact: boolean;
}

/** `undefined` where one of the parts is not known. */
export function totalOf(calls: readonly CallEstimate[]): EstimatedTotal {
  const sum = (of: (c: CallEstimate) => number | undefined) => {
    const values = calls.map(of).filter((v) => v !== undefined);
    return values.length < calls.length ? undefined : values.reduce((a, b) => a + b, 0);
  };
  const currencies = new Set(calls.map((c) => c.currency));
  const [currency] = currencies.size === 1 ? currencies : [];
  return {
    requests: sum((c) => c.requests),
    price: currencies.size > 1 ? undefined : sum((c) => c.price),
    currency,
    seconds: sum((c) => c.seconds),
    exact: calls.every((c) => c.exact),
  };
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

/** What earlier runs taught. */
export interface Expectations {
  readonly behindAnswers: ReadonlyMap<ColumnId, BehindAnswers>;
  /** Milliseconds of one request; `undefined`: never asked. */
  latencyMs(operation: string, service: string): number | undefined;
}

/** @param seconds for reading data; what is not counted by then is left undefined */
export async function estimateCalls(
  plan: PhysicalPlan,
  expected: Expectations,
  work: StatementWork,
  files: ExternalFiles,
  seconds: number,
): Promise<CallEstimate[]> {
  const calls = plannedCalls(plan);
  if (calls.length === 0) return [];
  const clock = AbortSignal.timeout(timerMs(Math.ceil(seconds * 1000)));
  const signal = AbortSignal.any([work.options.signal, clock]);
  let readable = seconds > 0 && (await inTime(() => openAll(plan, work, files), clock, work)) !== undefined;
  const estimates: CallEstimate[] = [];
  for (const planned of calls) {
    const behind = planned.afterCalls ? expected.behindAnswers.get(planned.call.answer) : undefined;
    const read = () => (planned.afterCalls ? guess(planned, behind, work, signal) : count(planned, work, signal));
    const counted = readable ? await inTime(read, clock, work) : undefined;
    if (counted === undefined && !planned.afterCalls) readable = false;
    estimates.push(await estimate(planned, counted, expected, work));
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

async function openAll(plan: PhysicalPlan, work: StatementWork, files: ExternalFiles): Promise<true> {
  for (const table of plan.external) await openTable(table, work, files);
  return true;
}

/** Undefined when the time was over first. */
async function inTime<T>(read: () => Promise<T>, clock: AbortSignal, work: StatementWork): Promise<T | undefined> {
  try {
    const found = await read();
    return clock.aborted ? undefined : found;
  } catch (failure) {
    work.options.signal.throwIfAborted();
    if (clock.aborted) return undefined;
    throw failure instanceof SqlcError ? failure : error('exec/engine', { detail: String(failure) });
  }
}

interface Counted {
  readonly rows: number;
  readonly distinct: number;
  readonly cached: number;
  readonly documents: number;
  readonly requests: number;
  readonly price: number | undefined;
  readonly exact: boolean;
}

async function count(planned: Planned, work: StatementWork, signal: AbortSignal): Promise<Counted> {
  const { call, fragment, stage } = planned;
  const { connection, names, options } = work;
  const table = names.stage(stage);
  const kept = [...new Set(call.inputs)].map(columnName).join(', ');
  await connection.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT ${kept} FROM (${fragment.sql}) AS t`,
    fragment.parameters,
    signal,
  );
  const answers = await work.answersOf(call);
  const rows = await answers.count(call, table, signal);
  const reader = await options.database.connect();
  try {
    const keys = answers.missing(call, table, undefined);
    const found = await measure(planned, work, reader.stream(distinctKeys(keys, call.inputs.length), [], signal));
    await answers.pretend(keys, call.inputs.length, found.distinct);
    return { rows, ...found, exact: !planned.limited };
  } finally {
    reader.close();
  }
}

/** Behind answers: as many rows and inputs as the learnt selectivities let through, none of them cached or long. */
async function guess(
  { call }: Planned,
  behind: BehindAnswers | undefined,
  work: StatementWork,
  signal: AbortSignal,
): Promise<Counted | undefined> {
  if (behind === undefined) return undefined;
  const { count, kept } = behind;
  const [[rows, inputs] = []] = await work.connection.rows(count.sql, count.parameters, signal);
  const reached = Number(rows ?? 0);
  if (inputs === undefined) return undefined;
  const perInput = reached / Math.max(1, Number(inputs));
  const distinct = Math.round(Number(inputs) * (1 - (1 - kept) ** perInput));
  const [service] = await work.poolOf(call);
  const price = isLocal(call.operation) ? 0 : service.pricePer1000(call.operation.id);
  return {
    rows: Math.round(reached * kept),
    distinct,
    cached: 0,
    documents: distinct,
    requests: Math.ceil(distinct / call.operation.limits.documents),
    price: price === undefined ? undefined : (price * distinct) / 1000,
    exact: false,
  };
}

async function measure(
  { call }: Planned,
  work: StatementWork,
  chunks: Parameters<typeof inputsOf>[0],
): Promise<Omit<Counted, 'rows' | 'exact'>> {
  const pool = await work.poolOf(call);
  const cache = await work.cacheOf(call);
  let distinct = 0;
  let cached = 0;
  const demand = new Demand(call.operation, pool);
  for await (const group of inputsOf(chunks, call.inputs.length)) {
    const known = cache === undefined || cache.mode === 'refresh' ? [] : await cache.store.get(group);
    const asked = group.filter((_, i) => known[i] === undefined);
    distinct += group.length;
    cached += group.length - asked.length;
    demand.add(asked);
  }
  const { documents, requests, cost } = demand;
  return { distinct, cached, documents, requests, price: cost };
}

async function estimate(
  { call, shape }: Planned,
  counted: Counted | undefined,
  expected: Expectations,
  work: StatementWork,
): Promise<CallEstimate> {
  const pool = await work.poolOf(call);
  const service = pool.map((s) => s.name).join(', ');
  return {
    operation: call.operation.id,
    service,
    shape,
    rows: counted?.rows,
    distinct: counted?.distinct,
    cached: counted?.cached,
    documents: counted?.documents,
    requests: counted?.requests,
    price: counted?.price,
    currency: pool[0].currency,
    ...paceOf(pool, counted?.requests, expected.latencyMs(call.operation.id, service)),
    exact: counted?.exact ?? false,
  };
}

/** The slower of what the rate allows and what the requests in flight can carry. */
function paceOf(
  pool: ServicePool,
  requests: number | undefined,
  latencyMs: number | undefined,
): Pick<CallEstimate, 'seconds' | 'pace'> {
  const rates = pool.map((s) => s.limiter.ratePerSecond).filter((r) => r !== undefined);
  const rate = rates.length < pool.length ? undefined : rates.reduce((sum, r) => sum + r, 0);
  const inFlight = pool.reduce((sum, s) => sum + s.limiter.concurrency, 0);
  const carried = latencyMs === undefined ? undefined : (inFlight * 1000) / Math.max(1, latencyMs);
  const perSecond = rate === undefined ? carried : Math.min(rate, carried ?? rate);
  const ms = latencyMs === undefined ? '' : ` of ${Math.round(latencyMs)} ms`;
  return {
    seconds: perSecond === undefined || requests === undefined ? undefined : requests / perSecond,
    pace:
      rate !== undefined && perSecond === rate
        ? `${Math.round(rate * 10) / 10} requests a second`
        : `${inFlight} requests in flight${ms}`,
  };
}
