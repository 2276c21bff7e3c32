// The engine: the composition root, and the face an embedding program sees.

import type { Table } from 'apache-arrow';
import { columnTypesOf } from '../arrow/arrow-type.ts';
import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { batchToChunks } from '../arrow/values-to-chunk.ts';
import { DEFAULT_SCHEMA } from '../catalog/snapshot.ts';
import { error } from '../common/errors.ts';
import { WORK } from '../exec/duckdb/database.ts';
import type { CallProgress } from '../exec/progress.ts';
import type { RunReport } from '../exec/run-report.ts';
import { parse, parseBatches } from '../parser/parse.ts';
import { quote } from '../planner/sql-text.ts';
import { BatchScope } from './batch-scope.ts';
import { explainBatches } from './explain-script.ts';
import { type FunctionDefinition, type FunctionGroupDefinition, functionsOf } from './function-definition.ts';
import { endOf, runBatches, runOnly, type Script, type ScriptStep } from './interpreter.ts';
import { type EngineOptions, openSession } from './open.ts';
import { boundParameters, type ParameterInput } from './parameters.ts';
import type { Message } from './raised.ts';
import type { Result } from './result.ts';
import type { Session } from './session.ts';
import { spooled } from './spool.ts';
import type { Explanation } from './statements/explain.ts';

export type Parameters = Readonly<Record<string, ParameterInput>>;

export type { Message, ScriptStep };

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as each statement begins, with its report, live until the statement ends. */
  readonly onReport?: ((report: RunReport) => void) | undefined;
  /** Called with what PRINT says, and RAISERROR up to severity 10, as it is said. */
  readonly onMessage?: ((message: Message) => void) | undefined;
}

export interface OpenBatch {
  run(text: string, options?: RunOptions): AsyncGenerator<ScriptStep>;
  end(): Promise<void>;
}

/**
 * An embedded engine.
 *
 * @example
 * const engine = await Engine.open();
 * const result = await engine.query('SELECT SENTIMENT(@text) AS mood', { text: 'I love it' });
 * console.log(await result.toArray()); // [{ mood: 'positive' }]
 * await engine.close();
 */
export class Engine {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** @throws SqlcError catalog/open, catalog/locked, catalog/newer-format, settings/* */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    return new Engine(await openSession(options));
  }

  /**
   * Plans exactly one statement; its work starts when the result is read.
   *
   * @throws SqlcError syntax/*, bind/*, settings/* here; exec/*, service/*, storage/* here or while reading
   */
  async query(sql: string, parameters: Parameters = {}, options: RunOptions = {}): Promise<Result> {
    const [statement, ...rest] = parse(sql);
    if (statement === undefined) throw error('syntax/empty-script', {});
    if (rest.length > 0) throw error('syntax/one-statement', { count: rest.length + 1 }, { span: rest[0]?.span });
    return runOnly(statement, this.#script(sql, parameters, options));
  }

  /** Runs a script; one result per statement that has one, in order. Stops at the first error and throws it. */
  async execute(script: string, parameters: Parameters = {}, options: RunOptions = {}): Promise<Result[]> {
    const results: Result[] = [];
    for await (const { result } of this.run(script, parameters, options)) {
      if (result !== undefined) results.push(await spooled(result, this.#session));
    }
    return results;
  }

  /** The statements of a script one by one, each bound when its turn comes. */
  async *run(script: string, parameters: Parameters = {}, options: RunOptions = {}): AsyncGenerator<ScriptStep> {
    const batches = parseBatches(script);
    yield* runBatches(batches, this.#script(script, parameters, options));
  }

  /** A batch whose text comes in pieces, as in a shell: variables stay until it ends. */
  openBatch(parameters: Parameters = {}): OpenBatch {
    const script = this.#script('', parameters, {});
    const scope = new BatchScope(script.parameters);
    return {
      run: (text, options = {}) =>
        runBatches(parseBatches(text), { ...this.#script(text, parameters, options), scope }),
      end: () => endOf(scope, this.#session),
    };
  }

  /** Runs a result to its end, so that it can be read after later statements have run. */
  keep(result: Result): Promise<Result> {
    return spooled(result, this.#session);
  }

  /** The plan of one statement, without running it. */
  async explain(sql: string, parameters: Parameters = {}): Promise<Explanation> {
    const plans = await this.explainScript(sql, parameters);
    const [only, ...rest] = plans;
    if (only === undefined) throw error('syntax/empty-script', {});
    if (rest.length > 0) throw error('syntax/one-statement', { count: plans.length });
    return only;
  }

  /** The plan of each query of a script; what earlier statements would create is known by its definition only. */
  async explainScript(
    script: string,
    parameters: Parameters = {},
    options: { readonly steps?: boolean } = {},
  ): Promise<Explanation[]> {
    this.#session.checkOpen();
    return explainBatches(parseBatches(script), this.#script(script, parameters, {}), options);
  }

  /** Makes an Arrow table readable under a name, until the engine closes. Replaces one registered before. */
  async registerTable(name: string, table: Table): Promise<void> {
    this.#session.checkOpen();
    const { database, store } = this.#session.parts;
    const types = columnTypesOf(table.schema);
    const columns = table.schema.fields.map((field, i) => ({
      name: field.name,
      type: types[i] ?? { kind: 'null' as const },
      nullable: true,
    }));
    const connection = await database.connect();
    try {
      const target = `${WORK}.${DEFAULT_SCHEMA}.${quote(name)}`;
      await connection.run(
        `CREATE OR REPLACE TABLE ${target} (${columns.map((c) => `${quote(c.name)} ${duckdbTypeName(c.type)}`).join(', ')})`,
      );
      const appender = await connection.appender(WORK, DEFAULT_SCHEMA, name);
      for (const batch of table.batches)
        for (const chunk of batchToChunks(batch, types)) appender.appendDataChunk(chunk);
      appender.flushSync();
      appender.closeSync();
    } finally {
      connection.close();
    }
    store.register({ kind: 'stored', schema: DEFAULT_SCHEMA, name, columns, database: WORK });
  }

  /**
   * Makes a batch function of this program callable in SQL, until the engine closes.
   *
   * @example
   * engine.registerFunction({ name: 'SHOUT', params: ['nvarchar'], returns: 'nvarchar', batchSize: 100,
   *   call: (rows) => rows.map(([text]) => String(text).toUpperCase()) });
   * // Several functions of one input: where that is cheaper, a query that asks for both calls once.
   * engine.registerFunction({ name: 'MEASURE', params: ['nvarchar'], returns: { WORDS: 'int', LETTERS: 'int' },
   *   call: (rows) => rows.map(([text]) => ({ WORDS: String(text).split(' ').length, LETTERS: String(text).length })) });
   * @throws SqlcError function/definition, bind/unknown-type
   */
  registerFunction(definition: FunctionDefinition): void;
  registerFunction(definition: FunctionGroupDefinition): void;
  registerFunction(definition: FunctionDefinition | FunctionGroupDefinition): void {
    this.#session.checkOpen();
    for (const fn of functionsOf(definition, this.#session.functions)) this.#session.functions.set(fn.name, fn);
  }

  /** How far the calls of the statements that run have come: cheap, so that it can be read many times a second. */
  progress(): CallProgress[] {
    return this.#session.progress();
  }

  /** Cancels what runs and gives everything back. */
  close(): Promise<void> {
    return this.#session.close();
  }

  #script(text: string, parameters: Parameters, { signal, onReport, onMessage }: RunOptions): Script {
    return { session: this.#session, text, parameters: boundParameters(parameters), signal, onReport, onMessage };
  }
}
