// Operators over bound operands: the types that meet, the conversions between them, and what is refused.

import {
  BIGINT,
  BIT,
  collationOf,
  decimal,
  decimalShape,
  familyOf,
  INT,
  isNumeric,
  isText,
  type SqlType,
  typeName,
  withCollation,
} from '../../arrow/sql-type.ts';
import { error, type SqlcError } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { type Expr, isNullLiteral, operator } from '../expression.ts';
import { collatedAs, collationConflict, collationOfAll, commonCollation } from './collation.ts';
import { arithmeticType, castable, coerce, commonType, concatType, countsDays } from './types.ts';

/** A binary operator other than AND and OR. */
export function combine(e: ast.Binary, left: Expr, right: Expr): Expr {
  switch (e.operator) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const type = commonType(left.type, right.type);
      if (type === undefined) throw clash(left, right, `"${e.operator}"`, e.span);
      if (type.kind === 'vector') throw operandType(left, `"${e.operator}"`, e.span);
      if (type.kind === 'struct' && e.operator !== '=' && e.operator !== '<>')
        throw operandType(left, `"${e.operator}"`, e.span);
      return operator(e.operator, comparable([left, right], type), BIT, e.span);
    }
    case '||':
      return concatenate(left, right, e.span);
    case '+':
      if (isConcat(left, right)) return concatenate(left, right, e.span);
      return arithmetic('+', left, right, e.span);
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(e.operator, left, right, e.span);
    case '&':
    case '|':
    case '^': {
      const type = commonType(left.type, right.type);
      if (type === undefined || (familyOf(type) !== 'integer' && type.kind !== 'bit'))
        throw clash(left, right, `"${e.operator}"`, e.span);
      return operator(e.operator, [coerce(left, type), coerce(right, type)], type, e.span);
    }
    case '<<':
    case '>>': {
      const value = isNullLiteral(left) ? coerce(left, INT) : left;
      const isBytes = familyOf(value.type) === 'binary' && 'length' in value.type && value.type.length !== 'max';
      if (!isBytes && familyOf(value.type) !== 'integer') throw operandType(left, `"${e.operator}"`, e.span);
      if (right.type.kind !== 'null' && familyOf(right.type) !== 'integer')
        throw operandType(right, `"${e.operator}"`, e.span);
      return operator(isBytes ? `${e.operator}-bytes` : e.operator, [value, coerce(right, BIGINT)], value.type, e.span);
    }
    default:
      throw operandType(left, `"${e.operator}"`, e.span);
  }
}

/** Trailing blanks of char columns and of literals do not count (DEC 36); elsewhere text is compared as it is. */
export function comparable(operands: readonly Expr[], type: SqlType): Expr[] {
  const compared = comparedType(type, operands);
  const sides = operands.map((one) => coerce(one, compared));
  if (!isText(type) || !operands.some(isPadded)) return sides;
  return sides.map((side) => collatedAs(operator('rtrim', [side], side.type, side.span), collationOf(type)));
}

/**
 * What operands of a common type are compared as. That of long decimals gives up places after the point, which would
 * make equal what differs: a comparison keeps them, and has fewer places before it.
 */
export function comparedType(common: SqlType, operands: readonly { readonly type: SqlType }[]): SqlType {
  if (common.kind !== 'decimal') return common;
  const exact = operands.filter(({ type }) => ['decimal', 'integer'].includes(familyOf(type)));
  const scale = Math.max(...exact.map(({ type }) => decimalShape(type).scale));
  return scale > common.scale ? decimal(38, scale) : common;
}

function isPadded(side: Expr): boolean {
  return (
    side.type.kind === 'char' ||
    side.type.kind === 'nchar' ||
    (side.kind === 'literal' && typeof side.value === 'string' && side.value.endsWith(' '))
  );
}

function isConcat(left: Expr, right: Expr): boolean {
  const joins = (x: Expr, y: Expr) =>
    (isText(x.type) || familyOf(x.type) === 'binary') &&
    (familyOf(y.type) === familyOf(x.type) || y.type.kind === 'null');
  return joins(left, right) || joins(right, left);
}

