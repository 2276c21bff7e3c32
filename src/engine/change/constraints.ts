// What rows must keep to: NOT NULL, CHECK and keys. Checked by our own queries, with T-SQL's meaning: a CHECK that is
// unknown holds, and two NULLs are equal in a UNIQUE (T-SQL reference: Unique constraints and check constraints).

import type { Constraint, StoredTable } from '../../catalog/definitions.ts';
import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Connection } from '../../exec/duckdb/connection.ts';
import type { PlanInputs } from '../../planner/plan-query.ts';
import { planQuery } from '../../planner/plan-query.ts';
import { quote } from '../../planner/sql-text.ts';
import { type Changes, inserted } from './change-set.ts';
import { keptCondition, unplaced } from './defaults.ts';
import { integer, item, select, tableOf } from './tree.ts';

type Key = Extract<Constraint, { readonly columns: unknown }>;

/** Before anything is changed. @throws SqlcError change/null (515), change/check (547) */
export async function checkRows(changes: Changes): Promise<void> {
  const { table, work, assigned } = changes;
  const required = table.columns.filter((c, i) => !c.nullable && (assigned.has(i) || changes.inserts));
  if (required.length > 0) {
    const [found = []] = await work.connection.rows(
      `SELECT ${required.map((c) => `coalesce(bool_or(${quote(c.name)} IS NULL), FALSE)`).join(', ')} FROM ${inserted(changes)}`,
    );
    const index = found.indexOf(true);
    const column = required[index];
    if (column !== undefined) throw error('change/null', { column: column.name, table: table.name });
  }
  for (const constraint of table.constraints ?? []) {
    if (constraint.kind === 'check') await checkCondition(constraint.name, constraint.text, changes);
  }
}

async function checkCondition(name: string, text: string, changes: Changes): Promise<void> {
  const { table, work, inputs } = changes;
  const failing = await unplaced(() =>
    failingRows(text, { ...table, held: stagedPlace(work.names.area) }, inputs, work.connection),
  );
  if (failing) throw error('change/check', { name, table: table.name });
}

function stagedPlace(area: string): NonNullable<StoredTable['held']> {
  const [database = '', schema = ''] = area.split('.');
  return { database, schema, name: 'inserted' };
}

/** Whether a condition is false for a row of a table. */
export async function failingRows(
  text: string,
  table: StoredTable,
  inputs: PlanInputs,
  connection: Connection,
): Promise<boolean> {
  const condition = keptCondition(text);
  const { span } = condition;
  const query = select({
    items: [item(integer(1, span), 'failing')],
    from: [tableOf([table.schema, table.name], undefined, span)],
    where: { kind: 'unary', operator: 'not', operand: condition, span },
    span,
  });
  const others = inputs.snapshot.tables.filter(
    (t) => !(sameName(t.name, table.name) && sameName(t.schema, table.schema)),
  );
  const snapshot = { ...inputs.snapshot, tables: [...others, table] };
  const { output } = (await planQuery(query, { ...inputs, snapshot }, 'blocking')).physical;
  if (output.kind !== 'fragment') return false;
  const rows = await connection.rows(`SELECT 1 FROM (${output.fragment.sql}) AS t LIMIT 1`, output.fragment.parameters);
  return rows.length > 0;
}

/** After the rows are in place, inside the same transaction. @throws SqlcError change/duplicate (2627) */
export async function checkKeys(changes: Changes, connection: Connection, place: string): Promise<void> {
  const { table, assigned } = changes;
  for (const key of enforcedKeys(table)) {
    const moved = key.columns.some((name) => [...assigned].some((i) => sameName(table.columns[i]?.name ?? '', name)));
    if (!moved) continue;
    const columns = key.columns.map(quote);
    // Only keys that came in can be there twice.
    const same = columns.map((c) => `t.${c} IS NOT DISTINCT FROM i.${c}`).join(' AND ');
    const only = changes.updates ? '' : ` WHERE EXISTS (SELECT 1 FROM ${inserted(changes)} AS i WHERE ${same})`;
    await refuseTwice(
      key,
      table,
      `SELECT ${columns.map((c) => `t.${c}`).join(', ')} FROM ${place} AS t${only}`,
      connection,
    );
  }
}

/** @param rows SQL of the key's columns */
export async function refuseTwice(key: Key, table: StoredTable, rows: string, connection: Connection): Promise<void> {
  const columns = key.columns.map(quote);
  const [twice] = await connection.rows(
    `SELECT ${columns.map((c) => `CAST(${c} AS VARCHAR)`).join(', ')} FROM (${rows}) AS k GROUP BY ${columns.join(', ')} HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice === undefined) return;
  const value = twice.map((v) => (v === null ? 'NULL' : String(v))).join(', ');
  throw error('change/duplicate', { constraint: `${key.kind} "${key.name}"`, table: table.name, value });
}

export function enforcedKeys(table: StoredTable): readonly Key[] {
  return (table.constraints ?? []).filter((c): c is Key => c.kind !== 'check' && c.enforced);
}
