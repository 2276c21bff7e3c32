// A DuckDB data chunk as an Arrow RecordBatch: memory is copied column by column, no value becomes a JavaScript
// object. The chunk may be freed afterwards. Knows SQL types only as storage; casts are the caller's.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import { Data, type DataType, RecordBatch, type Schema, Struct } from 'apache-arrow';
import { invariant } from '../common/errors.ts';
import { bindings, type RawVector, TypeId } from './duckdb-bindings.ts';
import { readBytes } from './read-bytes.ts';
import { decimalShape, REAL, type SqlType, typeName } from './sql-type.ts';
import { UUID_TEXT_BYTES, writeUuidText } from './uuid-text.ts';

/** Which entries of a vector to read: the first `size`, or those of `pick` out of them, in its order. */
interface Rows {
  readonly size: number;
  readonly pick?: Int32Array | undefined;
}

type Fixed = Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;
interface FixedArray<T extends Fixed = Fixed> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * Copies a chunk. Its columns must be stored as `duckdbTypeName(type)` says (`isStoredAs`); a MAP or ARRAY is
 * also accepted as the list it is.
 *
 * @param schema `arrowSchema` of the same columns.
 * @param types the SQL types of the columns.
 */
export function chunkToBatch(chunk: DuckDBDataChunk, schema: Schema, types: readonly SqlType[]): RecordBatch {
  const size = chunk.rowCount;
  const columns = schema.fields.map((field, index) => {
    const type = types[index];
    invariant(type !== undefined, 'a column without a type');
    return readColumn(bindings.data_chunk_get_vector(chunk.chunk, index), type, field.type, { size });
  });
  return new RecordBatch(schema, new Data(new Struct(schema.fields), 0, size, 0, undefined, columns));
}

function readColumn(vector: RawVector, type: SqlType, shape: DataType, rows: Rows): Data {
  const count = rows.pick?.length ?? rows.size;
  if (type.kind === 'null') return new Data(shape, 0, count, count);
  const validity = readValidity(vector, rows);
  switch (type.kind) {
    case 'bit':
      return readBits(vector, shape, rows, validity);
    case 'tinyint':
      return readFixed(vector, shape, rows, validity, TypeId.utinyint, Uint8Array);
    case 'smallint':
      return readFixed(vector, shape, rows, validity, TypeId.smallint, Int16Array);
    case 'int':
      return readFixed(vector, shape, rows, validity, TypeId.integer, Int32Array);
    case 'bigint':
      return readFixed(vector, shape, rows, validity, TypeId.bigint, BigInt64Array);
    case 'real':
      return readFixed(vector, shape, rows, validity, TypeId.float, Float32Array);
    case 'float':
      return readFixed(vector, shape, rows, validity, TypeId.double, Float64Array);
    case 'date':
      return readFixed(vector, shape, rows, validity, TypeId.date, Int32Array);
    case 'time':
      return readFixed(vector, shape, rows, validity, TypeId.time, BigInt64Array);
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return readFixed(vector, shape, rows, validity, TypeId.timestamp, BigInt64Array);
    case 'datetimeoffset':
      return readFixed(vector, shape, rows, validity, TypeId.timestampTz, BigInt64Array);
    case 'decimal':
    case 'money':
    case 'smallmoney':
      return readDecimals(vector, type, shape, rows, validity);
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'json':
      return readVariable(vector, shape, rows, validity, TypeId.varchar);
    case 'binary':
    case 'varbinary':
      return readVariable(vector, shape, rows, validity, TypeId.blob);
    case 'uniqueidentifier':
      return readUuids(vector, shape, rows, validity);
    case 'vector':
      return readVectors(vector, type.dimensions, shape, rows, validity);
    case 'list':
      return readList(vector, type.element, shape, rows, validity);
    case 'struct':
      return readStruct(vector, type, shape, rows, validity);
    default:
      return type satisfies never;
  }
}

/** Arrow's validity bits (least significant first, as DuckDB's), or undefined when nothing is NULL. */
function readValidity(vector: RawVector, { size, pick }: Rows): Uint8Array | undefined {
  if (size === 0) return undefined;
  const bits = bindings.vector_get_validity(vector, Math.ceil(size / 64) * 8) as Uint8Array | null | undefined;
  if (!bits) return undefined;
  if (pick === undefined) return bits.slice(0, Math.ceil(size / 8));
  const picked = new Uint8Array(Math.ceil(pick.length / 8));
  for (let i = 0; i < pick.length; i++)
    if (hasBit(bits, pick[i] ?? 0)) picked[i >> 3] = (picked[i >> 3] ?? 0) | (1 << (i & 7));
  return picked;
}

function hasBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function column(shape: DataType, rows: Rows, validity: Uint8Array | undefined, values: unknown, rest: Rest = {}): Data {
  const length = rows.pick?.length ?? rows.size;
  const buffers = [rest.offsets, values, validity];
  return new Data(
    shape,
    0,
    length,
    validity === undefined ? 0 : -1,
    buffers as Partial<Data['buffers']>,
    rest.children,
  );
}

interface Rest {
  readonly offsets?: Int32Array;
  readonly children?: Data[];
}

function readFixed(
  vector: RawVector,
  shape: DataType,
  rows: Rows,
  validity: Uint8Array | undefined,
  typeId: number,
  Values: FixedArray,
): Data {
  expectType(vector, typeId);
  return column(shape, rows, validity, picked(stored(vector, rows.size, Values), rows.pick, Values));
}

/** The vector's own memory: only to be read while the chunk lives. */
function stored<T extends Fixed>(vector: RawVector, size: number, Values: FixedArray<T>): T {
  if (size === 0) return new Values(new ArrayBuffer(0), 0, 0);
  const bytes = bindings.vector_get_data(vector, size * Values.BYTES_PER_ELEMENT);
  return new Values(bytes.buffer, bytes.byteOffset, size);
}

function picked(values: Fixed, pick: Int32Array | undefined, Values: FixedArray): Fixed {
  if (pick === undefined) return values.slice();
  const out = new Values(new ArrayBuffer(pick.length * Values.BYTES_PER_ELEMENT), 0, pick.length);
  for (let i = 0; i < pick.length; i++) out[i] = values[pick[i] ?? 0] as never; // same array type on both sides
  return out;
}

function readBits(vector: RawVector, shape: DataType, rows: Rows, validity: Uint8Array | undefined): Data {
  expectType(vector, TypeId.boolean);
  const bytes = picked(stored(vector, rows.size, Uint8Array), rows.pick, Uint8Array);
  const bits = new Uint8Array(Math.ceil(bytes.length / 8));
  for (let i = 0; i < bytes.length; i++) if (bytes[i]) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  return column(shape, rows, validity, bits);
}

/** DuckDB stores a decimal in 2, 4, 8 or 16 bytes by its precision; Arrow wants four 32-bit limbs. */
function readDecimals(
  vector: RawVector,
  type: SqlType,
  shape: DataType,
  rows: Rows,
  validity: Uint8Array | undefined,
): Data {
  const logical = expectType(vector, TypeId.decimal);
  const { precision, scale } = decimalShape(type);
  const [width, digits] = [bindings.decimal_width(logical), bindings.decimal_scale(logical)];
  invariant(width === precision && digits === scale, `decimal(${width},${digits}) read as ${typeName(type)}`);
  const words = decimalWords(vector, bindings.decimal_internal_type(logical), rows.size);
  const perValue = rows.size === 0 ? 1 : words.length / rows.size;
  const count = rows.pick?.length ?? rows.size;
  const limbs = new Int32Array(count * 4);
  for (let i = 0; i < count; i++) {
    const from = (rows.pick?.[i] ?? i) * perValue;
    let limb = 0;
    for (let k = 0; k < 4; k++) {
      limb = k < perValue ? (words[from + k] ?? 0) : limb >> 31;
      limbs[i * 4 + k] = limb;
    }
  }
  return column(shape, rows, validity, new Uint32Array(limbs.buffer));
}

/** The stored decimals as signed 32-bit words, least significant first: one, two or four a value. */
function decimalWords(vector: RawVector, internalType: number, size: number): Int32Array {
  switch (internalType) {
    case TypeId.smallint:
      return new Int32Array(stored(vector, size, Int16Array));
    case TypeId.integer:
      return stored(vector, size, Int32Array);
    case TypeId.bigint:
      return stored(vector, size * 2, Int32Array);
    default:
      return stored(vector, size * 4, Int32Array);
  }
}

function readVariable(
  vector: RawVector,
  shape: DataType,
  rows: Rows,
  validity: Uint8Array | undefined,
  typeId: number,
): Data {
  expectType(vector, typeId);
  const count = rows.pick?.length ?? rows.size;
  const { offsets, values } = readBytes(stored(vector, rows.size * 16, Uint8Array), count, rowAt(rows, validity));
  return column(shape, rows, validity, values, { offsets });
}

/** Entry of a value, or -1 for NULL: the entry of a NULL holds no readable pointer. */
function rowAt({ pick }: Rows, validity: Uint8Array | undefined): (index: number) => number {
  if (validity === undefined) return pick === undefined ? (i) => i : (i) => pick[i] ?? 0;
  if (pick === undefined) return (i) => (hasBit(validity, i) ? i : -1);
  return (i) => (hasBit(validity, i) ? (pick[i] ?? 0) : -1);
}

