// Guards and conditions: what must hold for the text to evaluate a part of an expression.

import { BIT, INT } from '../../arrow/sql-type.ts';
import { type Expr, literal, operator } from '../expression.ts';
import { conjunctsOf } from '../shape.ts';

export const TRUE: Expr = operator('=', [literal(1, INT), literal(1, INT)], BIT);

export function allOf(predicates: readonly Expr[]): Expr | undefined {
  const flat = predicates.flatMap(conjunctsOf);
  if (flat.length <= 1) return flat[0];
  return operator('and', flat, BIT);
}
export function isTrue(predicate: Expr): Expr {
  return operator('is-true', [predicate], BIT);
}
export function isNotTrue(predicate: Expr): Expr {
  return operator('is-not-true', [predicate], BIT);
}
export function isNotFalse(predicate: Expr): Expr {
  return operator('is-not-false', [predicate], BIT);
}
export function isNull(expr: Expr): Expr {
  return operator('is-null', [expr], BIT);
}
