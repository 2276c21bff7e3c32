// SQL types as DuckDB spells them, for casts and DDL. Loads nothing of DuckDB, so that planning stays light;
// the driver's type objects are in duckdb-logical-type.ts.

import { decimalShape, type SqlType } from './sql-type.ts';

/** The DuckDB type a SQL type is stored as, as SQL text: `DECIMAL(19,4)`, `STRUCT("text" VARCHAR)[]`. */
export function duckdbTypeName(type: SqlType): string {
  switch (type.kind) {
    case 'bit':
      return 'BOOLEAN';
    case 'tinyint':
      return 'UTINYINT';
    case 'smallint':
      return 'SMALLINT';
    case 'null': // what DuckDB makes of an untyped NULL column
    case 'int':
      return 'INTEGER';
    case 'bigint':
      return 'BIGINT';
    case 'decimal':
    case 'money':
    case 'smallmoney': {
      const { precision, scale } = decimalShape(type);
      return `DECIMAL(${precision},${scale})`;
    }
    case 'real':
      return 'FLOAT';
    case 'float':
      return 'DOUBLE';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return 'TIMESTAMP';
    case 'datetimeoffset':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
      return 'VARCHAR';
    case 'binary':
    case 'varbinary':
      return 'BLOB';
    case 'uniqueidentifier':
      return 'UUID';
    case 'json':
      return 'JSON';
    case 'vector':
      return `FLOAT[${type.dimensions}]`;
    case 'list':
      return `${duckdbTypeName(type.element)}[]`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoted(field.name)} ${duckdbTypeName(field.type)}`).join(', ')})`;
    default:
      return type satisfies never;
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
