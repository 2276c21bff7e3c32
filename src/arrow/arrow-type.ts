// SQL types as Arrow types and back: the schema of every result, and the columns of foreign Arrow tables.
// Knows no DuckDB. Types of another copy of apache-arrow are recognised too, so nothing here asks `instanceof`.

import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  type Dictionary,
  Field,
  type FixedSizeBinary,
  FixedSizeList,
  Float32,
  Float64,
  type Int,
  Int16,
  Int32,
  Int64,
  List,
  Null,
  Precision,
  Schema,
  Struct,
  type Time,
  TimeMicrosecond,
  type Timestamp,
  TimestampMicrosecond,
  TimeUnit,
  Type,
  Uint8,
  Utf8,
} from 'apache-arrow';
import { error } from '../common/errors.ts';
import { parseTypeName } from './parse-type-name.ts';
import {
  BIGINT,
  BIT,
  DATE,
  decimal,
  decimalShape,
  FLOAT,
  INT,
  NULL,
  NVARCHAR_MAX,
  REAL,
  SMALLINT,
  type SqlType,
  TINYINT,
  typeName,
  VARBINARY_MAX,
} from './sql-type.ts';

/** Metadata key of a field under which the name of its SQL type stands. */
const TYPE_KEY = 'sqlc.type';

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

/** The Arrow type a SQL type is carried as; `uniqueidentifier` is its upper-case text. */
export function arrowType(type: SqlType): DataType {
  switch (type.kind) {
    case 'null':
      return new Null();
    case 'bit':
      return new Bool();
    case 'tinyint':
      return new Uint8();
    case 'smallint':
      return new Int16();
    case 'int':
      return new Int32();
    case 'bigint':
      return new Int64();
    case 'decimal':
    case 'money':
    case 'smallmoney': {
      const { precision, scale } = decimalShape(type);
      return new Decimal(scale, precision, 128);
    }
    case 'real':
      return new Float32();
    case 'float':
      return new Float64();
    case 'date':
      return new DateDay();
    case 'time':
      return new TimeMicrosecond();
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return new TimestampMicrosecond();
    case 'datetimeoffset':
      return new TimestampMicrosecond('UTC');
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'uniqueidentifier':
    case 'json':
      return new Utf8();
    case 'binary':
    case 'varbinary':
      return new Binary();
    case 'vector':
      return new FixedSizeList(type.dimensions, new Field('item', new Float32(), true));
    case 'list':
      return new List(new Field('item', arrowType(type.element), true));
    case 'struct':
      return new Struct(type.fields.map((field) => new Field(field.name, arrowType(field.type), true)));
    default:
      return type satisfies never;
  }
}

/** The schema of a result; the SQL type of each column travels in its field's metadata (`sqlc.type`). */
export function arrowSchema(columns: readonly ResultColumn[]): Schema {
  return new Schema(
    columns.map(
      ({ name, type, nullable }) => new Field(name, arrowType(type), nullable, new Map([[TYPE_KEY, typeName(type)]])),
    ),
  );
}

/**
 * The SQL types of a schema's columns: from the metadata where sqlc wrote it, otherwise the nearest type of what
 * Arrow says (a UInt64 is decimal(20,0), a dictionary the type of its values, a map a list of key and value).
 *
 * @throws SqlcError `bind/type-not-supported` for intervals, durations, unions and decimals above 38 digits.
 */
export function columnTypesOf(schema: Schema): SqlType[] {
  return schema.fields.map((field) => {
    const named = field.metadata.get(TYPE_KEY);
    const type = (named === undefined ? undefined : parseTypeName(named, field.type)) ?? inferredType(field.type);
    if (type !== undefined) return type;
    throw error('bind/type-not-supported', { name: String(field.type), where: `in Arrow column "${field.name}"` });
  });
}

function inferredType(type: DataType): SqlType | undefined {
  switch (type.typeId) {
    case Type.Null:
      return NULL;
    case Type.Bool:
      return BIT;
    case Type.Int:
      return integerType(type as Int);
    case Type.Float:
      return (type as Float32 | Float64).precision === Precision.DOUBLE ? FLOAT : REAL;
    case Type.Decimal: {
      const { precision, scale } = type as Decimal;
      return precision > 38 || scale < 0 || scale > precision ? undefined : decimal(precision, scale);
    }
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return NVARCHAR_MAX;
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
      return VARBINARY_MAX;
    case Type.FixedSizeBinary:
      return { kind: 'binary', length: (type as FixedSizeBinary).byteWidth };
    case Type.Date:
      return DATE;
    case Type.Time:
      return { kind: 'time', scale: digitsOf((type as Time).unit) };
    case Type.Timestamp: {
      const { unit, timezone } = type as Timestamp;
      return { kind: timezone ? 'datetimeoffset' : 'datetime2', scale: digitsOf(unit) };
    }
    case Type.Dictionary:
      return inferredType((type as Dictionary).dictionary);
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList:
    case Type.Map: {
      const item = type.children?.[0];
      const element = item === undefined ? undefined : inferredType(item.type);
      return element === undefined ? undefined : { kind: 'list', element };
    }
    case Type.Struct:
      return structType(type);
    default:
      return undefined;
  }
}

function integerType({ isSigned, bitWidth }: Int): SqlType {
  switch (bitWidth) {
    case 8:
      return isSigned ? SMALLINT : TINYINT;
    case 16:
      return isSigned ? SMALLINT : INT;
    case 32:
      return isSigned ? INT : BIGINT;
    default:
      return isSigned ? BIGINT : decimal(20, 0);
  }
}

function structType(type: DataType): SqlType | undefined {
  const fields: { name: string; type: SqlType }[] = [];
  for (const field of type.children ?? []) {
    const fieldType = inferredType(field.type);
    if (fieldType === undefined) return undefined;
    fields.push({ name: field.name, type: fieldType });
  }
  return { kind: 'struct', fields };
}

function digitsOf(unit: TimeUnit): number {
  switch (unit) {
    case TimeUnit.SECOND:
      return 0;
    case TimeUnit.MILLISECOND:
      return 3;
    case TimeUnit.MICROSECOND:
      return 6;
    default:
      return 7;
  }
}
