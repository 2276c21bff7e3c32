// INSERT: rows of VALUES, of a query, or of defaults alone.

import type { Insert, Query } from '../../parser/ast.ts';
import { callsIn } from '../../planner/bind/ast-key.ts';
import { insertedValues } from '../change/insert-values.ts';
import type { ChangeStatement } from '../change/run-change.ts';
import { referenceOf, targetTable } from '../change/target.ts';
import { item, select } from '../change/tree.ts';
import type { Session } from '../session.ts';

export function insertion(statement: Insert, { state, functions }: Session): ChangeStatement {
  const query = statement.query && sourceOf(statement, statement.query, functions);
  return {
    kind: 'insert',
    options: statement.options,
    output: statement.output,
    plan: (snapshot) => {
      const table = targetTable(referenceOf(statement.target).name, snapshot);
      const isOn = state.identityInsert === `${table.schema}.${table.name}`.toLowerCase();
      return insertedValues(table, statement.columns, query, isOn, statement.target.span);
    },
  };
}

function sourceOf({ ctes, top, span }: Insert, query: Query, functions: ReadonlyMap<string, unknown>): Query {
  const whole = { ...withCalls(query, functions), ctes: [...ctes, ...query.ctes] };
  if (top === undefined) return whole;
  const star = { kind: 'star', qualifier: [], exclude: [], replace: [], span } as const;
  const rows = { kind: 'derived', query: { ...whole, ctes: query.ctes }, alias: undefined, columns: [], span } as const;
  return select({ items: [{ ...item(star, ''), alias: undefined }], from: [rows], top, ctes, span });
}

/** Rows of VALUES that ask a service are selects of one row each: there is no place for a call among VALUES. */
function withCalls(query: Query, functions: ReadonlyMap<string, unknown>): Query {
  const { body } = query;
  let asks = false;
  if (body.kind === 'values') {
    callsIn(body.rows, (call) => {
      if (functions.has(call.name.name.toUpperCase())) asks = true;
    });
  }
  if (body.kind !== 'values' || !asks) return query;
  const [first, ...others] = body.rows.map(
    (row) => select({ items: row.map((e, i) => item(e, `column_${i + 1}`)), from: [], span: body.span }).body,
  );
  if (first === undefined) return query;
  const union = others.reduce(
    (left, right) => ({ kind: 'set-operation', operator: 'union', all: true, left, right, span: body.span }) as const,
    first,
  );
  return { ...query, body: union };
}
