// Collects bytes into chunks worth a write; text columns are copied into it without becoming JavaScript strings.

import type { Sink } from './format.ts';

const CHUNK_BYTES = 1 << 18;
/** Below this a loop beats the native copy. */
const SHORT = 48;

export class ByteChunks {
  private readonly sink: Sink;
  private buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES + (CHUNK_BYTES >> 2));
  private length = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  get isFull(): boolean {
    return this.length >= CHUNK_BYTES;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** Text of ASCII characters alone. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { buffer } = this;
    let at = this.length;
    if (text.length < SHORT) for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    else at += buffer.write(text, at, 'latin1');
    this.length = at;
  }

  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.buffer.write(text, this.length, 'utf8');
  }

  copy(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.reserve(count);
    const { buffer, length } = this;
    if (count < SHORT) for (let i = 0; i < count; i++) buffer[length + i] = source[from + i] ?? 0;
    else buffer.set(source.subarray(from, to), length);
    this.length = length + count;
  }

  /** Hands the bytes over for good: a sink may keep them. */
  flush(): Promise<void> | void {
    if (this.length === 0) return;
    const chunk = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES + (CHUNK_BYTES >> 2));
    this.length = 0;
    return this.sink.write(chunk);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}
