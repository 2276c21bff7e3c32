// One value of a result column as a JavaScript value: what toArray() promises and what the output formats print.
// Reads the layout `arrowType` gives, slices included.

import type { Data } from 'apache-arrow';
import { invariant } from '../common/errors.ts';
import { decimalText } from './decimal-text.ts';
import { decimalShape, REAL, type SqlType } from './sql-type.ts';
import { dateText, fractionDigits, timestampText, timeText } from './temporal-text.ts';

/**
 * int and float are numbers, bigint a BigInt, decimal and money text with every digit, bit a boolean, dates and
 * times ISO text, binary bytes, lists arrays, structs objects.
 */
export type CellValue =
  | null
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | readonly CellValue[]
  | { readonly [field: string]: CellValue };

export type CellReader = (row: number) => CellValue;

/** A reader of the values of a column, NULL being null. */
export function cellReader(data: Data, type: SqlType): CellReader {
  const read = valueReader(data, type);
  const bits = data.nullBitmap;
  if (type.kind === 'null') return () => null;
  if (!bits || bits.length === 0) return read;
  const { offset } = data;
  return (row) => (isSet(bits, offset + row) ? read(row) : null);
}

/** Makes a row or struct; a column may be called `__proto__`, which an assignment would swallow. */
export function objectMaker(
  names: readonly string[],
): (valueAt: (index: number) => CellValue) => Record<string, CellValue> {
  if (names.includes('__proto__')) {
    return (valueAt) => Object.fromEntries(names.map((name, index) => [name, valueAt(index)]));
  }
  return (valueAt) => {
    const made: Record<string, CellValue> = {};
    for (let i = 0; i < names.length; i++) made[names[i] ?? ''] = valueAt(i);
    return made;
  };
}

export function isSet(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function valueReader(data: Data, type: SqlType): CellReader {
  switch (type.kind) {
    case 'null':
      return () => null;
    case 'bit': {
      const { values, offset } = data;
      return (row) => isSet(values, offset + row);
    }
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'real':
    case 'float': {
      const values: ArrayLike<number | bigint> = data.values;
      return (row) => values[row] ?? null;
    }
    case 'decimal':
    case 'money':
    case 'smallmoney': {
      const limbs: ArrayLike<number> = data.values;
      const { scale } = decimalShape(type);
      return (row) => decimalText(limbs, row * 4, scale);
    }
    case 'date': {
      const days: ArrayLike<number> = data.values;
      return (row) => dateText(days[row] ?? 0);
    }
    case 'time':
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
    case 'datetimeoffset':
      return clockReader(data.values, type);
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'json':
    case 'uniqueidentifier':
      return textReader(data);
    case 'binary':
    case 'varbinary': {
      const { values, valueOffsets } = data;
      return (row) => new Uint8Array(values.subarray(valueOffsets[row], valueOffsets[row + 1]));
    }
    case 'vector':
      return vectorReader(data, type.dimensions);
    case 'list':
      return listReader(data, type.element);
    case 'struct':
      return structReader(data, type);
    default:
      return type satisfies never;
  }
}

function clockReader(microseconds: ArrayLike<bigint>, type: SqlType): CellReader {
  const digits = fractionDigits(type);
  switch (type.kind) {
    case 'time':
      return (row) => timeText(Number(microseconds[row]), digits);
    case 'datetimeoffset':
      return (row) => `${timestampText(microseconds[row] ?? 0n, digits)}+00:00`;
    default:
      return (row) => timestampText(microseconds[row] ?? 0n, digits);
  }
}

function textReader(data: Data): CellReader {
  const bytes: Uint8Array = data.values;
  const offsets: Int32Array = data.valueOffsets;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (row) => buffer.toString('utf8', offsets[row], offsets[row + 1]);
}

function listReader(data: Data, element: SqlType): CellReader {
  const child = data.children[0];
  invariant(child !== undefined, 'a list column without elements');
  const read = cellReader(child, element);
  const offsets: Int32Array = data.valueOffsets;
  return (row) => {
    const items: CellValue[] = [];
    const end = offsets[row + 1] ?? 0;
    for (let i = offsets[row] ?? 0; i < end; i++) items.push(read(i));
    return items;
  };
}

function vectorReader(data: Data, dimensions: number): CellReader {
  const child = data.children[0];
  invariant(child !== undefined, 'a vector column without elements');
  const read = cellReader(child, REAL);
  return (row) => Array.from({ length: dimensions }, (_, i) => read(row * dimensions + i));
}

function structReader(data: Data, type: SqlType & { kind: 'struct' }): CellReader {
  const readers = type.fields.map((field, index) => {
    const child = data.children[index];
    invariant(child !== undefined, `a struct column without field "${field.name}"`);
    return cellReader(child, field.type);
  });
  const make = objectMaker(type.fields.map((field) => field.name));
  return (row) => make((index) => readers[index]?.(row) ?? null);
}
