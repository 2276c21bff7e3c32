// Conversions: T-SQL's meaning where DuckDB's differs (3-dialect section 3.3).

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { familyOf, isText, type SqlType } from '../../arrow/sql-type.ts';
import type { DateOrder } from '../expression.ts';
import { bindOnce } from './bind-once.ts';
import { isMoment, momentOf, timestampOf } from './moments.ts';
import { inMoneyRange } from './money-range.ts';
import { parsedMoment } from './parse-moment.ts';
import { raise } from './raise.ts';
import { isNational, lengthIn, longest, sizedBinary, sizedText } from './sized.ts';
import { bytesOf, textOf } from './text-of.ts';

/** Characters DuckDB's number parser takes and T-SQL's does not, moved where DuckDB refuses them too. */
export const SHIELDED = {
  from: 'xXbB_.eEnNiI',
  to: '\u{E000}\u{E001}\u{E002}\u{E003}\u{E004}\u{E005}\u{E006}\u{E007}\u{E008}\u{E009}\u{E00A}\u{E00B}',
};

/** How a text is read, and a value written. */
export interface Reading {
  /** Of CONVERT. */
  readonly style?: number | undefined;
  /** Of dates without a style; `undefined`: mdy. */
  readonly dateOrder?: DateOrder | undefined;
}

export function castSql(
  sql: string,
  from: SqlType,
  to: SqlType,
  onError: 'fail' | 'null',
  reading: Reading = {},
): string {
  return inMoneyRange(convertedSql(sql, from, to, onError, reading), from, to, onError);
}

function convertedSql(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null', reading: Reading): string {
  const cast = onError === 'null' ? 'TRY_CAST' : 'CAST';
  const target = duckdbTypeName(to);
  const [a, b] = [familyOf(from), familyOf(to)];
  if (b === 'text') return sizedText(textOf(sql, from, to, reading.style), from, to, onError);
  if (a === 'text') return fromText(sql, from, to, onError, reading);
  if (isMoment(to))
    return isMoment(from) ? between(sql, from, to, onError) : momentOf(daysAfter(sql, cast), to, onError);
  if (isMoment(from)) return castSql(daysOf(sql), { kind: 'float' }, to, onError);
  if (b === 'bit') return a === 'bit' ? sql : `(${sql} <> 0)`;
  if (b === 'integer' && (a === 'float' || (a === 'decimal' && from.kind === 'decimal')))
    return `${cast}(trunc(${sql}) AS ${target})`;
  if (b === 'binary') return sizedBinary(a === 'binary' ? sql : binaryOf(sql, from), to);
  if (a === 'binary') return fromBinary(sql, to);
  return duckdbTypeName(from) === target ? sql : `${cast}(${sql} AS ${target})`;
}

/** A value for a declared column: a text too long for it is refused, where a cast would cut it. */
export function storedSql(sql: string, from: SqlType, to: SqlType, column: string): string {
  if (!isText(from) || !('length' in to) || to.length === 'max') return castSql(sql, from, to, 'fail');
  if (isText(to) && longest(from, to) <= to.length) return castSql(sql, from, to, 'fail');
  const raised = raise(`storage/too-long:${encodeURIComponent(column).replaceAll("'", '%27')}`);
  if (!isText(to))
    return `CASE WHEN length(${sql}) > ${to.length} THEN ${raised} ELSE ${castSql(sql, from, to, 'fail')} END`;
  const fitting = { kind: isNational(to) ? 'nvarchar' : 'varchar', length: to.length } as const;
  return `CASE WHEN ${lengthIn(sql, to)} > ${to.length} THEN ${raised} ELSE ${castSql(sql, fitting, to, 'fail')} END`;
}

// --- dates and times

function between(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  const finer = 'scale' in from && 'scale' in to && from.scale > to.scale;
  if (from.kind === to.kind && !finer) return sql;
  // From one offset to another the moment stays.
  const source = from.kind === 'datetimeoffset' && to.kind === 'datetimeoffset' ? { ...from, zone: undefined } : from;
  return momentOf(timestampOf(sql, source), to, onError);
}

/** Days, and their fraction, since the first of January 1900. */
function daysAfter(sql: string, cast: string): string {
  return `(TIMESTAMP '1900-01-01' + to_microseconds(${cast}(round(CAST(${sql} AS DOUBLE) * 86400000000) AS BIGINT)))`;
}
function daysOf(sql: string): string {
  return `(date_diff('microsecond', TIMESTAMP '1900-01-01', ${sql}) / 86400000000)`;
}

// --- from text

