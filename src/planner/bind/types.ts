// Types of mixed operations: which side converts to what, and what comes out.
// Sources: data type precedence; precision, scale and length (T-SQL reference), 3-dialect section 3.3.

import {
  BIGINT,
  collationOf,
  decimal,
  decimalShape,
  type Family,
  FLOAT,
  familyOf,
  INT,
  isText,
  type Length,
  list,
  NULL,
  precedenceOf,
  REAL,
  type SqlType,
  type StructField,
  sameType,
  withCollation,
} from '../../arrow/sql-type.ts';
import { type Expr, isNullLiteral, literal } from '../expression.ts';
import { commonCollation, recollated } from './collation.ts';

/** The type both sides convert to, or undefined when they do not go together or their collations do not. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  const common = commonPlainType(a, b);
  if (common === undefined || !isText(common)) return common;
  const collation = commonCollation(a, b);
  return collation === 'conflict' ? undefined : withCollation(common, collation);
}

function commonPlainType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  // Local to two zones is local to none.
  if (a.kind === 'datetimeoffset' && b.kind === 'datetimeoffset' && a.zone !== b.zone)
    return { kind: 'datetimeoffset', scale: Math.max(a.scale, b.scale) };
  if (sameType(a, b)) return a;
  if (a.kind === 'list' && b.kind === 'list') {
    const element = commonType(a.element, b.element);
    return element && list(element);
  }
  if (a.kind === 'struct' && b.kind === 'struct') return commonStruct(a.fields, b.fields);
  if (a.kind === 'list' || b.kind === 'list' || a.kind === 'struct' || b.kind === 'struct') return undefined;
  const [high, low] = precedenceOf(a) >= precedenceOf(b) ? [a, b] : [b, a];
  if (high.kind === 'vector') return familyOf(low) === 'text' ? high : undefined;
  const from = familyOf(low);
  switch (familyOf(high)) {
    case 'text':
      return from === 'text' ? widerText(high, low) : from === 'binary' ? high : undefined;
    case 'binary':
      return from === 'binary' ? widerText(high, low) : undefined;
    case 'decimal':
      if (from === 'binary') return undefined;
      return from === 'text' || high.kind !== 'decimal' ? high : widerDecimal(high, low);
    case 'float':
      return from === 'binary' ? undefined : high;
    case 'datetime':
      return from === 'text' || from === 'datetime' ? high : undefined;
    case 'uniqueidentifier':
      return from === 'text' || from === 'binary' ? high : undefined;
    case 'integer':
    case 'bit':
      return from === 'binary' ? undefined : high;
    default:
      return undefined;
  }
}

function commonStruct(a: readonly StructField[], b: readonly StructField[]): SqlType | undefined {
  if (a.length !== b.length) return undefined;
  const fields: StructField[] = [];
  for (const [i, field] of a.entries()) {
    const other = b[i];
    if (other?.name !== field.name) return undefined;
    const type = commonType(field.type, other.type);
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  return { kind: 'struct', fields };
}

export function lengthOf(type: SqlType): Length {
  return 'length' in type ? type.length : 'max';
}

function widerText(high: SqlType, low: SqlType): SqlType {
  if (!('length' in high)) return high;
  return { ...high, length: maxLength(high.length, lengthOf(low)) };
}

function maxLength(a: Length, b: Length): Length {
  return a === 'max' || b === 'max' ? 'max' : Math.max(a, b);
}

/** Length of a concatenation; beyond the declarable maximum it is unbounded, nothing is cut. */
export function concatType(a: SqlType, b: SqlType): SqlType {
  const common = commonType(a, b) ?? a;
  if (!('length' in common)) return { kind: 'nvarchar', length: 'max' };
  const [left, right] = [lengthOf(a), lengthOf(b)];
  const limit = common.kind === 'nvarchar' || common.kind === 'nchar' ? 4000 : 8000;
  const length = left === 'max' || right === 'max' || left + right > limit ? 'max' : left + right;
  const kind =
    common.kind === 'nvarchar' || common.kind === 'nchar'
      ? 'nvarchar'
      : common.kind === 'binary' || common.kind === 'varbinary'
        ? 'varbinary'
        : 'varchar';
  return { kind, length };
}

function widerDecimal(a: SqlType, b: SqlType): SqlType {
  const [x, y] = [decimalShape(a), decimalShape(b)];
  const scale = Math.max(x.scale, y.scale);
  return capped(Math.max(x.precision - x.scale, y.precision - y.scale) + scale, scale, 'add');
}

