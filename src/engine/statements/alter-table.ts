// ALTER TABLE and RENAME OBJECT: rows and definition change in one transaction.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { familyOf, typeName } from '../../arrow/sql-type.ts';
import type { ColumnDefinition, Constraint, StoredTable } from '../../catalog/definitions.ts';
import { findView, sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Connection } from '../../exec/duckdb/connection.ts';
import type * as ast from '../../parser/ast.ts';
import { columnType } from '../../planner/bind/collation.ts';
import { bindDefault, checkAssignable } from '../../planner/bind/column-default.ts';
import { newTableName, tableName } from '../../planner/bind/objects.ts';
import { bindTableParts } from '../../planner/bind/table-definition.ts';
import { bindType } from '../../planner/bind/type-name.ts';
import { assignedSql } from '../../planner/duckdb-dialect/assigned.ts';
import type { PlanInputs } from '../../planner/plan-query.ts';
import { quote } from '../../planner/sql-text.ts';
import { unparseExpression } from '../../planner/unparse.ts';
import { enforcedKeys, failingRows, refuseTwice } from '../change/constraints.ts';
import { keptExpression } from '../change/defaults.ts';
import { columnIndex, targetTable } from '../change/target.ts';
import type { StatementContext } from '../statement.ts';
import { checkExpressions } from './create-table.ts';
import { refuseDoomed } from './transaction.ts';

/** What an action makes of a table, and how its rows get there. */
interface Altered {
  readonly definition: StoredTable;
  apply(connection: Connection, place: string): Promise<void>;
}

export async function alterTable({ name, action }: ast.AlterTable, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const table = await store.writable(targetTable(name, await store.snapshot()));
    const inputs = context.session.planInputs(await store.snapshot(), context.parameters, 0);
    const { definition, apply } = await altered(table, action, inputs, context);
    await store.change(table, apply, definition);
  });
}

function altered(
  table: StoredTable,
  action: ast.AlterTableAction,
  inputs: PlanInputs,
  context: StatementContext,
): Promise<Altered> | Altered {
  switch (action.kind) {
    case 'add':
      return added(table, action, inputs, context);
    case 'drop-columns':
      return withoutColumns(table, action);
    case 'drop-constraints':
      return withoutConstraints(table, action);
    case 'alter-column':
      return withColumn(table, action, inputs);
    case 'other':
      throw error('not-supported', { what: 'ALTER TABLE … SET' }, { span: action.span });
  }
}

async function added(
  table: StoredTable,
  action: ast.AddColumns,
  inputs: PlanInputs,
  { session, text }: StatementContext,
): Promise<Altered> {
  const textOf = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  const parts = bindTableParts(table.name, action.columns, action.constraints, textOf, inputs.snapshot.collation, {
    columns: table.columns,
    constraints: table.constraints ?? [],
  });
  const definition: StoredTable = { ...table, ...parts };
  const others = inputs.snapshot.tables.filter((t) => t !== table);
  await checkExpressions(action, definition, { ...inputs, snapshot: { ...inputs.snapshot, tables: others } });
  const fresh = definition.columns.slice(table.columns.length);
  const constraints = parts.constraints.slice(table.constraints?.length ?? 0);
  return {
    definition,
    apply: async (connection, place) => {
      const [[count] = []] = await connection.rows(`SELECT count(*) FROM ${place}`);
      // DuckDB takes no ALTER of a table after an UPDATE in the same transaction.
      for (const column of fresh) {
        const type = duckdbTypeName(column.type);
        await connection.run(`ALTER TABLE ${place} ADD COLUMN ${quote(column.name)} ${type}`);
      }
      if (Number(count) > 0) {
        const adding = { table, place, rows: Number(count), connection, inputs, session };
        for (const column of fresh) await fillColumn(column, adding);
      }
      await checkAdded(constraints, definition, connection, place, inputs);
      const required = definition.columns.filter((c, i) => !c.nullable && table.columns[i]?.nullable === true);
      for (const column of required) await refuseNulls(column, definition, connection, place);
    },
  };
}

