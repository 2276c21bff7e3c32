// FORMAT of dates and times: the patterns of .NET in the en-US culture ("FORMAT", "Custom date and time format
// strings"). A pattern is known when the statement is planned and becomes pieces of strftime.

import type { SqlType } from '../../arrow/sql-type.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindOnce } from './bind-once.ts';
import { zeros } from './format-digits.ts';
import { offsetText, timestampOf } from './moments.ts';

/** One letter alone is a pattern of the culture. */
const STANDARD: Readonly<Record<string, string>> = {
  d: 'M/d/yyyy',
  D: 'dddd, MMMM d, yyyy',
  f: 'dddd, MMMM d, yyyy h:mm tt',
  F: 'dddd, MMMM d, yyyy h:mm:ss tt',
  g: 'M/d/yyyy h:mm tt',
  G: 'M/d/yyyy h:mm:ss tt',
  M: 'MMMM d',
  m: 'MMMM d',
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'h:mm tt',
  T: 'h:mm:ss tt',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  U: 'dddd, MMMM d, yyyy h:mm:ss tt',
  Y: 'MMMM yyyy',
  y: 'MMMM yyyy',
};
const STANDARD_TIME: Readonly<Record<string, string>> = {
  c: "hh':'mm':'ss",
  t: "hh':'mm':'ss",
  T: "hh':'mm':'ss",
  g: "h':'mm':'ss.FFFFFFF",
  G: "'0:'hh':'mm':'ss.fffffff",
};
/** Behind these stand all seven digits, or nothing. */
const WITH_FRACTION = 'ctT';

const LETTERS: Readonly<Record<string, string>> = {
  ...{ d: '%-d', dd: '%d', ddd: '%a', dddd: '%A', M: '%-m', MM: '%m', MMM: '%b', MMMM: '%B' },
  ...{ yy: '%y', yyyy: '%Y', h: '%-I', hh: '%I', H: '%-H', HH: '%H', m: '%-M', mm: '%M', s: '%-S', ss: '%S', tt: '%p' },
};

/** The patterns of a time (a .NET TimeSpan) have no letters for AM and PM, and 24 hours. */
const TIME_LETTERS: Readonly<Record<string, string>> = {
  ...{ h: '%-H', hh: '%H', m: '%-M', mm: '%M', s: '%-S', ss: '%S' },
};

const TOKEN = /\.F+|\\([\s\S])|'([^']*)'|"([^"]*)"|%(?=[a-zA-Z])|([a-zA-Z])\4*|[\s\S]/g;

/** The SQL of the text, or undefined where .NET refuses the pattern (FORMAT is NULL then). */
export function formattedDate(sql: string, type: SqlType, pattern: string): string | undefined {
  const isTime = type.kind === 'time';
  const whole = pattern.length === 1 ? (isTime ? STANDARD_TIME : STANDARD)[pattern] : pattern;
  if (whole === undefined || (pattern === 'U' && type.kind === 'datetimeoffset')) return undefined;
  const utc = ['u', 'R', 'r'].includes(pattern) && type.kind === 'datetimeoffset';
  const source = utc ? { ...type, zone: undefined } : type;
  const pieces: ((t: string) => string)[] = [];
  for (const [token, escaped, single, double, letter] of whole.matchAll(TOKEN)) {
    if (token === '%') continue;
    if (token.startsWith('.F') && token.length <= 8 && !(isTime && pattern.length > 1)) {
      pieces.push((t) => pointed(t, token.length - 1));
      continue;
    }
    if (token.startsWith('.F')) return undefined;
    const quoted = escaped ?? single ?? double;
    if (quoted !== undefined) pieces.push(() => stringLiteral(quoted));
    else if (letter === undefined) {
      const isOpen = isTime && pattern.length > 1;
      // A separator of a time must be escaped; the point before a standard pattern's fraction is our own.
      if (isOpen || token === "'" || token === '"' || token === '\\') return undefined;
      pieces.push(() => stringLiteral(token));
    } else {
      const piece = letters(token, letter, isTime, source, sql);
      if (piece === undefined) return undefined;
      pieces.push(piece);
    }
  }
  if (isTime && pattern.length === 1 && WITH_FRACTION.includes(pattern))
    pieces.push((t) => `CASE WHEN ${fraction(t, 7)} = '0000000' THEN '' ELSE '.' || ${fraction(t, 7)} END`);
  return bindOnce([timestampOf(sql, source)], ([t]) => `(${pieces.map((piece) => piece(`${t}`)).join(' || ')})`);
}

function fraction(t: string, count: number): string {
  return `left(strftime(${t}, '%f') || '0', ${count})`;
}

/** A fraction without zeros at its end, the point with it. */
function pointed(t: string, count: number): string {
  return `rtrim(rtrim('.' || ${fraction(t, count)}, '0'), '.')`;
}

function letters(
  token: string,
  letter: string,
  isTime: boolean,
  type: SqlType,
  sql: string,
): ((t: string) => string) | undefined {
  const count = token.length;
  const code = (isTime ? TIME_LETTERS : LETTERS)[token] ?? (isTime ? undefined : longest(letter, count));
  if (code !== undefined) return (t) => `strftime(${t}, '${code}')`;
  switch (letter) {
    case 'f':
    case 'F': {
      if (count > 7) return undefined;
      return letter === 'f' ? (t) => fraction(t, count) : (t) => `rtrim(${fraction(t, count)}, '0')`;
    }
    case 'd':
      return isTime && count <= 8 ? () => `'${'0'.repeat(count)}'` : undefined;
    case 'y':
      return isTime ? undefined : (t) => yearText(t, count);
    case 't':
      return isTime ? undefined : (t) => `left(strftime(${t}, '%p'), 1)`;
    case 'g':
      return isTime ? undefined : () => "'A.D.'";
    case 'z':
    case 'K':
      return isTime ? undefined : () => offset(letter === 'K' ? 'K' : count, type, sql);
    default:
      return isTime ? undefined : () => stringLiteral(token);
  }
}

/** More letters than a form has mean its longest form. */
function longest(letter: string, count: number): string | undefined {
  const most = { d: 4, M: 4, h: 2, H: 2, m: 2, s: 2, t: 2 }[letter];
  return most !== undefined && count > most ? LETTERS[letter.repeat(most)] : undefined;
}

function yearText(t: string, count: number): string {
  if (count === 1) return `CAST(year(${t}) % 100 AS VARCHAR)`;
  return zeros(`CAST(year(${t}) AS VARCHAR)`, count);
}

/** A date without an offset is the server's, in UTC; for K it has none. */
function offset(form: number | 'K', type: SqlType, sql: string): string {
  if (type.kind !== 'datetimeoffset') return { K: "''", 1: "'+0'", 2: "'+00'" }[String(form)] ?? "'+00:00'";
  const text = offsetText(sql, type);
  if (form === 2) return `left(${text}, 3)`;
  return form === 1 ? `regexp_replace(left(${text}, 3), '^(.)0', '\\1')` : text;
}
