// One entry of the result cache as bytes: a checksum, the time of writing, the outcome as JSON. Exact: what is read is
// what was written, digit for digit. Knows neither the store nor the operation.
//
// JSON, because V8 parses it three times as fast as anything written in JavaScript can; what JSON has no word for
// (bigint, bytes, NaN, -0) is rare and spelled as a struct with one field of a reserved name.

import { crc32 } from 'node:zlib';
import type { CacheKey } from './cache-key.ts';
import type { AnswerValue, Outcome } from './operation.ts';

export interface CacheEntry {
  readonly outcome: Outcome;
  /** Milliseconds of the epoch. */
  readonly writtenMs: number;
  /** How long it holds, whatever the reader asks for. */
  readonly ttlMs: number | undefined;
}

const FLAGS = 6;
const TTL = 7;
const CHECKSUM_BYTES = 4;
const FLAG = { ok: 1, ttl: 2, ascii: 4, spelled: 8 } as const;

/** Writes entries, one after the other, into the same memory. */
export class EntryWriter {
  #bytes = Buffer.allocUnsafeSlow(16_384);

  /** The entry's bytes, good until the next call. */
  encode(key: CacheKey, { outcome, writtenMs, ttlMs }: CacheEntry): Uint8Array {
    const value: AnswerValue = outcome.ok ? outcome.value : [outcome.error.code, outcome.error.message];
    const plain = isPlain(value);
    const text = JSON.stringify(plain ? value : spell(value));
    const start = ttlMs === undefined ? TTL : TTL + 8;
    const most = start + text.length * 3 + CHECKSUM_BYTES;
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(most * 2);
    const bytes = this.#bytes;
    const length = bytes.write(text, start, 'utf8');
    bytes.writeUIntLE(clampTime(writtenMs), 0, FLAGS);
    bytes[FLAGS] =
      (outcome.ok ? FLAG.ok : 0) |
      (ttlMs === undefined ? 0 : FLAG.ttl) |
      (length === text.length ? FLAG.ascii : 0) |
      (plain ? 0 : FLAG.spelled);
    if (ttlMs !== undefined) bytes.writeDoubleLE(ttlMs, TTL);
    const end = start + length;
    bytes.writeUInt32LE(checksum(bytes.subarray(0, end), key), end);
    return bytes.subarray(0, end + CHECKSUM_BYTES);
  }
}

/**
 * @param found as lmdb gives it: one buffer for all, whose `length` native functions do not see
 * @returns undefined when the bytes are not what was written under this key
 */
export function decodeEntry(key: CacheKey, found: Buffer): CacheEntry | undefined {
  const end = found.length - CHECKSUM_BYTES;
  if (end <= TTL) return undefined;
  const bytes = Buffer.from(found.buffer, found.byteOffset, end);
  if (checksum(bytes, key) !== found.readUInt32LE(end)) return undefined;
  const flags = bytes[FLAGS] ?? 0;
  const ttlMs = (flags & FLAG.ttl) === 0 ? undefined : bytes.readDoubleLE(TTL);
  const encoding = (flags & FLAG.ascii) === 0 ? 'utf8' : 'latin1';
  const parsed = JSON.parse(bytes.toString(encoding, ttlMs === undefined ? TTL : TTL + 8)) as AnswerValue;
  const value = (flags & FLAG.spelled) === 0 ? parsed : unspell(parsed);
  const writtenMs = bytes.readUIntLE(0, FLAGS);
  if ((flags & FLAG.ok) !== 0) return { outcome: { ok: true, value }, writtenMs, ttlMs };
  const [code, message] = value as readonly [string, string];
  return { outcome: { ok: false, error: { code, message, retriable: false } }, writtenMs, ttlMs };
}

/** The key is part of it: an entry that damage moved under another key is not that key's answer. */
function checksum(entry: Uint8Array, key: CacheKey): number {
  let seed = 0;
  for (let i = 0; i < 4; i++) seed = seed * 256 + (key.charCodeAt(i) & 255);
  return crc32(entry, seed);
}

function clampTime(ms: number): number {
  return Math.min(Math.max(0, Math.floor(ms)), 2 ** 48 - 1);
}

function isPlain(value: AnswerValue): boolean {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'bigint':
      return false;
    case 'object':
      if (value === null) return true;
      if (value instanceof Uint8Array) return false;
      for (const item of Object.values<AnswerValue>(value)) if (!isPlain(item)) return false;
      return true;
    default:
      return true;
  }
}

type Spelled = Exclude<AnswerValue, bigint | Uint8Array>;

function spell(value: AnswerValue): Spelled {
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  if (typeof value === 'number')
    return isPlain(value) ? value : { $float: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (isList(value)) return value.map(spell);
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, spell(field)]));
  // A field of that name that is the answer's own.
  return Object.keys(fields).some((name) => name.startsWith('$')) ? { $struct: fields } : fields;
}

function unspell(value: AnswerValue): AnswerValue {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (isList(value)) return value.map(unspell);
  if (typeof value.$bigint === 'string') return BigInt(value.$bigint);
  if (typeof value.$float === 'string') return Number(value.$float);
  if (typeof value.$bytes === 'string') return new Uint8Array(Buffer.from(value.$bytes, 'base64'));
  const fields = (value.$struct ?? value) as { readonly [field: string]: AnswerValue };
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, unspell(field)]));
}

function isList(value: AnswerValue): value is readonly AnswerValue[] {
  return Array.isArray(value);
}