function concatenate(left: Expr, right: Expr, span: Span): Expr {
  for (const side of [left, right]) {
    if (side.type.kind !== 'null' && !isText(side.type) && familyOf(side.type) !== 'binary')
      throw operandType(side, 'concatenation', span);
  }
  const type = withCollation(concatType(left.type, right.type), collationOfAll([left, right]));
  const label = (x: Expr) => (isNullLiteral(x) ? coerce(x, type) : x);
  return operator('concat', [label(left), label(right)], type, span);
}

function arithmetic(op: '+' | '-' | '*' | '/' | '%', left: Expr, right: Expr, span: Span): Expr {
  if ((op === '+' || op === '-') && (countsDays(left.type) || countsDays(right.type)))
    return addDays(op, left, right, span);
  // A bare NULL is of the other side's type.
  const beside = (x: Expr, y: Expr) => (isNullLiteral(x) && !isText(y.type) ? coerce(x, y.type) : x);
  const [a, b] = [beside(fromText(left, right), right), beside(fromText(right, left), left)];
  const type = arithmeticType(op, a, b);
  if (type === undefined) throw clash(left, right, `"${op}"`, span);
  const exact = familyOf(type) === 'decimal';
  // Decimal operands keep their own precision; other types meet in the result's.
  const side = (x: Expr) => (isNullLiteral(x) || !exact ? coerce(x, type) : x);
  return operator(op, [side(a), side(b)], type, span);
}

/** A number beside a datetime is days; so is the datetime that is added ("datetime", "+ (addition)"). */
function addDays(op: '+' | '-', left: Expr, right: Expr, span: Span): Expr {
  const datetime: SqlType = { kind: 'datetime' };
  const type = commonType(left.type, right.type) ?? datetime;
  const [a, b] = [left, right].map((side) => {
    if (side.type.kind !== 'null' && !countsDays(side.type) && !isNumeric(side.type) && !isText(side.type))
      throw clash(left, right, `"${op}"`, span);
    return coerce(side, countsDays(side.type) ? side.type : datetime);
  });
  const result = countsDays(left.type) && !countsDays(right.type) ? left.type : countsDays(type) ? type : datetime;
  return operator(op === '+' ? 'add-days' : 'subtract-days', [a, b] as Expr[], result, span); // two in, two out
}

/** In arithmetic a text side becomes the other side's type. */
function fromText(side: Expr, other: Expr): Expr {
  if (!isText(side.type)) return side;
  return isNumeric(other.type) && other.type.kind !== 'bit' ? coerce(side, other.type) : side;
}

export function toText(expr: Expr, what: string, span: Span): Expr {
  if (isText(expr.type)) return expr;
  const type: SqlType = { kind: 'nvarchar', length: 'max' };
  if (!castable(expr.type, type)) throw operandType(expr, what, span);
  return coerce(expr, type);
}

/** CASE with its branches converted to one type. */
export function caseOf(branches: readonly { when: Expr; then: Expr }[], otherwise: Expr | undefined, span: Span): Expr {
  const values = [...branches.map((b) => b.then), ...(otherwise === undefined ? [] : [otherwise])];
  const type = unify(values, 'CASE', span);
  return {
    kind: 'case',
    branches: branches.map((b) => ({ when: b.when, then: coerce(b.then, type) })),
    otherwise: otherwise === undefined ? undefined : coerce(otherwise, type),
    type,
    span,
  };
}

export function equals(left: Expr, right: Expr, span: Span): Expr {
  const type = commonType(left.type, right.type);
  if (type === undefined) throw clash(left, right, 'CASE', span);
  return operator('=', comparable([left, right], type), BIT, span);
}

export function unify(values: readonly Expr[], what: string, span: Span): SqlType {
  return values.reduce(
    (type: SqlType, value) => {
      const common = commonType(type, value.type);
      if (common === undefined) throw typeClash(type, value.type, what, value.span ?? span);
      return common;
    },
    { kind: 'null' },
  );
}

export function clash(left: Expr, right: Expr, operation: string, span: Span): SqlcError {
  return typeClash(left.type, right.type, operation, span);
}

/** Why two types have none in common. */
export function typeClash(left: SqlType, right: SqlType, operation: string, span: Span | undefined): SqlcError {
  if (commonCollation(left, right) === 'conflict') return collationConflict(left, right, span);
  return error('bind/type-clash', { left: typeName(left), right: typeName(right), operation }, { span });
}

export function operandType(operand: Expr, operation: string, span: Span): SqlcError {
  return error('bind/operand-type', { found: typeName(operand.type), operation }, { span });
}
