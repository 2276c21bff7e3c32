// SET DATEFORMAT: the conversions of text to dates that a bound plan makes without a style say in which order they read.

import { isText } from '../arrow/sql-type.ts';
import { isMoment } from './duckdb-dialect/moments.ts';
import type { DateOrder, Expr } from './expression.ts';
import type { LogicalPlan } from './plan.ts';
import { mapExpressions, rewriteExpr, rewritePlan } from './shape.ts';

/** The same plan under `mdy`, which needs no saying. */
export function readInOrder(plan: LogicalPlan, order: DateOrder): LogicalPlan {
  if (order === 'mdy') return plan;
  return rewritePlan(plan, (node) => mapExpressions(node, (expr) => rewriteExpr(expr, (e) => orderedCast(e, order))));
}

export function exprInOrder(expr: Expr, order: DateOrder): Expr {
  return order === 'mdy' ? expr : rewriteExpr(expr, (e) => orderedCast(e, order));
}

function orderedCast(expr: Expr, dateOrder: DateOrder): Expr {
  if (expr.kind !== 'cast' || expr.dateOrder !== undefined) return expr;
  return isText(expr.operand.type) && isMoment(expr.type) ? { ...expr, dateOrder } : expr;
}
