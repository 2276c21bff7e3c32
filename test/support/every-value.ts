// One query with a column of every SQL type: ordinary and extreme values, smallest ones, and NULLs.

import { decimal, type SqlType } from '../../src/arrow/sql-type.ts';

const COLUMNS: readonly (readonly [name: string, duckdb: string, first: string, second: string, type?: SqlType])[] = [
  ['bit', 'BOOLEAN', 'true', 'false'],
  ['tinyint', 'UTINYINT', '255', '0'],
  ['smallint', 'SMALLINT', '-32768', '0'],
  ['int', 'INTEGER', '-2147483648', '0'],
  ['bigint', 'BIGINT', '9223372036854775807', '-9223372036854775808'],
  ['decimal', 'DECIMAL(4,2)', '1.5', '-0.01', decimal(4, 2)],
  [
    'decimal38',
    'DECIMAL(38,0)',
    '-12345678901234567890123456789012345678',
    '99999999999999999999999999999999999999',
    decimal(38, 0),
  ],
  ['money', 'DECIMAL(19,4)', '12.5', '0', { kind: 'money' }],
  ['smallmoney', 'DECIMAL(10,4)', '-0.0001', '0', { kind: 'smallmoney' }],
  ['real', 'FLOAT', '0.1', "'NaN'"],
  ['float', 'DOUBLE', '0.1::DOUBLE + 0.2::DOUBLE', "'-Infinity'"],
  ['date', 'DATE', "'0001-01-01'", "'9999-12-31'"],
  ['time', 'TIME', "'23:59:59.999999'", "'00:00:00'", { kind: 'time', scale: 7 }],
  ['time2', 'TIME', "'23:59:59.999999'", "'00:00:00'", { kind: 'time', scale: 2 }],
  ['datetime', 'TIMESTAMP', "'1753-01-01 00:00:00.003'", "'9999-12-31 23:59:59.997'", { kind: 'datetime' }],
  ['smalldatetime', 'TIMESTAMP', "'2079-06-06 23:59:00'", "'1900-01-01'", { kind: 'smalldatetime' }],
  ['datetime2', 'TIMESTAMP', "'9999-12-31 23:59:59.999999'", "'0001-01-01'", { kind: 'datetime2', scale: 7 }],
  ['datetime2_0', 'TIMESTAMP', "'0001-01-01'", "'9999-12-31 23:59:59'", { kind: 'datetime2', scale: 0 }],
  ['datetimeoffset', 'TIMESTAMPTZ', "'2024-02-29 14:00:00+02'", "'0001-01-01 00:00:00+00'"],
  ['char', 'VARCHAR', "'ab '", "''", { kind: 'char', length: 3 }],
  ['nvarchar', 'VARCHAR', "'héllo 漢 😀'", "''"],
  ['varbinary', 'BLOB', "'\\x00\\xFF'", "''"],
  ['uniqueidentifier', 'UUID', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"],
  ['json', 'JSON', `'{"k": 1.0}'`, "'[]'"],
  ['list', 'BIGINT[]', '[1, NULL, 9007199254740993]', '[]'],
  [
    'struct',
    'STRUCT(a VARCHAR, b STRUCT(d DECIMAL(5,2))[])',
    `{'a': 'x,"y"', 'b': [{'d': -0.5}]}`,
    "{'a': NULL, 'b': NULL}",
  ],
];

function row(textOf: (column: (typeof COLUMNS)[number]) => string): string {
  return `SELECT ${COLUMNS.map((column) => `CAST(${textOf(column)} AS ${column[1]}) AS "${column[0]}"`).join(', ')}`;
}

/** DuckDB SQL of three rows: first values, second values, NULLs. */
export const EVERY_VALUE = [row((column) => column[2]), row((column) => column[3]), row(() => 'NULL')].join(
  ' UNION ALL ',
);

/** The SQL types of its columns where DuckDB's types do not say them. */
export const EVERY_VALUE_TYPES = COLUMNS.map((column) => column[4]) as SqlType[];
