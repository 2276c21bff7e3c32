// What a plan's calls will need, before any is made: inputs below the first call are counted exactly while the time
// lasts, those behind an answer are estimated by what earlier runs learnt. Reads data, asks no service, keeps nothing.

import { error, SqlcError } from '../common/errors.ts';
import { timerMs } from '../common/timer.ts';
import type { BehindAnswers } from '../planner/behind-answers.ts';
import type { ColumnId } from '../planner/expression.ts';
import type { PhysicalPlan } from '../planner/physical.ts';
import { columnName, type Fragment } from '../planner/unparse.ts';
import { requestPricePer1000, unitPricePer1000 } from '../udf/price.ts';
import type { ServicePool } from '../udf/service.ts';
import { type AskedTogether, askedTogether } from './asked-together.ts';
import type { ExternalFiles } from './external-table.ts';
import { openTables } from './open-table.ts';
import type { StatementWork } from './statement-work.ts';
import { MAX_HELD_ROWS } from './stream-segment.ts';

export interface CallEstimate {
  readonly operation: string;
  readonly service: string;
  readonly shape: 'set-oriented' | 'streaming';
  /** Operations that its requests ask for too; they count, and are priced, with the first that they ask for. */
  readonly fusedWith: readonly string[];
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

/** Calls that are asked together, where they stand in the plan. */
interface Planned {
  readonly asked: AskedTogether;
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
  const found = new Map<string, Counted | undefined>();
  for (const planned of calls) {
    const read = () => (planned.afterCalls ? guess(planned, expected, work, signal) : count(planned, work, signal));
    const counted = readable ? await inTime(read, clock, work) : undefined;
    if (counted === undefined && !planned.afterCalls) readable = false;
    for (const [i, [{ answers }]] of planned.asked.entries()) {
      const before = found.get(answers);
      found.set(answers, found.has(answers) ? both(before, counted?.[i]) : counted?.[i]);
    }
  }
  const estimates: CallEstimate[] = [];
  for (const [answers, counted] of found) {
    const planned = calls.find((c) => c.asked.some(([call]) => call.answers === answers));
    if (planned !== undefined) estimates.push(await estimate(planned, answers, counted, expected, work));
  }
  return estimates;
}

/** Of two places that share an answer table: what the second needs and the first does not ask for comes on top. */
function both(a: Counted | undefined, b: Counted | undefined): Counted | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    rows: a.rows + b.rows,
    distinct: a.distinct + b.distinct,
    cached: a.cached + b.cached,
    documents: a.documents + b.documents,
    requests: a.requests + b.requests,
    price: a.price === undefined || b.price === undefined ? undefined : a.price + b.price,
    exact: a.exact && b.exact,
  };
}

function plannedCalls({ stages, output }: PhysicalPlan): Planned[] {
  const staged = stages.flatMap(({ calls, after, ...step }) =>
    askedTogether(calls).map(
      (asked): Planned => ({
        ...step,
        asked,
        afterCalls: after.length > 0,
        shape: 'set-oriented',
        limited: false,
      }),
    ),
  );
  if (output.kind === 'fragment') return staged;
  const limited = output.limit !== undefined;
  const streamed = output.segments.flatMap((segment, i) =>
    askedTogether(segment.calls).map(
      (asked): Planned => ({
        asked,
        stage: segment.stage,
        fragment: i === 0 ? output.source : segment.body,
        afterCalls: i > 0 || output.sourceAfter.length > 0,
        shape: 'streaming',
        limited,
      }),
    ),
  );
  return [...staged, ...streamed];
}

async function openAll(plan: PhysicalPlan, work: StatementWork, files: ExternalFiles): Promise<true> {
  await openTables(plan.external, work, files);
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

async function count(planned: Planned, work: StatementWork, signal: AbortSignal): Promise<Counted[]> {
  const { asked, fragment, stage, limited, shape } = planned;
  const { connection, names, options } = work;
  const table = names.stage(stage);
  await work.makeArea();
  const kept = [...new Set(asked.flat().flatMap((call) => call.inputs))].map(columnName).join(', ');
  await connection.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT ${kept} FROM (${fragment.sql}) AS t`,
    fragment.parameters,
    signal,
  );
  const tables = await Promise.all(asked.map(([call]) => work.answersOf(call)));
  const rows = await Promise.all(tables.map((answers, i) => answers.count(asked[i] ?? [], table, signal)));
  const reader = await options.database.connect();
  try {
    const keys = await work.missing(asked, table, undefined);
    const parts = await work.demandOf(asked, reader.stream(keys, [], signal));
    // A longer stream may have to send a batch that is not full, and asks at once about what it has seen of an input.
    const alike = parts.every(({ distinct }) => distinct === parts[0]?.distinct);
    const whole = shape === 'set-oriented' || (Math.max(...rows) <= MAX_HELD_ROWS && alike);
    for (const [i, answers] of tables.entries())
      await answers.pretend(
        answers.missing(asked[i] ?? [], table, undefined),
        asked[0][0].inputs.length,
        parts[i]?.distinct ?? 0,
      );
    return parts.map(({ cost, ...part }, i) => ({
      ...part,
      price: cost,
      rows: rows[i] ?? 0,
      exact: whole && !limited,
    }));
  } finally {
    reader.close();
  }
}

/** Behind answers: as many rows and inputs as the learnt selectivities let through, none of them cached or long. */
async function guess(
  { asked }: Planned,
  expected: Expectations,
  work: StatementWork,
  signal: AbortSignal,
): Promise<Counted[] | undefined> {
  const found: Counted[] = [];
  for (const calls of asked) {
    let [rows, distinct] = [0, 0];
    for (const { answer } of calls) {
      const behind = expected.behindAnswers.get(answer);
      if (behind === undefined) return undefined;
      const { count, kept } = behind;
      const [[reached, inputs] = []] = await work.connection.rows(count.sql, count.parameters, signal);
      if (inputs === undefined) return undefined;
      const perInput = Number(reached) / Math.max(1, Number(inputs));
      rows += Math.round(Number(reached) * kept);
      distinct += Math.round(Number(inputs) * (1 - (1 - kept) ** perInput));
    }
    const [{ operation }] = calls;
    const [service] = await work.poolOf(calls[0]);
    // Where one request asks for several it counts with the first.
    const isFirst = found.length === 0;
    const requests = isFirst ? Math.ceil(distinct / operation.limits.documents) : 0;
    const price = unitPricePer1000(operation, service);
    const perRequest = requestPricePer1000(operation, service);
    found.push({
      rows,
      distinct,
      cached: 0,
      documents: isFirst ? distinct : 0,
      price: price === undefined ? undefined : (price * distinct + perRequest * requests) / 1000,
      requests,
      exact: false,
    });
  }
  return found;
}

async function estimate(
  { asked, shape }: Planned,
  answers: string,
  counted: Counted | undefined,
  expected: Expectations,
  work: StatementWork,
): Promise<CallEstimate> {
  const calls = asked.map(([first]) => first);
  const call = calls.find((c) => c.answers === answers) ?? asked[0][0];
  const pool = await work.poolOf(call);
  const service = pool.map((s) => s.name).join(', ');
  return {
    operation: call.operation.id,
    service,
    shape,
    fusedWith: calls.flatMap((c) => (c === call ? [] : [c.operation.id])),
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
