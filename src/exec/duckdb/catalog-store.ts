// The catalog's store: definitions in schema `sqlc` of the same database, written in the same transaction as the data.

import { VARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { Definitions, ObjectKind, StoredTable, SystemTable, TableDefinition } from '../../catalog/definitions.ts';
import { DEFAULT_SCHEMA, type Snapshot, sameName } from '../../catalog/snapshot.ts';
import type { CatalogChange, CatalogStore } from '../../catalog/store.ts';
import { error } from '../../common/errors.ts';
import { literalSql } from '../../planner/duckdb-dialect/literals.ts';
import { quote } from '../../planner/sql-text.ts';
import type { Fragment } from '../../planner/unparse.ts';
import type { Connection } from './connection.ts';
import type { Database } from './database.ts';

const FORMAT_VERSION = 1;

export class DuckdbCatalogStore implements CatalogStore {
  readonly persistent: boolean;
  readonly #database: Database;
  /** Tables the embedding program registered: rows in the work area, gone with the engine. */
  readonly #registered: StoredTable[] = [];

  #cached: Snapshot | undefined;

  readonly #system: readonly SystemTable[];

  private constructor(database: Database, system: readonly SystemTable[]) {
    this.#database = database;
    this.#system = system;
    this.persistent = database.persistent;
  }

  /**
   * @param system tables that every snapshot has besides those defined
   * @throws SqlcError catalog/newer-format
   */
  static async open(database: Database, system: readonly SystemTable[]): Promise<DuckdbCatalogStore> {
    const store = new DuckdbCatalogStore(database, system);
    await store.#with(async (connection) => {
      await connection.run(
        `CREATE SCHEMA IF NOT EXISTS sqlc; CREATE SCHEMA IF NOT EXISTS ${DEFAULT_SCHEMA};
         CREATE TABLE IF NOT EXISTS sqlc.meta (format_version INTEGER);
         CREATE TABLE IF NOT EXISTS sqlc.objects (kind VARCHAR, schema_name VARCHAR, name VARCHAR, definition VARCHAR)`,
      );
      const [[found] = []] = await connection.rows('SELECT max(format_version) FROM sqlc.meta');
      if (found === null || found === undefined)
        await connection.run(`INSERT INTO sqlc.meta VALUES (${FORMAT_VERSION})`);
      else if (Number(found) > FORMAT_VERSION)
        throw error('catalog/newer-format', { found: Number(found), known: FORMAT_VERSION });
    });
    return store;
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#cached !== undefined) return this.#cached;
    const rows = await this.#with((connection) =>
      connection.rows('SELECT kind, definition FROM sqlc.objects ORDER BY kind, schema_name, name'),
    );
    const of = <K extends ObjectKind>(kind: K): Definitions[K][] =>
      rows.filter((row) => row[0] === kind).map((row) => JSON.parse(String(row[1])) as Definitions[K]); // written by apply() from the same type
    this.#cached = {
      schemas: [DEFAULT_SCHEMA],
      tables: [...of('table'), ...this.#registered, ...this.#system],
      credentials: of('credential'),
      dataSources: of('data source'),
      fileFormats: of('file format'),
      services: of('service'),
    };
    return this.#cached;
  }

  async apply(change: CatalogChange): Promise<void> {
    await this.#with((connection) => connection.transaction(() => this.#write(connection, change)));
    this.#cached = undefined;
  }

  /** A table and its rows, together or not at all. */
  async createTableAs(table: StoredTable, query: Fragment, signal: AbortSignal): Promise<void> {
    await this.#with((connection) =>
      connection.transaction(async () => {
        const names = table.columns.map((c, i) => `c${query.columns[i]?.id ?? 0} AS ${quote(c.name)}`);
        const target = `${quote(table.schema)}.${quote(table.name)}`;
        await connection.run(
          `CREATE TABLE ${target} AS SELECT ${names.join(', ')} FROM (${query.sql}) AS t`,
          query.parameters,
          signal,
        );
        await this.#write(connection, { action: 'create', kind: 'table', definition: table });
      }),
    );
    this.#cached = undefined;
  }

  async dropTable(table: TableDefinition): Promise<void> {
    await this.#with((connection) =>
      connection.transaction(async () => {
        if (table.kind === 'stored') await connection.run(`DROP TABLE ${quote(table.schema)}.${quote(table.name)}`);
        await this.#write(connection, { action: 'drop', kind: 'table', schema: table.schema, name: table.name });
      }),
    );
    this.#cached = undefined;
  }

  register(table: StoredTable): void {
    const kept = this.#registered.findIndex((t) => sameName(t.name, table.name));
    if (kept >= 0) this.#registered.splice(kept, 1);
    this.#registered.push(table);
    this.#cached = undefined;
  }

  async #write(connection: Connection, change: CatalogChange): Promise<void> {
    const text = (value: string) => literalSql(value, VARCHAR_MAX);
    if (change.action === 'drop') {
      const schema = change.schema === undefined ? '' : ` AND lower(schema_name) = lower(${text(change.schema)})`;
      await connection.run(
        `DELETE FROM sqlc.objects WHERE kind = ${text(change.kind)} AND lower(name) = lower(${text(change.name)})${schema}`,
      );
      return;
    }
    const { kind, definition } = change;
    const schema = 'schema' in definition ? definition.schema : '';
    if (change.action === 'replace') {
      const { name } = definition;
      await this.#write(
        connection,
        schema === '' ? { action: 'drop', kind, name } : { action: 'drop', kind, schema, name },
      );
    }
    const values = [kind, schema, definition.name, JSON.stringify(definition)].map(text);
    await connection.run(`INSERT INTO sqlc.objects VALUES (${values.join(', ')})`);
  }

  async #with<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#database.connect();
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }
}
