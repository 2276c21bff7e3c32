// SQL types as the DuckDB driver's type objects and back. Loading this file loads DuckDB.

import {
  BIGINT as BIGINT_TYPE,
  BLOB,
  BOOLEAN,
  DATE as DATE_TYPE,
  DOUBLE,
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  type DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBVarCharType,
  FLOAT as FLOAT_TYPE,
  INTEGER,
  SMALLINT as SMALLINT_TYPE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  UTINYINT,
  UUID,
  VARCHAR,
} from '@duckdb/node-api';
import {
  BIGINT,
  BIT,
  DATE,
  DATETIME2,
  decimal,
  decimalShape,
  FLOAT,
  INT,
  list,
  NULL,
  NVARCHAR_MAX,
  REAL,
  SMALLINT,
  type SqlType,
  struct,
  TINYINT,
  VARBINARY_MAX,
} from './sql-type.ts';

/** The DuckDB type a SQL type is stored as; the object for `duckdbTypeName(type)`. */
export function duckdbType(type: SqlType): DuckDBType {
  switch (type.kind) {
    case 'bit':
      return BOOLEAN;
    case 'tinyint':
      return UTINYINT;
    case 'smallint':
      return SMALLINT_TYPE;
    case 'null':
    case 'int':
      return INTEGER;
    case 'bigint':
      return BIGINT_TYPE;
    case 'decimal':
    case 'money':
    case 'smallmoney': {
      const { precision, scale } = decimalShape(type);
      return new DuckDBDecimalType(precision, scale);
    }
    case 'real':
      return FLOAT_TYPE;
    case 'float':
      return DOUBLE;
    case 'date':
      return DATE_TYPE;
    case 'time':
      return TIME;
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return TIMESTAMP;
    case 'datetimeoffset':
      return TIMESTAMPTZ;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
      return VARCHAR;
    case 'binary':
    case 'varbinary':
      return BLOB;
    case 'uniqueidentifier':
      return UUID;
    case 'json':
      return DuckDBVarCharType.create('JSON');
    case 'vector':
      return new DuckDBArrayType(FLOAT_TYPE, type.dimensions);
    case 'list':
      return new DuckDBListType(duckdbType(type.element));
    case 'struct':
      return new DuckDBStructType(
        type.fields.map((field) => field.name),
        type.fields.map((field) => duckdbType(field.type)),
      );
    default:
      return type satisfies never;
  }
}

/**
 * The SQL type of a DuckDB column; undefined where T-SQL has none (INTERVAL, BIT, UNION, VARIANT, TIMETZ,
 * UHUGEINT, BIGNUM, GEOMETRY): cast it to VARCHAR first.
 *
 * The column can be read as that type at once when `isStoredAs` says so; otherwise it needs a cast to
 * `duckdbTypeName` of it.
 */
export function sqlTypeOf(type: DuckDBType): SqlType | undefined {
  switch (type.typeId) {
    case DuckDBTypeId.SQLNULL:
      return NULL;
    case DuckDBTypeId.BOOLEAN:
      return BIT;
    case DuckDBTypeId.UTINYINT:
      return TINYINT;
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
      return SMALLINT;
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.INTEGER:
      return INT;
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.BIGINT:
      return BIGINT;
    case DuckDBTypeId.UBIGINT:
      return decimal(20, 0);
    case DuckDBTypeId.HUGEINT:
      return decimal(38, 0);
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType;
      return decimal(width, scale);
    }
    case DuckDBTypeId.FLOAT:
      return REAL;
    case DuckDBTypeId.DOUBLE:
      return FLOAT;
    case DuckDBTypeId.DATE:
      return DATE;
    case DuckDBTypeId.TIME:
    case DuckDBTypeId.TIME_NS:
      return { kind: 'time', scale: 7 };
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return DATETIME2;
    case DuckDBTypeId.TIMESTAMP_TZ:
      return { kind: 'datetimeoffset', scale: 7 };
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? { kind: 'json' } : NVARCHAR_MAX;
    case DuckDBTypeId.ENUM:
      return NVARCHAR_MAX;
    case DuckDBTypeId.BLOB:
      return VARBINARY_MAX;
    case DuckDBTypeId.UUID:
      return { kind: 'uniqueidentifier' };
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const element = sqlTypeOf((type as DuckDBListType | DuckDBArrayType).valueType);
      return element === undefined ? undefined : list(element);
    }
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = type as DuckDBMapType;
      const key = sqlTypeOf(keyType);
      const value = sqlTypeOf(valueType);
      return key === undefined || value === undefined ? undefined : list(struct({ key, value }));
    }
    case DuckDBTypeId.STRUCT:
      return structType(type as DuckDBStructType);
    default:
      return undefined;
  }
}

/**
 * Whether `chunkToBatch` reads a DuckDB column of type `physical` as `type` at once. Otherwise cast it to
 * `duckdbTypeName(type)` first; a MAP has no such cast and needs `map_entries` before it.
 */
export function isStoredAs(physical: DuckDBType, type: SqlType): boolean {
  switch (physical.typeId) {
    case DuckDBTypeId.SQLNULL:
      return type.kind === 'null';
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      if (type.kind === 'vector') return String(physical) === String(duckdbType(type));
      return type.kind === 'list' && isStoredAs((physical as DuckDBListType | DuckDBArrayType).valueType, type.element);
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = physical as DuckDBMapType;
      const entry = new DuckDBStructType(['key', 'value'], [keyType, valueType]);
      return type.kind === 'list' && isStoredAs(entry, type.element);
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = physical as DuckDBStructType;
      return (
        type.kind === 'struct' &&
        type.fields.length === entryNames.length &&
        type.fields.every((field, index) => {
          const entry = entryTypes[index];
          return field.name === entryNames[index] && entry !== undefined && isStoredAs(entry, field.type);
        })
      );
    }
    default:
      return type.kind === 'null' || String(physical) === String(duckdbType(type));
  }
}

function structType({ entryNames, entryTypes }: DuckDBStructType): SqlType | undefined {
  const fields: { name: string; type: SqlType }[] = [];
  for (const [index, name] of entryNames.entries()) {
    const entry = entryTypes[index];
    const type = entry === undefined ? undefined : sqlTypeOf(entry);
    if (type === undefined) return undefined;
    fields.push({ name, type });
  }
  return { kind: 'struct', fields };
}
