// Queries: CTEs, set operations, VALUES, ORDER BY and limits over them. A SELECT itself is select.ts.

import { error, unreachable } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { balanced } from './balanced.ts';
import { type BindContext, clauseEnv, hoistTo, type PlanHolder, type QueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { forJson } from './for-json.ts';
import { orderedAndLimited } from './limits.ts';
import { refuseRepeated } from './next-value.ts';
import { typeClash } from './operators.ts';
import { NO_SCOPE } from './scope.ts';
import { bindSelect } from './select.ts';
import { coerce, commonType } from './types.ts';

/** Output columns carry the result's names, unique within it. */
export interface BoundQuery {
  readonly plan: LogicalPlan;
}

export function bindQuery(query: ast.Query, outer: QueryContext): BoundQuery {
  const q = withCtes(query.ctes, outer);
  const plan = bindRows(query, q);
  return { plan: query.forJson === undefined ? plan : forJson(plan, query, query.forJson, q.ctx) };
}

function bindRows(query: ast.Query, q: QueryContext): LogicalPlan {
  if (query.body.kind === 'select') return bindSelect(query.body, query, q);
  const plan = bindBody(query.body, q);
  const keys = query.orderBy.map((item) => ({ expr: outputKey(item, columnsOf(plan)), descending: item.descending }));
  return orderedAndLimited(plan, keys, { top: undefined, limit: query.limit, offset: query.offset }, q);
}

/** Each table sees those before it. */
function withCtes(tables: readonly ast.CommonTable[], outer: QueryContext): QueryContext {
  let context = outer;
  for (const table of tables) {
    const ctes = new Map(context.ctes).set(table.name.name.toLowerCase(), { table, context });
    context = { ...context, ctes };
  }
  return context;
}

export function bindBody(body: ast.QueryBody, q: QueryContext): LogicalPlan {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, undefined, q);
    case 'nested':
      refuseOrder(body);
      return bindQuery(body.query, q).plan;
    case 'values':
      return bindValues(body, q);
    case 'set-operation':
      return bindSetOperation(body, q);
    default:
      return unreachable(body);
  }
}

/** In a set operation ORDER BY belongs to the whole. @throws SqlcError syntax/clause-combination */
function refuseOrder({ query, parenthesised }: ast.NestedQuery): void {
  const [first] = query.orderBy;
  if (parenthesised || first === undefined) return;
  const params = { first: 'ORDER BY', second: 'UNION, EXCEPT or INTERSECT after it' };
  const hint = 'Put ORDER BY after the last query: it sorts the rows of all of them.';
  throw error('syntax/clause-combination', params, { span: first.span, hint });
}

/** Unions that are not combined one by one: plans are recursed into. */
const LONG_CHAIN = 100;

/** Left-deep chains are walked, not recursed into: generated SQL unions thousands of SELECTs. */
function bindSetOperation(body: ast.SetOperation, q: QueryContext): LogicalPlan {
  const chain: ast.SetOperation[] = [];
  let left: ast.QueryBody = body;
  while (left.kind === 'set-operation') {
    chain.push(left);
    left = left.left;
  }
  const isOneUnion = chain.every(({ operator, all }) => operator === 'union' && all === body.all);
  if (isOneUnion && chain.length >= LONG_CHAIN) {
    const plans = [left, ...chain.map(({ right }) => right).reverse()].map((operand) => bindBody(operand, q));
    return balanced(plans, (a, b) => combine(body, a, b, q.ctx));
  }
  return chain.reduceRight((plan, op) => combine(op, plan, bindBody(op.right, q), q.ctx), bindBody(left, q));
}

