// Lengths: varchar(n) counts bytes of UTF-8, nvarchar(n) units of UTF-16, varbinary(n) bytes (3-dialect decision 33).

import { familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { bindOnce } from './bind-once.ts';
import { raise } from './raise.ts';
import { units } from './utf16.ts';

const NATURAL: Readonly<Partial<Record<SqlType['kind'], number>>> = {
  ...{ bit: 1, tinyint: 3, smallint: 6, int: 11, bigint: 20, real: 14, float: 24 },
  ...{
    money: 30,
    smallmoney: 20,
    date: 30,
    time: 30,
    datetime: 30,
    smalldatetime: 30,
    datetime2: 40,
    datetimeoffset: 45,
  },
  uniqueidentifier: 36,
};

export function isNational(type: SqlType): boolean {
  return type.kind === 'nvarchar' || type.kind === 'nchar';
}

/** How long a text of a value can get, in what the target counts. */
export function longest(from: SqlType, to: SqlType): number {
  if (from.kind === 'decimal') return from.precision + 3;
  const known = 'length' in from ? from.length : NATURAL[from.kind];
  if (known === undefined || known === 'max') return Number.POSITIVE_INFINITY;
  return isNational(from) && !isNational(to) ? 3 * known : known;
}

/** Cut or padded to the declared length; a number is never cut. */
export function sizedText(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  if (!('length' in to) || to.length === 'max') return sql;
  const { length } = to;
  const family = familyOf(from);
  const isNumber = family === 'integer' || family === 'decimal' || family === 'float';
  const cut = longest(from, to) <= length ? sql : isNumber ? unfit(sql, from, to, onError) : cutTo(sql, to, length);
  return to.kind === 'char' || to.kind === 'nchar' ? padded(cut, to, length) : cut;
}

/** In char and varchar an int that does not fit is an asterisk, anything else is an error. */
function unfit(
  sql: string,
  from: SqlType,
  to: SqlType & { readonly length: number | 'max' },
  onError: 'fail' | 'null',
): string {
  const asterisk = familyOf(from) === 'integer' && !isNational(to);
  const otherwise = asterisk ? "'*'" : onError === 'null' ? 'NULL' : raise(`exec/overflow:${to.kind}(${to.length})`);
  return bindOnce([sql], ([x]) => `CASE WHEN length(${x}) > ${to.length} THEN ${otherwise} ELSE ${x} END`);
}

/** A character is never cut in two. */
function cutTo(sql: string, to: SqlType, length: number): string {
  return bindOnce([sql], ([x]) => {
    const ascii = `CASE WHEN strlen(${x}) <= ${length} THEN ${x} WHEN strlen(${x}) = length(${x}) THEN left(${x}, ${length})`;
    if (isNational(to)) {
      const fitting = `list_filter(range(${length} + 1), lambda n: ${units(`left(${x}, n)`)} <= ${length})`;
      return `${ascii} WHEN ${units(`left(${x}, ${length})`)} <= ${length} THEN left(${x}, ${length}) ELSE left(${x}, list_max(${fitting})) END`;
    }
    const bytes = [0, 1, 2, 3].map((less) => `TRY(decode(array_slice(encode(${x}), 1, ${length - less})))`);
    return `${ascii} WHEN ${x} IS NOT NULL THEN coalesce(${bytes.join(', ')}, '') END`;
  });
}

function padded(sql: string, to: SqlType, length: number): string {
  return bindOnce(
    [sql],
    ([x]) => `rpad(${x}, ${length} - ${lengthIn(`${x}`, to)} + CAST(length(${x}) AS INTEGER), ' ')`,
  );
}

/** What a declared length counts. */
export function lengthIn(sql: string, to: SqlType): string {
  return `CAST(${isNational(to) ? units(sql) : `strlen(${sql})`} AS INTEGER)`;
}

/** The first bytes of a value, and for the fixed length zero bytes to its end. */
export function sizedBinary(sql: string, to: SqlType): string {
  if (!('length' in to) || to.length === 'max') return sql;
  const { length } = to;
  return bindOnce([sql], ([x]) => {
    const cut = `array_slice(${x}, 1, ${length})`;
    return to.kind === 'binary'
      ? `(${cut} || repeat('\\x00'::BLOB, greatest(0, ${length} - octet_length(${x}))))`
      : cut;
  });
}
