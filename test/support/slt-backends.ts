// What .slt files are replayed on: the engine (with any of its rules left out), whose calls are answered by an emulator
// that can be predicted by reading, and bare DuckDB.

import type { RecordBatch } from 'apache-arrow';
import { columnTypesOf } from '../../src/arrow/arrow-type.ts';
import { scalarTextOf } from '../../src/arrow/cell-text.ts';
import type { SqlType } from '../../src/arrow/sql-type.ts';
import { cellReaders } from '../../src/arrow/to-objects.ts';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, startServer } from '../../src/emulator/server.ts';
import { Engine } from '../../src/engine/engine.ts';
import { openDuckdb } from './duckdb-batches.ts';
import { fakeTextModels } from './fake-text-models.ts';
import type { Backend } from './slt-record.ts';

export const SQLC_NAMES: Backend['names'] = ['sqlc', 'mssql'];
export const DUCKDB_NAMES: Backend['names'] = ['duckdb'];

/** An emulator over the fake text models, on a port of this machine. It takes its time when scheduling is shuffled. */
export function startFakeService(): Promise<EmulatorServer> {
  const { SQLC_SHUFFLE } = process.env;
  const switches = SQLC_SHUFFLE === undefined ? {} : { jitter: 3, reorder: true, seed: Number(SQLC_SHUFFLE) };
  const emulator = createEmulator({ models: fakeTextModels(), switches });
  return startServer({ emulator, port: 0, host: '127.0.0.1' });
}

export interface SqlcOptions {
  readonly serviceUrl: string;
  readonly cacheDir: string;
  /** Rules left out. */
  readonly disabledRules: readonly string[];
  readonly collation?: string | undefined;
}

export async function sqlcBackend({ serviceUrl, cacheDir, disabledRules, collation }: SqlcOptions): Promise<Backend> {
  const engine = await Engine.open({
    env: { LANGUAGE_ENDPOINT: serviceUrl },
    settings: { cache_dir: cacheDir, cache: 'OFF', ...(collation === undefined ? {} : { collation }) },
    disabledRules,
  });
  return {
    names: SQLC_NAMES,
    countsCalls: disabledRules.length === 0,
    async statement(sql) {
      for (const result of await engine.execute(sql)) await result.toArray();
    },
    async query(sql) {
      const result = await engine.query(sql);
      const types = columnTypesOf(result.schema);
      const rows: string[][] = [];
      for await (const batch of result.batches()) rows.push(...textRows(batch, types));
      return { types, rows, calls: result.stats.operations };
    },
    close: () => engine.close(),
  };
}

/** DuckDB as it is, but for the order of NULLs. */
export async function duckdbBackend(): Promise<Backend> {
  const connection = await openDuckdb();
  await connection.run("SET default_null_order = 'nulls_first_on_asc_last_on_desc'");
  return {
    names: DUCKDB_NAMES,
    countsCalls: false,
    async statement(sql) {
      await connection.run(sql);
    },
    async query(sql) {
      const rows = (await connection.runAndReadAll(sql)).getRows();
      return { types: undefined, rows: rows.map((row) => row.map(duckdbText)), calls: [] };
    },
    async close() {
      connection.closeSync();
    },
  };
}

function duckdbText(value: unknown): string {
  return value === null ? 'NULL' : String(value);
}

/** Values as in csv, but NULL spelled out. */
function textRows(batch: RecordBatch, types: readonly SqlType[]): string[][] {
  const readers = cellReaders(batch, types);
  const texts = types.map(scalarTextOf);
  return Array.from({ length: batch.numRows }, (_, row) =>
    readers.map((read, column) => {
      const value = read(row);
      return value === null ? 'NULL' : (texts[column]?.(value) ?? '');
    }),
  );
}
