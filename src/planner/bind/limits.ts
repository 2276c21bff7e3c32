// ORDER BY with TOP, LIMIT, OFFSET and FETCH: a Limit where the counts are known before planning, else a filter over
// row numbers, as PERCENT, WITH TIES and counts that are computed need it.

import { BIGINT, BIT, FLOAT, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, literal, operator, type SortKey } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { allOf } from './conditions.ts';
import { clauseEnv, type QueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { coerce } from './types.ts';

export interface Limits {
  readonly top: ast.Top | undefined;
  readonly limit: ast.Expression | undefined;
  readonly offset: ast.Expression | undefined;
}

/** The rows in their order, cut to those wanted. Keys read columns of the plan. */
export function orderedAndLimited(
  plan: LogicalPlan,
  keys: readonly SortKey[],
  { top, limit, offset }: Limits,
  q: QueryContext,
): LogicalPlan {
  const sorted = (child: LogicalPlan): LogicalPlan => (keys.length === 0 ? child : { kind: 'sort', child, keys });
  if (top !== undefined && (limit !== undefined || offset !== undefined))
    throw error('syntax/clause-combination', { first: 'TOP', second: 'LIMIT or OFFSET' }, { span: top.span });
  if (top?.percent) return sorted(numbered(plan, keys, (n) => withinPercent(n, top, q), top.withTies, q));
  const count = rowCount(top?.count ?? limit, top === undefined ? 'LIMIT' : 'TOP', q);
  const skipped = rowCount(offset, 'OFFSET', q);
  if (top?.withTies) {
    if (keys.length === 0) throw error('bind/with-ties', {}, { span: top.span });
    return sorted(numbered(plan, keys, (n) => within(n.number, count, undefined), true, q));
  }
  if (count === undefined && skipped === undefined) return sorted(plan);
  const counts = [count, skipped].map((e) => (e === undefined ? undefined : constantOf(e)));
  const isKnown = [count, skipped].every((e, i) => e === undefined || counts[i] !== undefined);
  if (isKnown) return { kind: 'limit', child: sorted(plan), count: counts[0], offset: counts[1] ?? 0 };
  return sorted(numbered(plan, keys, (n) => within(n.number, count, skipped), false, q));
}

/** Numbers of a row: its place in the order, and how many rows there are. */
interface Numbers {
  readonly number: Expr;
  readonly total: Expr;
}

function numbered(
  plan: LogicalPlan,
  orderBy: readonly SortKey[],
  wanted: (numbers: Numbers) => Expr,
  withTies: boolean,
  { ctx }: QueryContext,
): LogicalPlan {
  const window = (fn: string, keys: readonly SortKey[]) => ({
    id: ctx.nextId(),
    name: fn,
    type: BIGINT,
    expr: {
      kind: 'window' as const,
      fn,
      args: [],
      nulls: 'respect' as const,
      partitionBy: [],
      orderBy: keys,
      frame: undefined,
      type: BIGINT,
    },
  });
  const number = window(withTies ? 'rank' : 'row_number', orderBy);
  const total = window('count_big', []);
  const predicate = wanted({ number: column(number), total: column(total) });
  const columns = [number, total];
  const kept: Column[] = [...columnsOf(plan)];
  return {
    kind: 'project',
    child: { kind: 'filter', child: { kind: 'window', child: plan, columns }, predicate },
    columns: kept.map((c) => ({ ...c, expr: column(c) })),
  };
}

function within(number: Expr, count: Expr | undefined, skipped: Expr | undefined): Expr {
  const last =
    count === undefined ? undefined : skipped === undefined ? count : operator('+', [skipped, count], BIGINT);
  const bounds = [
    ...(skipped === undefined ? [] : [operator('>', [number, skipped], BIT)]),
    ...(last === undefined ? [] : [operator('<=', [number, last], BIT)]),
  ];
  return allOf(bounds) ?? literal(true, BIT);
}

/** The ceiling of a share of the rows, without dividing: 7 % of 100 rows are 7. */
function withinPercent({ number, total }: Numbers, top: ast.Top, q: QueryContext): Expr {
  const share = coerce(bindCount(top.count, 'TOP', q), FLOAT);
  const value = share.kind === 'cast' ? constantOf(share.operand) : undefined;
  if (value !== undefined && !(value >= 0 && value <= 100))
    throw error('bind/percent', { found: value }, { span: top.count.span });
  const before = operator('-', [number, literal('1', BIGINT)], BIGINT);
  const scaled = operator('*', [coerce(before, FLOAT), literal(100, FLOAT)], FLOAT);
  return operator('<', [scaled, operator('*', [share, coerce(total, FLOAT)], FLOAT)], BIT);
}

function rowCount(e: ast.Expression | undefined, clause: string, q: QueryContext): Expr | undefined {
  if (e === undefined) return undefined;
  const bound = bindCount(e, clause, q);
  const value = constantOf(bound);
  const isConstant = bound.kind === 'literal' || bound.kind === 'parameter';
  const isCount = value === undefined ? !isConstant && isWhole(bound.type) : Number.isSafeInteger(value) && value >= 0;
  if (!isCount) {
    const found = isConstant ? String(bound.value) : (value ?? 'an expression');
    throw error('bind/row-count', { clause, found }, { span: e.span });
  }
  return coerce(bound, BIGINT);
}

function isWhole(type: SqlType): boolean {
  return familyOf(type) === 'integer' || (type.kind === 'decimal' && type.scale === 0);
}

/** A count reads nothing of its own query, but may read an outer one's row. */
function bindCount(e: ast.Expression, clause: string, q: QueryContext): Expr {
  const scope = { relations: [], parent: q.parent };
  return bindExpression(e, clauseEnv(q, { scope, clause, hoist: () => undefined }));
}

/** The value of a number expression of literals and parameters; NaN for NULL. */
export function constantOf(expr: Expr): number | undefined {
  if (expr.kind === 'literal' || expr.kind === 'parameter') return Number(expr.value ?? Number.NaN);
  if (expr.kind === 'cast' && familyOf(expr.type) === 'integer') return constantOf(expr.operand);
  if (expr.kind !== 'operator') return undefined;
  const [a, b] = expr.args.map(constantOf);
  if (a === undefined) return undefined;
  if (expr.op === 'negate') return -a;
  if (b === undefined) return undefined;
  switch (expr.op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.trunc(a / b);
    default:
      return undefined;
  }
}
