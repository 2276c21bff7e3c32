// Custom formats of numbers: sections, places for digits, literals, percent signs, commas and exponents ("Custom numeric
// format strings", en-US).

import { familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindAlways, bindOnce } from './bind-once.ts';
import { exponentText, moved, rounded, scientific, thousands, zeros } from './format-digits.ts';

interface Section {
  /** What stands before the first and behind the last digit, and between digits of the whole part. */
  readonly parts: readonly Part[];
  readonly fraction: readonly Part[];
  readonly hasPoint: boolean;
  readonly isGrouped: boolean;
  /** Decimal places by which the number is moved: 2 for a percent sign, -3 for each comma behind the digits. */
  readonly shift: number;
}
type Part =
  | { readonly kind: 'digit'; readonly required: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'exponent'; readonly letter: string; readonly digits: number; readonly plus: boolean };

const TOKEN = /\\([\s\S])|'([^']*)'|"([^"]*)"|[eE][+-]?0+|[\s\S]/g;

/** The SQL of the text; undefined where .NET refuses the format; `null` for forms we do not build. */
export function customNumber(sql: string, type: SqlType, format: string): string | undefined | null {
  const sections = splitSections(format).map(sectionOf);
  if (sections.length > 3 || sections.some((s) => s === null)) return sections.length > 3 ? undefined : null;
  const [positive, negative, zero] = sections as Section[]; // none is null, checked above
  if (positive === undefined) return "''";
  const shown = (section: Section, sign: boolean) => sectionText(sql, type, section, sign);
  const isEmpty = (s: Section | undefined) => s === undefined || (s.parts.length === 0 && s.fraction.length === 0);
  const below = negative === undefined || isEmpty(negative) ? shown(positive, true) : shown(negative, false);
  const none = zero === undefined || isEmpty(zero) ? shown(positive, false) : shown(zero, false);
  const isShort = [...positive.parts, ...positive.fraction].some((p) => p.kind === 'exponent');
  const size = bindOnce([isShort ? sql : scaled(sql, type, positive)], ([x]) => `sign(${x})`);
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
    } else if (/^[eE][+-]?0/.test(token)) {
      const digits = token.replace(/[^0]/g, '').length;
      side.push({ kind: 'exponent', letter: token.charAt(0), digits, plus: token.includes('+') });
    } else if (token === '.') {
      if (!hasPoint) shift -= 3 * commas;
      commas = 0;
      hasPoint = true;
    } else if (token === ',') {
      if (!hasPoint && side.some((p) => p.kind === 'digit')) commas++;
    } else {
      if (token === '%') shift += 2;
      if (token === '‰') shift += 3;
      side.push({ kind: 'text', text: token });
    }
  }
  if (!hasPoint) shift -= 3 * commas;
  const first = parts.findIndex((p) => p.kind === 'digit');
  const last = parts.findLastIndex((p) => p.kind === 'digit');
  const isInterrupted = parts.slice(first, last + 1).some((p) => p.kind !== 'digit');
  return isGrouped && isInterrupted ? null : { parts, fraction, hasPoint, isGrouped, shift };
}

/** The number as the section shows it, rounded to its places. */
function scaled(sql: string, type: SqlType, { fraction, shift }: Section): string {
  const places = fraction.filter((p) => p.kind === 'digit').length;
  return rounded(
    moved(sql, type, shift),
    shift < 0 && familyOf(type) !== 'float' ? { kind: 'decimal', precision: 38, scale: 0 } : type,
    places,
  );
}

function sectionText(sql: string, type: SqlType, section: Section, withSign: boolean): string {
  const sign = withSign ? ["'-'"] : [];
  const digitsOf = (parts: readonly Part[]) => parts.filter((p) => p.kind === 'digit').length;
  const [whole, places] = [digitsOf(section.parts), digitsOf(section.fraction)];
  const body = (text: string, exponent: string) =>
    bindAlways([wholeDigits(text, section)], ([d]) => {
      const pieces = [...sign, ...wholePieces(`${d}`, section, exponent), ...fractionPieces(text, section, exponent)];
      return pieces.length === 0 ? "''" : `(${pieces.join(' || ')})`;
    });
  if (![...section.parts, ...section.fraction].some((p) => p.kind === 'exponent') || whole + places === 0)
    return bindAlways([`CAST(abs(${scaled(sql, type, section)}) AS VARCHAR)`], ([t]) => body(`${t}`, '0'));
  return scientific(moved(sql, type, section.shift), whole + places - 1, (digits, exponent) =>
    bindAlways(
      [
        `left(${digits}, ${whole}) || '.' || substr(${digits}, ${whole + 1})`,
        `CASE WHEN ltrim(${digits}, '0') = '' THEN 0 ELSE ${exponent} - ${whole - 1} END`,
      ],
      ([t, e]) => body(`${t}`, `${e}`),
    ),
  );
}

/** The digits before the point: none of a zero, unless a place asks for one. */
function wholeDigits(text: string, { parts }: Section): string {
  const whole = parts.filter((p) => p.kind === 'digit');
  const leading = whole.findIndex((p) => p.required);
  return zeros(`ltrim(split_part(${text}, '.', 1), '0')`, leading < 0 ? 0 : whole.length - leading);
}

/** Each digit from the right has its place; the first place takes what is left. */
function wholePieces(digits: string, { parts, isGrouped }: Section, exponent: string): string[] {
  const places = parts.filter((p) => p.kind === 'digit').length;
  if (isGrouped) {
    const first = parts.findIndex((p) => p.kind === 'digit');
    return parts.flatMap((p, i) => {
      if (p.kind !== 'digit') return [fixedPiece(p, exponent)];
      return i === first ? [thousands(digits)] : [];
    });
  }
  let place = places;
  return parts.map((p) => {
    if (p.kind !== 'digit') return fixedPiece(p, exponent);
    place--;
    if (place === places - 1) return `left(${digits}, greatest(length(${digits}) - ${place}, 0))`;
    return `CASE WHEN length(${digits}) > ${place} THEN substr(${digits}, length(${digits}) - ${place}, 1) ELSE '' END`;
  });
}

function fixedPiece(part: Exclude<Part, { kind: 'digit' }>, exponent: string): string {
  if (part.kind === 'text') return stringLiteral(part.text);
  return exponentText(part.letter, exponent, part.digits, part.plus);
}

/** Places behind the last that is required, and the point itself, are shown when there is something in them. */
function fractionPieces(text: string, { fraction }: Section, exponent: string): string[] {
  const digits = fraction.filter((p) => p.kind === 'digit');
  const required = digits.findLastIndex((p) => p.required) + 1;
  const fixed = fraction.flatMap((p) => (p.kind === 'digit' ? [] : [fixedPiece(p, exponent)]));
  if (digits.length === 0) return fixed;
  const all = `rpad(split_part(${text}, '.', 2), ${digits.length}, '0')`;
  const shown = `(left(${all}, ${required}) || rtrim(substr(${all}, ${required + 1}), '0'))`;
  const isTogether = fraction.slice(0, digits.length).every((p) => p.kind === 'digit');
  if (isTogether) return [`CASE WHEN ${shown} = '' THEN '' ELSE '.' || ${shown} END`, ...fixed];
  let place = 0;
  const each = fraction.map((p) => (p.kind === 'digit' ? `substr(${shown}, ${++place}, 1)` : fixedPiece(p, exponent)));
  return [`CASE WHEN ${shown} = '' THEN '' ELSE '.' END`, ...each];
}
