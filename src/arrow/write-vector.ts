// Filling raw DuckDB vectors: the few primitives both writers (JavaScript values, Arrow data) share.
// A chunk's row count must be set before; a list's child must be reserved before it is written.

import { bindings, type RawVector } from './duckdb-bindings.ts';
import { decimalShape, type SqlType } from './sql-type.ts';

/** Rows a DuckDB data chunk holds at most. */
export const CHUNK_ROWS = 2048;

const encoder = new TextEncoder();
/** Of a UTF-16 unit. */
const MOST_UTF8_BYTES = 3;
/** Short texts are encoded into the same memory: the engine copies them. */
const scratch = new Uint8Array(4096);

/** Copies fixed-width values to the start of a vector. */
export function writeFixed(vector: RawVector, values: ArrayBufferView<ArrayBuffer>): void {
  if (values.byteLength === 0) return;
  bindings.copy_data_to_vector(vector, 0, values.buffer, values.byteOffset, values.byteLength);
}

/** Marks as NULL every row for which `isNull` holds. */
export function writeNulls(vector: RawVector, count: number, isNull: (index: number) => boolean): void {
  let bits: Uint8Array<ArrayBuffer> | undefined;
  for (let i = 0; i < count; i++) {
    if (!isNull(i)) continue;
    bits ??= new Uint8Array(Math.ceil(count / 64) * 8).fill(255);
    bits[i >> 3] = (bits[i >> 3] ?? 0) & ~(1 << (i & 7));
  }
  if (bits === undefined) return;
  bindings.vector_ensure_validity_writable(vector);
  bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}

/**
 * Writes a string. By length, because the binding's own string call stops at NUL; the encoder makes U+FFFD of lone
 * surrogates, which as broken UTF-8 DuckDB would store as NULL.
 */
export function writeText(vector: RawVector, index: number, text: string): void {
  let bytes: Uint8Array;
  if (text.length * MOST_UTF8_BYTES <= scratch.length) {
    bytes = scratch.subarray(0, encoder.encodeInto(text, scratch).written);
  } else {
    bytes = encoder.encode(text);
  }
  bindings.vector_assign_string_element_len(vector, index, bytes);
}

export function writeBytes(vector: RawVector, index: number, bytes: Uint8Array): void {
  bindings.vector_assign_string_element_len(vector, index, bytes);
}

/** Writes a list's extents from the lengths of its rows and returns its child, sized for them. */
export function writeExtents(vector: RawVector, lengths: Int32Array): { child: RawVector; size: number } {
  const entries = new BigUint64Array(lengths.length * 2);
  let size = 0;
  for (const [i, length] of lengths.entries()) {
    entries[i * 2] = BigInt(size);
    entries[i * 2 + 1] = BigInt(length);
    size += length;
  }
  bindings.list_vector_reserve(vector, size);
  bindings.list_vector_set_size(vector, size);
  writeFixed(vector, entries);
  return { child: bindings.list_vector_get_child(vector), size };
}

/** Writes unscaled decimals in the 2, 4, 8 or 16 bytes DuckDB gives their precision. */
export function writeDecimals(
  vector: RawVector,
  type: SqlType,
  count: number,
  unscaledAt: (index: number) => bigint,
): void {
  const { precision } = decimalShape(type);
  if (precision <= 4) {
    writeFixed(
      vector,
      Int16Array.from({ length: count }, (_, i) => Number(unscaledAt(i))),
    );
  } else if (precision <= 9) {
    writeFixed(
      vector,
      Int32Array.from({ length: count }, (_, i) => Number(unscaledAt(i))),
    );
  } else if (precision <= 18) {
    writeFixed(
      vector,
      BigInt64Array.from({ length: count }, (_, i) => unscaledAt(i)),
    );
  } else {
    const words = new BigInt64Array(count * 2);
    for (let i = 0; i < count; i++) {
      const value = unscaledAt(i);
      words[i * 2] = BigInt.asIntN(64, value);
      words[i * 2 + 1] = value >> 64n;
    }
    writeFixed(vector, words);
  }
}
