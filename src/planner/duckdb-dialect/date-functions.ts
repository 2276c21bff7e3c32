// Functions of dates and times. The first argument of those with a part is its name, a literal.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import type { SqlType } from '../../arrow/sql-type.ts';
import { invariant } from '../../common/errors.ts';
import type { Expr } from '../expression.ts';
import { bindOnce } from './bind-once.ts';
import { typed } from './literals.ts';
import { momentIn, momentOf, movedLocally, offsetOf, offsetText, ranged, timestampOf } from './moments.ts';
import { RAISED } from './raise.ts';
import type { Operators } from './spell.ts';

const INT: SqlType = { kind: 'int' };

export const dateOperators: Operators = {
  year: (args, expr) => typed(`year(${local(args[0], expr.args[0])})`, INT),
  month: (args, expr) => typed(`month(${local(args[0], expr.args[0])})`, INT),
  day: (args, expr) => typed(`day(${local(args[0], expr.args[0])})`, INT),
  'date-add': ([, n, d], { args, type }) => {
    const by = interval(wordOf(args[0]), `${n}`);
    if (type.kind === 'datetimeoffset')
      return movedLocally(`${d}`, type, (t) =>
        ranged(typed(`${t} + ${by}`, TIMESTAMP), type, 'fail', 'exec/date-overflow'),
      );
    const moved = `${d} + ${by}`;
    if (type.kind === 'time') return typed(moved, type);
    const shown = type.kind === 'date' ? TIMESTAMP : type;
    const within = ranged(timestampOf(typed(moved, shown), shown), type, 'fail', 'exec/date-overflow');
    return momentOf(within, type);
  },
  'date-diff': ([, a, b], { args, type }) => difference(wordOf(args[0]), `${a}`, `${b}`, type),
  'date-part': ([, d], { args }) => typed(part(wordOf(args[0]), `${d}`, args[1], firstDay(args[2])), INT),
  'date-name': ([, d], { args }) => {
    const name = wordOf(args[0]);
    const value = local(d, args[1]);
    if (name === 'month') return `monthname(${value})`;
    if (name === 'weekday') return `dayname(${value})`;
    if (name === 'tzoffset') return `CASE WHEN ${d} IS NOT NULL THEN ${offsetText(`${d}`, zoneOf(args[1]))} END`;
    return `CAST(${part(name, `${d}`, args[1], firstDay(args[2]))} AS VARCHAR)`;
  },
  'date-trunc': ([, d], { args, type }) => truncated(wordOf(args[0]), `${d}`, type, firstDay(args[2])),
  'date-bucket': ([, n, d, origin], { args, type }) => {
    const width = bindOnce(
      [`${n}`],
      ([x]) => `CASE WHEN ${x} <= 0 THEN CAST('${RAISED}exec/bucket-width' AS BIGINT) ELSE ${x} END`,
    );
    return momentOf(`time_bucket(${interval(wordOf(args[0]), width)}, ${d}, ${origin})`, type);
  },
  'add-days': ([a, b], { type }) => momentOf(`(${a} + (${b} - TIMESTAMP '1900-01-01'))`, type),
  'subtract-days': ([a, b], { type }) => momentOf(`(${a} - (${b} - TIMESTAMP '1900-01-01'))`, type),
  eomonth: ([d, n], { args }) =>
    typed(`last_day(${typed(local(d, args[0]), { kind: 'date' })} + to_months(${typed(`${n}`, INT)}))`, {
      kind: 'date',
    }),
  'from-parts': (args, { type }) => fromParts(args, type),
  'at-zone': ([d], { type }) => (type.kind === 'datetimeoffset' ? momentIn(type.zone ?? '+00:00', `${d}`) : `${d}`),
  'is-present': ([x]) => `CAST(${x} IS NOT NULL AS INTEGER)`,
};

const TIMESTAMP: SqlType = { kind: 'datetime2', scale: 7 };

/** The name of a part, which stands as a literal. */
function wordOf(expr: Expr | undefined): string {
  invariant(expr?.kind === 'literal', 'a part of a date is a literal');
  return String(expr.value);
}

function zoneOf(expr: Expr | undefined): { readonly zone?: string | undefined } {
  return expr?.type.kind === 'datetimeoffset' ? expr.type : {};
}

function local(sql: string | undefined, expr: Expr | undefined): string {
  return expr?.type.kind === 'datetimeoffset' ? timestampOf(`${sql}`, expr.type) : `${sql}`;
}

function interval(part: string, n: string): string {
  switch (part) {
    case 'year':
      return `to_years(${typed(n, INT)})`;
    case 'quarter':
      return `to_months(${typed(`3 * ${n}`, INT)})`;
    case 'month':
      return `to_months(${typed(n, INT)})`;
    case 'week':
      return `to_days(${typed(`7 * ${n}`, INT)})`;
    case 'day':
    case 'dayofyear':
    case 'weekday':
      return `to_days(${typed(n, INT)})`;
    case 'nanosecond':
      return `to_microseconds(CAST(round(${n} / 1000) AS BIGINT))`;
    default:
      return `to_${part}s(${n})`;
  }
}

