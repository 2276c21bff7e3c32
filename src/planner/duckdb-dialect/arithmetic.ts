// Arithmetic and mathematics: integer division truncates, zero divisors raise, floats never leave the finite numbers.

import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { invariant } from '../../common/errors.ts';
import type { Expr, OperatorExpr } from '../expression.ts';
import { bindOnce } from './bind-once.ts';
import { product, quotient, unlimited } from './decimals.ts';
import { typed } from './literals.ts';
import { ANY_MONEY, inMoneyRange, isMoney } from './money-range.ts';
import { RAISED, raise } from './raise.ts';
import { balanced, call, infix, type Operators, once, type Spell } from './spell.ts';

export const arithmeticOperators: Operators = {
  '+': sum('+'),
  '-': sum('-'),
  '*': multiply,
  '/': divide,
  '%': ([a, b], { args, type }) => typed(`${a} % ${nonZero(`${b}`, `${a}`, args[1])}`, type),
  '&': infix('&'),
  '|': infix('|'),
  '^': call('xor'),
  '~': ([a], { type }) => (type.kind === 'bit' ? `(NOT ${a})` : `(~${a})`),
  negate: ([a]) => `(-${a})`,
  abs: call('abs'),
  sign: ([x], { type }) => typed(`sign(${x})`, type),
  ceiling: ([x], { type }) => (familyOf(type) === 'integer' ? `${x}` : typed(`ceil(${x})`, type)),
  floor: ([x], { type }) => (familyOf(type) === 'integer' ? `${x}` : typed(`floor(${x})`, type)),
  round: ([x, n], { type, args }) => typed(roundSql(`${x}`, `${n}`, type, args[1]), type),
  'round-or-truncate': ([x, n, how], { type }) =>
    typed(`CASE WHEN ${how} = 0 THEN round(${x}, ${n}) ELSE trunc(${x}, ${n}) END`, type),
  power: ([x, n], { type }) => asNumber(finite(`pow(CAST(${x} AS DOUBLE), ${n})`), type),
  square: once(([x]) => finite(`${x} * ${x}`)),
  sqrt: call('sqrt'),
  exp: ([x]) => finite(`exp(${x})`),
  log: ([x, base]) => (base === undefined ? `ln(${x})` : `(ln(${x}) / ln(${base}))`),
  log10: call('log10'),
  sin: call('sin'),
  cos: call('cos'),
  tan: call('tan'),
  cot: ([x]) => finite(`1 / tan(${x})`),
  asin: call('asin'),
  acos: call('acos'),
  atan: call('atan'),
  atan2: call('atan2'),
  pi: call('pi'),
  degrees: ([x], { type }) => asNumber(`degrees(CAST(${x} AS DOUBLE))`, type),
  radians: ([x], { type }) => asNumber(`radians(CAST(${x} AS DOUBLE))`, type),
  // Evaluated once for the whole query.
  rand: () => '(SELECT random())',
  'rand-of': ([seed]) => `(CAST(hash(CAST(${seed} AS BIGINT)) AS DOUBLE) / 18446744073709551616)`,
  checksum: (args) => `CAST(CAST(hash(${args.join(', ')}) & 4294967295 AS BIGINT) - 2147483648 AS INTEGER)`,
  'is-numeric': ([s]) =>
    `CASE WHEN regexp_full_match(${s}, '\\s*[-+]?\\s*[$£€]?\\s*[-+]?(\\d[\\d,]*\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*') THEN 1 ELSE 0 END`,
};

/** The engine's numbers pass into the type of the result: cut for integers, rounded for decimals. */
function asNumber(x: string, type: SqlType): string {
  return familyOf(type) === 'integer' ? typed(`trunc(${x})`, type) : typed(x, type);
}

