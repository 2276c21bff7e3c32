// T-SQL types as data: one closed union, their names, families and precedence.
// Where they become Arrow or DuckDB types is next door (arrow-type.ts) and in exec/duckdb.

import { unreachable } from '../common/errors.ts';

/** Length of a char or binary type: bytes for varchar/binary, UTF-16 units for nvarchar; `'max'` is unbounded. */
export type Length = number | 'max';

/** Two texts are equal byte for byte, or whatever their case or accents. */
export type CollationName = 'BIN2_UTF8' | 'CI_AS' | 'CI_AI' | 'CS_AI';

export interface Collation {
  readonly name: CollationName;
  /** Said by COLLATE in the expression itself: goes before that of a column. */
  readonly explicit?: true;
}

export interface StructField {
  readonly name: string;
  readonly type: SqlType;
}

export type SqlType =
  | { readonly kind: 'null' }
  | { readonly kind: 'bit' | 'tinyint' | 'smallint' | 'int' | 'bigint' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'money' | 'smallmoney' }
  | { readonly kind: 'real' | 'float' }
  | { readonly kind: 'date' | 'datetime' | 'smalldatetime' }
  | { readonly kind: 'time' | 'datetime2'; readonly scale: number }
  /**
   * `zone`, of an expression alone: the time zone (an IANA name) or offset (`+02:00`) its values are local to. A value
   * itself is a moment, so a stored one is local to UTC.
   */
  | { readonly kind: 'datetimeoffset'; readonly scale: number; readonly zone?: string | undefined }
  | {
      readonly kind: 'char' | 'nchar' | 'varchar' | 'nvarchar';
      readonly length: Length;
      /** `undefined`: the database's. No part of the type's name, nor of what makes two types the same. */
      readonly collation?: Collation | undefined;
    }
  | { readonly kind: 'binary' | 'varbinary'; readonly length: Length }
  | { readonly kind: 'uniqueidentifier' | 'json' }
  /** So many single-precision numbers. */
  | { readonly kind: 'vector'; readonly dimensions: number }
  | { readonly kind: 'list'; readonly element: SqlType }
  | { readonly kind: 'struct'; readonly fields: readonly StructField[] };

export type TypeKind = SqlType['kind'];

export const NULL: SqlType = { kind: 'null' };
export const BIT: SqlType = { kind: 'bit' };
export const TINYINT: SqlType = { kind: 'tinyint' };
export const SMALLINT: SqlType = { kind: 'smallint' };
export const INT: SqlType = { kind: 'int' };
export const BIGINT: SqlType = { kind: 'bigint' };
export const REAL: SqlType = { kind: 'real' };
export const FLOAT: SqlType = { kind: 'float' };
export const DATE: SqlType = { kind: 'date' };
export const DATETIME: SqlType = { kind: 'datetime' };
export const DATETIME2: SqlType = { kind: 'datetime2', scale: 7 };
export const NVARCHAR_MAX: SqlType = { kind: 'nvarchar', length: 'max' };
export const VARCHAR_MAX: SqlType = { kind: 'varchar', length: 'max' };
export const VARBINARY_MAX: SqlType = { kind: 'varbinary', length: 'max' };

export function decimal(precision: number, scale: number): SqlType {
  return { kind: 'decimal', precision, scale };
}
export function list(element: SqlType): SqlType {
  return { kind: 'list', element };
}
export function struct(fields: Readonly<Record<string, SqlType>>): SqlType {
  return { kind: 'struct', fields: Object.entries(fields).map(([name, type]) => ({ name, type })) };
}

/** As a user writes it: `decimal(10,2)`, `nvarchar(max)`, `list<struct<text nvarchar(max)>>`. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return type.scale === 7 ? type.kind : `${type.kind}(${type.scale})`;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'binary':
    case 'varbinary':
      return `${type.kind}(${type.length})`;
    case 'vector':
      return `vector(${type.dimensions})`;
    case 'list':
      return `list<${typeName(type.element)}>`;
    case 'struct':
      return `struct<${type.fields.map((f) => `${f.name} ${typeName(f.type)}`).join(', ')}>`;
    default:
      return type.kind;
  }
}

export function sameType(a: SqlType, b: SqlType): boolean {
  return typeName(a) === typeName(b);
}

export type Family =
  | 'null'
  | 'bit'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'binary'
  | 'datetime'
  | 'uniqueidentifier'
  | 'vector'
  | 'list'
  | 'struct';

export function familyOf(type: SqlType): Family {
  switch (type.kind) {
    case 'null':
    case 'bit':
    case 'list':
    case 'struct':
    case 'uniqueidentifier':
    case 'vector':
      return type.kind;
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return 'integer';
    case 'decimal':
    case 'money':
    case 'smallmoney':
      return 'decimal';
    case 'real':
    case 'float':
      return 'float';
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'json':
      return 'text';
    case 'binary':
    case 'varbinary':
      return 'binary';
    case 'date':
    case 'time':
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
    case 'datetimeoffset':
      return 'datetime';
    default:
      return unreachable(type);
  }
}

export function isText(type: SqlType): boolean {
  return familyOf(type) === 'text';
}
export function collationOf(type: SqlType): Collation | undefined {
  return 'collation' in type ? type.collation : undefined;
}
/** The type under another collation; types that are not text have none. */
export function withCollation(type: SqlType, collation: Collation | undefined): SqlType {
  if (!isText(type) || type.kind === 'json' || !('length' in type)) return type;
  const { kind, length } = type;
  return { kind, length, ...(collation === undefined ? {} : { collation }) } as SqlType; // isText() excludes the binary ones
}
export function isNumeric(type: SqlType): boolean {
  const family = familyOf(type);
  return family === 'integer' || family === 'decimal' || family === 'float' || family === 'bit';
}

/** Data type precedence, high to low; the lower side of a mixed operation converts to the higher. */
const PRECEDENCE: readonly TypeKind[] = [
  'struct',
  'list',
  'vector',
  'datetimeoffset',
  'datetime2',
  'datetime',
  'smalldatetime',
  'date',
  'time',
  'float',
  'real',
  'decimal',
  'money',
  'smallmoney',
  'bigint',
  'int',
  'smallint',
  'tinyint',
  'bit',
  'uniqueidentifier',
  'json',
  'nvarchar',
  'nchar',
  'varchar',
  'char',
  'varbinary',
  'binary',
  'null',
];

export function precedenceOf(type: SqlType): number {
  return PRECEDENCE.length - PRECEDENCE.indexOf(type.kind);
}

/** Precision and scale with which an exact numeric enters decimal arithmetic. */
export function decimalShape(type: SqlType): { precision: number; scale: number } {
  switch (type.kind) {
    case 'decimal':
      return type;
    case 'money':
      return { precision: 19, scale: 4 };
    case 'smallmoney':
      return { precision: 10, scale: 4 };
    case 'bit':
      return { precision: 1, scale: 0 };
    case 'tinyint':
      return { precision: 3, scale: 0 };
    case 'smallint':
      return { precision: 5, scale: 0 };
    case 'bigint':
      return { precision: 19, scale: 0 };
    default:
      return { precision: 10, scale: 0 };
  }
}