/** Result of arithmetic on two numeric types (after text sides have been converted). */
export function arithmeticType(op: '+' | '-' | '*' | '/' | '%', left: Expr, right: Expr): SqlType | undefined {
  const [a, b] = [left.type, right.type];
  const families = [familyOf(a), familyOf(b)];
  if (families.some((f) => f !== 'integer' && f !== 'decimal' && f !== 'float' && f !== 'bit' && f !== 'null'))
    return undefined;
  if (families.every((f) => f === 'bit')) return undefined;
  if (families.every((f) => f === 'null')) return INT;
  if (families.includes('float'))
    return op === '%' ? undefined : a.kind === 'float' || b.kind === 'float' ? FLOAT : REAL;
  if (!families.includes('decimal')) return commonType(a, b);
  const isMoney = (t: SqlType) => t.kind === 'money' || t.kind === 'smallmoney';
  if (isMoney(a) && isMoney(b)) return precedenceOf(a) >= precedenceOf(b) ? a : b;
  if (isMoney(a) && families[1] === 'integer') return a;
  if (isMoney(b) && families[0] === 'integer') return b;
  const [x, y] = [operandShape(left), operandShape(right)];
  switch (op) {
    case '+':
    case '-': {
      const scale = Math.max(x.scale, y.scale);
      return summed(Math.max(x.precision - x.scale, y.precision - y.scale), scale);
    }
    case '*':
      return capped(x.precision + y.precision + 1, x.scale + y.scale, 'multiply');
    case '/': {
      const scale = Math.max(6, x.scale + y.precision + 1);
      return capped(x.precision - x.scale + y.scale + scale, scale, 'multiply');
    }
    case '%': {
      const scale = Math.max(x.scale, y.scale);
      return capped(Math.min(x.precision - x.scale, y.precision - y.scale) + scale, scale, 'add');
    }
  }
}

/** An integer literal enters by its digits, everything else by its type. */
function operandShape(expr: Expr): { precision: number; scale: number } {
  if (expr.kind === 'literal' && expr.value !== null && familyOf(expr.type) === 'integer') {
    return { precision: String(expr.value).replace('-', '').length, scale: 0 };
  }
  return decimalShape(expr.type);
}

/** Beyond 38 digits the places after the point give way to those before it. */
function summed(integral: number, scale: number): SqlType {
  const precision = integral + scale + 1;
  return precision <= 38 ? decimal(precision, scale) : decimal(38, Math.max(0, Math.min(scale, 38 - integral)));
}

function capped(precision: number, scale: number, rule: 'add' | 'multiply'): SqlType {
  if (precision <= 38) return decimal(Math.max(precision, 1), scale);
  const integral = precision - scale;
  if (rule === 'add') return decimal(38, Math.max(0, Math.min(scale, 38 - integral)));
  return decimal(38, integral > 32 ? Math.min(scale, 6) : Math.min(scale, 38 - integral));
}

/** The expression with an explicit conversion where the type differs; an untyped NULL takes the type. */
export function coerce(expr: Expr, type: SqlType): Expr {
  if (isNullLiteral(expr)) return literal(null, type, expr.span);
  const label = withCollation(type, collationOf(expr.type));
  const converted: Expr =
    expr.type.kind === 'null' || sameType(expr.type, type)
      ? ({ ...expr, type: label } as Expr) // only the type label changes
      : { kind: 'cast', operand: expr, type: label, onError: 'fail', span: expr.span };
  return recollated(converted, collationOf(type));
}

/** SUM's type: overflow shows as T-SQL's would. */
export function sumType(type: SqlType): SqlType | undefined {
  switch (familyOf(type)) {
    case 'integer':
      return type.kind === 'bigint' ? BIGINT : INT;
    case 'decimal':
      return type.kind === 'decimal' ? decimal(38, type.scale) : { kind: 'money' };
    case 'float':
      return FLOAT;
    default:
      return undefined;
  }
}

export function averageType(type: SqlType): SqlType | undefined {
  const sum = sumType(type);
  return sum?.kind === 'decimal' ? decimal(38, Math.max(sum.scale, 6)) : sum;
}

/** The types that are a number of days since 1900 underneath. */
export function countsDays(type: SqlType): boolean {
  return type.kind === 'datetime' || type.kind === 'smalldatetime';
}

function isNumber(family: Family): boolean {
  return family === 'bit' || family === 'integer' || family === 'decimal' || family === 'float';
}

/** Whether CAST accepts the pair at all (T-SQL's conversion chart). */
export function castable(from: SqlType, to: SqlType): boolean {
  const [a, b] = [familyOf(from), familyOf(to)];
  if ((from.kind === 'date' && to.kind === 'time') || (from.kind === 'time' && to.kind === 'date')) return false;
  if (a === 'vector' && b === 'vector') return sameType(from, to);
  if (a === 'null' || a === b) return a !== 'struct' && a !== 'list' ? true : commonType(from, to) !== undefined;
  if (b === 'vector') return a === 'text' || (from.kind === 'list' && isNumber(familyOf(from.element)));
  if (a === 'vector') return b === 'text';
  if (a === 'list' || a === 'struct') return b === 'text';
  if (b === 'list' || b === 'struct') return false;
  if (b === 'text') return true;
  switch (b) {
    case 'bit':
    case 'integer':
      if (a === 'binary') return true;
      return isNumber(a) || a === 'text' || countsDays(from);
    case 'decimal':
    case 'float':
      return isNumber(a) || a === 'text' || countsDays(from);
    case 'datetime':
      return a === 'text' || (isNumber(a) && countsDays(to));
    case 'uniqueidentifier':
      return a === 'text' || a === 'binary';
    case 'binary':
      return a === 'text' || a === 'integer' || a === 'bit' || a === 'uniqueidentifier';
    default:
      return false;
  }
}

export { NULL };
