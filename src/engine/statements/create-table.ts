// CREATE TABLE with columns, and DECLARE @t TABLE.

import type { StoredTable } from '../../catalog/definitions.ts';
import { DEFAULT_SCHEMA, findTable, isTemporary, type Snapshot, sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { WORK } from '../../exec/duckdb/database.ts';
import type * as ast from '../../parser/ast.ts';
import { bindDefault, checkAssignable } from '../../planner/bind/column-default.ts';
import { newTableName, tableName } from '../../planner/bind/objects.ts';
import { bindTableParts } from '../../planner/bind/table-definition.ts';
import type { PlanInputs } from '../../planner/plan-query.ts';
import { planQuery } from '../../planner/plan-query.ts';
import { integer, item, select, tableOf } from '../change/tree.ts';
import type { StatementContext } from '../statement.ts';
import { refuseDoomed } from './transaction.ts';

export async function createTable(statement: ast.CreateTable, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const snapshot = await store.snapshot();
    const table = tableDefinition(statement, context.text, snapshot);
    if (table === undefined) return;
    checkLayout(statement.layout, table);
    await checkExpressions(statement, table, context.session.planInputs(snapshot, context.parameters, 0));
    await store.createTable(table, undefined);
  });
}

/** What a statement would define; nothing when the table is there and need not be made. */
export function tableDefinition(statement: ast.CreateTable, text: string, snapshot: Snapshot): StoredTable | undefined {
  const there = tableName(statement.name, snapshot);
  if (statement.existing === 'skip' && findTable(snapshot, there.schema, there.name) !== undefined) return undefined;
  const name = newTableName(statement.name, snapshot);
  const textOf = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  const parts = bindTableParts(name.name, statement.columns, statement.constraints, textOf, snapshot.collation);
  return { kind: 'stored', ...name, ...parts, database: isTemporary(name.name) ? WORK : undefined };
}

export async function declareTable(statement: ast.DeclareTable, context: StatementContext): Promise<void> {
  const { store } = context.session.parts;
  const snapshot = await store.snapshot();
  const table = variableDefinition(statement, context.text, snapshot);
  // Met again in a loop it is the same table, with its rows.
  if (findTable(snapshot, DEFAULT_SCHEMA, table.name) !== undefined) return;
  await checkExpressions(statement, table, context.session.planInputs(snapshot, context.parameters, 0));
  await store.createTable(table, undefined);
}

/** What DECLARE @t TABLE would define. */
export function variableDefinition(statement: ast.DeclareTable, text: string, snapshot: Snapshot): StoredTable {
  const name = `@${statement.name}`;
  const textOf = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  const parts = bindTableParts(name, statement.columns, statement.constraints, textOf, snapshot.collation);
  return { kind: 'stored', schema: DEFAULT_SCHEMA, name, ...parts, database: WORK };
}

/** Binds what is kept as text while its places are known. @throws SqlcError bind/* */
export async function checkExpressions(
  written: { readonly columns: readonly ast.TableColumn[]; readonly constraints: readonly ast.TableConstraint[] },
  table: StoredTable,
  inputs: PlanInputs,
): Promise<void> {
  const constraints = [...written.columns.flatMap((c) => c.constraints), ...written.constraints];
  const defaults = [
    ...written.columns.flatMap((c) => (c.default === undefined ? [] : [{ name: c.name.name, value: c.default }])),
    ...constraints.flatMap((c) => (c.kind === 'default-for' ? [{ name: c.column.name, value: c.value }] : [])),
  ];
  for (const { name, value } of defaults) {
    const column = table.columns.find((c) => sameName(c.name, name));
    const bound = await bindDefault(value, inputs);
    if (column !== undefined) checkAssignable(bound.type, column.type, column.name);
  }
  const snapshot = { ...inputs.snapshot, tables: [...inputs.snapshot.tables, table] };
  for (const constraint of constraints) {
    if (constraint.kind !== 'check') continue;
    const { condition } = constraint;
    const { span } = condition;
    const rows = select({
      items: [item(integer(1, span), 'one')],
      from: [tableOf([table.schema, table.name], undefined, span)],
      where: condition,
      span,
    });
    const { physical } = await planQuery(rows, { ...inputs, snapshot }, 'blocking');
    if (physical.stages.length > 0)
      throw error('bind/cognitive-place', { name: 'a cognitive function', clause: 'CHECK' }, { span });
  }
}

/** @throws SqlcError bind/unknown-column */
export function checkLayout({ distribution, index, partition }: ast.TableLayout, table: StoredTable): void {
  const named = [
    ...(distribution?.kind === 'hash' ? distribution.columns : []),
    ...(index !== undefined && index.kind !== 'heap' ? index.columns : []),
    ...(partition === undefined ? [] : [partition.column]),
  ];
  for (const { name, span } of named) {
    if (table.columns.some((c) => sameName(c.name, name))) continue;
    throw error('bind/unknown-column', { name, where: ` in "${table.name}"` }, { span });
  }
}
