// Subqueries as operands: EXISTS, IN, ALL, ANY and the scalar query. A query is bound inside an expression here, and
// nowhere else.

import { BIT } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import type { Expr, SubqueryExpr } from '../expression.ts';
import { columnsOf } from '../plan.ts';
import { freeColumns } from '../shape.ts';
import { type Env, subqueryContext } from './context.ts';
import { clash, comparedType } from './operators.ts';
import { bindQuery } from './query.ts';
import { coerce, commonType } from './types.ts';

export function bindSubquery(query: ast.Query, form: 'scalar' | 'exists', env: Env, span: Span): Expr {
  const { plan } = bindQuery(query, subqueryContext(env));
  checkFree(plan, env, span);
  if (form === 'exists')
    return { kind: 'subquery', form, operand: undefined, comparison: undefined, plan, type: BIT, span };
  return {
    kind: 'subquery',
    form,
    operand: undefined,
    comparison: undefined,
    plan,
    type: onlyColumn(plan, query.span).type,
    span,
  };
}

export function bindComparedQuery(
  e: ast.Expression,
  form: 'in' | 'all' | 'any',
  comparison: ast.Quantified['operator'],
  operand: Expr,
  query: ast.Query,
  env: Env,
): Expr {
  const { plan } = bindQuery(query, subqueryContext(env));
  checkFree(plan, env, e.span);
  const found = onlyColumn(plan, query.span);
  const common = commonType(operand.type, found.type);
  if (common === undefined)
    throw clash(operand, { kind: 'column', id: found.id, type: found.type }, form.toUpperCase(), e.span);
  const type = comparedType(common, [operand, found]);
  const value = coerce({ kind: 'column', id: found.id, type: found.type }, type);
  const cast: SubqueryExpr['plan'] =
    value.kind === 'column'
      ? plan
      : { kind: 'project', child: plan, columns: [{ id: env.ctx.nextId(), name: found.name, type, expr: value }] };
  return { kind: 'subquery', form, operand: coerce(operand, type), comparison, plan: cast, type: BIT, span: e.span };
}

function onlyColumn(plan: SubqueryExpr['plan'], span: Span) {
  const columns = columnsOf(plan);
  const [only] = columns;
  if (only === undefined || columns.length !== 1) throw error('bind/one-column', { count: columns.length }, { span });
  return only;
}

function checkFree(plan: SubqueryExpr['plan'], env: Env, span: Span): void {
  const grouping = env.grouping;
  if (grouping === undefined) return;
  for (const id of freeColumns(plan)) {
    if (grouping.localIds.has(id) && !grouping.groupIds.has(id))
      throw error('bind/not-grouped', { name: 'of the outer query' }, { span });
  }
}
