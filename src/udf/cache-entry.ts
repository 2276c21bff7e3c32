// One entry of the result cache as bytes: a checksum, the time of writing, the outcome. Exact: what is read is what was
// written, digit for digit. Knows neither the store nor the operation.
//
// All text of an outcome stands in one piece at the end, because one call into V8's string decoder for each string
// would cost more than the rest of a lookup.

import { crc32 } from 'node:zlib';
import { invariant, unreachable } from '../common/errors.ts';
import type { AnswerValue, Outcome } from './operation.ts';

export interface CacheEntry {
  readonly outcome: Outcome;
  /** Milliseconds of the epoch. */
  readonly writtenMs: number;
  /** How long it holds, whatever the reader asks for. */
  readonly ttlMs: number | undefined;
}

const CHECKSUM_BYTES = 4;
const TIME_BYTES = 6;
const OK = 1;
const HAS_TTL = 2;
const TEXT_SHIFT = 2;
const TEXTS = ['latin1', 'utf8', 'utf16le'] as const;

const TAG = {
  null: 0,
  false: 1,
  true: 2,
  text: 3,
  /** Whole numbers as they are and negated. */
  whole: 4,
  minus: 5,
  /** Ten-thousandths: services round their confidences. */
  fixed: 6,
  float: 7,
  bigint: 8,
  bytes: 9,
  list: 10,
  /** A struct with its field names, then one with the names of an earlier one. */
  struct: 11,
  again: 12,
} as const;

const FIXED = 10_000;
const MAX_FIXED = 2 ** 31;
const MAX_SHAPES = 1_000;
/** Separates field names; a name that holds it is refused. */
const SEPARATOR = '\n';

/** Writes entries, one after the other, into the same memory. */
export class EntryWriter {
  #bytes = Buffer.allocUnsafeSlow(4_096);
  #at = 0;
  #text = '';
  #shapes: string[] = [];

  /** The entry's bytes, good until the next call. */
  encode(key: Uint8Array, entry: CacheEntry): Uint8Array {
    const { outcome, ttlMs } = entry;
    this.#at = CHECKSUM_BYTES + TIME_BYTES + 1;
    this.#text = '';
    this.#shapes = [];
    if (ttlMs !== undefined) this.#float(ttlMs);
    if (outcome.ok) {
      this.#value(outcome.value);
    } else {
      this.#value(outcome.error.code);
      this.#value(outcome.error.message);
    }
    const structure = this.#at;
    this.#room(this.#text.length * 3 + 8);
    const encoding = textEncoding(this.#text);
    this.#at += this.#bytes.write(this.#text, this.#at, TEXTS[encoding]);
    const bytes = this.#bytes;
    bytes.writeUIntLE(clampTime(entry.writtenMs), CHECKSUM_BYTES, TIME_BYTES);
    bytes[CHECKSUM_BYTES + TIME_BYTES] =
      (outcome.ok ? OK : 0) | (ttlMs === undefined ? 0 : HAS_TTL) | (encoding << TEXT_SHIFT);
    bytes.writeUInt32LE(structure, this.#at);
    this.#at += 4;
    bytes.writeUInt32LE(checksum(bytes.subarray(CHECKSUM_BYTES, this.#at), key), 0);
    return bytes.subarray(0, this.#at);
  }

  #value(value: AnswerValue): void {
    switch (typeof value) {
      case 'string':
        this.#tag(TAG.text);
        this.#string(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        this.#tag(value ? TAG.true : TAG.false);
        return;
      case 'bigint':
        this.#tag(TAG.bigint);
        this.#string(value.toString());
        return;
      case 'object':
        this.#object(value);
        return;
      default:
        unreachable(value);
    }
  }

  #object(value: AnswerValue & object): void;
  #object(value: null): void;
  #object(value: (AnswerValue & object) | null): void;
  #object(value: (AnswerValue & object) | null): void {
    if (value === null) {
      this.#tag(TAG.null);
    } else if (value instanceof Uint8Array) {
      this.#tag(TAG.bytes);
      this.#varint(value.length);
      this.#room(value.length);
      this.#bytes.set(value, this.#at);
      this.#at += value.length;
    } else if (isList(value)) {
      this.#tag(TAG.list);
      this.#varint(value.length);
      for (const item of value) this.#value(item);
    } else {
      this.#struct(value);
    }
  }

  #struct(value: { readonly [field: string]: AnswerValue }): void {
    const names = Object.keys(value);
    const shape = names.join(SEPARATOR);
    const earlier = this.#shapes.indexOf(shape);
    if (earlier >= 0 && names.length > 0) {
      this.#tag(TAG.again);
      this.#varint(earlier);
    } else {
      invariant(names.length === 0 || shape.split(SEPARATOR).length === names.length, 'a field name has two lines');
      this.#tag(TAG.struct);
      this.#varint(names.length);
      if (names.length > 0) {
        this.#string(shape);
        this.#shapes.push(shape);
      }
    }
    for (const name of names) this.#value(value[name] ?? null);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.#tag(value < 0 ? TAG.minus : TAG.whole);
      this.#varint(Math.abs(value));
      return;
    }
    const fixed = Math.round(value * FIXED);
    if (fixed > 0 && fixed < MAX_FIXED && fixed / FIXED === value) {
      this.#tag(TAG.fixed);
      this.#varint(fixed);
      return;
    }
    this.#tag(TAG.float);
    this.#float(value);
  }

  #float(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  #string(value: string): void {
    this.#varint(value.length);
    this.#text += value;
  }

  #tag(tag: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = tag;
  }

