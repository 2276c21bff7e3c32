// Rows of values, `(a, b)`: compared value by value, so that NULL means what it means elsewhere.

import { BIT } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { column, type Expr, literal, operator } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { isNull } from './conditions.ts';
import { type Env, subqueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { equals } from './operators.ts';
import { bindQuery } from './query.ts';

/** `(a, b) = (1, 2)`; other comparisons have no meaning. */
export function bindRowComparison(e: ast.Binary, left: ast.Row, right: ast.Row, env: Env): Expr {
  if (e.operator !== '=' && e.operator !== '<>')
    throw error('bind/operand-type', { found: 'a row of values', operation: `"${e.operator}"` }, { span: e.span });
  const same = equalRows(valuesOf(left, env), right, env);
  return e.operator === '=' ? same : operator('not', [same], BIT, e.span);
}

/** `(a, b) IN ((1, 2), (3, 4))`. */
export function bindRowInList(row: ast.Row, { items, span }: ast.InList, env: Env): Expr {
  const values = valuesOf(row, env);
  const matches = items.map((item) => {
    if (item.kind !== 'row') throw oneColumn(row, 1, item.span);
    return equalRows(values, item, env);
  });
  return matches.length === 1 && matches[0] !== undefined ? matches[0] : operator('or', matches, BIT, span);
}

/** `(a, b) IN (SELECT …)`: true where a row is equal, unknown where one might be. */
export function bindRowInQuery(row: ast.Row, { query, span }: ast.InQuery, env: Env): Expr {
  const values = valuesOf(row, env);
  const exists = (test: (value: Expr, found: Expr) => Expr): Expr => {
    const { plan } = bindQuery(query, subqueryContext(env));
    const columns = columnsOf(plan);
    if (columns.length !== values.length) throw oneColumn(row, columns.length, query.span);
    const predicate = operator(
      'and',
      columns.map((c, i) => test(values[i] ?? column(c), column(c))),
      BIT,
    );
    const filtered: LogicalPlan = { kind: 'filter', child: plan, predicate };
    return {
      kind: 'subquery',
      form: 'exists',
      operand: undefined,
      comparison: undefined,
      plan: filtered,
      type: BIT,
      span,
    };
  };
  const same = exists((value, found) => equals(value, found, span));
  const maybe = exists((value, found) =>
    operator('or', [equals(value, found, span), isNull(value), isNull(found)], BIT),
  );
  return {
    kind: 'case',
    branches: [
      { when: same, then: literal(true, BIT) },
      { when: maybe, then: literal(null, BIT) },
    ],
    otherwise: literal(false, BIT),
    type: BIT,
    span,
  };
}

function valuesOf(row: ast.Row, env: Env): Expr[] {
  return row.items.map((item) => bindExpression(item, env));
}

function equalRows(values: readonly Expr[], row: ast.Row, env: Env): Expr {
  if (row.items.length !== values.length) throw oneColumn(row, row.items.length, row.span);
  return operator(
    'and',
    row.items.map((item, i) => equals(values[i] ?? literal(null, BIT), bindExpression(item, env), item.span)),
    BIT,
    row.span,
  );
}

function oneColumn(row: ast.Row, found: number, span: Span) {
  return error('bind/row-width', { expected: row.items.length, found }, { span });
}
