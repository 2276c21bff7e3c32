// What one running statement holds: its schema in the work catalog, its connections, its answers, its statistics.
// Everything is given back when the statement ends, however it ends.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Bounds } from '../arrow/bounds.ts';
import type { PlainValue } from '../arrow/write-values.ts';
import type { ExternalTable, SystemTable, TableDefinition } from '../catalog/definitions.ts';
import { invariant } from '../common/errors.ts';
import { failureType, type TraceAttributes, type TraceSpan } from '../common/trace.ts';
import type { PhysicalCall } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import type { WorkNames } from '../planner/unparse.ts';
import type { Budget } from '../udf/budget.ts';
import { callFused } from '../udf/call-fused.ts';
import { type Answered, type CallOptions, callOperation } from '../udf/call-operator.ts';
import { CallStatistics } from '../udf/call-statistics.ts';
import { Demand } from '../udf/demand.ts';
import type { ErrorLimit } from '../udf/error-limit.ts';
import { FusedDemand, type MemberDemand } from '../udf/fused-demand.ts';
import { isLocal, type Operation, type WireOperation } from '../udf/operation.ts';
import { inProcessService } from '../udf/registered-function.ts';
import type { ServicePool } from '../udf/service.ts';
import { type AnswerAppender, AnswerTable } from './answer-table.ts';
import { type AskedTogether, keysOf, type SharedCalls } from './asked-together.ts';
import { inputsOf, wantedOf } from './distinct-keys.ts';
import type { Connection } from './duckdb/connection.ts';
import { type Database, WORK } from './duckdb/database.ts';
import type { CallMeter } from './progress.ts';
import type { RunReport } from './run-report.ts';

export interface Services {
  /** Who answers an operation. @throws SqlcError not-supported, service/endpoint */
  find(operation: WireOperation, name: string | undefined): Promise<ServicePool>;
  /** What is remembered of an operation's answers, or undefined when nothing is. */
  cacheOf(operation: Operation, pool: ServicePool): Promise<CallOptions['cache']>;
}

export interface WorkOptions {
  readonly database: Database;
  readonly services: Services;
  readonly report: RunReport;
  /** Of the statement. */
  readonly span: TraceSpan;
  readonly signal: AbortSignal;
  readonly maxWaitSeconds: number;
  readonly maxStallSeconds: number;
  readonly budget: Budget;
  readonly errorLimit: ErrorLimit;
  /** What a view of the engine's own shows, a value for each of its columns. */
  systemRows(table: SystemTable): readonly (readonly PlainValue[])[];
  /** Unique among the statements of the engine. */
  readonly id: number;
}

export function workNames(id: number): WorkNames {
  const schema = `${WORK}.${schemaOf(id)}`;
  return {
    area: schema,
    stage: (index) => `${schema}.stage_${index}`,
    answers: (name) => `${schema}.${quote(answersTable(name))}`,
    external: (table) => `${schema}.${quote(externalName(table.schema, table.name))}`,
  };
}

/** Table of the answers called `name` in a statement's schema. */
export function answersTable(name: string): string {
  return `answers ${name}`;
}

export function schemaOf(id: number): string {
  return `s${id}`;
}

export function externalName(schema: string, name: string): string {
  return `${schema}.${name}`;
}

export class StatementWork {
  readonly options: WorkOptions;
  readonly schema: string;
  readonly names: WorkNames;
  /** The same, where external tables that are inlined are queries and not names. */
  readonly inlineNames: WorkNames;
  /** For the statement's own SQL; a streaming source has a second one. */
  readonly connection: Connection;
  readonly #answers = new Map<string, Promise<AnswerTable>>();
  readonly #spans = new Map<string, TraceSpan>();
  readonly #meters = new Map<string, CallMeter>();
  readonly #statistics = new Map<string, CallStatistics>();
  readonly #cleanups: (() => void)[] = [];
  #area: Promise<void> | undefined;
  /** Of the numbers in columns of tables that have been made readable, where their files tell. */
  readonly bounds = new Map<TableDefinition, ReadonlyMap<string, Bounds>>();
  /** Queries for the rows of tables that have no relation in the work area. */
  readonly inlined = new Map<TableDefinition, string>();
  /** Tables that have been made readable. */
  readonly opened = new Set<ExternalTable | SystemTable>();

  private constructor(options: WorkOptions, connection: Connection) {
    this.options = options;
    this.connection = connection;
    this.schema = schemaOf(options.id);
    this.names = workNames(options.id);
    this.inlineNames = { ...this.names, external: (table) => this.#inlineName(table) };
  }

  static async open(options: WorkOptions): Promise<StatementWork> {
    return new StatementWork(options, await options.database.connect());
  }

  #inlineName(table: TableDefinition): string {
    const query = this.inlined.get(table);
    return query === undefined ? this.names.external(table) : `(${query})`;
  }