function combine(op: ast.SetOperation, left: LogicalPlan, right: LogicalPlan, ctx: BindContext): LogicalPlan {
  const [a, b] = [columnsOf(left), columnsOf(right)];
  const what = op.operator.toUpperCase();
  if (a.length !== b.length)
    throw error('bind/column-count', { what, left: a.length, right: b.length }, { span: op.right.span });
  const columns = a.map((x, i): Column => {
    const y = b[i] ?? x;
    const type = commonType(x.type, y.type);
    if (type === undefined) throw typeClash(x.type, y.type, `column ${i + 1} of ${what}`, op.right.span);
    return { id: ctx.nextId(), name: x.name, type };
  });
  const types = columns.map((c) => c.type);
  return {
    kind: 'set-operation',
    operator: op.operator,
    all: op.all,
    left: converted(left, types, ctx),
    right: converted(right, types, ctx),
    columns,
  };
}

export function converted(plan: LogicalPlan, types: readonly Column['type'][], ctx: BindContext): LogicalPlan {
  const columns = columnsOf(plan);
  const exprs = columns.map((c, i) => coerce(column(c), types[i] ?? c.type));
  if (exprs.every((e) => e.kind === 'column')) return plan;
  return {
    kind: 'project',
    child: plan,
    columns: columns.map((c, i) => {
      const expr = exprs[i] ?? column(c);
      return { id: expr.kind === 'column' ? c.id : ctx.nextId(), name: c.name, type: expr.type, expr };
    }),
  };
}

function bindValues(body: ast.Values, q: QueryContext): LogicalPlan {
  const holder: PlanHolder = { plan: { kind: 'values', columns: [], rows: [[]] } };
  const scope = { ...NO_SCOPE, parent: q.parent };
  const env = clauseEnv(q, { scope, clause: 'VALUES', hoist: hoistTo(holder) });
  const rows = body.rows.map((row) => {
    refuseRepeated(row);
    return row.map((e) => bindExpression(e, env));
  });
  if (holder.plan.kind !== 'values')
    throw error('bind/cognitive-place', { name: 'a cognitive function', clause: 'VALUES' }, { span: body.span });
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, i): Column => {
    const type = rows.reduce(
      (acc: Column['type'], row, r) => {
        const cell = row[i];
        if (cell === undefined || row.length !== width)
          throw error('bind/values-width', { first: width, found: row.length }, { span: rowSpan(body, r) });
        const common = commonType(acc, cell.type);
        if (common === undefined) throw typeClash(acc, cell.type, `column ${i + 1} of VALUES`, cell.span);
        return common;
      },
      { kind: 'null' },
    );
    return { id: q.ctx.nextId(), name: `column_${i + 1}`, type };
  });
  return {
    kind: 'values',
    columns,
    rows: rows.map((row) => row.map((cell, i) => coerce(cell, columns[i]?.type ?? cell.type))),
  };
}

function rowSpan(body: ast.Values, row: number): Span {
  return body.rows[row]?.[0]?.span ?? body.span;
}

/** ORDER BY over a set operation: a name or a position of its columns. */
function outputKey(item: ast.OrderItem, columns: readonly Column[]): Expr {
  const found = outputColumn(item.expression, columns);
  if (found === undefined) throw error('bind/order-by-column', {}, { span: item.span });
  return column(found, item.span);
}

/** The output column an ORDER BY item names by alias or position, if it does. */
export function outputColumn(expression: ast.Expression, columns: readonly Column[]): Column | undefined {
  if (expression.kind === 'number' && /^\d+$/.test(expression.text)) {
    const position = Number(expression.text);
    const found = columns[position - 1];
    if (found === undefined)
      throw error('bind/order-by-position', { position, count: columns.length }, { span: expression.span });
    return found;
  }
  if (expression.kind !== 'column' || expression.parts.length !== 1) return undefined;
  const name = expression.parts[0]?.name.toLowerCase();
  return columns.find((c) => c.name.toLowerCase() === name);
}

/** Renames a query's output, for `t(a, b)` and CREATE TABLE t (a, b) AS. */
export function renamed(
  plan: LogicalPlan,
  names: readonly ast.Identifier[],
  what: string,
  span: Span,
): readonly Column[] {
  const columns = columnsOf(plan);
  if (names.length === 0) return columns;
  if (names.length !== columns.length)
    throw error('bind/column-count', { what, left: names.length, right: columns.length }, { span });
  return columns.map((c, i) => ({ ...c, name: names[i]?.name ?? c.name }));
}
