// What the formats of numbers share: rounding, thousands, zeros, and a number by its digits and its power of ten.

import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { bindAlways, bindOnce } from './bind-once.ts';

/** The number rounded to so many places, half away from zero, as a DECIMAL. */
export function rounded(sql: string, type: SqlType, places: number): string {
  const target = `DECIMAL(38,${Math.min(places, 30)})`;
  // .NET takes the first fifteen digits of a float.
  return familyOf(type) === 'float'
    ? `CAST(printf('%.14e', CAST(${sql} AS DOUBLE)) AS ${target})`
    : `CAST(${sql} AS ${target})`;
}

/** Commas between thousands of a text `1234.50`. */
export function grouped(text: string): string {
  return bindOnce([text], ([t]) => `(${thousands(`split_part(${t}, '.', 1)`)} || regexp_extract(${t}, '\\..*$'))`);
}

export function thousands(digits: string): string {
  return `ltrim(reverse(regexp_replace(reverse(${digits}), '(\\d\\d\\d)', '\\1,', 'g')), ',')`;
}

/** The number with its point so many places further right, or left where they are negative. */
export function moved(sql: string, type: SqlType, places: number): string {
  if (places === 0) return sql;
  if (familyOf(type) === 'float') return `(CAST(${sql} AS DOUBLE) ${places > 0 ? '*' : '/'} 1e${Math.abs(places)})`;
  const { precision, scale } = decimalShape(type);
  const room = 38 - Math.abs(places) - 1;
  const number = `CAST(${sql} AS DECIMAL(${Math.min(precision, room)},${Math.min(scale, room)}))`;
  if (places > 0) return `(${number} * CAST(1${'0'.repeat(places)} AS DECIMAL(${places + 1},0)))`;
  return `(${number} * CAST('0.${'0'.repeat(-places - 1)}1' AS DECIMAL(${-places},${-places})))`;
}

/** At least so many digits. */
export function zeros(text: string, least: number): string {
  return `lpad(${text}, CAST(greatest(${least}, length(${text})) AS INTEGER), '0')`;
}

/**
 * A number as its digits, rounded half away from zero to so many behind the first, and the power of ten of the first.
 * .NET takes fifteen digits of a float, seventeen where more are asked for.
 */
export function scientific(sql: string, places: number, body: (digits: string, exponent: string) => string): string {
  const text = `printf('%.${places > 14 ? 16 : 14}e', abs(CAST(${sql} AS DOUBLE)))`;
  return bindAlways([text], ([t]) => {
    const mantissa = `CAST(split_part(${t}, 'e', 1) AS DECIMAL(${places + 2},${places}))`;
    return bindAlways([mantissa, `CAST(split_part(${t}, 'e', 2) AS INTEGER)`], ([m, e]) => {
      const digits = `CASE WHEN ${m} >= 10 THEN '1${'0'.repeat(places)}' ELSE replace(CAST(${m} AS VARCHAR), '.', '') END`;
      return bindAlways([digits, `${e} + CAST(${m} >= 10 AS INTEGER)`], ([d, n]) => body(`${d}`, `${n}`));
    });
  });
}

/** An exponent with at least so many digits; a plus sign only where it is wanted. */
export function exponentText(letter: string, exponent: string, digits: number, plus: boolean): string {
  const power = zeros(`CAST(abs(${exponent}) AS VARCHAR)`, digits);
  return `('${letter}' || CASE WHEN ${exponent} < 0 THEN '-' ELSE '${plus ? '+' : ''}' END || ${power})`;
}
