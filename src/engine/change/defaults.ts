// Defaults and checks are kept as text: here they become syntax trees again.

import type { StoredTable, ViewDefinition } from '../../catalog/definitions.ts';
import { invariant, SqlcError } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { parse } from '../../parser/parse.ts';

/** An expression kept in the catalog. Its places are in another text: an error has none. */
export function keptExpression(text: string): ast.Expression {
  const [statement] = parse(`SELECT ${text}`);
  return itemOf(statement);
}

/** A condition kept in the catalog. */
export function keptCondition(text: string): ast.Expression {
  const [statement] = parse(`SELECT 1 WHERE ${text}`);
  const where =
    statement?.kind === 'select-statement' && statement.query.body.kind === 'select'
      ? statement.query.body.where
      : undefined;
  return where ?? itemOf(statement);
}

function itemOf(statement: ast.Statement | undefined): ast.Expression {
  const body = statement?.kind === 'select-statement' ? statement.query.body : undefined;
  const item = body?.kind === 'select' ? body.items[0] : undefined;
  return item?.expression ?? { kind: 'null', span: { start: 0, end: 0 } };
}

/** The query of a view. @throws SqlcError syntax/* of a view that an older version accepted */
export function viewQuery({ text }: Pick<ViewDefinition, 'text'>): ast.Query {
  const [statement] = parse(text);
  invariant(statement?.kind === 'select-statement', 'a view is a query');
  return statement.query;
}

/** DEFAULT as a value: the column's default, or NULL. */
export function defaultOf(table: StoredTable, column: number, span: Span): ast.Expression {
  const { default: given } = table.columns[column] ?? {};
  return given === undefined ? { kind: 'null', span } : keptExpression(given.text);
}

/** Runs what reads kept text; its errors point at the statement, not into text that is not there. */
export async function unplaced<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    if (!(failure instanceof SqlcError) || failure.span === undefined) throw failure;
    const { code, message, number, hint, cause } = failure;
    throw new SqlcError(code, message, { number, hint, cause });
  }
}