/** Boundaries between two TIMESTAMPs. DuckDB counts whole weeks of seven days, T-SQL Sundays. */
function difference(part: string, a: string, b: string, type: SqlType): string {
  // A Sunday.
  const week = (t: string) => `CAST(floor((CAST(${t} AS DATE) - DATE '0001-01-07') / 7) AS BIGINT)`;
  const boundaries = (name: string) => `date_diff('${name}', ${a}, ${b})`;
  const count =
    part === 'week'
      ? `(${week(b)} - ${week(a)})`
      : part === 'nanosecond'
        ? `(1000 * ${boundaries('microsecond')})`
        : boundaries(part === 'dayofyear' || part === 'weekday' ? 'day' : part);
  if (type.kind === 'bigint') return typed(count, type);
  return bindOnce(
    [count],
    ([n]) =>
      `CASE WHEN ${n} NOT BETWEEN -2147483648 AND 2147483647 THEN CAST('${RAISED}exec/date-difference' AS INTEGER) ELSE ${typed(`${n}`, type)} END`,
  );
}

/** 1 (Monday) to 7, a literal. */
function firstDay(expr: Expr | undefined): number {
  return expr?.kind === 'literal' ? Number(expr.value) : 7;
}

/** Days of a date behind the first of its week; DuckDB counts from Sunday, 0. */
function daysInto(date: string, first: number): string {
  return first === 7 ? `dayofweek(${date})` : `(dayofweek(${date}) + ${7 - first}) % 7`;
}

function part(name: string, sql: string, expr: Expr | undefined, first: number): string {
  const d = local(sql, expr);
  switch (name) {
    case 'weekday':
      return `${daysInto(d, first)} + 1`;
    case 'week':
      return bindOnce([d], ([t]) => `(dayofyear(${t}) + ${daysInto(`date_trunc('year', ${t})`, first)} - 1) // 7 + 1`);
    case 'iso_week':
      return `week(${d})`;
    case 'millisecond':
      return `microsecond(${d}) % 1000000 // 1000`;
    case 'microsecond':
      return `microsecond(${d}) % 1000000`;
    case 'nanosecond':
      return `microsecond(${d}) % 1000000 * 1000`;
    case 'tzoffset':
      return `CASE WHEN ${sql} IS NOT NULL THEN ${offsetOf(sql, zoneOf(expr))} END`;
    default:
      return `${name}(${d})`;
  }
}

function truncated(name: string, sql: string, type: SqlType, first: number): string {
  return movedLocally(sql, type, (t) => {
    switch (name) {
      case 'week':
        return `(date_trunc('week', ${t} + INTERVAL ${(8 - first) % 7} DAY) - INTERVAL ${(8 - first) % 7} DAY)`;
      case 'iso_week':
        return `date_trunc('week', ${t})`;
      case 'dayofyear':
        return `date_trunc('day', ${t})`;
      default:
        return `date_trunc('${name}', ${t})`;
    }
  });
}

/** A part out of its range makes no value; a NULL part makes NULL. */
function fromParts(args: readonly string[], type: SqlType): string {
  return bindOnce(args, (names) => {
    const known = names.map((n) => `${n} IS NOT NULL`).join(' AND ');
    const raised = `CAST('${RAISED}exec/date-parts:${type.kind}' AS ${duckdbTypeName(type)})`;
    return `CASE WHEN ${known} THEN coalesce(TRY(${assembled(names, type)}), ${raised}) END`;
  });
}

function assembled(names: readonly string[], type: SqlType): string {
  const [y, m, d, hour, minute, second, fraction, hours, minutes] =
    type.kind === 'time' ? ['2000', '1', '1', ...names] : names;
  const valid = `CASE WHEN ${y} BETWEEN 1 AND 9999 THEN ${y} END`;
  if (type.kind === 'date') return typed(`make_date(${valid}, ${m}, ${d})`, type);
  const start = `make_timestamp(${valid}, ${m}, ${d}, ${hour}, ${minute}, CAST(${second ?? 0} AS DOUBLE))`;
  const scale = type.kind === 'datetime' ? 3 : 'scale' in type ? type.scale : 0;
  const micros = scale > 6 ? `(${fraction} // 10)` : `(${fraction} * ${10 ** (6 - Math.min(scale, 6))})`;
  const inside = `CASE WHEN ${fraction} BETWEEN 0 AND ${10 ** scale - 1} THEN ${micros} END`;
  const whole = fraction === undefined ? start : `(${start} + to_microseconds(${inside}))`;
  const utc = hours === undefined ? whole : `(${whole} - to_minutes(${hours} * 60 + ${minutes}))`;
  return momentOf(utc, type, 'null');
}
