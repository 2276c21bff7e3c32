// FORMAT of numbers: the standard and custom formats of .NET in the en-US culture ("FORMAT", "Standard numeric format
// strings", "Custom numeric format strings"). A format is known when the statement is planned.

import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindAlways, bindOnce } from './bind-once.ts';

const FORMAT = /^([A-Za-z])(\d{0,2})$/;

/** The SQL of the text; undefined where .NET refuses the format (FORMAT is NULL then); `null` for forms we do not build. */
export function formattedNumber(sql: string, type: SqlType, format: string): string | undefined | null {
  const [, letter = '', digits = ''] = format.match(FORMAT) ?? [];
  if (letter === '') return custom(sql, type, format);
  const places = digits === '' ? undefined : Number(digits);
  switch (letter.toUpperCase()) {
    case 'N':
      return signed(sql, type, places ?? 2, (text) => grouped(text), ['-', '']);
    case 'F':
      return signed(sql, type, places ?? 2, (text) => text, ['-', '']);
    case 'C':
      return signed(sql, type, places ?? 2, (text) => `'$' || ${grouped(text)}`, ['(', ')']);
    case 'P':
      return signed(times100(sql, type), type, places ?? 2, (text) => `${grouped(text)} || ' %'`, ['-', '']);
    case 'D':
      return familyOf(type) === 'integer' ? wholeText(sql, places ?? 1) : undefined;
    case 'X':
      return familyOf(type) === 'integer' ? hexadecimal(sql, type, letter, places ?? 1) : undefined;
    case 'E':
      return exponential(sql, letter, places ?? 6);
    case 'G':
      return places === undefined || places === 0 ? general(sql, type) : null;
    case 'R':
      return familyOf(type) === 'float' ? null : undefined;
    default:
      return undefined;
  }
}

/** The number rounded to so many places, half away from zero, as a DECIMAL. */
function rounded(sql: string, type: SqlType, places: number): string {
  const target = `DECIMAL(38,${Math.min(places, 30)})`;
  // .NET takes the first fifteen digits of a float.
  return familyOf(type) === 'float'
    ? `CAST(printf('%.14e', CAST(${sql} AS DOUBLE)) AS ${target})`
    : `CAST(${sql} AS ${target})`;
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

/** Commas between thousands of a text `1234.50`. */
function grouped(text: string): string {
  return bindOnce([text], ([t]) => `(${thousands(`split_part(${t}, '.', 1)`)} || regexp_extract(${t}, '\\..*$'))`);
}

function thousands(digits: string): string {
  return `ltrim(reverse(regexp_replace(reverse(${digits}), '(\\d\\d\\d)', '\\1,', 'g')), ',')`;
}

function times100(sql: string, type: SqlType): string {
  if (familyOf(type) === 'float') return `(CAST(${sql} AS DOUBLE) * 100)`;
  const { precision, scale } = decimalShape(type);
  return `(CAST(${sql} AS DECIMAL(${Math.min(precision, 35)},${Math.min(scale, 35)})) * CAST(100 AS DECIMAL(3,0)))`;
}

/** At least so many digits. */
export function zeros(text: string, least: number): string {
  return `lpad(${text}, CAST(greatest(${least}, length(${text})) AS INTEGER), '0')`;
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

function exponential(sql: string, letter: string, places: number): string {
  const text = `printf('%.${places}e', CAST(${sql} AS DOUBLE))`;
  const wide = `regexp_replace(${text}, 'e([+-])(\\d\\d)$', 'e\\10\\2')`;
  return letter === 'E' ? `upper(${wide})` : wide;
}

function general(sql: string, type: SqlType): string {
  if (familyOf(type) !== 'float') return `CAST(${sql} AS VARCHAR)`;
  const digits = type.kind === 'real' ? 7 : 15;
  return `regexp_replace(replace(printf('%.${digits}g', CAST(${sql} AS DOUBLE)), 'e', 'E'), 'E([+-])(\\d)$', 'E\\10\\2')`;
}

// --- custom formats

interface Section {
  /** What stands before the first and behind the last digit, and between digits of the whole part. */
  readonly parts: readonly Part[];
  readonly fraction: readonly Part[];
  readonly hasPoint: boolean;
  readonly isGrouped: boolean;
  /** Decimal places by which the number is moved: 2 for a percent sign, -3 for each comma behind the digits. */
  readonly shift: number;
}
type Part = { readonly kind: 'digit'; readonly required: boolean } | { readonly kind: 'text'; readonly text: string };

const TOKEN = /\\([\s\S])|'([^']*)'|"([^"]*)"|[\s\S]/g;

