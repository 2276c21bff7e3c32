// One DuckDB instance, opened hardened: bounded memory, no extensions from outside, a frozen configuration.
// `work` is an attached in-memory catalog for what lives only while a statement runs; it spills like any other.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CollationName } from '../../arrow/sql-type.ts';
import { DEFAULT_SCHEMA } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { defaultCollation } from '../../planner/duckdb-dialect/collations.ts';
import { Connection } from './connection.ts';
import { duckdbError } from './duckdb-error.ts';

export interface DatabaseOptions {
  /** Folder of a persistent database, created when absent; without it everything is in memory. */
  readonly folder: string | undefined;
  readonly memoryLimitMb: number;
  /** Where DuckDB spills. */
  readonly temporaryFolder: string;
}

export const WORK = 'work';
const DATA_FILE = 'data.duckdb';

export class Database {
  readonly persistent: boolean;
  readonly #instance: DuckDBInstance;
  #closed = false;

  private constructor(instance: DuckDBInstance, persistent: boolean) {
    this.#instance = instance;
    this.persistent = persistent;
  }

  /** @throws SqlcError catalog/open, catalog/locked */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { folder } = options;
    if (folder !== undefined) await makeFolder(folder);
    const path = folder === undefined ? ':memory:' : join(folder, DATA_FILE);
    const instance = await DuckDBInstance.create(path, {
      memory_limit: `${options.memoryLimitMb}MiB`,
      temp_directory: options.temporaryFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_unsigned_extensions: 'false',
      errors_as_json: 'false',
      preserve_insertion_order: 'true',
    }).catch((cause: unknown) => {
      throw openError(cause, folder ?? path);
    });
    const database = new Database(instance, folder !== undefined);
    const connection = await instance.connect();
    await connection.run(`ATTACH ':memory:' AS ${WORK}; CREATE SCHEMA ${WORK}.${DEFAULT_SCHEMA}`);
    await connection.run(
      "SET GLOBAL default_null_order = 'nulls_first_on_asc_last_on_desc'; SET GLOBAL TimeZone = 'UTC'; SET GLOBAL max_expression_depth = 4000; SET GLOBAL parquet_metadata_cache = true",
    );
    connection.closeSync();
    return database;
  }

  /** Says how texts compare, once; from then on nothing of the configuration changes. */
  async settle(collation: CollationName): Promise<void> {
    const connection = await this.connect();
    try {
      await connection.run(
        `SET GLOBAL default_collation = '${defaultCollation(collation)}'; SET GLOBAL lock_configuration = true`,
      );
    } finally {
      connection.close();
    }
  }

  async connect(): Promise<Connection> {
    const raw: DuckDBConnection = await this.#instance.connect().catch((cause: unknown) => {
      throw this.#closed ? error('exec/closed', {}) : duckdbError(cause);
    });
    return new Connection(raw);
  }

  close(): void {
    this.#closed = true;
    this.#instance.closeSync();
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw error('catalog/open', { path: folder, reason: cause.code ?? cause.message });
  });
}

function openError(cause: unknown, path: string): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/lock|being used by another process/i.test(message)) return error('catalog/locked', { path }, { cause });
  const shown = duckdbError(cause);
  return error('catalog/open', { path, reason: shown.message }, { cause });
}
