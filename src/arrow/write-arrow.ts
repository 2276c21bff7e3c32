// Arrow data into a DuckDB vector, whatever layout it has: dictionaries, views, 64-bit offsets, other time units.
// A column is written by positions in its data, NULL being -1, so slices, dictionaries and lists are one case.

import { isUtf8 } from 'node:buffer';
import type { Data, DataType, Float, Time, Timestamp } from 'apache-arrow';
import { DateUnit, Precision, TimeUnit, Type } from 'apache-arrow';
import { error, InternalError } from '../common/errors.ts';
import { arrowBytes } from './arrow-bytes.ts';
import { bindings, type RawVector } from './duckdb-bindings.ts';
import { halfToNumber } from './half-float.ts';
import { type SqlType, typeName } from './sql-type.ts';
import { writeStoredUuid } from './uuid-text.ts';
import { writeBytes, writeDecimals, writeExtents, writeFixed, writeNulls, writeText } from './write-vector.ts';

/** Rows of the data to write, in order; -1 is NULL. */
type Positions = Int32Array;

/**
 * Writes rows of Arrow data to the start of a vector.
 *
 * @param type the SQL type `columnTypesOf` gives the data's Arrow type.
 */
export function writeArrow(vector: RawVector, type: SqlType, data: Data, wanted: Positions): void {
  if (data.typeId === Type.Dictionary) {
    writeDictionary(vector, type, data, wanted);
    return;
  }
  const positions = withoutNulls(data, wanted);
  writeNulls(vector, positions.length, (i) => (positions[i] ?? -1) < 0);
  switch (type.kind) {
    case 'null':
      break;
    case 'decimal':
    case 'money':
    case 'smallmoney':
      writeDecimals(vector, type, positions.length, unscaledAt(data, positions));
      break;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'json':
      writeTexts(vector, data, positions);
      break;
    case 'binary':
    case 'varbinary':
      writeBlobs(vector, data, positions);
      break;
    case 'uniqueidentifier':
      writeUuids(vector, data, positions);
      break;
    case 'list':
      writeLists(vector, type, data, positions);
      break;
    case 'struct':
      for (const [index, field] of type.fields.entries()) {
        writeArrow(bindings.struct_vector_get_child(vector, index), field.type, childOf(data, index), positions);
      }
      break;
    default:
      writeFixed(vector, fixedValues(type, data, positions));
  }
}

function fixedValues(type: SqlType, data: Data, positions: Positions): ArrayBufferView<ArrayBuffer> {
  switch (type.kind) {
    case 'bit':
      return Uint8Array.from(positions, (p) => (p >= 0 && bitAt(data.values, data.offset + p) ? 1 : 0));
    case 'tinyint':
      return Uint8Array.from(positions, numberAt(data));
    case 'smallint':
      return Int16Array.from(positions, numberAt(data));
    case 'int':
      return Int32Array.from(positions, numberAt(data));
    case 'bigint':
      return BigInt64Array.from(positions, bigintAt(data));
    case 'real':
      return Float32Array.from(positions, numberAt(data));
    case 'float':
      return Float64Array.from(positions, numberAt(data));
    case 'date':
      return Int32Array.from(positions, dayAt(data));
    case 'time':
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
    case 'datetimeoffset':
      return BigInt64Array.from(positions, microsecondsAt(data));
    default:
      throw new InternalError(`a column written as ${typeName(type)}`);
  }
}

function writeDictionary(vector: RawVector, type: SqlType, data: Data, wanted: Positions): void {
  const parts = data.dictionary?.data ?? [];
  const values = parts[0];
  if (values === undefined || parts.length > 1) {
    throw error('not-supported', { what: 'an Arrow dictionary in several pieces' });
  }
  const keys: ArrayLike<number | bigint> = data.values;
  writeArrow(
    vector,
    type,
    values,
    withoutNulls(data, wanted).map((p) => (p < 0 ? -1 : Number(keys[p]))),
  );
}

function withoutNulls(data: Data, wanted: Positions): Positions {
  if (data.typeId === Type.Null) return wanted.map(() => -1);
  const bits = data.nullBitmap;
  if (!bits || bits.length === 0) return wanted;
  return wanted.map((p) => (p >= 0 && bitAt(bits, data.offset + p) ? p : -1));
}

