// T-SQL's catalog numbers of types: ids, lengths in bytes, precision and scale (T-SQL reference: sys.types, sys.columns).

import {
  type CollationName,
  collationOf,
  decimalShape,
  isText,
  type SqlType,
  type TypeKind,
} from '../arrow/sql-type.ts';

type SystemTypeName = Exclude<TypeKind, 'null'> | 'numeric';

/** `list` and `struct` are ours; their ids are beyond T-SQL's. */
export const TYPE_IDS: Readonly<Record<SystemTypeName, number>> = {
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  bit: 104,
  decimal: 106,
  numeric: 108,
  smallmoney: 122,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  nvarchar: 231,
  nchar: 239,
  json: 244,
  vector: 255,
  list: 1001,
  struct: 1002,
};

/** As T-SQL names them. */
const COLLATIONS: Readonly<Record<CollationName, string>> = {
  BIN2_UTF8: 'Latin1_General_100_BIN2_UTF8',
  CI_AS: 'Latin1_General_100_CI_AS_SC_UTF8',
  CI_AI: 'Latin1_General_100_CI_AI_SC_UTF8',
  CS_AI: 'Latin1_General_100_CS_AI_SC_UTF8',
};

export function collationName(name: CollationName): string {
  return COLLATIONS[name];
}

/** @param database what holds where a column says nothing */
export function columnCollation(type: SqlType, database: CollationName): string | null {
  return isText(type) ? collationName(collationOf(type)?.name ?? database) : null;
}

export interface SystemShape {
  readonly id: number;
  /** Bytes; -1 where there is no limit. */
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
}

export function shapeOf(type: SqlType): SystemShape {
  const id = type.kind === 'null' ? TYPE_IDS.int : TYPE_IDS[type.kind];
  const shape = (maxLength: number, precision = 0, scale = 0): SystemShape => ({ id, maxLength, precision, scale });
  switch (type.kind) {
    case 'bit':
      return shape(1, 1);
    case 'tinyint':
      return shape(1, 3);
    case 'smallint':
      return shape(2, 5);
    // NULL and nothing else: what a table made of it gets.
    case 'null':
    case 'int':
      return shape(4, 10);
    case 'bigint':
      return shape(8, 19);
    case 'decimal':
      return shape(decimalBytes(type.precision), type.precision, type.scale);
    case 'money':
    case 'smallmoney': {
      const { precision, scale } = decimalShape(type);
      return shape(type.kind === 'money' ? 8 : 4, precision, scale);
    }
    case 'real':
      return shape(4, 24);
    case 'float':
      return shape(8, 53);
    case 'date':
      return shape(3, 10);
    case 'datetime':
      return shape(8, 23, 3);
    case 'smalldatetime':
      return shape(4, 16);
    case 'time':
      return shape(3 + timeBytes(type.scale), digits(8, type.scale), type.scale);
    case 'datetime2':
      return shape(6 + timeBytes(type.scale), digits(19, type.scale), type.scale);
    case 'datetimeoffset':
      return shape(8 + timeBytes(type.scale), digits(26, type.scale), type.scale);
    case 'nchar':
    case 'nvarchar':
      return shape(type.length === 'max' ? -1 : 2 * type.length);
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return shape(type.length === 'max' ? -1 : type.length);
    case 'uniqueidentifier':
      return shape(16);
    case 'vector':
      return shape(8 + 4 * type.dimensions);
    case 'json':
    case 'list':
    case 'struct':
      return shape(-1);
  }
}

function decimalBytes(precision: number): number {
  if (precision <= 9) return 5;
  if (precision <= 19) return 9;
  return precision <= 28 ? 13 : 17;
}

/** Beyond what whole seconds take. */
function timeBytes(scale: number): number {
  if (scale <= 2) return 0;
  return scale <= 4 ? 1 : 2;
}

/** Characters of the text: whole seconds, then the point and the fraction. */
function digits(seconds: number, scale: number): number {
  return scale === 0 ? seconds : seconds + 1 + scale;
}
