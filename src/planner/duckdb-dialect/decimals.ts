// Exact decimals. DuckDB divides decimals as doubles and multiplies them only while 38 digits hold the raw product;
// T-SQL's results are exact, so what does not fit is worked out over 128-bit integers.

import { decimalShape, type SqlType } from '../../arrow/sql-type.ts';
import { bindAlways, bindOnce } from './bind-once.ts';
import { typed } from './literals.ts';

export interface DecimalShape {
  readonly precision: number;
  readonly scale: number;
}

const DIGITS = 38;
/** DuckDB keeps what comes of two decimals of so many digits in as many, which a longer result may not fit. */
const SHORT = 18;

/** `a / b` truncated to the scale of the result; the divisor is not zero. */
export function quotient(a: string, x: DecimalShape, b: string, y: DecimalShape, type: SqlType): string {
  const { precision, scale } = decimalShape(type);
  const shift = scale + y.scale - x.scale;
  const narrow = shift >= 0 && x.precision + shift <= DIGITS && precision <= DIGITS - scale;
  const [dividend, divisor] = [unscaled(a, x), unscaled(b, y)];
  if (narrow) {
    const whole = `(${dividend} * ${power(shift)}) // ${divisor}`;
    return typed(`CAST(${whole} AS DECIMAL(${DIGITS - scale},0)) * ${unit(scale)}`, type);
  }
  const whole = bindOnce([dividend, divisor], ([u, v]) => shifted(`${u}`, `${v}`, shift));
  return typed(`CAST(${whole} AS DECIMAL(${DIGITS},0)) * ${unit(scale)}`, type);
}

/** `u * 10^shift // v` of two integers of up to 38 digits. */
function shifted(u: string, v: string, shift: number): string {
  if (shift <= 0) return `(${u} // ${power(-shift)}) // ${v}`;
  const sign = `CASE WHEN (${u} < 0) <> (${v} < 0) THEN -1 ELSE 1 END`;
  const long = `(${sign}) * ${longDivision(`abs(${u})`, `abs(${v})`, shift)}`;
  if (shift >= DIGITS) return `CASE WHEN ${u} = 0 THEN 0 ELSE ${long} END`;
  return `CASE WHEN abs(${u}) < ${power(DIGITS - shift)} THEN (${u} * ${power(shift)}) // ${v} ELSE ${long} END`;
}

/**
 * Digit by digit, as on paper: a digit is estimated from the divisor's tenth, so that no product leaves 128 bits,
 * and is at most one too small. A quotient of more than 38 digits overflows, as it does in T-SQL.
 */
function longDivision(u: string, v: string, digits: number): string {
  const tenth = `(${v} // 10)`;
  const step = bindAlways([`acc.r // (${tenth} + 1)`], ([d]) =>
    bindAlways([`(acc.r - ${d} * ${tenth}) * 10 - ${d} * (${v} % 10)`], ([rest]) => {
      const next = `(${rest} // ${v})`;
      return `{'q': acc.q * 10 + ${d} + ${next}, 'r': ${rest} - ${next} * ${v}}`;
    }),
  );
  const start = `list_transform(range(${digits + 1}), lambda i: {'q': ${u} // ${v}, 'r': ${u} % ${v}})`;
  return `list_reduce(${start}, lambda acc, e: ${step}).q`;
}

/** `a * b` rounded to the scale of the result. */
export function product(a: string, x: DecimalShape, b: string, y: DecimalShape, type: SqlType): string {
  const { scale } = decimalShape(type);
  const dropped = x.scale + y.scale - scale;
  if (dropped <= 0 || x.precision + y.precision <= DIGITS) return typed(`${unlimited(a, x, y, type)} * ${b}`, type);
  const wide = (u: string, v: string) =>
    typed(`CAST(${wideProduct(u, v, dropped)} AS DECIMAL(${DIGITS},0)) * ${unit(scale)}`, type);
  return bindOnce([a, b], ([u, v]) => {
    const exact = bindOnce([unscaled(`${u}`, x), unscaled(`${v}`, y)], ([m, n]) => wide(`${m}`, `${n}`));
    if (x.scale + y.scale > DIGITS) return exact;
    return `coalesce(TRY(${typed(`${u} * ${v}`, type)}), ${exact})`;
  });
}

/** The first of two operands, long where the result may be. */
export function unlimited(a: string, x: DecimalShape, y: DecimalShape, type: SqlType): string {
  const short = x.precision <= SHORT && y.precision <= SHORT;
  return short && decimalShape(type).precision > SHORT ? `CAST(${a} AS DECIMAL(${SHORT + 1},${x.scale}))` : a;
}

const LIMB = 19;

/** Two integers of 38 digits multiplied in limbs of 19, without the last digits, rounded half away from zero. */
function wideProduct(u: string, v: string, dropped: number): string {
  const base = natural(LIMB);
  const [m, n] = [`CAST(abs(${u}) AS UHUGEINT)`, `CAST(abs(${v}) AS UHUGEINT)`];
  const magnitude = bindAlways(
    [`${m} // ${base}`, `${m} % ${base}`, `${n} // ${base}`, `${n} % ${base}`],
    ([u1, u0, v1, v0]) =>
      bindAlways([`${u1} * ${v0} + ${u0} * ${v1} + (${u0} * ${v0}) // ${base}`], ([middle]) => {
        const high = `(${u1} * ${v1} + ${middle} // ${base})`;
        const low = `((${middle} % ${base}) * ${base} + (${u0} * ${v0}) % ${base})`;
        return `CAST(${dropped <= DIGITS ? joined(high, low, dropped) : halfUp(high, dropped - DIGITS)} AS HUGEINT)`;
      }),
  );
  return `(CASE WHEN (${u} < 0) <> (${v} < 0) THEN -1 ELSE 1 END) * ${magnitude}`;
}

/** `(high * 10^38 + low) / 10^dropped`; too high a number overflows. */
function joined(high: string, low: string, dropped: number): string {
  return `(${high} * ${natural(DIGITS - dropped)} + ${halfUp(low, dropped)})`;
}

function halfUp(n: string, dropped: number): string {
  return `((${n} // ${natural(dropped - 1)} + 5) // 10)`;
}

/** A decimal as the integer of its digits. */
export function unscaled(sql: string, { precision, scale }: DecimalShape): string {
  if (scale === 0) return `CAST(${sql} AS HUGEINT)`;
  // Beyond 38 digits on the way, through the text.
  if (precision + scale + 1 > DIGITS)
    return `CAST(replace(CAST(CAST(${sql} AS DECIMAL(${precision},${scale})) AS VARCHAR), '.', '') AS HUGEINT)`;
  const digits = precision <= SHORT && precision + scale > SHORT ? SHORT + 1 : precision;
  return `CAST(CAST(${sql} AS DECIMAL(${digits},${scale})) * CAST('1${'0'.repeat(scale)}' AS DECIMAL(${scale + 1},0)) AS HUGEINT)`;
}

/** 10^-scale as a decimal: turns an unscaled integer into the decimal it stands for. */
export function unit(scale: number): string {
  const text = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  return `CAST('${text}' AS DECIMAL(${Math.min(DIGITS, scale + 1)},${scale}))`;
}

export function power(digits: number): string {
  return `CAST('1${'0'.repeat(digits)}' AS HUGEINT)`;
}

/** The same without a sign: DuckDB makes doubles of the two kinds mixed. */
function natural(digits: number): string {
  return `CAST('1${'0'.repeat(digits)}' AS UHUGEINT)`;
}
