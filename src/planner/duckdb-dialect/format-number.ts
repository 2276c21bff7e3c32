// FORMAT of numbers: the standard and custom formats of .NET in the en-US culture ("FORMAT", "Standard numeric format
// strings", "Custom numeric format strings"). A format is known when the statement is planned.

import { familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindAlways, bindOnce } from './bind-once.ts';
import { customNumber } from './format-custom.ts';
import { exponentText, grouped, moved, rounded, scientific, zeros } from './format-digits.ts';

/** Digits behind the first that a DECIMAL holds, and behind the point of one with room before it. */
const MOST = 36;
const PLACES = 30;

const FORMAT = /^([A-Za-z])(\d{0,2})$/;

/** The SQL of the text; undefined where .NET refuses the format (FORMAT is NULL then); `null` for forms we do not build. */
export function formattedNumber(sql: string, type: SqlType, format: string): string | undefined | null {
  const [, letter = '', digits = ''] = format.match(FORMAT) ?? [];
  if (letter === '') return customNumber(sql, type, format);
  const places = digits === '' ? undefined : Number(digits);
  if ('NFCP'.includes(letter.toUpperCase()) && (places ?? 0) > PLACES) return null;
  if (letter.toUpperCase() === 'E' && (places ?? 0) > MOST) return null;
  switch (letter.toUpperCase()) {
    case 'N':
      return signed(sql, type, places ?? 2, (text) => grouped(text), ['-', '']);
    case 'F':
      return signed(sql, type, places ?? 2, (text) => text, ['-', '']);
    case 'C':
      return signed(sql, type, places ?? 2, (text) => `'$' || ${grouped(text)}`, ['(', ')']);
    case 'P':
      return signed(moved(sql, type, 2), type, places ?? 2, (text) => `${grouped(text)} || ' %'`, ['-', '']);
    case 'D':
      return familyOf(type) === 'integer' ? wholeText(sql, places ?? 1) : undefined;
    case 'X':
      return familyOf(type) === 'integer' ? hexadecimal(sql, type, letter, places ?? 1) : undefined;
    case 'E':
      return withSign(sql, exponential(sql, letter, places ?? 6));
    case 'G':
      return general(sql, type, letter === 'g' ? 'e' : 'E', places ?? 0);
    case 'R':
      return familyOf(type) === 'float' ? roundTrip(sql, type) : undefined;
    default:
      return undefined;
  }
}

/** @param around what stands before and behind a negative number; one that rounds to zero has no sign */
function signed(
  sql: string,
  type: SqlType,
  places: number,
  body: (text: string) => string,
  [before, after]: readonly [string, string],
): string {
  return bindAlways([rounded(sql, type, places)], ([x]) => {
    const text = body(`CAST(abs(${x}) AS VARCHAR)`);
    return `CASE WHEN ${x} < 0 THEN ${stringLiteral(before)} || ${text} || ${stringLiteral(after)} ELSE ${text} END`;
  });
}

function wholeText(sql: string, digits: number): string {
  return bindOnce([sql], ([x]) => {
    const text = `CAST(abs(CAST(${x} AS HUGEINT)) AS VARCHAR)`;
    return `(CASE WHEN ${x} < 0 THEN '-' ELSE '' END || ${zeros(text, digits)})`;
  });
}

/** A negative number is that of its type's bits. */
function hexadecimal(sql: string, type: SqlType, letter: string, digits: number): string {
  const bits = { tinyint: 8, smallint: 16, int: 32, bigint: 64 }[type.kind as 'int']; // integers only, by the caller
  return bindOnce([`CAST(${sql} AS HUGEINT)`], ([x]) => {
    const text = `to_hex(CAST(CASE WHEN ${x} < 0 THEN ${x} + ${2n ** BigInt(bits)} ELSE ${x} END AS UBIGINT))`;
    const padded = bindOnce([text], ([t]) => zeros(`${t}`, digits));
    return letter === 'x' ? `lower(${padded})` : padded;
  });
}

function withSign(sql: string, text: string): string {
  return `(CASE WHEN ${sql} < 0 THEN '-' ELSE '' END || ${text})`;
}

function exponential(sql: string, letter: string, places: number): string {
  return scientific(sql, places, (digits, exponent) => {
    const fraction = places === 0 ? '' : ` || '.' || substr(${digits}, 2)`;
    return `left(${digits}, 1)${fraction} || ${exponentText(letter, exponent, 3, true)}`;
  });
}

/** The shorter of the fixed and the scientific form, without zeros at its end. */
function general(sql: string, type: SqlType, letter: string, precision: number): string {
  const isFloat = familyOf(type) === 'float';
  if (precision === 0 && !isFloat) return `CAST(${sql} AS VARCHAR)`;
  const most = precision > 0 ? Math.min(precision, MOST) : type.kind === 'real' ? 7 : 15;
  const text = scientific(sql, most - 1, (digits, exponent) => {
    const tail = (d: string) =>
      bindOnce([`rtrim(${d}, '0')`], ([t]) => `CASE WHEN ${t} = '' THEN '' ELSE '.' || ${t} END`);
    const short = `left(${digits}, 1) || ${tail(`substr(${digits}, 2)`)} || ${exponentText(letter, exponent, 2, true)}`;
    const above = `left(${digits}, ${exponent} + 1) || ${tail(`substr(${digits}, ${exponent} + 2)`)}`;
    const below = `'0.' || repeat('0', -${exponent} - 1) || rtrim(${digits}, '0')`;
    return `CASE WHEN ${exponent} >= ${most} OR ${exponent} < -4 THEN ${short} WHEN ${exponent} >= 0 THEN ${above} ELSE ${below} END`;
  });
  return withSign(sql, text);
}

/** Fifteen digits where they lead back to the number, else seventeen; of a real seven or nine. */
function roundTrip(sql: string, type: SqlType): string {
  const [few, all] = type.kind === 'real' ? [7, 9] : [15, 17];
  const target = type.kind === 'real' ? 'FLOAT' : 'DOUBLE';
  const text = (digits: number) => general(sql, type, 'E', digits);
  return `CASE WHEN CAST(${text(few)} AS ${target}) = ${sql} THEN ${text(few)} ELSE ${text(all)} END`;
}
