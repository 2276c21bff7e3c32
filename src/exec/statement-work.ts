// What one running statement holds: its schema in the work catalog, its connections, its answers, its statistics.
// Everything is given back when the statement ends, however it ends.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { PlainValue } from '../arrow/write-values.ts';
import type { ExternalTable, SystemTable, TableDefinition } from '../catalog/definitions.ts';
import { failureType, type TraceAttributes, type TraceSpan } from '../common/trace.ts';
import type { Bounds } from '../planner/narrow-decimals.ts';
import type { PhysicalCall } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import type { WorkNames } from '../planner/unparse.ts';
import type { Budget } from '../udf/budget.ts';
import type { CallOptions } from '../udf/call-operator.ts';
import { CallStatistics } from '../udf/call-statistics.ts';
import { Demand } from '../udf/demand.ts';
import type { ErrorLimit } from '../udf/error-limit.ts';
import { type Input, isLocal, type Operation, type WireOperation } from '../udf/operation.ts';
import { inProcessService } from '../udf/registered-function.ts';
import type { ServicePool } from '../udf/service.ts';
import { AnswerTable } from './answer-table.ts';
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
  /** For the statement's own SQL; a streaming source has a second one. */
  readonly connection: Connection;
  readonly #answers = new Map<string, AnswerTable>();
  readonly #spans = new Map<string, TraceSpan>();
  readonly #meters = new Map<string, CallMeter>();
  readonly #statistics = new Map<string, CallStatistics>();
  readonly #cleanups: (() => void)[] = [];
  /** Of the numbers in columns of tables that have been made readable, where their files tell. */
  readonly bounds = new Map<TableDefinition, ReadonlyMap<string, Bounds>>();
  /** Tables that have been made readable. */
  readonly opened = new Set<ExternalTable | SystemTable>();

  private constructor(options: WorkOptions, connection: Connection) {
    this.options = options;
    this.connection = connection;
    this.schema = schemaOf(options.id);
    this.names = workNames(options.id);
  }

  static async open(options: WorkOptions): Promise<StatementWork> {
    const connection = await options.database.connect();
    await connection.run(`CREATE SCHEMA ${WORK}.${schemaOf(options.id)}`);
    return new StatementWork(options, connection);
  }

  async answersOf(call: PhysicalCall): Promise<AnswerTable> {
    const known = this.#answers.get(call.answers);
    if (known !== undefined) return known;
    const made = await AnswerTable.create(
      await this.options.database.connect(),
      this.schema,
      answersTable(call.answers),
      call,
    );
    this.#answers.set(call.answers, made);
    return made;
  }

  async poolOf({ operation, service }: PhysicalCall): Promise<ServicePool> {
    return isLocal(operation) ? [inProcessService()] : this.options.services.find(operation, service);
  }

  async cacheOf(call: PhysicalCall): Promise<CallOptions['cache']> {
    return this.options.services.cacheOf(call.operation, await this.poolOf(call));
  }

  /**
   * Fails when what a set of inputs needs, as far as the cache does not know it, is beyond the budget: before the
   * first request. `keys` is read only when there is a budget.
   */
  async checkBudget(call: PhysicalCall, keys: () => AsyncIterable<DuckDBDataChunk>): Promise<void> {
    const { budget } = this.options;
    const limited = Object.values(budget.limits).some((limit) => limit !== undefined);
    if (!limited || isLocal(call.operation)) return;
    const pool = await this.poolOf(call);
    const cache = await this.cacheOf(call);
    const demand = new Demand(call.operation, pool);
    for await (const group of inputsOf(keys(), call.inputs.length)) {
      const known = cache === undefined || cache.mode === 'refresh' ? [] : await cache.store.get(group);
      demand.add(group.filter((_, i) => known[i] === undefined));
    }
    const { requests, documents, cost } = demand;
    if (documents > 0) budget.check(requests, documents, cost, pool[0].name);
  }

  /**
   * Asks the service of calls that share an answer table for the inputs a query of keys gives.
   *
   * @param options.count how many they are, where that is known before they are read, or once it is
   * @param options.holdPartial more inputs come soon: a batch that is not full may wait for them
   * @returns how many were answered or failed
   */
  async ask(
    call: PhysicalCall,
    chunks: AsyncIterable<DuckDBDataChunk>,
    options: {
      readonly signal: AbortSignal;
      readonly count?: number | Promise<number>;
      readonly holdPartial?: boolean;
    },
  ): Promise<number> {
    const { operation } = call;
    const { budget, errorLimit, maxWaitSeconds, maxStallSeconds } = this.options;
    const { signal, count, holdPartial = false } = options;
    const pool = await this.poolOf(call);
    const stats = await this.#statisticsOf(call);
    const meter = this.#meters.get(call.answers) ?? { stats, pool, done: 0, total: undefined };
    this.#meters.set(call.answers, meter);
    const settled = meter.done;
    meter.total = typeof count === 'number' ? settled + count : undefined;
    if (count instanceof Promise) count.then((known) => (meter.total = settled + known));
    const table = await this.answersOf(call);
    const cache = await this.cacheOf(call);
    const span = this.#spanOf(call, stats);
    const before = meter.done;
    try {
      await table.fill(
        flat(inputsOf(chunks, call.inputs.length)),
        {
          operation,
          pool,
          stats,
          budget,
          errorLimit,
          cache,
          signal,
          span,
          holdPartial,
          maxWaitSeconds,
          maxStallSeconds,
        },
        (answers) => {
          meter.done += answers;
        },
      );
    } catch (failure) {
      span.fail(failureType(failure));
      throw failure;
    }
    return meter.done - before;
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
    for (const answers of this.#answers.values()) answers.close();
    for (const [answers, span] of this.#spans) {
      const stats = this.#statistics.get(answers);
      if (stats !== undefined) span.set(counts(stats));
      span.end();
    }
    try {
      await this.connection.run(`DROP SCHEMA IF EXISTS ${WORK}.${this.schema} CASCADE`);
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

/** Rows of key texts as inputs, a group a chunk. */
export async function* inputsOf(chunks: AsyncIterable<DuckDBDataChunk>, width: number): AsyncGenerator<Input[]> {
  for await (const chunk of chunks) {
    const columns = Array.from({ length: width }, (_, i) => chunk.getColumnValues(i));
    // The query gives text.
    yield Array.from({ length: chunk.rowCount }, (_, row) => columns.map((values) => values[row] as string | null));
  }
}

async function* flat<T>(groups: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const group of groups) yield* group;
}

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