function bitAt(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function numberAt(data: Data): (position: number) => number {
  const values: ArrayLike<number | bigint> = data.values;
  const half = data.typeId === Type.Float && (data.type as Float).precision === Precision.HALF;
  if (half) return (p) => (p < 0 ? 0 : halfToNumber(Number(values[p])));
  return (p) => (p < 0 ? 0 : Number(values[p]));
}

function bigintAt(data: Data): (position: number) => bigint {
  const values: ArrayLike<number | bigint> = data.values;
  return (p) => (p < 0 ? 0n : BigInt(values[p] ?? 0));
}

function dayAt(data: Data): (position: number) => number {
  const days = numberAt(data);
  if ((data.type as { unit?: DateUnit }).unit !== DateUnit.MILLISECOND) return days;
  return (p) => Math.floor(days(p) / 86_400_000);
}

function microsecondsAt(data: Data): (position: number) => bigint {
  const value = bigintAt(data);
  switch ((data.type as Time | Timestamp).unit) {
    case TimeUnit.SECOND:
      return (p) => value(p) * 1_000_000n;
    case TimeUnit.MILLISECOND:
      return (p) => value(p) * 1000n;
    case TimeUnit.MICROSECOND:
      return value;
    default:
      return (p) => floorDivide(value(p), 1000n);
  }
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}

/** Unscaled values of a decimal of any width, or of an integer column. */
function unscaledAt(data: Data, positions: Positions): (index: number) => bigint {
  const isInteger = data.typeId === Type.Int;
  const whole = bigintAt(data);
  const limbs: ArrayLike<number> = data.values;
  const perValue = data.stride;
  return (index) => {
    const position = positions[index] ?? -1;
    if (position < 0) return 0n;
    if (isInteger) return whole(position);
    let value = BigInt((limbs[(position + 1) * perValue - 1] ?? 0) | 0);
    for (let k = perValue - 2; k >= 0; k--)
      value = (value << 32n) | BigInt((limbs[position * perValue + k] ?? 0) >>> 0);
    return value;
  };
}

/** DuckDB makes NULL of text that is not UTF-8, silently; here each broken sequence becomes U+FFFD instead. */
function writeTexts(vector: RawVector, data: Data, positions: Positions): void {
  const bytesAt = arrowBytes(data);
  for (const [index, position] of positions.entries()) {
    if (position < 0) continue;
    const bytes = bytesAt(position);
    if (isUtf8(bytes)) writeBytes(vector, index, bytes);
    else writeText(vector, index, Buffer.from(bytes).toString('utf8'));
  }
}

function writeBlobs(vector: RawVector, data: Data, positions: Positions): void {
  const bytesAt = arrowBytes(data);
  for (const [index, position] of positions.entries()) {
    if (position >= 0) writeBytes(vector, index, bytesAt(position));
  }
}

function writeUuids(vector: RawVector, data: Data, positions: Positions): void {
  const bytesAt = arrowBytes(data);
  const stored = new Uint8Array(positions.length * 16);
  for (const [index, position] of positions.entries()) {
    if (position < 0) continue;
    const text = new TextDecoder().decode(bytesAt(position));
    if (!writeStoredUuid(text, stored, index * 16)) throw new InternalError('a uniqueidentifier of another shape');
  }
  writeFixed(vector, stored);
}

function writeLists(vector: RawVector, type: SqlType & { kind: 'list' }, data: Data, positions: Positions): void {
  const { startAt, endAt } = listBounds(data);
  const lengths = positions.map((p) => (p < 0 ? 0 : endAt(p) - startAt(p)));
  const { child, size } = writeExtents(vector, lengths);
  const items = new Int32Array(size);
  let to = 0;
  for (const position of positions) {
    if (position < 0) continue;
    for (let from = startAt(position); from < endAt(position); from++) items[to++] = from;
  }
  writeArrow(child, type.element, childOf(data, 0), items);
}

function listBounds(data: Data): { startAt: (p: number) => number; endAt: (p: number) => number } {
  if (data.typeId === Type.FixedSizeList) {
    const { listSize } = data.type as DataType & { listSize: number };
    return { startAt: (p) => p * listSize, endAt: (p) => (p + 1) * listSize };
  }
  const offsets: ArrayLike<number | bigint> = data.valueOffsets;
  return { startAt: (p) => Number(offsets[p]), endAt: (p) => Number(offsets[p + 1]) };
}

function childOf(data: Data, index: number): Data {
  const child = data.children[index];
  if (child === undefined) throw new InternalError(`${String(data.type)} without child ${index}`);
  return child;
}
