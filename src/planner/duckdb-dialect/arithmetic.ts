// Arithmetic: integer division truncates, decimals stay exact, zero divisors raise.

import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { invariant } from '../../common/errors.ts';
import type { OperatorExpr } from '../expression.ts';
import { typed } from './literals.ts';
import { raise } from './raise.ts';
import { balanced, call, infix, type Operators, type Spell } from './spell.ts';

export const arithmeticOperators: Operators = {
  '+': arithmetic('+'),
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': divide,
  '%': ([a, b], { args, type }) => typed(`${a} % ${nonZero(b, a, args[1])}`, type),
  '&': infix('&'),
  '|': infix('|'),
  '^': call('xor'),
  '~': ([a], { type }) => (type.kind === 'bit' ? `(NOT ${a})` : `(~${a})`),
  negate: ([a]) => `(-${a})`,
  abs: call('abs'),
  round: ([x, n], { type, args }) => typed(roundSql(`${x}`, `${n}`, type, args[1]), type),
  'round-or-truncate': ([x, n, how], { type }) =>
    typed(`CASE WHEN ${how} = 0 THEN round(${x}, ${n}) ELSE trunc(${x}, ${n}) END`, type),
};

function arithmetic(op: '+' | '-' | '*'): Spell {
  const tree = balanced(op);
  return (args, expr) =>
    familyOf(expr.type) === 'decimal' ? typed(args.join(` ${op} `), expr.type) : tree(args, expr);
}

function divide([a, b]: readonly string[], { args, type }: OperatorExpr): string {
  const divisor = nonZero(b, a, args[1]);
  const family = familyOf(type);
  if (family === 'integer') return typed(`${a} // ${divisor}`, type);
  if (family === 'float') return `(${a} / ${divisor})`;
  const [x, y] = [args[0], args[1]];
  invariant(x && y, 'division has two operands');
  return decimalDivide(`${a}`, decimalShape(x.type), divisor, decimalShape(y.type), type);
}

interface DecimalShape {
  readonly precision: number;
  readonly scale: number;
}

/** Exact over 128-bit integers, truncated as T-SQL does; through double only where the digits do not fit. */
export function decimalDivide(a: string, x: DecimalShape, b: string, y: DecimalShape, type: SqlType): string {
  const { precision, scale } = decimalShape(type);
  const shift = scale + y.scale - x.scale;
  const [dividend, divisor] = [unscaled(a, x), unscaled(b, y)];
  const exact = shift >= 0 && x.precision + shift <= 38 && precision <= 38 - scale;
  if (!exact || dividend === undefined || divisor === undefined) return typed(`CAST(${a} AS DOUBLE) / ${b}`, type);
  return typed(
    `CAST((${dividend} * ${power(shift)}) // ${divisor} AS DECIMAL(${38 - scale},0)) * ${unit(scale)}`,
    type,
  );
}

/** A decimal as the integer of its digits, when 38 of them hold it on the way. */
export function unscaled(sql: string, { precision, scale }: DecimalShape): string | undefined {
  if (scale === 0) return `CAST(${sql} AS HUGEINT)`;
  if (precision + scale + 1 > 38) return undefined;
  return `CAST(CAST(${sql} AS DECIMAL(${precision},${scale})) * CAST('1${'0'.repeat(scale)}' AS DECIMAL(${scale + 1},0)) AS HUGEINT)`;
}

/** 10^-scale as a decimal: turns an unscaled integer into the decimal it stands for. */
export function unit(scale: number): string {
  const text = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  return `CAST('${text}' AS DECIMAL(${scale + 1},${scale}))`;
}

export function power(digits: number): string {
  return `CAST('1${'0'.repeat(digits)}' AS HUGEINT)`;
}

/** The divisor, raising 8134 when it is zero and the dividend is not NULL. */
function nonZero(b: string | undefined, a: string | undefined, expr: OperatorExpr['args'][number] | undefined): string {
  if (expr?.kind === 'literal' && expr.value !== null && Number(expr.value) !== 0) return `${b}`;
  return `CASE WHEN ${b} = 0 AND ${a} IS NOT NULL THEN ${raise('exec/divide-by-zero')} ELSE ${b} END`;
}

/** DuckDB rounds a decimal to a constant number of digits only, and to 0 where they reach beyond its own. */
function roundSql(x: string, n: string, type: SqlType, digits: OperatorExpr['args'][number] | undefined): string {
  if (familyOf(type) !== 'decimal') return `round(${x}, ${n})`;
  const { scale } = decimalShape(type);
  const constant = digits?.kind === 'literal' && Number(digits.value) >= 0;
  if (constant) return `round(${x}, ${n})`;
  // Wide enough for the rounded number: what does not fit the type overflows in the cast around this.
  return `CAST(round(CAST(${x} AS DOUBLE), ${n}) AS DECIMAL(38,${scale}))`;
}
