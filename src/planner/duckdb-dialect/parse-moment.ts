// Text -> date and time, in the literal formats T-SQL documents: ISO 8601, numeric with separators, months by name,
// digits alone, a time with or without AM and PM, an offset ("Date and time types", string literal formats).

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import type { SqlType } from '../../arrow/sql-type.ts';
import type { DateOrder } from '../expression.ts';
import { bindAlways, bindOnce } from './bind-once.ts';
import { momentOf } from './moments.ts';
import { RAISED } from './raise.ts';

const YEAR = '(?:000[1-9]|00[1-9]\\d|0[1-9]\\d\\d|[1-9]\\d{3})';
const ISO_DAY = `${YEAR}-\\d\\d-\\d\\d`;
const ISO_TIME = '\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?';
const ISO = `${ISO_DAY}(?:[ T]${ISO_TIME})?`;
/** What ISO 8601 alone means where a day may stand before its month. */
const ISO_WHOLE = `${ISO_DAY}T${ISO_TIME}`;
/** A date (anything without a colon), a time that has a colon or AM/PM, an offset. */
const TIME = '(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.:](\\d{1,7}))?)? ?(AM|PM)?|(\\d{1,2}) ?(AM|PM)';
const SHAPE = `([^:]*?)(?:(?:^|[ T])(?:${TIME}))?(?: ?(Z|[+-]\\d{1,2}:\\d{2}))?`;
const GROUPS = "['d', 'h', 'm', 's', 'f', 'p', 'h2', 'p2', 'z']";
const MONTHS = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';

/** datetime and smalldatetime take the order of a year's month and day from SET DATEFORMAT too; the newer types do not. */
function isOld({ kind }: SqlType): boolean {
  return kind === 'datetime' || kind === 'smalldatetime';
}

function monthFirst(order: DateOrder): boolean {
  return order.indexOf('m') < order.indexOf('d');
}

/** The SQL that makes a date or time of a text; a text that is none raises 241, or is NULL for TRY_. */
export function parsedMoment(text: string, to: SqlType, order: DateOrder, onError: 'fail' | 'null'): string {
  const iso = isOld(to) && !monthFirst(order) ? ISO_WHOLE : ISO;
  const literal = text.match(new RegExp(`^'(${iso})'$`))?.[1];
  if (literal !== undefined && isDay(literal)) return isoLiteral(literal.replace('T', ' '), to, onError);
  return bindOnce([text], ([x]) => {
    const parsed =
      to.kind === 'datetimeoffset'
        ? general(`${x}`, to, order)
        : `CASE WHEN regexp_full_match(${x}, '${iso}') THEN TRY_CAST(${x} AS TIMESTAMP) ELSE ${general(`${x}`, to, order)} END`;
    // A cast that fails carries the value out, and, unlike error(), leaves the expression a constant where it is one.
    const failed = `CAST('${RAISED}exec/date-conversion:${to.kind} ' || ${x} AS TIMESTAMP)`;
    return momentOf(onError === 'null' ? parsed : `coalesce(${parsed}, ${failed})`, to, onError);
  });
}

function isDay(iso: string): boolean {
  const [year = 0, month = 0, day = 0] = iso.slice(0, 10).split('-').map(Number);
  const clock = iso.slice(11).split(':').map(Number);
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= days &&
    (clock[0] ?? 0) < 24 &&
    (clock[1] ?? 0) < 60 &&
    (clock[2] ?? 0) < 60
  );
}

/** Plain enough for the engine to prune by. */
function isoLiteral(iso: string, to: SqlType, onError: 'fail' | 'null'): string {
  const cast = (type: string, value = iso) => `CAST('${value}' AS ${type})`;
  if (to.kind === 'date') return cast('DATE', iso.slice(0, 10));
  if (to.kind === 'datetime2' && (!iso.includes('.') || to.scale >= 6)) return cast('TIMESTAMP');
  if (to.kind === 'datetimeoffset' && !iso.includes('.'))
    return cast(duckdbTypeName(to), `${iso.length === 10 ? `${iso} 00:00:00` : iso}+00`);
  if (to.kind === 'datetime' && !iso.includes('.') && iso >= '1753') return cast('TIMESTAMP');
  return momentOf(cast('TIMESTAMP'), to, onError);
}