function sum(op: '+' | '-'): Spell {
  const tree = balanced(op);
  return (args, expr) => {
    if (familyOf(expr.type) !== 'decimal') return tree(args, expr);
    const [x, y] = expr.args;
    invariant(x && y, 'an operator has two operands');
    const long = unlimited(`${args[0]}`, decimalShape(x.type), decimalShape(y.type), expr.type);
    const whole = typed(`${long} ${op} ${args[1]}`, expr.type);
    if (decimalShape(expr.type).scale >= Math.max(decimalShape(x.type).scale, decimalShape(y.type).scale)) return whole;
    // The places that gave way to the digits before the point may have had no room on the way either.
    return bindOnce(args, (names) => {
      const rounded = names.map((name) => typed(name, expr.type)).join(` ${op} `);
      return `coalesce(TRY(${typed(names.join(` ${op} `), expr.type)}), ${typed(rounded, expr.type)})`;
    });
  };
}

function multiply(args: readonly string[], expr: OperatorExpr): string {
  if (familyOf(expr.type) !== 'decimal') return balanced('*')(args, expr);
  const [[a, b], [x, y]] = [args, expr.args];
  invariant(x && y, 'an operator has two operands');
  return product(`${a}`, decimalShape(x.type), `${b}`, decimalShape(y.type), expr.type);
}

function divide([a, b]: readonly string[], { args, type }: OperatorExpr): string {
  const [x, y] = args;
  invariant(x && y, 'an operator has two operands');
  return bindOnce([`${a}`, `${b}`], ([dividend, given]) => {
    const divisor = nonZero(`${given}`, `${dividend}`, y);
    const family = familyOf(type);
    if (family === 'integer') return typed(`${dividend} // ${divisor}`, type);
    if (family === 'float') return `(${dividend} / ${divisor})`;
    return quotient(`${dividend}`, decimalShape(x.type), divisor, decimalShape(y.type), type);
  });
}

/** The divisor, raising 8134 when it is zero and the dividend is not NULL. */
function nonZero(b: string, a: string, expr: Expr | undefined): string {
  if (expr?.kind === 'literal' && expr.value !== null && Number(expr.value) !== 0) return b;
  return bindOnce(
    [a, b],
    ([dividend, divisor]) =>
      `CASE WHEN ${divisor} = 0 AND ${dividend} IS NOT NULL THEN ${raise('exec/divide-by-zero')} ELSE ${divisor} END`,
  );
}

/**
 * Float arithmetic passes through infinity in silence, and that of money beyond its ends while DuckDB's decimals hold
 * the digits: a chain of it is checked at its end.
 */
export function isChain(expr: Expr): boolean {
  if (expr.kind !== 'operator') return false;
  if (isMoney(expr.type)) return CHAIN.has(expr.op) || MONEY.has(expr.op);
  return familyOf(expr.type) === 'float' && CHAIN.has(expr.op);
}
const CHAIN: ReadonlySet<string> = new Set(['+', '-', '*', '/', 'negate']);
const MONEY: ReadonlySet<string> = new Set([
  ...['abs', 'round', 'round-or-truncate', 'ceiling', 'floor', 'power', 'degrees', 'radians'],
]);

export function checkedChain(sql: string, type: SqlType): string {
  return isMoney(type) ? inMoneyRange(sql, ANY_MONEY, type, 'fail') : finite(sql);
}

export function finite(x: string): string {
  // A cast that fails, and not error(): that one would keep filters from being pushed down.
  return bindOnce(
    [x],
    ([v]) => `CASE WHEN NOT isfinite(${v}) THEN CAST('${RAISED}exec/overflow:float' AS DOUBLE) ELSE ${v} END`,
  );
}

/** DuckDB rounds a decimal to a constant number of digits only, and to 0 where they reach beyond its own. */
function roundSql(x: string, n: string, type: SqlType, digits: Expr | undefined): string {
  if (familyOf(type) !== 'decimal') return `round(${x}, ${n})`;
  const { scale } = decimalShape(type);
  const constant = digits?.kind === 'literal' && Number(digits.value) >= 0;
  if (constant) return `round(${x}, ${n})`;
  // Wide enough for the rounded number: what does not fit the type overflows in the cast around this.
  return `CAST(round(CAST(${x} AS DOUBLE), ${n}) AS DECIMAL(38,${scale}))`;
}
