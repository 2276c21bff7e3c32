// The styles of CONVERT from dates to text (3-dialect section 4.7).

import type { SqlType } from '../../arrow/sql-type.ts';
import { bindOnce } from './bind-once.ts';
import { offsetText, timestampOf } from './moments.ts';

/** A piece of strftime's format, or a piece DuckDB's has no letter for. */
type Style = { readonly date?: string; readonly time?: Clock; readonly between?: string };
type Clock = 'seconds' | 'fraction' | 'colon-fraction' | 'half-day' | 'half-day-fraction' | 'half-day-seconds';

const ISO_DATE = '%Y-%m-%d';
const NAMED = '\u{1}'; // the month by name, the day of the month behind it padded with a blank

const STYLES: Readonly<Record<number, Style>> = {
  100: { date: NAMED, time: 'half-day' },
  109: { date: NAMED, time: 'half-day-fraction' },
  101: { date: '%m/%d/%Y' },
  102: { date: '%Y.%m.%d' },
  103: { date: '%d/%m/%Y' },
  104: { date: '%d.%m.%Y' },
  105: { date: '%d-%m-%Y' },
  106: { date: '%d %b %Y' },
  107: { date: '%b %d, %Y' },
  108: { time: 'seconds' },
  110: { date: '%m-%d-%Y' },
  111: { date: '%Y/%m/%d' },
  112: { date: '%Y%m%d' },
  113: { date: '%d %b %Y', time: 'colon-fraction' },
  114: { time: 'colon-fraction' },
  120: { date: ISO_DATE, time: 'seconds' },
  121: { date: ISO_DATE, time: 'fraction' },
  22: { date: '%m/%d/%y', time: 'half-day-seconds' },
  23: { date: ISO_DATE },
  126: { date: ISO_DATE, time: 'fraction', between: 'T' },
  127: { date: ISO_DATE, time: 'fraction', between: 'T' },
};
const SAME: Readonly<Record<number, number>> = {
  0: 100,
  9: 109,
  8: 108,
  24: 108,
  13: 113,
  14: 114,
  20: 120,
  21: 121,
  25: 121,
};

/** The shape of a style, or undefined where there is none. Below 100 the year has two digits. */
function shapeOf(style: number): Style | undefined {
  const exact = STYLES[SAME[style] ?? style];
  if (exact !== undefined) return exact;
  const century = style > 0 && style < 100 ? STYLES[style + 100] : undefined;
  return century?.date === undefined ? undefined : { ...century, date: century.date.replace('%Y', '%y') };
}

/** Whether CONVERT knows the style for a type: a time has no date, a date no time. */
export function isDateStyle(type: SqlType, style: number): boolean {
  const shape = shapeOf(style);
  if (shape === undefined) return false;
  if (type.kind === 'date') return shape.date !== undefined;
  return type.kind !== 'time' || shape.time !== undefined;
}

/** datetime and smalldatetime print as style 0, the newer types as 121. */
export function dateStyle(sql: string, type: SqlType, given: number | undefined): string {
  const style = given ?? (type.kind === 'datetime' || type.kind === 'smalldatetime' ? 0 : 121);
  const shape = shapeOf(style) ?? {};
  // Style 127 is UTC.
  const source = style === 127 && type.kind === 'datetimeoffset' ? { ...type, zone: undefined } : type;
  return bindOnce([timestampOf(sql, source)], ([t]) => {
    const date = shape.date === undefined || type.kind === 'time' ? undefined : dateText(`${t}`, shape.date);
    const time =
      shape.time === undefined || type.kind === 'date' ? undefined : clockText(`${t}`, shape.time, type, style);
    const zone =
      type.kind !== 'datetimeoffset' || time === undefined
        ? []
        : [style === 127 ? "'Z'" : style === 126 ? offsetText(sql, type) : `' ' || ${offsetText(sql, type)}`];
    const between = date !== undefined && time !== undefined ? [`'${shape.between ?? ' '}'`] : [];
    return `(${[...(date === undefined ? [] : [date]), ...between, ...(time === undefined ? [] : [time]), ...zone].join(' || ')})`;
  });
}

function dateText(t: string, format: string): string {
  if (format !== NAMED) return `strftime(${t}, '${format}')`;
  return `strftime(${t}, '%b ') || lpad(strftime(${t}, '%-d'), 2, ' ') || strftime(${t}, ' %Y')`;
}

function clockText(t: string, clock: Clock, type: SqlType, style: number): string {
  const hour = type.kind === 'time' ? `strftime(${t}, '%-I')` : `lpad(strftime(${t}, '%-I'), 2, ' ')`;
  switch (clock) {
    case 'seconds':
      return `strftime(${t}, '%H:%M:%S')`;
    case 'half-day':
      return `${hour} || strftime(${t}, ':%M%p')`;
    case 'half-day-seconds':
      return `${hour} || strftime(${t}, ':%M:%S %p')`;
    case 'half-day-fraction':
      return `${hour} || strftime(${t}, ':%M:%S')${fraction(t, type, ':')} || strftime(${t}, '%p')`;
    case 'colon-fraction':
      return `strftime(${t}, '%H:%M:%S')${fraction(t, type, ':')}`;
    case 'fraction':
      // ISO 8601 leaves the thousandths of a datetime out when there are none.
      if (style >= 126 && type.kind === 'datetime')
        return `strftime(${t}, '%H:%M:%S') || CASE WHEN microsecond(${t}) % 1000000 = 0 THEN '' ELSE strftime(${t}, '.%g') END`;
      return `strftime(${t}, '%H:%M:%S')${fraction(t, type, '.')}`;
  }
}

/** As many digits as the type has, DuckDB prints six; a datetime has three, behind a colon in the older styles. */
function fraction(t: string, type: SqlType, separator: ':' | '.'): string {
  if (type.kind === 'smalldatetime') return separator === ':' ? ` || ':000'` : '';
  if (type.kind === 'datetime') return ` || strftime(${t}, '${separator}%g')`;
  const scale = 'scale' in type ? type.scale : 0;
  if (scale === 0) return '';
  return scale === 7 ? ` || strftime(${t}, '.%f0')` : ` || left(strftime(${t}, '.%f'), ${scale + 1})`;
}
