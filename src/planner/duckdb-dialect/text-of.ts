// Values -> text, as T-SQL prints them, with the styles of CONVERT (3-dialect sections 3.3 and 4.7).

import { familyOf, isText, type SqlType } from '../../arrow/sql-type.ts';
import { bindOnce } from './bind-once.ts';
import { dateStyle } from './date-styles.ts';
import { isMoment } from './moments.ts';
import { utf16Hex, utf16Text } from './utf16.ts';

/** @param style of CONVERT; without one the type's own default */
export function textOf(sql: string, from: SqlType, to: SqlType, style: number | undefined): string {
  if (isMoment(from)) return dateStyle(sql, from, style);
  switch (from.kind) {
    case 'bit':
      return `CAST(CAST(${sql} AS INTEGER) AS VARCHAR)`;
    case 'float':
    case 'real':
      return floatText(sql, style ?? 0);
    case 'money':
    case 'smallmoney':
      return moneyText(sql, style ?? 0);
    case 'uniqueidentifier':
      return `upper(CAST(${sql} AS VARCHAR))`;
    case 'binary':
    case 'varbinary':
      if (style === 1) return `('0x' || hex(${sql}))`;
      if (style === 2) return `hex(${sql})`;
      return to.kind === 'nvarchar' || to.kind === 'nchar' ? utf16Text(sql) : `decode(${sql})`;
    case 'vector':
      return `('[' || array_to_string(list_transform(${sql}, lambda x: ${floatText('x', 1)}), ',') || ']')`;
    case 'list':
    case 'struct':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    default:
      return isText(from) ? sql : `CAST(${sql} AS VARCHAR)`;
  }
}

/** Six significant digits; the styles give 8, 16 and 17 with an exponent of three digits. */
function floatText(sql: string, style: number): string {
  const format = { 1: '%.7e', 2: '%.15e', 3: '%.16e' }[style] ?? '%.6g';
  return `regexp_replace(printf('${format}', CAST(${sql} AS DOUBLE)), 'e([+-])([0-9][0-9])$', 'e\\10\\2')`;
}

function moneyText(sql: string, style: number): string {
  if (style === 2 || style === 126) return `CAST(${sql} AS VARCHAR)`;
  const cents = `CAST(${sql} AS DECIMAL(19,2))`;
  if (style !== 1) return `CAST(${cents} AS VARCHAR)`;
  return bindOnce(
    [cents],
    ([x]) =>
      `(CASE WHEN ${x} < 0 THEN '-' ELSE '' END || format('{:,}', CAST(trunc(abs(${x})) AS BIGINT)) || right(CAST(${x} AS VARCHAR), 3))`,
  );
}

/** Bytes a text is stored in: nvarchar as UTF-16, little end first, others as UTF-8. */
export function bytesOf(sql: string, from: SqlType): string {
  const national = from.kind === 'nvarchar' || from.kind === 'nchar';
  return national && familyOf(from) === 'text' ? `unhex(${utf16Hex(sql)})` : `encode(${sql})`;
}
