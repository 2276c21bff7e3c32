// INSERT's source: which columns of the table get which columns of a query, and what the others get.

import type { StoredTable } from '../../catalog/definitions.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { columnName } from '../../planner/unparse.ts';
import { stageInserted, type Value } from './change-set.ts';
import { defaultOf } from './defaults.ts';
import type { ChangePlan } from './run-change.ts';
import { columnIndex, refuseTwice } from './target.ts';
import { integer, item, select } from './tree.ts';

/**
 * @param query undefined for DEFAULT VALUES
 * @param identityInsert whether SET IDENTITY_INSERT is ON for the table
 * @throws SqlcError change/identity-insert, change/identity-needed, change/column-twice, bind/unknown-column
 */
export function insertedValues(
  table: StoredTable,
  columns: readonly ast.Identifier[],
  query: ast.Query | undefined,
  identityInsert: boolean | undefined,
  span: Span,
): ChangePlan {
  refuseTwice(columns);
  const identity = table.columns.findIndex((c) => c.identity !== undefined);
  const targets =
    columns.length === 0
      ? table.columns.flatMap((_, i) => (i === identity && identityInsert !== true ? [] : [i]))
      : columns.map((name) => columnIndex(table, name));
  const given = query === undefined ? [] : targets;
  checkIdentity(table, identity, given, identityInsert ?? false, columns, span);
  const source =
    query === undefined
      ? select({ items: [item(integer(1, span), 'one')], from: [], span })
      : withDefaults(query, table, given);
  return {
    table,
    query: source,
    stage: async (changes, fragment) => {
      const found = fragment.columns.length;
      if (query !== undefined && found !== given.length)
        throw error('change/column-count', { table: table.name, expected: given.length, found }, { span: query.span });
      const values = table.columns.map((_, i): Value => {
        const position = given.indexOf(i);
        const column = fragment.columns[position];
        if (column !== undefined && position >= 0)
          return { kind: 'source', sql: columnName(column.id), type: column.type };
        return { kind: i === identity ? 'identity' : 'default' };
      });
      changes.inserts = true;
      changes.givesIdentities = identity >= 0 && !given.includes(identity);
      await stageInserted(changes, values, `(${fragment.sql}) AS s`, 'NULL', fragment.parameters);
    },
  };
}

function checkIdentity(
  table: StoredTable,
  identity: number,
  given: readonly number[],
  identityInsert: boolean,
  columns: readonly ast.Identifier[],
  span: Span,
): void {
  const column = table.columns[identity];
  if (column === undefined) return;
  const params = { column: column.name, table: table.name };
  if (given.includes(identity) && !identityInsert)
    throw error('change/identity-insert', params, { span: columns[given.indexOf(identity)]?.span ?? span });
  if (!given.includes(identity) && identityInsert) throw error('change/identity-needed', params, { span });
}

/** DEFAULT in a row of VALUES is the default of the column it goes to. */
function withDefaults(query: ast.Query, table: StoredTable, targets: readonly number[]): ast.Query {
  const { body } = query;
  if (body.kind !== 'values') return query;
  const rows = body.rows.map((row) =>
    row.map((e, i) => (e.kind === 'default' ? defaultOf(table, targets[i] ?? -1, e.span) : e)),
  );
  return { ...query, body: { ...body, rows } };
}
