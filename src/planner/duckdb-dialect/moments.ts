// Values of the date and time types: DuckDB keeps them all in microseconds, T-SQL each to its own grain and range.

import type { SqlType } from '../../arrow/sql-type.ts';
import { bindOnce } from './bind-once.ts';
import { RAISED } from './raise.ts';

type Moment = Extract<
  SqlType,
  { kind: 'date' | 'time' | 'datetime' | 'smalldatetime' | 'datetime2' | 'datetimeoffset' }
>;

export function isMoment(type: SqlType): type is Moment {
  return ['date', 'time', 'datetime', 'smalldatetime', 'datetime2', 'datetimeoffset'].includes(type.kind);
}

/** Microseconds from 0001-01-01 to 1970, so that rounding goes up on both sides. */
const YEAR_ONE = 62_135_596_800_000_000n;

/**
 * A TIMESTAMP to the grain of a type: datetime counts three-hundredths of a second, smalldatetime minutes (29.999 s
 * and more go up), the others 10^-scale seconds.
 */
export function rounded(timestamp: string, type: SqlType): string {
  switch (type.kind) {
    case 'datetime':
      return bindOnce([timestamp], ([t]) => {
        const ticks = `round((epoch_us(${t}) + ${YEAR_ONE}) % 1000000 * 3 / 10000)`;
        return `(date_trunc('second', ${t}) + to_milliseconds(CAST(round(${ticks} * 10 / 3) AS BIGINT)))`;
      });
    case 'smalldatetime':
      return `date_trunc('minute', ${timestamp} + INTERVAL 30001 MILLISECONDS)`;
    case 'datetime2': {
      if (type.scale >= 6) return timestamp;
      const step = 10n ** BigInt(6 - type.scale);
      return `make_timestamp((epoch_us(${timestamp}) + ${YEAR_ONE + step / 2n}) // ${step} * ${step} - ${YEAR_ONE})`;
    }
    default:
      return timestamp;
  }
}

/** A TIME to 10^-scale seconds; what rounds up to midnight is midnight. */
export function roundedTime(time: string, scale: number): string {
  if (scale >= 6) return time;
  return `CAST(${rounded(`(DATE '2000-01-01' + ${time})`, { kind: 'datetime2', scale })} AS TIME)`;
}

const RANGES: Readonly<Partial<Record<SqlType['kind'], readonly [first: string, last: string]>>> = {
  datetime: ['1753-01-01', '9999-12-31 23:59:59.999'],
  smalldatetime: ['1900-01-01', '2079-06-06 23:59:59'],
};
const ALL = ['0001-01-01', '9999-12-31 23:59:59.999999'] as const;

/** The value, or an error where T-SQL's type does not reach; `null` instead of the error for TRY_. */
export function ranged(
  timestamp: string,
  type: SqlType,
  onError: 'fail' | 'null',
  code: 'exec/date-range' | 'exec/date-overflow' = 'exec/date-range',
): string {
  const [first, last] = RANGES[type.kind] ?? ALL;
  const outside = onError === 'null' ? 'NULL' : `CAST('${RAISED}${code}:${type.kind}' AS TIMESTAMP)`;
  return bindOnce(
    [timestamp],
    ([t]) => `CASE WHEN ${t} < TIMESTAMP '${first}' OR ${t} > TIMESTAMP '${last}' THEN ${outside} ELSE ${t} END`,
  );
}

/** Any date or time as a TIMESTAMP: a time is of the first of January 1900, an offset's is its local one. */
export function timestampOf(sql: string, type: SqlType): string {
  switch (type.kind) {
    case 'time':
      return `(DATE '1900-01-01' + ${sql})`;
    case 'date':
      return `CAST(${sql} AS TIMESTAMP)`;
    case 'datetimeoffset':
      return localOf(sql, type.zone);
    default:
      return sql;
  }
}

function localOf(moment: string, zone: string | undefined): string {
  const minutes = zone === undefined ? 0 : fixedOffset(zone);
  if (minutes === 0) return `timezone('UTC', ${moment})`;
  return minutes === undefined
    ? `timezone('${zone}', ${moment})`
    : `(timezone('UTC', ${moment}) + to_minutes(${minutes}))`;
}

/** Minutes of an offset such as `+05:30`; undefined for the name of a zone. */
export function fixedOffset(zone: string): number | undefined {
  const [, sign, hours, minutes] = zone.match(/^([+-])(\d\d):(\d\d)$/) ?? [];
  return sign === undefined ? undefined : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
}

/** Minutes by which the local time of a moment is ahead of UTC. */
export function offsetOf(moment: string, { zone }: { readonly zone?: string | undefined }): string {
  const minutes = zone === undefined ? 0 : fixedOffset(zone);
  if (minutes !== undefined) return String(minutes);
  return bindOnce([moment], ([m]) => `date_diff('minute', timezone('UTC', ${m}), ${localOf(`${m}`, zone)})`);
}

/** The same offset as text, `+02:00`. */
export function offsetText(moment: string, type: { readonly zone?: string | undefined }): string {
  return bindOnce(
    [offsetOf(moment, type)],
    ([o]) => `(CASE WHEN ${o} < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(${o}) // 60, abs(${o}) % 60))`,
  );
}

/**
 * A local time as a moment ("AT TIME ZONE"): one that the clock skips moves ahead by what it skips, of one that it
 * shows twice the first is meant, before the clock goes back.
 */
export function momentIn(zone: string, timestamp: string): string {
  const minutes = fixedOffset(zone);
  if (minutes !== undefined) return `timezone('UTC', ${timestamp} - to_minutes(${minutes}))`;
  const step = zone === 'Australia/Lord_Howe' ? 30 : 60;
  return bindOnce([timestamp], ([t]) =>
    bindOnce(
      [`timezone('${zone}', ${t})`],
      ([m]) =>
        `CASE WHEN timezone('${zone}', ${m} - to_minutes(${step})) = ${t} THEN ${m} - to_minutes(${step}) ELSE ${m} END`,
    ),
  );
}

/** What becomes of a local time, in the type of the value; an offset stays as it was. */
export function movedLocally(sql: string, type: SqlType, move: (local: string) => string): string {
  if (type.kind !== 'datetimeoffset' || type.zone === undefined) return momentOf(move(timestampOf(sql, type)), type);
  return bindOnce([sql], ([x]) =>
    momentOf(`(${move(timestampOf(`${x}`, type))} - to_minutes(${offsetOf(`${x}`, type)}))`, type),
  );
}

/** A TIMESTAMP, of an offset in UTC, as a value of a date or time type, to its grain and within its range. */
export function momentOf(timestamp: string, type: SqlType, onError: 'fail' | 'null' = 'fail'): string {
  switch (type.kind) {
    case 'date':
      return `CAST(${timestamp} AS DATE)`;
    case 'time':
      return roundedTime(`CAST(${timestamp} AS TIME)`, type.scale);
    case 'datetimeoffset':
      return `timezone('UTC', ${rounded(timestamp, { kind: 'datetime2', scale: type.scale })})`;
    case 'datetime':
    case 'smalldatetime':
      return ranged(rounded(timestamp, type), type, onError);
    default:
      return rounded(timestamp, type);
  }
}
