// JavaScript values into a DuckDB vector: the answers of services, as they come out of JSON.
// Undefined and absent struct fields are NULL; a value of another kind than its type is a bug of the caller.

import { InternalError } from '../common/errors.ts';
import { unscaledOf } from './decimal-text.ts';
import { bindings, type RawVector } from './duckdb-bindings.ts';
import { decimalShape, type SqlType, typeName } from './sql-type.ts';
import { writeStoredUuid } from './uuid-text.ts';
import { writeBytes, writeDecimals, writeExtents, writeFixed, writeNulls, writeText } from './write-vector.ts';

/** A value as functions and services give it: structs are objects, lists arrays. */
export type PlainValue =
  | null
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [field: string]: PlainValue };

type Column = readonly (PlainValue | undefined)[];

/** Writes `values` to the start of a vector whose DuckDB type is that of `type`. */
export function writeValues(vector: RawVector, type: SqlType, values: Column): void {
  writeNulls(vector, values.length, (i) => values[i] === null || values[i] === undefined);
  switch (type.kind) {
    case 'null':
      break;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'json':
      writeTexts(vector, type, values);
      break;
    case 'binary':
    case 'varbinary':
      writeBlobs(vector, type, values);
      break;
    case 'uniqueidentifier':
      writeUuids(vector, type, values);
      break;
    case 'decimal':
    case 'money':
    case 'smallmoney':
      writeDecimalTexts(vector, type, values);
      break;
    case 'list':
      writeLists(vector, type, values);
      break;
    case 'struct':
      writeStructs(vector, type, values);
      break;
    default:
      writeFixed(vector, fixedValues(type, values));
  }
}

function fixedValues(type: SqlType, values: Column): ArrayBufferView<ArrayBuffer> {
  switch (type.kind) {
    case 'bit':
      return Uint8Array.from(values, (value) => (booleanOf(value, type) ? 1 : 0));
    case 'tinyint':
      return Uint8Array.from(values, (value) => integerOf(value, type, 0, 255));
    case 'smallint':
      return Int16Array.from(values, (value) => integerOf(value, type, -32_768, 32_767));
    case 'int':
      return Int32Array.from(values, (value) => integerOf(value, type, -(2 ** 31), 2 ** 31 - 1));
    case 'bigint':
    // In microseconds since 1970.
    case 'datetime':
      return BigInt64Array.from(values, (value) => bigintOf(value, type));
    case 'real':
      return Float32Array.from(values, (value) => numberOf(value, type));
    case 'float':
      return Float64Array.from(values, (value) => numberOf(value, type));
    default:
      // Answers carry dates and times as text; a cast in SQL makes them what they are.
      throw new InternalError(`a value written as ${typeName(type)}`);
  }
}

function writeTexts(vector: RawVector, type: SqlType, values: Column): void {
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    if (typeof value !== 'string') throw mismatch(type, value);
    writeText(vector, index, value);
  }
}

function writeBlobs(vector: RawVector, type: SqlType, values: Column): void {
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    if (!(value instanceof Uint8Array)) throw mismatch(type, value);
    writeBytes(vector, index, value);
  }
}

function writeUuids(vector: RawVector, type: SqlType, values: Column): void {
  const stored = new Uint8Array(values.length * 16);
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    if (typeof value !== 'string' || !writeStoredUuid(value, stored, index * 16)) throw mismatch(type, value);
  }
  writeFixed(vector, stored);
}

function writeDecimalTexts(vector: RawVector, type: SqlType, values: Column): void {
  const { precision, scale } = decimalShape(type);
  const limit = 10n ** BigInt(precision);
  writeDecimals(vector, type, values.length, (index) => {
    const value = values[index];
    if (value === null || value === undefined) return 0n;
    const unscaled = unscaledOf(String(value), scale);
    if (unscaled === undefined || unscaled >= limit || unscaled <= -limit) throw mismatch(type, value);
    return unscaled;
  });
}

function writeLists(vector: RawVector, type: SqlType & { kind: 'list' }, values: Column): void {
  const lengths = new Int32Array(values.length);
  const items: (PlainValue | undefined)[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    if (!Array.isArray(value)) throw mismatch(type, value);
    lengths[index] = value.length;
    for (const item of value as readonly PlainValue[]) items.push(item);
  }
  const { child } = writeExtents(vector, lengths);
  writeValues(child, type.element, items);
}

function writeStructs(vector: RawVector, type: SqlType & { kind: 'struct' }, values: Column): void {
  for (const value of values) {
    if (value !== null && value !== undefined && typeof value !== 'object') throw mismatch(type, value);
  }
  for (const [index, field] of type.fields.entries()) {
    const column = values.map((value) => fieldOf(value, field.name));
    writeValues(bindings.struct_vector_get_child(vector, index), field.type, column);
  }
}

function fieldOf(value: PlainValue | undefined, name: string): PlainValue | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return null;
  return (value as { readonly [field: string]: PlainValue })[name];
}

function booleanOf(value: PlainValue | undefined, type: SqlType): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value !== 'boolean') throw mismatch(type, value);
  return value;
}

function integerOf(value: PlainValue | undefined, type: SqlType, from: number, to: number): number {
  const number = numberOf(value, type);
  if (!Number.isInteger(number) || number < from || number > to) throw mismatch(type, number);
  return number;
}

function bigintOf(value: PlainValue | undefined, type: SqlType): bigint {
  if (value === null || value === undefined) return 0n;
  const whole = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof whole !== 'bigint' || BigInt.asIntN(64, whole) !== whole) throw mismatch(type, value);
  return whole;
}

function numberOf(value: PlainValue | undefined, type: SqlType): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number') throw mismatch(type, value);
  return value;
}

/** The value itself is not shown: it may be somebody's text. */
function mismatch(type: SqlType, value: unknown): InternalError {
  const found = value instanceof Uint8Array ? 'binary' : Array.isArray(value) ? 'array' : typeof value;
  return new InternalError(`${found} written as ${typeName(type)}`);
}
