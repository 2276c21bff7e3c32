// Conversions: T-SQL's meaning where DuckDB's differs (3-dialect section 3.3).

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { familyOf, isText, type SqlType } from '../../arrow/sql-type.ts';
import { raise } from './raise.ts';

/** Characters DuckDB's number parser takes and T-SQL's does not, moved where DuckDB refuses them too. */
export const SHIELDED = {
  from: 'xXbB_.eEnNiI',
  to: '\u{E000}\u{E001}\u{E002}\u{E003}\u{E004}\u{E005}\u{E006}\u{E007}\u{E008}\u{E009}\u{E00A}\u{E00B}',
};

export function castSql(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  const cast = onError === 'null' ? 'TRY_CAST' : 'CAST';
  const target = duckdbTypeName(to);
  const [a, b] = [familyOf(from), familyOf(to)];
  if (b === 'text') return sizedText(textOf(sql, from), from, to, onError);
  if (a === 'text') return fromText(sql, to, cast);
  if (b === 'bit') return a === 'bit' ? sql : `(${sql} <> 0)`;
  if (b === 'integer' && (a === 'float' || (a === 'decimal' && from.kind === 'decimal')))
    return `${cast}(trunc(${sql}) AS ${target})`;
  if (b === 'binary' && a === 'binary') return sizedBinary(sql, to);
  return duckdbTypeName(from) === target ? sql : `${cast}(${sql} AS ${target})`;
}

/** A value for a declared column: a text too long for it is refused, where a cast would cut it. */
export function storedSql(sql: string, from: SqlType, to: SqlType, column: string): string {
  const cast = castSql(sql, from, to, 'fail');
  if (!isText(from) || !('length' in to) || to.length === 'max') return cast;
  return `CASE WHEN length(${sql}) > ${to.length} THEN ${raise(`storage/too-long:${encodeURIComponent(column).replaceAll("'", '%27')}`)} ELSE ${cast} END`;
}

function fromText(sql: string, to: SqlType, cast: string): string {
  const target = duckdbTypeName(to);
  const shielded = (text: string, keep: string) => {
    const kept = [...SHIELDED.from]
      .map((c, i) => ({ c, moved: [...SHIELDED.to][i] ?? c }))
      .filter(({ c }) => !keep.includes(c));
    return `translate(${text}, '${kept.map((k) => k.c).join('')}', '${kept.map((k) => k.moved).join('')}')`;
  };
  switch (familyOf(to)) {
    case 'integer':
      return `${cast}(regexp_replace(${shielded(sql, '')}, '^\\s*$', '0') AS ${target})`;
    case 'decimal':
      return to.kind === 'decimal'
        ? `${cast}(${shielded(sql, '.')} AS ${target})`
        : `${cast}(${shielded(`replace(replace(${sql}, ',', ''), '$', '')`, '.')} AS ${target})`;
    case 'float':
      return `${cast}(regexp_replace(${shielded(sql, '.eE')}, '^\\s*$', '0') AS ${target})`;
    case 'bit': {
      const words = `regexp_replace(regexp_replace(lower(trim(${sql})), '^true$', '1'), '^false$|^$', '0')`;
      return `(${cast}(${shielded(words, '')} AS DECIMAL(37,0)) <> 0)`;
    }
    case 'binary':
      return sizedBinary(`encode(${sql})`, to);
    default:
      return `${cast}(${sql} AS ${target})`;
  }
}

function textOf(sql: string, from: SqlType): string {
  switch (from.kind) {
    case 'bit':
      return `CAST(CAST(${sql} AS INTEGER) AS VARCHAR)`;
    case 'float':
    case 'real':
      return `regexp_replace(printf('%.6g', CAST(${sql} AS DOUBLE)), 'e([+-])([0-9][0-9])$', 'e\\10\\2')`;
    case 'money':
    case 'smallmoney':
      return `CAST(CAST(${sql} AS DECIMAL(19,2)) AS VARCHAR)`;
    case 'datetime':
    case 'smalldatetime':
      return `(strftime(${sql}, '%b ') || lpad(strftime(${sql}, '%-d'), 2, ' ') || strftime(${sql}, ' %Y ') || lpad(strftime(${sql}, '%-I'), 2, ' ') || strftime(${sql}, ':%M%p'))`;
    case 'datetime2':
      return fraction(`strftime(${sql}, '%Y-%m-%d %H:%M:%S.%f')`, from.scale);
    case 'time':
      return fraction(`strftime(DATE '1900-01-01' + ${sql}, '%H:%M:%S.%f')`, from.scale);
    case 'datetimeoffset':
      return `(${fraction(`strftime(${sql} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f')`, from.scale)} || ' +00:00')`;
    case 'uniqueidentifier':
      return `upper(CAST(${sql} AS VARCHAR))`;
    case 'binary':
    case 'varbinary':
      return `decode(${sql})`;
    case 'list':
    case 'struct':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    default:
      return isText(from) ? sql : `CAST(${sql} AS VARCHAR)`;
  }
}

/** DuckDB prints six digits of a second; T-SQL prints as many as the type has. */
function fraction(sql: string, scale: number): string {
  if (scale === 7) return `(${sql} || '0')`;
  return scale === 0
    ? `left(${sql}, -7)`
    : `left(${sql}, ${scale - 6 === 0 ? 'NULL' : scale - 6})`.replace(/left\((.*), NULL\)$/, '$1');
}

function sizedText(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  if (!('length' in to)) return sql;
  const { length } = to;
  if (length === 'max') return sql;
  const family = familyOf(from);
  const known = 'length' in from ? from.length : family === 'integer' ? 20 : 'max';
  const fits = known !== 'max' && known <= length;
  const cut = fits
    ? sql
    : family === 'integer' || family === 'decimal' || family === 'float'
      ? unfit(sql, from, to, length, onError)
      : `left(${sql}, ${length})`;
  return to.kind === 'char' || to.kind === 'nchar' ? `rpad(${cut}, ${length}, ' ')` : cut;
}

/** A number is never cut: in char and varchar an int that does not fit is an asterisk, anything else is an error. */
function unfit(sql: string, from: SqlType, to: SqlType, length: number, onError: 'fail' | 'null'): string {
  const asterisk = familyOf(from) === 'integer' && (to.kind === 'char' || to.kind === 'varchar');
  const otherwise = asterisk ? "'*'" : onError === 'null' ? 'NULL' : raise(`exec/overflow:${to.kind}(${length})`);
  return `CASE WHEN length(${sql}) > ${length} THEN ${otherwise} ELSE ${sql} END`;
}

/** The first bytes of a value, and for the fixed length zero bytes to its end. */
function sizedBinary(sql: string, to: SqlType): string {
  if (!('length' in to) || to.length === 'max') return sql;
  const cut = `array_slice(${sql}, 1, ${to.length})`;
  return to.kind === 'binary'
    ? `(${cut} || repeat('\\x00'::BLOB, greatest(0, ${to.length} - octet_length(${sql}))))`
    : cut;
}
