// One DuckDB connection: text and bound values in, chunks out; interrupted by the signal. One statement at a time.

import {
  blobValue,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBPreparedStatement,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { familyOf, isText } from '../../arrow/sql-type.ts';
import type { ParameterExpr } from '../../planner/expression.ts';
import { duckdbError } from './duckdb-error.ts';

const INTERRUPT_MS = 50;

type Parameters = readonly Pick<ParameterExpr, 'value' | 'type'>[];

export class Connection {
  readonly #raw: DuckDBConnection;

  constructor(raw: DuckDBConnection) {
    this.#raw = raw;
  }

  /** @throws SqlcError exec/*, exec/cancelled when the signal fired */
  async run(sql: string, parameters: Parameters = [], signal?: AbortSignal): Promise<void> {
    await this.#guarded(signal, () => this.#raw.run(sql, parameters.map(boundValue)));
  }

  /** All rows, for results known to be small. */
  async rows(sql: string, parameters: Parameters = [], signal?: AbortSignal): Promise<DuckDBValue[][]> {
    const reader = await this.#guarded(signal, () => this.#raw.runAndReadAll(sql, parameters.map(boundValue)));
    return reader.getRows();
  }

  /** All chunks, for results known to be small. */
  async chunks(sql: string, parameters: Parameters, signal: AbortSignal): Promise<DuckDBDataChunk[]> {
    const result = await this.#guarded(signal, () => this.#raw.run(sql, parameters.map(boundValue)));
    return result.fetchAllChunks();
  }

  /** Chunks as the engine makes them; stopping early stops the engine. */
  async *stream(sql: string, parameters: Parameters, signal: AbortSignal): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#guarded(signal, () => this.#raw.stream(sql, parameters.map(boundValue)));
    for (;;) {
      const chunk = await this.#guarded(signal, () => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  async columnTypes(sql: string): Promise<readonly DuckDBType[]> {
    const prepared: DuckDBPreparedStatement = await this.#guarded(undefined, () => this.#raw.prepare(sql));
    try {
      return Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnType(i));
    } finally {
      prepared.destroySync();
    }
  }

  async appender(catalog: string, schema: string, table: string): Promise<DuckDBAppender> {
    return this.#guarded(undefined, () => this.#raw.createAppender(table, schema, catalog));
  }

  /** All of the changes or none of them. */
  async transaction(body: () => Promise<void>): Promise<void> {
    await this.run('BEGIN TRANSACTION');
    try {
      await body();
      await this.run('COMMIT');
    } catch (failure) {
      await this.run('ROLLBACK').catch(() => {}); // the first failure is the one to tell
      throw failure;
    }
  }

  close(): void {
    this.#raw.closeSync();
  }

  async #guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    let again: NodeJS.Timeout | undefined;
    const interrupt = () => {
      this.#raw.interrupt();
      // Between its preparation and its start a statement does not hear it.
      again ??= setInterval(interrupt, INTERRUPT_MS);
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (cause) {
      signal?.throwIfAborted();
      throw duckdbError(cause);
    } finally {
      signal?.removeEventListener('abort', interrupt);
      clearInterval(again);
    }
  }
}

/** Everything but bits and bytes travels as text; the fragment casts it to its type. */
function boundValue({ value, type }: Parameters[number]): DuckDBValue {
  if (value === null || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return blobValue(value);
  if (isText(type) || familyOf(type) !== 'float') return String(value);
  return Number(value);
}
