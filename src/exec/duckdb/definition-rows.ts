// Schema `sqlc` of the database: the definitions as rows, and where counters stand. Everything here runs in the
// transaction of whoever calls it.

import { type CollationName, VARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { Definitions, ObjectKind, Stamp } from '../../catalog/definitions.ts';
import { DEFAULT_SCHEMA, EMPTY_SNAPSHOT, LIST_OF, type Snapshot } from '../../catalog/snapshot.ts';
import type { CatalogChange } from '../../catalog/store.ts';
import { error } from '../../common/errors.ts';
import { literalSql } from '../../planner/duckdb-dialect/literals.ts';
import type { Connection } from './connection.ts';

/** 2: constraints, views, schemas, sequences, statistics; 3: the collation. */
const FORMAT_VERSION = 3;
const DEFAULT_COLLATION: CollationName = 'BIN2_UTF8';
/** Ids below are those of T-SQL's own objects and schemas. */
const FIRST_ID = 1001;

/**
 * @param wanted collation of a new database
 * @returns the collation of this one
 * @throws SqlcError catalog/newer-format, catalog/collation
 */
export async function prepareDefinitions(
  connection: Connection,
  wanted: CollationName | undefined,
): Promise<CollationName> {
  await connection.run(
    `CREATE SCHEMA IF NOT EXISTS sqlc; CREATE SCHEMA IF NOT EXISTS ${DEFAULT_SCHEMA};
     CREATE TABLE IF NOT EXISTS sqlc.meta (format_version INTEGER);
     CREATE TABLE IF NOT EXISTS sqlc.objects (kind VARCHAR, schema_name VARCHAR, name VARCHAR, definition VARCHAR)`,
  );
  const [[found] = []] = await connection.rows('SELECT max(format_version) FROM sqlc.meta');
  const version = found === null || found === undefined ? 0 : Number(found);
  if (version > FORMAT_VERSION) throw error('catalog/newer-format', { found: version, known: FORMAT_VERSION });
  await connection.run(
    `CREATE TABLE IF NOT EXISTS sqlc.counters (id BIGINT, next VARCHAR);
     ALTER TABLE sqlc.meta ADD COLUMN IF NOT EXISTS collation_name VARCHAR`,
  );
  const collation = version === 0 ? (wanted ?? DEFAULT_COLLATION) : await keptCollation(connection);
  if (wanted !== undefined && wanted !== collation) throw error('catalog/collation', { kept: collation, wanted });
  if (version !== FORMAT_VERSION) {
    await connection.transaction(() =>
      connection.run(`DELETE FROM sqlc.meta; INSERT INTO sqlc.meta VALUES (${FORMAT_VERSION}, ${text(collation)})`),
    );
  }
  return collation;
}

/** Before format 3 there was one. */
async function keptCollation(connection: Connection): Promise<CollationName> {
  const [[found] = []] = await connection.rows('SELECT collation_name FROM sqlc.meta');
  return found === 'CI_AS' ? found : DEFAULT_COLLATION;
}

export async function readDefinitions(connection: Connection): Promise<Snapshot> {
  const rows = await connection.rows('SELECT kind, definition FROM sqlc.objects ORDER BY kind, schema_name, name');
  const of = <K extends ObjectKind>(kind: K): Definitions[K][] =>
    rows.filter((row) => row[0] === kind).map((row) => JSON.parse(String(row[1])) as Definitions[K]); // written below from the same type
  const ownSchemas = of('schema');
  return {
    ...EMPTY_SNAPSHOT,
    schemas: [DEFAULT_SCHEMA, ...ownSchemas.map(({ name }) => name)],
    ownSchemas,
    tables: of('table'),
    views: of('view'),
    sequences: of('sequence'),
    statistics: of('statistics'),
    credentials: of('credential'),
    dataSources: of('data source'),
    fileFormats: of('file format'),
    services: of('service'),
  };
}

export async function writeDefinition(connection: Connection, change: CatalogChange): Promise<void> {
  if (change.action !== 'create') await connection.run(`DELETE FROM sqlc.objects WHERE ${identified(change)}`);
  if (change.action === 'drop') return;
  const { kind, definition } = change;
  const values = [kind, ownerOf(definition), definition.name, JSON.stringify(definition)].map(text);
  await connection.run(`INSERT INTO sqlc.objects VALUES (${values.join(', ')})`);
}

function identified(change: CatalogChange): string {
  const { name } = change.action === 'drop' ? change : change.definition;
  const owner = change.action === 'drop' ? ownerOf(change) : ownerOf(change.definition);
  return `kind = ${text(change.kind)} AND lower(name) = lower(${text(name)}) AND lower(schema_name) = lower(${text(owner)})`;
}

/** Names are unique within the schema, of statistics within the table. */
function ownerOf(named: object): string {
  const schema = 'schema' in named ? String(named.schema) : '';
  return 'table' in named ? `${schema}.${named.table}` : schema;
}

function text(value: string): string {
  return literalSql(value, VARCHAR_MAX);
}

/** The definition as it is kept: with an id, and when it was made and changed. */
export function stamped(change: CatalogChange, before: Stamp | undefined, nextId: () => number): CatalogChange {
  if (change.action === 'drop') return change;
  const now = new Date().toISOString();
  const stamp: Stamp = { id: before?.id ?? nextId(), created: before?.created ?? now, modified: now };
  return { ...change, definition: { ...change.definition, stamp } } as CatalogChange; // the same kind of definition
}

/** The first id that no object has. */
export function firstFreeId(snapshot: Snapshot, counters: Iterable<number>): number {
  const stamps = Object.values(LIST_OF).flatMap((list) => snapshot[list].map(({ stamp }) => stamp?.id ?? 0));
  return Math.max(FIRST_ID - 1, ...stamps, ...counters) + 1;
}

export async function readCounters(connection: Connection): Promise<Map<number, bigint>> {
  const rows = await connection.rows('SELECT id, next FROM sqlc.counters');
  return new Map(rows.map(([id, next]) => [Number(id), BigInt(String(next))]));
}

export async function writeCounters(connection: Connection, counters: ReadonlyMap<number, bigint>): Promise<void> {
  for (const [id, next] of counters) {
    await connection.run(`DELETE FROM sqlc.counters WHERE id = ${id}`);
    await connection.run(`INSERT INTO sqlc.counters VALUES (${id}, '${next}')`);
  }
}
