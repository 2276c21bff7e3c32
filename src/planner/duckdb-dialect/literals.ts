// Values and types as DuckDB's SQL text.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { isText, type SqlType } from '../../arrow/sql-type.ts';
import type { LiteralValue } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';

export function typed(sql: string, type: SqlType): string {
  return `CAST(${sql} AS ${duckdbTypeName(type)})`;
}

export function literalSql(value: LiteralValue, type: SqlType): string {
  if (value === null) return type.kind === 'null' ? 'NULL' : `CAST(NULL AS ${duckdbTypeName(type)})`;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (value instanceof Uint8Array) return `unhex('${Buffer.from(value).toString('hex')}')`;
  if (typeof value === 'string' && isText(type)) return stringLiteral(value);
  // DuckDB reads the smallest int as the negation of a bigint.
  if (type.kind === 'int' && typeof value === 'number' && value > -2147483648)
    return value < 0 ? `(${value})` : String(value);
  return `CAST(${stringLiteral(String(value))} AS ${duckdbTypeName(type)})`;
}