function readUuids(vector: RawVector, shape: DataType, rows: Rows, validity: Uint8Array | undefined): Data {
  expectType(vector, TypeId.uuid);
  const bytes = stored(vector, rows.size * 16, Uint8Array);
  const count = rows.pick?.length ?? rows.size;
  const at = rowAt(rows, validity);
  const offsets = new Int32Array(count + 1);
  const values = new Uint8Array(count * UUID_TEXT_BYTES);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const row = at(i);
    if (row >= 0) {
      writeUuidText(bytes, row * 16, values, end);
      end += UUID_TEXT_BYTES;
    }
    offsets[i + 1] = end;
  }
  return column(shape, rows, validity, values.subarray(0, end), { offsets });
}

/** Rows without a value have their place among the elements too. */
function readVectors(
  vector: RawVector,
  dimensions: number,
  shape: DataType,
  rows: Rows,
  validity: Uint8Array | undefined,
): Data {
  const item = shape.children?.[0];
  invariant(item !== undefined, 'a vector type without an element');
  const { child } = listEntries(vector, rows);
  const size = rows.size * dimensions;
  const pick =
    rows.pick &&
    Int32Array.from({ length: rows.pick.length * dimensions }, (_, i) => {
      const row = Math.floor(i / dimensions);
      return (rows.pick?.[row] ?? 0) * dimensions + (i - row * dimensions);
    });
  const children = [readColumn(child, REAL, item.type, pick === undefined ? { size } : { size, pick })];
  return column(shape, rows, validity, undefined, { children });
}

function readList(
  vector: RawVector,
  element: SqlType,
  shape: DataType,
  rows: Rows,
  validity: Uint8Array | undefined,
): Data {
  const item = shape.children?.[0];
  invariant(item !== undefined, 'a list type without an element');
  const { child, size, start, length } = listEntries(vector, rows);
  const at = rowAt(rows, validity);
  const count = rows.pick?.length ?? rows.size;
  const offsets = new Int32Array(count + 1);
  let end = 0;
  let inOrder = true;
  for (let i = 0; i < count; i++) {
    const row = at(i);
    const items = row < 0 ? 0 : length(row);
    if (items > 0 && start(row) !== end) inOrder = false;
    end += items;
    offsets[i + 1] = end;
  }
  if (inOrder) {
    const children = [readColumn(child, element, item.type, { size: end })];
    return column(shape, rows, validity, undefined, { offsets, children });
  }
  const pick = new Int32Array(end);
  for (let i = 0; i < count; i++) {
    const from = offsets[i] ?? 0;
    const items = (offsets[i + 1] ?? 0) - from;
    const first = items === 0 ? 0 : start(at(i));
    for (let k = 0; k < items; k++) pick[from + k] = first + k;
  }
  return column(shape, rows, validity, undefined, {
    offsets,
    children: [readColumn(child, element, item.type, { size, pick })],
  });
}

interface ListEntries {
  readonly child: RawVector;
  /** Entries of the child vector. */
  readonly size: number;
  readonly start: (row: number) => number;
  readonly length: (row: number) => number;
}

function listEntries(vector: RawVector, { size }: Rows): ListEntries {
  const logical = bindings.vector_get_column_type(vector);
  const typeId = bindings.get_type_id(logical) as number;
  if (typeId === TypeId.array) {
    const perArray = bindings.array_type_array_size(logical);
    const child = bindings.array_vector_get_child(vector);
    return { child, size: size * perArray, start: (row) => row * perArray, length: () => perArray };
  }
  invariant(typeId === TypeId.list || typeId === TypeId.map, `DuckDB type ${typeId} read as a list`);
  const entries = stored(vector, size * 4, Int32Array);
  return {
    child: bindings.list_vector_get_child(vector),
    size: bindings.list_vector_get_size(vector),
    start: (row) => entries[row * 4] ?? 0,
    length: (row) => entries[row * 4 + 2] ?? 0,
  };
}

function readStruct(
  vector: RawVector,
  type: SqlType & { kind: 'struct' },
  shape: DataType,
  rows: Rows,
  validity: Uint8Array | undefined,
): Data {
  expectType(vector, TypeId.struct);
  const children = type.fields.map((field, index) => {
    const child = shape.children?.[index];
    invariant(child !== undefined, `a struct type without field "${field.name}"`);
    return readColumn(bindings.struct_vector_get_child(vector, index), field.type, child.type, rows);
  });
  return column(shape, rows, validity, undefined, { children });
}

function expectType(vector: RawVector, typeId: number): ReturnType<typeof bindings.vector_get_column_type> {
  const logical = bindings.vector_get_column_type(vector);
  const found = bindings.get_type_id(logical) as number;
  invariant(found === typeId, `DuckDB type ${found} found where type ${typeId} was declared`);
  return logical;
}
