// Whether an expression is NULL, or a condition not true, for the rows an outer join makes up: those whose columns
// from one side are all NULL. What is not known to be is taken not to be.

import type { ColumnId, Expr } from './expression.ts';

/** NULL as soon as one operand is. */
const STRICT: ReadonlySet<string> = new Set([
  ...['=', '<>', '<', '<=', '>', '>=', '+', '-', '*', 'negate', 'not', 'concat'],
  ...['len', 'upper', 'lower', 'trim', 'ltrim', 'rtrim', 'replace', 'abs', 'round', 'year', 'month', 'day'],
]);
/** NULL when the first operand is. */
const STRICT_IN_FIRST: ReadonlySet<string> = new Set(['substring', 'left', 'right', '/', '%']);

/** Whether the expression is NULL wherever all of these columns are. */
export function isNullExtended(expr: Expr, columns: ReadonlySet<ColumnId>): boolean {
  const isNull = (e: Expr | undefined) => e === undefined || isNullExtended(e, columns);
  switch (expr.kind) {
    case 'column':
      return columns.has(expr.id);
    case 'literal':
    case 'parameter':
      return expr.value === null;
    case 'field':
      return isNull(expr.operand);
    case 'cast':
      // The text of a NULL list may be the JSON null.
      return expr.operand.type.kind !== 'list' && expr.operand.type.kind !== 'struct' && isNull(expr.operand);
    case 'case':
      return (
        isNull(expr.otherwise) && expr.branches.every((b) => isNeverTrueExtended(b.when, columns) || isNull(b.then))
      );
    case 'operator':
      if (expr.op === 'coalesce') return expr.args.every(isNull);
      if (STRICT_IN_FIRST.has(expr.op)) return isNull(expr.args[0]);
      return STRICT.has(expr.op) && expr.args.some(isNull);
    default:
      return false;
  }
}

/** Whether the condition is false or NULL wherever all of these columns are NULL. */
export function isNeverTrueExtended(condition: Expr, columns: ReadonlySet<ColumnId>): boolean {
  if (isNullExtended(condition, columns)) return true;
  if (condition.kind !== 'operator') return false;
  const isNeverTrue = (e: Expr) => isNeverTrueExtended(e, columns);
  switch (condition.op) {
    case 'and':
      return condition.args.some(isNeverTrue);
    case 'or':
    case 'is-true':
      return condition.args.every(isNeverTrue);
    case 'is-not-null':
      return condition.args.every((e) => isNullExtended(e, columns));
    default:
      return false;
  }
}
