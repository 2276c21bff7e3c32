// UPDATE … SET … [FROM …]: a target may be named by its alias, or through a common table expression.

import type { StoredTable } from '../../catalog/definitions.ts';
import { error } from '../../common/errors.ts';
import type { Assignment, Identifier, SelectItem, Update } from '../../parser/ast.ts';
import { quote } from '../../planner/sql-text.ts';
import { columnName, type Fragment } from '../../planner/unparse.ts';
import { type Changes, placeSql, stageDeleted, stageInserted, type Value } from '../change/change-set.ts';
import { defaultOf } from '../change/defaults.ts';
import type { ChangeStatement } from '../change/run-change.ts';
import { changeSource, columnIndex, ROW, refuseTwice } from '../change/target.ts';
import { columnOf, item, select } from '../change/tree.ts';

export function alteration(statement: Update): ChangeStatement {
  const { set, where, top, span, options, output } = statement;
  return {
    kind: 'update',
    options,
    output,
    plan: (snapshot) => {
      const { table, ctes, from, name } = changeSource(statement, snapshot);
      const { columns, items } = assignedColumns(set, table);
      const query = select({
        items: [item(columnOf([name, ROW], span), ROW), ...items],
        from,
        where,
        top,
        ctes,
        span,
      });
      return { table, query, stage: (changes, source) => stage(changes, source, columns) };
    },
  };
}

/** @throws SqlcError change/identity-update, change/column-twice, bind/unknown-column, not-supported */
export function assignedColumns(
  set: readonly Assignment[],
  table: StoredTable,
): { readonly columns: readonly number[]; readonly items: readonly SelectItem[] } {
  const names = set.map(({ column, variable, span }): Identifier => {
    const last = column?.parts.at(-1);
    if (variable !== undefined || last === undefined)
      throw error('not-supported', { what: 'assigning a variable in UPDATE' }, { span });
    return last;
  });
  refuseTwice(names);
  const columns = names.map((name) => {
    const index = columnIndex(table, name);
    if (table.columns[index]?.identity !== undefined)
      throw error('change/identity-update', { column: name.name }, { span: name.span });
    return index;
  });
  const items = set.map(({ value }, i) =>
    item(value.kind === 'default' ? defaultOf(table, columns[i] ?? -1, value.span) : value, `value_${i + 1}`),
  );
  return { columns, items };
}

/** Where several source rows match one row of the target, T-SQL takes any of them; so do we, the first. */
async function stage(changes: Changes, { sql, columns, parameters }: Fragment, assigned: readonly number[]) {
  const [row, ...values] = columns;
  if (row === undefined) return;
  const id = columnName(row.id);
  const source = `(SELECT DISTINCT ON (${id}) * FROM (${sql}) AS d WHERE ${id} IS NOT NULL) AS s`;
  changes.updates = true;
  const given = changes.table.columns.map((_, i): Value => {
    const value = values[assigned.indexOf(i)];
    return value === undefined || !assigned.includes(i)
      ? { kind: 'kept' }
      : { kind: 'source', sql: `s.${columnName(value.id)}`, type: value.type };
  });
  const from = `${source} JOIN ${placeSql(changes.table)} AS t ON t.rowid = s.${id}`;
  await stageInserted(changes, given, from, 't.rowid', parameters);
  await stageDeleted(changes, `SELECT ${quote(ROW)} FROM ${changes.work.names.area}.inserted`, []);
}