/** Every other form; NULL for what is none. */
function general(text: string, to: SqlType, order: DateOrder): string {
  // datetime and smalldatetime know no offsets; the types without one keep the local time.
  const moves = to.kind === 'datetimeoffset';
  const offsets = moves || !isOld(to);
  return bindAlways([`upper(trim(${text}))`], ([u]) =>
    bindAlways([`regexp_extract(${u}, '^${SHAPE}$', ${GROUPS})`], ([g]) => {
      const number = (group: string) => `coalesce(TRY_CAST(${g}.${group} AS INTEGER), 0)`;
      const half = `(${g}.p || ${g}.p2)`;
      const given = `(${number('h')} + ${number('h2')})`;
      const hour = `(CASE WHEN ${half} = 'AM' AND ${given} = 12 THEN 0 WHEN ${half} = 'PM' AND ${given} < 12 THEN ${given} + 12 ELSE ${given} END)`;
      const fraction = `(CAST(rpad(${g}.f, 7, '0') AS INTEGER) // 10)`;
      const seconds = `(${hour} * 3600 + ${number('m')} * 60 + ${number('s')})`;
      const clock = `to_microseconds(CAST(${seconds} AS BIGINT) * 1000000 + ${fraction})`;
      const valid = [
        `regexp_full_match(${u}, '${SHAPE}')`,
        `${given} < 24`,
        `${number('m')} < 60`,
        `${number('s')} < 60`,
        ...(offsets ? [] : [`${g}.z IN ('', 'Z')`]),
      ];
      const local = `${calendar(`${g}.d`, order, isOld(to))} + ${clock}`;
      return `CASE WHEN ${valid.join(' AND ')} THEN ${moves ? `${local} - ${offset(`${g}.z`)}` : local} END`;
    }),
  );
}

/** The hours may be one digit. */
function offset(z: string): string {
  const part = (from: number) => `CAST(string_split(substr(${z}, 2), ':')[${from}] AS INTEGER)`;
  const sign = `CASE WHEN ${z}[1] = '-' THEN -1 ELSE 1 END`;
  return `(CASE WHEN length(${z}) > 1 THEN to_minutes((${part(1)} * 60 + ${part(2)}) * ${sign}) ELSE INTERVAL 0 MINUTE END)`;
}

/** Two-digit years turn over at 2049. */
function fullYear(text: string, before: string, after: string): string {
  const expand = (decades: string, century: string) => (inner: string) =>
    `regexp_replace(${inner}, '^(${before})(${decades}\\d)(${after})$', '\\1${century}\\2\\3')`;
  return expand('[0-4]', '20')(expand('[5-9]', '19')(text));
}

const FORMATS = { y: '%Y', m: '%m', d: '%d' };

/**
 * Dates of three numbers ("SET DATEFORMAT"): a year of four digits is told by itself, first, last or where the order
 * has it, and leaves the order of month and day; two digits are a year only there. The newer types read every date
 * that begins with its year as year, month, day, and do not know `ydm`.
 */
function numeric(
  order: DateOrder,
  isOldType: boolean,
): readonly (readonly [pattern: string, format: string, short: boolean])[] {
  const separator = '[-/.]';
  const two = '\\d{1,2}';
  const rest = monthFirst(order) ? '%m/%d' : '%d/%m';
  const yearFirst = [`${YEAR}${separator}${two}${separator}${two}`, `%Y/${isOldType ? rest : '%m/%d'}`, false] as const;
  if (order === 'ydm' && !isOldType) return [yearFirst];
  const format = [...order].map((part) => FORMATS[part as keyof typeof FORMATS]).join('/');
  return [
    yearFirst,
    [`${two}${separator}${two}${separator}${YEAR}`, `${rest}/%Y`, false],
    ...(order[1] === 'y' ? [[`${two}${separator}${YEAR}${separator}${two}`, format, false] as const] : []),
    [`${two}${separator}${two}${separator}${two}`, format, true],
  ];
}

/** A TIMESTAMP of the date alone; none is the first of January 1900. */
function calendar(date: string, order: DateOrder, isOldType: boolean): string {
  const year = order.indexOf('y');
  const [before, after] = ['\\d{1,2}/'.repeat(year), '/\\d{1,2}'.repeat(2 - year)];
  return bindAlways([`regexp_replace(translate(trim(${date}, ' ,'), ',', ' '), ' +', ' ', 'g')`], ([d]) => {
    const slashed = `translate(${d}, '-.', '//')`;
    const is = (pattern: string) => `WHEN regexp_full_match(${d}, '${pattern}') THEN`;
    const named = `trim(regexp_replace(${d}, '[-/. ]*(${MONTHS})[A-Z]*[-/. ]*', ' \\1 '))`;
    const yeared = fullYear(fullYear(named, '[A-Z]{3} \\d{1,2} ', ''), '\\d{1,2} [A-Z]{3} ', '');
    return `CASE WHEN ${d} = '' THEN TIMESTAMP '1900-01-01' ${[
      ...numeric(order, isOldType).map(
        ([pattern, format, short]) =>
          `${is(pattern)} try_strptime(${short ? fullYear(slashed, before, after) : slashed}, '${format}')`,
      ),
      `${is(`${YEAR}\\d{4}`)} try_strptime(${d}, '%Y%m%d')`,
      `${is('\\d{6}')} try_strptime(${fullYear(d ?? '', '', '\\d{4}')}, '%Y%m%d')`,
      `${is(YEAR)} try_strptime(${d}, '%Y')`,
      // strptime reads `epoch` and `infinity` too.
      `${is(`.*(?:${MONTHS}).*`)} try_strptime(${yeared}, ['%b %d %Y', '%d %b %Y', '%Y %b %d', '%Y %d %b', '%b %Y', '%Y %b'])`,
    ].join(' ')} END`;
  });
}