  /** Makes the statement's schema, before the first relation in it; many statements need none. */
  makeArea(): Promise<void> {
    this.#area ??= this.#createSchema();
    return this.#area;
  }

  async #createSchema(): Promise<void> {
    // The statement's own connection may have a stream open.
    const connection = await this.options.database.connect();
    try {
      await connection.run(`CREATE SCHEMA ${WORK}.${this.schema}`);
    } finally {
      connection.close();
    }
  }

  answersOf(call: PhysicalCall): Promise<AnswerTable> {
    const made = this.#answers.get(call.answers) ?? this.#makeAnswers(call);
    this.#answers.set(call.answers, made);
    return made;
  }

  async #makeAnswers(call: PhysicalCall): Promise<AnswerTable> {
    await this.makeArea();
    const connection = await this.options.database.connect();
    return AnswerTable.create(connection, this.schema, answersTable(call.answers), call);
  }

  async poolOf({ operation, service }: PhysicalCall): Promise<ServicePool> {
    return isLocal(operation) ? [inProcessService(operation.prices)] : this.options.services.find(operation, service);
  }

  async cacheOf(call: PhysicalCall): Promise<CallOptions['cache']> {
    return this.options.services.cacheOf(call.operation, await this.poolOf(call));
  }

  /** Query for the inputs among some rows that nobody has answered yet, as `keysOf` gives it. */
  async missing(asked: AskedTogether, rows: string, row: string | undefined, from = 0): Promise<string> {
    return keysOf(asked, await Promise.all(asked.map(([call]) => this.answersOf(call))), rows, { row, from });
  }

  /** What the inputs that a query of keys gives will take, by member, as far as the caches do not know them. */
  async demandOf(asked: AskedTogether, chunks: AsyncIterable<DuckDBDataChunk>): Promise<readonly MemberDemand[]> {
    const [[call]] = asked;
    const pool = await this.poolOf(call);
    if (asked.length > 1) {
      const members = asked.map(async ([each]) => ({ operation: each.operation, cache: await this.cacheOf(each) }));
      const demand = new FusedDemand(await Promise.all(members), pool);
      for await (const group of wantedOf(chunks, call.inputs.length)) await demand.add(group);
      return demand.parts();
    }
    const cache = await this.cacheOf(call);
    const demand = new Demand(call.operation, pool);
    let [distinct, cached] = [0, 0];
    for await (const group of inputsOf(chunks, call.inputs.length)) {
      const known = cache === undefined || cache.mode === 'refresh' ? [] : await cache.store.get(group);
      const missed = group.filter((_, i) => known[i] === undefined);
      distinct += group.length;
      cached += group.length - missed.length;
      demand.add(missed);
    }
    const { documents, requests, cost } = demand;
    return [{ distinct, cached, documents, requests, cost }];
  }

  /**
   * Fails when what a set of inputs needs, as far as the cache does not know it, is beyond the budget: before the
   * first request. `keys` is read only when there is a budget.
   */
  async checkBudget(asked: AskedTogether, keys: () => AsyncIterable<DuckDBDataChunk>): Promise<void> {
    const { budget } = this.options;
    const limited = Object.values(budget.limits).some((limit) => limit !== undefined);
    const [[call]] = asked;
    if (!limited || (isLocal(call.operation) && call.operation.prices === undefined)) return;
    const parts = await this.demandOf(asked, keys());
    const sum = (of: (part: MemberDemand) => number) => parts.reduce((total, part) => total + of(part), 0);
    const cost = parts.some((part) => part.cost === undefined) ? undefined : sum((part) => part.cost ?? 0);
    const documents = sum((part) => part.documents);
    const [{ name }] = await this.poolOf(call);
    if (documents > 0)
      budget.check(
        sum((part) => part.requests),
        documents,
        cost,
        name,
      );
  }

  /**
   * Asks the service of calls that are asked together for the inputs a query of keys gives.
   *
   * @param options.counts by member, how many they are, where that is known before they are read, or once it is
   * @param options.holdPartial more inputs come soon: a batch that is not full may wait for them
   * @returns by member, how many were answered or failed
   */
  async ask(
    asked: AskedTogether,
    chunks: AsyncIterable<DuckDBDataChunk>,
    options: {
      readonly signal: AbortSignal;
      readonly counts?: readonly number[] | Promise<readonly number[]>;
      readonly holdPartial?: boolean;
    },
  ): Promise<readonly number[]> {
    const { budget, errorLimit, maxWaitSeconds, maxStallSeconds } = this.options;
    const { signal, counts, holdPartial = false } = options;
    const [[call]] = asked;
    const width = call.inputs.length;
    const members = await Promise.all(asked.map(([each], i) => this.#member(each, counts, i)));
    const [first, ...others] = members;
    invariant(first, 'nothing was asked');
    const { pool, span } = first;
    const limits = { budget, errorLimit, maxWaitSeconds, maxStallSeconds };
    const shared = { ...limits, pool, signal, span, holdPartial };
    const before = members.map(({ meter }) => meter.done);
    const appenders: AnswerAppender[] = [];
    const take = (member: number, answers: readonly Answered[]) => {
      appenders[member]?.add(answers);
      const meter = members[member]?.meter;
      if (meter !== undefined) meter.done += answers.length;
    };
    try {
      for (const { table } of members) appenders.push(await table.appender());
      if (others.length === 0) {
        for await (const answers of callOperation(inputsOf(chunks, width), { ...first, ...shared })) take(0, answers);
      } else {
        for await (const answers of callFused(wantedOf(chunks, width), { ...shared, members: [first, ...others] }))
          for (const i of members.keys())
            take(
              i,
              answers.filter(({ member }) => member === i),
            );
      }
      for (const appender of appenders) appender.flush();
    } catch (failure) {
      span.fail(failureType(failure));
      throw failure;
    } finally {
      for (const appender of appenders) appender.close();
    }
    return members.map(({ meter }, i) => meter.done - (before[i] ?? 0));
  }

  /** What asking for one call's inputs works with; `index` is its place among the counts. */
  async #member(call: PhysicalCall, counts: readonly number[] | Promise<readonly number[]> | undefined, index: number) {
    const pool = await this.poolOf(call);
    const stats = await this.#statisticsOf(call);
    const meter = this.#meters.get(call.answers) ?? { stats, pool, done: 0, total: undefined };
    this.#meters.set(call.answers, meter);
    const settled = meter.done;
    const total = (known: readonly number[]) => settled + (known[index] ?? 0);
    meter.total = counts === undefined || counts instanceof Promise ? undefined : total(counts);
    if (counts instanceof Promise) counts.then((known) => (meter.total = total(known)));
    const table = await this.answersOf(call);
    const cache = await this.cacheOf(call);
    return { operation: call.operation, pool, stats, meter, table, cache, span: this.#spanOf(call, stats) };
  }

  /** One span for a call, however often it asks; it ends with the statement's work. */
  #spanOf({ answers }: PhysicalCall, { operation, service }: CallStatistics): TraceSpan {
    const known = this.#spans.get(answers);
    if (known !== undefined) return known;
    const made = this.options.span.child('sqlc.call', { 'sqlc.operation': operation, 'sqlc.service': service });
    this.#spans.set(answers, made);
    return made;
  }

  /** How far each call has come. */
  get meters(): Iterable<CallMeter> {
    return this.#meters.values();
  }

  /** Counts the rows of a relation that need an answer of calls that share a table. */
  async countRows(calls: SharedCalls, rows: string, signal: AbortSignal): Promise<void> {
    const answers = await this.answersOf(calls[0]);
    (await this.#statisticsOf(calls[0])).countRows(await answers.count(calls, rows, signal));
  }

  /** By name of the answer table. */
  get statistics(): ReadonlyMap<string, CallStatistics> {
    return this.#statistics;
  }

  async #statisticsOf(call: PhysicalCall): Promise<CallStatistics> {
    const known = this.#statistics.get(call.answers);
    if (known !== undefined) return known;
    const pool = await this.poolOf(call);
    const made = new CallStatistics(call.operation.id, pool.map((s) => s.name).join(', '), pool[0].currency);
    this.#statistics.set(call.answers, made);
    this.options.report.operations.push(made);
    return made;
  }

  /** Runs when the statement ends. */
  onClose(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups) cleanup();
    for (const made of await Promise.allSettled(this.#answers.values()))
      if (made.status === 'fulfilled') made.value.close();

    for (const [answers, span] of this.#spans) {
      const stats = this.#statistics.get(answers);
      if (stats !== undefined) span.set(counts(stats));
      span.end();
    }
    try {
      if (this.#area !== undefined) await this.connection.run(`DROP SCHEMA IF EXISTS ${WORK}.${this.schema} CASCADE`);
    } finally {
      this.connection.close();
    }
  }
}

function counts(stats: CallStatistics): TraceAttributes {
  return {
    'sqlc.documents': stats.documents,
    'sqlc.distinct_inputs': stats.distinct,
    'sqlc.cached': stats.cached,
    'sqlc.requests': stats.requests,
    'sqlc.retries': stats.retries,
    'sqlc.throttled': stats.throttled,
    'sqlc.failed_inputs': Object.values(stats.errors).reduce((sum, n) => sum + n, 0),
    'sqlc.cost': stats.cost,
    'sqlc.currency': stats.currency,
  };
}