interface Adding {
  readonly table: StoredTable;
  readonly place: string;
  readonly rows: number;
  readonly connection: Connection;
  readonly inputs: PlanInputs;
  readonly session: StatementContext['session'];
}

/** Rows that are there get the default where the column takes no NULL, else NULL (T-SQL reference: ALTER TABLE). */
async function fillColumn(column: ColumnDefinition, adding: Adding): Promise<void> {
  const { table, place, rows, connection, inputs, session } = adding;
  const name = quote(column.name);
  if (column.identity !== undefined && table.stamp !== undefined) {
    const step = BigInt(column.identity.increment);
    const first = session.parts.store.take(
      table.stamp.id,
      BigInt(column.identity.seed),
      (n) => n + BigInt(rows) * step,
    );
    const numbered = `SELECT rowid AS r, row_number() OVER (ORDER BY rowid) - 1 AS n FROM ${place}`;
    await connection.run(
      `UPDATE ${place} AS t SET ${name} = ${first} + s.n * ${step} FROM (${numbered}) AS s WHERE t.rowid = s.r`,
    );
    return;
  }
  if (column.nullable) return;
  if (column.default === undefined) throw error('table/not-null-column', { column: column.name, table: table.name });
  const expr = await bindDefault(keptExpression(column.default.text), inputs);
  const { sql, parameters } = unparseExpression(expr, inputs.names, []);
  const value = assignedSql(sql, expr.type, column.type, { table: table.name, column: column.name }, inputs.dateOrder);
  await connection.run(`UPDATE ${place} SET ${name} = ${value}`, parameters);
}

async function checkAdded(
  constraints: readonly Constraint[],
  table: StoredTable,
  connection: Connection,
  place: string,
  inputs: PlanInputs,
): Promise<void> {
  for (const constraint of constraints) {
    if (constraint.kind === 'check') {
      if (await failingRows(constraint.text, table, inputs, connection))
        throw error('change/check', { name: constraint.name, table: table.name });
    } else if (constraint.enforced) {
      await refuseTwice(
        constraint,
        table,
        `SELECT ${constraint.columns.map(quote).join(', ')} FROM ${place}`,
        connection,
      );
    }
  }
}

async function refuseNulls(
  { name }: ColumnDefinition,
  table: StoredTable,
  connection: Connection,
  place: string,
): Promise<void> {
  const nulls = await connection.rows(`SELECT 1 FROM ${place} WHERE ${quote(name)} IS NULL LIMIT 1`);
  if (nulls.length > 0) throw error('change/null', { column: name, table: table.name });
}

function withoutColumns(table: StoredTable, { columns, ifExists }: ast.DropColumns): Altered {
  const there = columns.filter((c) => !ifExists || table.columns.some((t) => sameName(t.name, c.name)));
  const gone = there.map((name) => columnIndex(table, name));
  for (const [i, index] of gone.entries()) refuseUsed(table, index, there[i]);
  if (gone.length >= table.columns.length)
    throw error('table/last-column', { table: table.name }, { span: there.at(-1)?.span });
  return {
    definition: { ...table, columns: table.columns.filter((_, i) => !gone.includes(i)) },
    apply: async (connection, place) => {
      for (const index of gone)
        await connection.run(`ALTER TABLE ${place} DROP COLUMN ${quote(table.columns[index]?.name ?? '')}`);
    },
  };
}

