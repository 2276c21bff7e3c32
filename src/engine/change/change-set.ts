// The rows a statement changes, staged before anything is touched: `inserted` holds new and changed rows as they will
// be, `deleted` changed and removed rows as they were, both with the place of the row. Then they are checked, shown by
// OUTPUT, and applied in one transaction.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import type { SqlType } from '../../arrow/sql-type.ts';
import type { StoredTable } from '../../catalog/definitions.ts';
import { placeOf } from '../../catalog/snapshot.ts';
import type { Connection } from '../../exec/duckdb/connection.ts';
import type { StatementWork } from '../../exec/statement-work.ts';
import { bindDefault, checkAssignable } from '../../planner/bind/column-default.ts';
import { assignedSql } from '../../planner/duckdb-dialect/assigned.ts';
import type { ParameterExpr } from '../../planner/expression.ts';
import type { PlanInputs } from '../../planner/plan-query.ts';
import { quote } from '../../planner/sql-text.ts';
import { unparseExpression } from '../../planner/unparse.ts';
import { keptExpression, unplaced } from './defaults.ts';
import { ROW } from './target.ts';

/** What a column of a new or changed row gets. */
export type Value =
  /** A column of the staged source. */
  | { readonly kind: 'source'; readonly sql: string; readonly type: SqlType }
  /** What the row has. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'default' }
  | { readonly kind: 'identity' };

export function inserted({ work }: Pick<Changes, 'work'>): string {
  return `${work.names.area}.inserted`;
}
export function deleted({ work }: Pick<Changes, 'work'>): string {
  return `${work.names.area}.deleted`;
}
export function placeSql(table: StoredTable): string {
  return placeOf(table).map(quote).join('.');
}

export interface Opened {
  readonly table: StoredTable;
  readonly work: StatementWork;
  readonly inputs: PlanInputs;
  /** Rows come in and nothing else happens: there is no `deleted`. */
  readonly addsOnly: boolean;
}

export interface Changes extends Opened {
  /** Columns that new values were assigned to; all of them for inserted rows. */
  readonly assigned: Set<number>;
  inserts: boolean;
  updates: boolean;
  deletes: boolean;
  /** New rows get numbers for their identity column. */
  givesIdentities: boolean;
}

/** The tables, empty. */
export async function openChanges({ table, work, inputs, addsOnly }: Opened): Promise<Changes> {
  const none = { inserts: false, updates: false, deletes: false, givesIdentities: false };
  const changes: Changes = { table, work, inputs, addsOnly, assigned: new Set(), ...none };
  const columns = table.columns.map((c) => `${quote(c.name)} ${duckdbTypeName(c.type)}`);
  const names = addsOnly ? [inserted(changes)] : [inserted(changes), deleted(changes)];
  const created = names.map((name) => `CREATE TABLE ${name} (${[...columns, `${quote(ROW)} BIGINT`].join(', ')})`);
  await work.makeArea();
  await work.connection.run(created.join('; '));
  return changes;
}

/**
 * Stages rows as they will be.
 *
 * @param from SQL of the rows: the source's columns, as `t` the target's where a value is kept
 * @param row SQL of where the row stands, NULL for a new one
 */
export async function stageInserted(
  changes: Changes,
  values: readonly Value[],
  from: string,
  row: string,
  parameters: readonly ParameterExpr[],
): Promise<void> {
  const { table, work, inputs } = changes;
  let bound = parameters;
  const items: string[] = [];
  for (const [i, column] of table.columns.entries()) {
    const value = values[i] ?? { kind: 'default' };
    if (value.kind !== 'kept') changes.assigned.add(i);
    const found = await valueSql(value, column, table.name, inputs, bound);
    bound = found.parameters;
    items.push(found.sql);
  }
  await work.connection.run(
    `INSERT INTO ${inserted(changes)} SELECT ${[...items, row].join(', ')} FROM ${from}`,
    bound,
    work.options.signal,
  );
}

type Column = StoredTable['columns'][number];
type Sql = { readonly sql: string; readonly parameters: readonly ParameterExpr[] };

async function valueSql(
  value: Value,
  column: Column,
  table: string,
  inputs: PlanInputs,
  parameters: readonly ParameterExpr[],
): Promise<Sql> {
  const place = { table, column: column.name };
  switch (value.kind) {
    case 'kept':
      return { sql: `t.${quote(column.name)}`, parameters };
    case 'identity':
      // Counted from 0 here; the numbers are given out when it is known how many are needed.
      return { sql: `CAST(row_number() OVER () - 1 AS ${duckdbTypeName(column.type)})`, parameters };
    case 'source':
      checkAssignable(value.type, column.type, column.name);
      return { sql: assignedSql(value.sql, value.type, column.type, place, inputs.dateOrder), parameters };
    case 'default': {
      const { default: given } = column;
      if (given === undefined) return { sql: `CAST(NULL AS ${duckdbTypeName(column.type)})`, parameters };
      const expr = await unplaced(() => bindDefault(keptExpression(given.text), inputs));
      checkAssignable(expr.type, column.type, column.name);
      const printed = unparseExpression(expr, inputs.names, parameters);
      return { ...printed, sql: assignedSql(printed.sql, expr.type, column.type, place, inputs.dateOrder) };
    }
  }
}

/** Stages rows as they are, by where they stand. */
export async function stageDeleted(
  changes: Changes,
  rows: string,
  parameters: readonly ParameterExpr[],
): Promise<void> {
  const { table, work } = changes;
  const columns = table.columns.map((c) => `t.${quote(c.name)}`);
  await work.connection.run(
    `INSERT INTO ${deleted(changes)} SELECT ${[...columns, 't.rowid'].join(', ')} FROM ${placeSql(table)} AS t WHERE t.rowid IN (${rows})`,
    parameters,
    work.options.signal,
  );
}

/** Puts the staged rows in their place. */
export async function applyChanges(changes: Changes, connection: Connection, place: string): Promise<void> {
  const { table, work, assigned } = changes;
  const { signal } = work.options;
  const row = quote(ROW);
  const names = table.columns.map((c) => quote(c.name));
  if (changes.deletes) {
    const gone = `SELECT ${row} FROM ${deleted(changes)} WHERE ${row} NOT IN (SELECT ${row} FROM ${inserted(changes)} WHERE ${row} IS NOT NULL)`;
    await connection.run(`DELETE FROM ${place} WHERE rowid IN (${gone})`, [], signal);
  }
  if (changes.updates && assigned.size > 0) {
    const set = [...assigned].map((i) => `${names[i]} = i.${names[i]}`);
    await connection.run(
      `UPDATE ${place} AS t SET ${set.join(', ')} FROM ${inserted(changes)} AS i WHERE t.rowid = i.${row}`,
      [],
      signal,
    );
  }
  if (changes.inserts) {
    await connection.run(
      `INSERT INTO ${place} (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${inserted(changes)} WHERE ${row} IS NULL`,
      [],
      signal,
    );
  }
}

/** How many rows are changed: those removed, changed and new. */
export async function changedRows(changes: Changes): Promise<number> {
  const row = quote(ROW);
  if (changes.addsOnly) {
    const [[added] = []] = await changes.work.connection.rows(`SELECT count(*) FROM ${inserted(changes)}`);
    return Number(added);
  }
  const gone = `SELECT count(*) FROM ${deleted(changes)} WHERE ${row} NOT IN (SELECT ${row} FROM ${inserted(changes)} WHERE ${row} IS NOT NULL)`;
  const [[count] = []] = await changes.work.connection.rows(
    `SELECT (SELECT count(*) FROM ${inserted(changes)}) + (${gone})`,
  );
  return Number(count);
}
