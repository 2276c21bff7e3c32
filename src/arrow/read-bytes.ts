// Strings and blobs of a DuckDB vector as one Arrow buffer with offsets, without making a JavaScript string.
// DuckDB keeps up to 12 bytes inside the 16-byte entry and a pointer otherwise; strings of a chunk mostly lie one
// after another, so a run of neighbours is fetched with one native call.

import { error } from '../common/errors.ts';
import { bindings } from './duckdb-bindings.ts';

const INLINE_BYTES = 12;
const MAX_BYTES = 2 ** 31 - 1;

export interface BytesColumn {
  readonly offsets: Int32Array;
  readonly values: Uint8Array;
}

/**
 * @param entries the vector's 16-byte entries.
 * @param count how many values to read.
 * @param rowAt the entry of a value, or -1 for NULL.
 */
export function readBytes(entries: Uint8Array, count: number, rowAt: (index: number) => number): BytesColumn {
  const words = new Uint32Array(entries.buffer, entries.byteOffset, entries.byteLength >> 2);
  const offsets = new Int32Array(count + 1);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const row = rowAt(i);
    if (row >= 0) total += words[row * 4] ?? 0;
    if (total > MAX_BYTES) throw error('not-supported', { what: 'a batch of more than 2 GB of text' });
    offsets[i + 1] = total;
  }
  const values = new Uint8Array(total);
  const heap = new HeapRuns(values);
  for (let i = 0; i < count; i++) {
    const row = rowAt(i);
    if (row < 0) continue;
    const length = words[row * 4] ?? 0;
    const to = offsets[i] ?? 0;
    if (length <= INLINE_BYTES) {
      const from = row * 16 + 4;
      for (let k = 0; k < length; k++) values[to + k] = entries[from + k] ?? 0;
    } else {
      heap.add((words[row * 4 + 3] ?? 0) * 2 ** 32 + (words[row * 4 + 2] ?? 0), length, to);
    }
  }
  heap.flush();
  return { offsets, values };
}

/** Copies strings given by address, joining neighbours into one read. */
class HeapRuns {
  private readonly out: Uint8Array;
  private readonly pointer = new Uint32Array(2);
  private low = 0;
  private high = 0;
  private first = 0;
  /** Where the next string must go for the run to be one copy; -1 when it no longer is. */
  private straight = 0;
  private readonly parts: number[] = [];

  constructor(out: Uint8Array) {
    this.out = out;
  }

  /** Addresses fit a double: user space ends below 2^53. */
  add(address: number, length: number, to: number): void {
    const end = address + length;
    if (this.high > this.low && address === this.high) {
      this.high = end;
    } else if (this.high > this.low && end === this.low) {
      this.low = address;
      this.straight = -1;
    } else if (address >= this.low && end <= this.high) {
      this.straight = -1;
    } else {
      this.flush();
      this.low = address;
      this.high = end;
      this.first = to;
      this.straight = to;
    }
    if (this.straight >= 0) this.straight = this.straight === to ? to + length : -1;
    this.parts.push(address, length, to);
  }

  flush(): void {
    const size = this.high - this.low;
    if (size === 0) return;
    this.pointer[0] = this.low % 2 ** 32;
    this.pointer[1] = Math.floor(this.low / 2 ** 32);
    const bytes = bindings.get_data_from_pointer(this.pointer.buffer, 0, size);
    if (this.straight >= 0) this.out.set(bytes, this.first);
    else this.scatter(bytes);
    this.parts.length = 0;
    this.low = 0;
    this.high = 0;
  }

  private scatter(bytes: Uint8Array): void {
    for (let i = 0; i < this.parts.length; i += 3) {
      const from = (this.parts[i] ?? 0) - this.low;
      const length = this.parts[i + 1] ?? 0;
      const to = this.parts[i + 2] ?? 0;
      if (length > 64) this.out.set(bytes.subarray(from, from + length), to);
      else for (let k = 0; k < length; k++) this.out[to + k] = bytes[from + k] ?? 0;
    }
  }
}