const ORDERS: Readonly<Record<number, DateOrder>> = { 2: 'ymd', 11: 'ymd', 3: 'dmy', 4: 'dmy', 5: 'dmy' };

/** The styles 0 and 100 are those of no style. */
function orderOf(style: number | undefined, session: DateOrder): DateOrder {
  const shape = (style ?? 0) % 100;
  return shape === 0 ? session : (ORDERS[shape] ?? 'mdy');
}

function shielded(text: string, keep: string): string {
  const kept = [...SHIELDED.from]
    .map((c, i) => ({ c, moved: [...SHIELDED.to][i] ?? c }))
    .filter(({ c }) => !keep.includes(c));
  return `translate(${text}, '${kept.map((k) => k.c).join('')}', '${kept.map((k) => k.moved).join('')}')`;
}

/** An empty text is zero. */
function orZero(text: string): string {
  return `regexp_replace(${text}, '^\\s*$', '0')`;
}

function fromText(
  sql: string,
  from: SqlType,
  to: SqlType,
  onError: 'fail' | 'null',
  { style, dateOrder = 'mdy' }: Reading,
): string {
  const cast = onError === 'null' ? 'TRY_CAST' : 'CAST';
  const target = duckdbTypeName(to);
  if (isMoment(to)) return parsedMoment(sql, to, orderOf(style, dateOrder), onError);
  switch (familyOf(to)) {
    case 'integer':
      return `${cast}(${orZero(shielded(sql, ''))} AS ${target})`;
    case 'decimal':
      return to.kind === 'decimal'
        ? `${cast}(${shielded(sql, '.')} AS ${target})`
        : `${cast}(${orZero(shielded(`translate(${sql}, ',$£€', '')`, '.'))} AS ${target})`;
    case 'float':
      return `${cast}(${orZero(shielded(sql, '.eE'))} AS ${target})`;
    case 'bit': {
      const words = `regexp_replace(regexp_replace(lower(trim(${sql})), '^true$', '1'), '^false$|^$', '0')`;
      return `(${cast}(${shielded(words, '')} AS DECIMAL(37,0)) <> 0)`;
    }
    case 'binary':
      if (style === 1) return sizedBinary(`unhex(substr(${sql}, 3))`, to);
      if (style === 2) return sizedBinary(`unhex(${sql})`, to);
      return sizedBinary(bytesOf(sql, from), to);
    case 'uniqueidentifier':
      return `${cast}(left(trim(${sql}, '{}'), 36) AS ${target})`;
    default:
      return `${cast}(${sql} AS ${target})`;
  }
}

// --- binary

/** Whole numbers with the big end first, in as many bytes as their type has. */
function binaryOf(sql: string, from: SqlType): string {
  const bytes = { bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8 }[from.kind as 'int']; // others by the binder
  if (from.kind === 'uniqueidentifier') return `unhex(${mixedEnds(`replace(CAST(${sql} AS VARCHAR), '-', '')`)})`;
  const modulus = 2n ** BigInt(8 * bytes);
  return bindOnce(
    [`CAST(${sql} AS HUGEINT)`],
    ([x]) =>
      `unhex(right('0000000000000000' || to_hex(CASE WHEN ${x} < 0 THEN ${x} + ${modulus} ELSE ${x} END), ${2 * bytes}))`,
  );
}

/** The last bytes of a value as a number with the big end first. */
function fromBinary(sql: string, to: SqlType): string {
  if (to.kind === 'uniqueidentifier') return `CAST(${mixedEnds(`left(hex(${sql}) || repeat('0', 32), 32)`)} AS UUID)`;
  const bytes = { bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8 }[to.kind as 'int']; // others by the binder
  const half = 2n ** BigInt(8 * bytes - 1);
  const number = `CAST(CAST('0x' || right('0' || hex(${sql}), ${2 * bytes}) AS UBIGINT) AS HUGEINT)`;
  if (to.kind === 'bit') return `(${number} <> 0)`;
  if (to.kind === 'tinyint') return `CAST(${number} AS ${duckdbTypeName(to)})`;
  return bindOnce(
    [number],
    ([x]) => `CAST(CASE WHEN ${x} >= ${half} THEN ${x} - ${2n * half} ELSE ${x} END AS ${duckdbTypeName(to)})`,
  );
}

/** A uniqueidentifier keeps its first three groups with the little end first. */
function mixedEnds(hex: string): string {
  return bindOnce([hex], ([h]) => {
    const pairs = [4, 3, 2, 1, 6, 5, 8, 7].map((i) => `substr(${h}, ${2 * i - 1}, 2)`);
    return `(${pairs.join(' || ')} || substr(${h}, 17))`;
  });
}
