// What one running statement holds: its schema in the work catalog, its connections, its answers, its statistics.
// Everything is given back when the statement ends, however it ends.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { PlainValue } from '../arrow/write-values.ts';
import type { ExternalTable, SystemTable } from '../catalog/definitions.ts';
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
  readonly #meters = new Map<string, CallMeter>();
  readonly #statistics = new Map<string, CallStatistics>();
  readonly #cleanups: (() => void)[] = [];
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
    const made = await AnswerTable.create(this.connection, this.schema, answersTable(call.answers), call);
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
   * Asks the call's service for the inputs a query of keys gives.
   *
   * @param count how many they are, where that is known before they are read
   */
  async ask(call: PhysicalCall, chunks: AsyncIterable<DuckDBDataChunk>, count?: number): Promise<void> {
    const { operation } = call;
    const { signal, budget, errorLimit, maxWaitSeconds, maxStallSeconds } = this.options;
    const pool = await this.poolOf(call);
    const stats = await this.#statisticsOf(call);
    const meter = this.#meters.get(call.answers) ?? { stats, pool, done: 0, total: undefined };
    this.#meters.set(call.answers, meter);
    meter.total = count === undefined ? undefined : meter.done + count;
    const table = await this.answersOf(call);
    const cache = await this.cacheOf(call);
    const inputs = counted(inputsOf(chunks, call.inputs.length), stats);
    await table.fill(
      inputs,
      { operation, pool, stats, budget, errorLimit, cache, signal, maxWaitSeconds, maxStallSeconds },
      (answers) => {
        meter.done += answers;
      },
    );
  }

  /** How far each call has come. */
  get meters(): Iterable<CallMeter> {
    return this.#meters.values();
  }

  /** Counts the rows of a relation that need an answer of the call. */
  async countRows(call: PhysicalCall, rows: string): Promise<void> {
    const answers = await this.answersOf(call);
    (await this.#statisticsOf(call)).countRows(await answers.count(call, rows, this.options.signal));
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
    try {
      await this.connection.run(`DROP SCHEMA IF EXISTS ${WORK}.${this.schema} CASCADE`);
    } finally {
      this.connection.close();
    }
  }
}

/** Rows of key texts as inputs, a group a chunk. */
export async function* inputsOf(chunks: AsyncIterable<DuckDBDataChunk>, width: number): AsyncGenerator<Input[]> {
  for await (const chunk of chunks) {
    const columns = Array.from({ length: width }, (_, i) => chunk.getColumnValues(i));
    // The query gives text.
    yield Array.from({ length: chunk.rowCount }, (_, row) => columns.map((values) => values[row] as string | null));
  }
}

async function* counted(groups: AsyncIterable<Input[]>, stats: CallStatistics): AsyncGenerator<Input> {
  for await (const group of groups) {
    stats.distinct += group.length;
    yield* group;
  }
}