  /** Up to 2^53: seven bits a byte, the lowest first. */
  #varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** Reads entries. Remembers the field names it met, so that structs of one kind share them. */
export class EntryReader {
  readonly #names = new Map<string, readonly string[]>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #text = '';
  #textAt = 0;
  #shapes: (readonly string[])[] = [];

  /** @returns undefined when the bytes are not what was written under this key. */
  decode(key: Uint8Array, bytes: Buffer): CacheEntry | undefined {
    const end = bytes.length - 4;
    if (end < CHECKSUM_BYTES + TIME_BYTES + 1) return undefined;
    if (checksum(bytes.subarray(CHECKSUM_BYTES), key) !== bytes.readUInt32LE(0)) return undefined;
    const flags = bytes[CHECKSUM_BYTES + TIME_BYTES] ?? 0;
    this.#bytes = bytes;
    this.#at = CHECKSUM_BYTES + TIME_BYTES + 1;
    this.#text = bytes.toString(TEXTS[(flags >> TEXT_SHIFT) as 0 | 1 | 2], bytes.readUInt32LE(end), end);
    this.#textAt = 0;
    this.#shapes = [];
    const writtenMs = bytes.readUIntLE(CHECKSUM_BYTES, TIME_BYTES);
    const ttlMs = (flags & HAS_TTL) === 0 ? undefined : this.#float();
    const outcome: Outcome =
      (flags & OK) === 0
        ? { ok: false, error: { code: String(this.#value()), message: String(this.#value()), retriable: false } }
        : { ok: true, value: this.#value() };
    return { outcome, writtenMs, ttlMs };
  }

  #value(): AnswerValue {
    const tag = this.#bytes[this.#at++];
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.text:
        return this.#string();
      case TAG.whole:
        return this.#varint();
      case TAG.minus:
        return -this.#varint();
      case TAG.fixed:
        return this.#varint() / FIXED;
      case TAG.float:
        return this.#float();
      case TAG.bigint:
        return BigInt(this.#string());
      case TAG.bytes: {
        const length = this.#varint();
        this.#at += length;
        return Uint8Array.prototype.slice.call(this.#bytes, this.#at - length, this.#at);
      }
      case TAG.list: {
        const items: AnswerValue[] = [];
        for (let left = this.#varint(); left > 0; left--) items.push(this.#value());
        return items;
      }
      case TAG.struct:
        return this.#struct(this.#newShape());
      case TAG.again: {
        const names = this.#shapes[this.#varint()];
        invariant(names, 'a cached struct has no field names');
        return this.#struct(names);
      }
      default:
        // The checksum held, so the bytes are ours and only a later version of us can have written them.
        invariant(false, `a cached answer has a value of kind ${tag}`);
    }
  }

  #newShape(): readonly string[] {
    if (this.#varint() === 0) return [];
    const text = this.#string();
    let names = this.#names.get(text);
    if (names === undefined) {
      if (this.#names.size >= MAX_SHAPES) this.#names.clear();
      names = text.split(SEPARATOR);
      this.#names.set(text, names);
    }
    this.#shapes.push(names);
    return names;
  }

  #struct(names: readonly string[]): AnswerValue {
    const value: Record<string, AnswerValue> = {};
    for (const name of names) value[name] = this.#value();
    return value;
  }

  #string(): string {
    const length = this.#varint();
    this.#textAt += length;
    return this.#text.slice(this.#textAt - length, this.#textAt);
  }

  #float(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
    }
  }
}

/** The key is part of it: an entry that damage moved under another key is not that key's answer. */
function checksum(bytes: Uint8Array, key: Uint8Array): number {
  return crc32(bytes, crc32(key));
}

function textEncoding(text: string): 0 | 1 | 2 {
  if (isLatin1(text)) return 0;
  // Half a surrogate pair has no UTF-8 form; a service can send one as an escape.
  return /\p{Surrogate}/u.test(text) ? 2 : 1;
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false;
  return true;
}

function clampTime(ms: number): number {
  return Math.min(Math.max(0, Math.floor(ms)), 2 ** 48 - 1);
}

function isList(value: AnswerValue): value is readonly AnswerValue[] {
  return Array.isArray(value);
}
