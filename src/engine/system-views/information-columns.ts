import { INT, NVARCHAR_MAX, SMALLINT, type SqlType, TINYINT } from '../../arrow/sql-type.ts';
import type { ColumnDefinition } from '../../catalog/definitions.ts';
import { SYSNAME, systemObjects } from '../system-object.ts';
import { columnCollation, type SystemShape, shapeOf } from '../system-type.ts';
import { type SystemColumn, type SystemView, systemView } from '../system-view.ts';

interface Row {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly place: number;
  readonly column: ColumnDefinition;
  readonly type: SqlType;
  readonly shape: SystemShape;
  readonly collation: string | null;
}

const YES_NO: SqlType = { kind: 'varchar', length: 3 };

export const informationColumns: SystemView = systemView<Row>({
  schema: 'INFORMATION_SCHEMA',
  name: 'COLUMNS',
  rows: ({ snapshot, database }) =>
    systemObjects(snapshot).flatMap(({ schema, name: table, columns }) =>
      columns.map((column, i) => {
        const { type } = column;
        const collation = columnCollation(type, snapshot.collation);
        return { database, schema, table, place: i + 1, column, type, shape: shapeOf(type), collation };
      }),
    ),
  columns: [
    ['TABLE_CATALOG', SYSNAME, (c) => c.database],
    ['TABLE_SCHEMA', SYSNAME, (c) => c.schema],
    ['TABLE_NAME', SYSNAME, (c) => c.table],
    ['COLUMN_NAME', SYSNAME, (c) => c.column.name],
    ['ORDINAL_POSITION', INT, (c) => c.place],
    [
      'COLUMN_DEFAULT',
      NVARCHAR_MAX,
      ({ column }) => (column.default === undefined ? null : `(${column.default.text})`),
    ],
    ['IS_NULLABLE', YES_NO, (c) => (c.column.nullable ? 'YES' : 'NO')],
    ['DATA_TYPE', SYSNAME, (c) => (c.type.kind === 'null' ? 'int' : c.type.kind)],
    ['CHARACTER_MAXIMUM_LENGTH', INT, ({ type }) => ('length' in type ? lengthOf(type.length) : null)],
    ['CHARACTER_OCTET_LENGTH', INT, ({ type, shape }) => ('length' in type ? shape.maxLength : null)],
    ['NUMERIC_PRECISION', TINYINT, ({ type, shape }) => (radixOf(type) === null ? null : shape.precision)],
    ['NUMERIC_PRECISION_RADIX', SMALLINT, (c) => radixOf(c.type)],
    ['NUMERIC_SCALE', INT, ({ type, shape }) => (radixOf(type) === 10 ? shape.scale : null)],
    ['DATETIME_PRECISION', SMALLINT, (c) => secondDigits(c.type)],
    ...nothing('CHARACTER_SET_CATALOG', 'CHARACTER_SET_SCHEMA'),
    ['CHARACTER_SET_NAME', SYSNAME, ({ type }) => characterSet(type)],
    ...nothing('COLLATION_CATALOG', 'COLLATION_SCHEMA'),
    ['COLLATION_NAME', SYSNAME, (c) => c.collation],
    ...nothing('DOMAIN_CATALOG', 'DOMAIN_SCHEMA', 'DOMAIN_NAME'),
  ],
});

function nothing(...names: string[]): SystemColumn<Row>[] {
  return names.map((name) => [name, SYSNAME, () => null]);
}

function lengthOf(length: number | 'max'): number {
  return length === 'max' ? -1 : length;
}

/** Of numbers; approximate ones count binary digits. */
function radixOf(type: SqlType): 2 | 10 | null {
  switch (type.kind) {
    case 'null':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'money':
    case 'smallmoney':
      return 10;
    case 'real':
    case 'float':
      return 2;
    default:
      return null;
  }
}

function secondDigits(type: SqlType): number | null {
  switch (type.kind) {
    case 'date':
    case 'smalldatetime':
      return 0;
    case 'datetime':
      return 3;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return type.scale;
    default:
      return null;
  }
}

function characterSet(type: SqlType): string | null {
  if (type.kind === 'nchar' || type.kind === 'nvarchar') return 'UNICODE';
  return type.kind === 'char' || type.kind === 'varchar' ? 'UTF-8' : null;
}