function custom(sql: string, type: SqlType, format: string): string | undefined | null {
  if (/[eE][+-]?0/.test(format.replace(/\\.|'[^']*'|"[^"]*"/g, ''))) return null;
  const sections = splitSections(format).map(sectionOf);
  if (sections.length > 3 || sections.some((s) => s === null)) return sections.length > 3 ? undefined : null;
  const [positive, negative, zero] = sections as Section[]; // none is null, checked above
  if (positive === undefined) return "''";
  const shown = (section: Section, sign: boolean) => sectionText(sql, type, section, sign);
  const isEmpty = (s: Section | undefined) => s === undefined || (s.parts.length === 0 && s.fraction.length === 0);
  const below = negative === undefined || isEmpty(negative) ? shown(positive, true) : shown(negative, false);
  const none = zero === undefined || isEmpty(zero) ? shown(positive, false) : shown(zero, false);
  const size = bindOnce([scaled(sql, type, positive)], ([x]) => `sign(${x})`);
  return bindOnce(
    [size],
    ([s]) => `CASE WHEN ${s} < 0 THEN ${below} WHEN ${s} = 0 THEN ${none} ELSE ${shown(positive, false)} END`,
  );
}

function splitSections(format: string): string[] {
  const sections = [''];
  for (const [token] of format.matchAll(TOKEN)) {
    if (token === ';') sections.push('');
    else sections[sections.length - 1] += token;
  }
  return sections;
}

/** Null where digits are both grouped and interrupted by text, which is not built. */
function sectionOf(format: string): Section | null {
  const parts: Part[] = [];
  const fraction: Part[] = [];
  let [hasPoint, isGrouped, shift, commas] = [false, false, 0, 0];
  for (const [token, escaped, single, double] of format.matchAll(TOKEN)) {
    const quoted = escaped ?? single ?? double;
    const side = hasPoint ? fraction : parts;
    if (quoted !== undefined) side.push({ kind: 'text', text: quoted });
    else if (token === '0' || token === '#') {
      if (commas > 0 && !hasPoint) isGrouped = true;
      commas = 0;
      side.push({ kind: 'digit', required: token === '0' });
    } else if (token === '.') {
      if (!hasPoint) shift -= 3 * commas;
      commas = 0;
      hasPoint = true;
    } else if (token === ',') {
      if (!hasPoint && side.some((p) => p.kind === 'digit')) commas++;
    } else {
      if (token === '%') shift += 2;
      side.push({ kind: 'text', text: token });
    }
  }
  if (!hasPoint) shift -= 3 * commas;
  const first = parts.findIndex((p) => p.kind === 'digit');
  const last = parts.findLastIndex((p) => p.kind === 'digit');
  const isInterrupted = parts.slice(first, last + 1).some((p) => p.kind === 'text');
  return isGrouped && isInterrupted ? null : { parts, fraction, hasPoint, isGrouped, shift };
}

/** The number as the section shows it, rounded to its places. */
function scaled(sql: string, type: SqlType, { fraction, shift }: Section): string {
  const places = fraction.filter((p) => p.kind === 'digit').length;
  const moved = shift === 0 ? sql : shift > 0 ? moveUp(sql, type, shift) : moveDown(sql, type, -shift);
  return rounded(
    moved,
    shift < 0 && familyOf(type) !== 'float' ? { kind: 'decimal', precision: 38, scale: 0 } : type,
    places,
  );
}

function moveUp(sql: string, type: SqlType, digits: number): string {
  return digits === 2 ? times100(sql, type) : `(CAST(${sql} AS DOUBLE) * 1e${digits})`;
}

function moveDown(sql: string, type: SqlType, digits: number): string {
  if (familyOf(type) === 'float') return `(CAST(${sql} AS DOUBLE) / 1e${digits})`;
  const { precision, scale } = decimalShape(type);
  const unit = `CAST('0.${'0'.repeat(digits - 1)}1' AS DECIMAL(${digits},${digits}))`;
  return `(CAST(${sql} AS DECIMAL(${Math.min(precision, 38 - digits)},${Math.min(scale, 38 - digits)})) * ${unit})`;
}

function sectionText(sql: string, type: SqlType, section: Section, withSign: boolean): string {
  const whole = section.parts.filter((p) => p.kind === 'digit');
  const leading = whole.findIndex((p) => p.required);
  const least = leading < 0 ? 0 : whole.length - leading;
  return bindAlways([`CAST(abs(${scaled(sql, type, section)}) AS VARCHAR)`], ([t]) => {
    const digits = `ltrim(split_part(${t}, '.', 1), '0')`;
    const padded = zeros(digits, least);
    return bindAlways([padded], ([d]) => {
      const sign = withSign ? ["'-'"] : [];
      const pieces = [...sign, ...wholePieces(`${d}`, section), ...fractionPieces(`${t}`, section)];
      return pieces.length === 0 ? "''" : `(${pieces.join(' || ')})`;
    });
  });
}

/** Each digit from the right has its place; the first place takes what is left. */
function wholePieces(digits: string, { parts, isGrouped }: Section): string[] {
  const places = parts.filter((p) => p.kind === 'digit').length;
  if (isGrouped) {
    const first = parts.findIndex((p) => p.kind === 'digit');
    return parts.flatMap((p, i) => {
      if (p.kind === 'text') return [stringLiteral(p.text)];
      return i === first ? [thousands(digits)] : [];
    });
  }
  let place = places;
  return parts.map((p) => {
    if (p.kind === 'text') return stringLiteral(p.text);
    place--;
    if (place === places - 1) return `left(${digits}, greatest(length(${digits}) - ${place}, 0))`;
    return `CASE WHEN length(${digits}) > ${place} THEN substr(${digits}, length(${digits}) - ${place}, 1) ELSE '' END`;
  });
}

/** Places behind the last that is required, and the point itself, are shown when there is something in them. */
function fractionPieces(text: string, { fraction }: Section): string[] {
  const digits = fraction.filter((p) => p.kind === 'digit');
  const required = digits.findLastIndex((p) => p.required) + 1;
  const texts = fraction.filter((p) => p.kind === 'text').map((p) => stringLiteral(p.text));
  if (digits.length === 0) return texts;
  const all = `rpad(split_part(${text}, '.', 2), ${digits.length}, '0')`;
  const shown = `(left(${all}, ${required}) || rtrim(substr(${all}, ${required + 1}), '0'))`;
  // Text between the places of a fraction stands behind them.
  return [`CASE WHEN ${shown} = '' THEN '' ELSE '.' || ${shown} END`, ...texts];
}