/** @throws SqlcError table/column-used (5074) */
function refuseUsed(table: StoredTable, index: number, written: ast.Identifier | undefined): void {
  const column = table.columns[index];
  if (column === undefined) return;
  const mentions = (c: Constraint) =>
    c.kind === 'check'
      ? new RegExp(`(^|[^\\w@#$])${escaped(column.name)}($|[^\\w@#$])`, 'i').test(c.text)
      : c.columns.some((name) => sameName(name, column.name));
  const users = [
    ...(column.default === undefined ? [] : [column.default.name]),
    ...(table.constraints ?? []).filter(mentions).map((c) => c.name),
  ];
  if (users.length > 0)
    throw error(
      'table/column-used',
      { column: column.name, users: users.map((u) => `"${u}"`).join(', ') },
      { span: written?.span },
    );
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function withoutConstraints(table: StoredTable, { constraints, ifExists }: ast.DropConstraints): Altered {
  let definition = table;
  for (const { name, span } of constraints) {
    const kept = (definition.constraints ?? []).filter((c) => !sameName(c.name, name));
    const columns = definition.columns.map((c): ColumnDefinition => {
      if (c.default === undefined || !sameName(c.default.name, name)) return c;
      const { default: _, ...rest } = c;
      return rest;
    });
    const found =
      kept.length < (definition.constraints?.length ?? 0) || columns.some((c, i) => c !== definition.columns[i]);
    if (!found && !ifExists) throw error('catalog/unknown-object', { kind: 'constraint', name }, { span });
    definition = { ...definition, columns, constraints: kept };
  }
  return { definition, apply: async () => {} };
}

function withColumn(
  table: StoredTable,
  { column, type: written, nullable, collation }: ast.AlterColumn,
  { snapshot, dateOrder }: PlanInputs,
): Altered {
  const index = columnIndex(table, column);
  const before = table.columns[index];
  if (before === undefined) return { definition: table, apply: async () => {} };
  const type = columnType(bindType(written, 1), collation, snapshot.collation);
  const isKey = enforcedKeys(table).some((k) => k.columns.some((name) => sameName(name, before.name)));
  if (isKey && (familyOf(type) !== familyOf(before.type) || nullable === true))
    throw error('table/column-used', { column: before.name, users: 'a key' }, { span: column.span });
  if (before.identity !== undefined && familyOf(type) !== 'integer' && type.kind !== 'decimal')
    throw error('table/identity-type', { column: before.name, type: typeName(type) }, { span: written.span });
  checkAssignable(before.type, type, before.name);
  // NULL unless said otherwise, whatever it was (T-SQL reference: ALTER TABLE).
  const after: ColumnDefinition = { ...before, type, nullable: nullable ?? (before.identity === undefined && !isKey) };
  const definition = { ...table, columns: table.columns.map((c, i) => (i === index ? after : c)) };
  const name = quote(before.name);
  const value = assignedSql(name, before.type, type, { table: table.name, column: before.name }, dateOrder);
  return {
    definition,
    apply: async (connection, place) => {
      // DuckDB cannot convert with lambdas in USING, so the rows are converted beside the table.
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE altered_rows AS SELECT rowid AS r, ${value} AS v FROM ${place}`,
      );
      await connection.run(`ALTER TABLE ${place} ALTER COLUMN ${name} TYPE ${duckdbTypeName(type)} USING NULL`);
      await connection.run(`UPDATE ${place} AS t SET ${name} = a.v FROM temp.altered_rows AS a WHERE t.rowid = a.r`);
      await connection.run('DROP TABLE temp.altered_rows');
      if (!after.nullable) await refuseNulls(after, definition, connection, place);
    },
  };
}

/** RENAME OBJECT a TO b: a table or a view; what names it in a view breaks. */
export async function renameObject({ from, to }: ast.RenameObject, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const snapshot = await store.snapshot();
    const { schema, name } = tableName(from, snapshot);
    const span = { start: from.span.start, end: to.span.end };
    const target = newTableName({ parts: [...from.parts.slice(0, -1), to], span }, snapshot);
    const view = findView(snapshot, schema, name);
    if (view !== undefined) {
      await store.apply({ action: 'drop', kind: 'view', schema: view.schema, name: view.name });
      await store.apply({ action: 'create', kind: 'view', definition: { ...view, name: target.name } });
      return;
    }
    const table = await store.writable(targetTable(from, snapshot));
    const rename = (connection: Connection, place: string) =>
      connection.run(`ALTER TABLE ${place} RENAME TO ${quote(target.name)}`);
    // Rows held elsewhere stay where they are.
    await store.change(table, table.held === undefined ? rename : async () => {}, { ...table, name: target.name });
  });
}
