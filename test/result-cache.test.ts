import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeEntry, EntryWriter } from '../src/udf/cache-entry.ts';
import { type CachedCall, cacheKeys, serviceIdentity } from '../src/udf/cache-key.ts';
import type { AnswerValue, Outcome } from '../src/udf/operation.ts';
import { openResultCache, type ResultCache } from '../src/udf/result-cache.ts';

let root: string;
let folder: string;
let now: number;
let notices: string[];
let opened: ResultCache[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  folder = join(root, 'results');
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  notices = [];
  opened = [];
});
afterEach(async () => {
  for (const cache of opened) await cache.close();
  await rm(root, { recursive: true, force: true });
});

async function open(limitBytes = 2 ** 26): Promise<ResultCache> {
  const cache = await openResultCache({ folder, limitBytes, now: () => now, onNotice: (text) => notices.push(text) });
  opened.push(cache);
  return cache;
}

const identity = serviceIdentity({
  type: 'language',
  apiVersion: 'v3.1',
  modelVersion: 'latest',
  cacheGroup: 'https://westus2.api.cognitive.microsoft.com',
});
const call: CachedCall = { operation: 'language/sentiment', identity, options: { opinions: true, language: 'en' } };
const keyOf = (text: string) => cacheKeys(call)([text, null]);
const answer = (value: AnswerValue): Outcome => ({ ok: true, value });
const refusal = (retriable: boolean): Outcome => ({
  ok: false,
  error: { code: 'InvalidDocument', message: 'The document is empty.', retriable },
});

async function bytesOnDisk(): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('answers-'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('another operation, service, option or input is another key', () => {
  const input = ['good', 'en'];
  const keys = [
    cacheKeys(call)(input),
    cacheKeys({ ...call, operation: 'language/key-phrases' })(input),
    cacheKeys({ ...call, identity: '' })(input),
    cacheKeys({ ...call, options: { opinions: false, language: 'en' } })(input),
    cacheKeys({ ...call, options: { opinions: 'true', language: 'en' } })(input),
    cacheKeys({ operation: call.operation, identity })(input),
    cacheKeys(call)(['Good', 'en']),
    cacheKeys(call)(['good', null]),
    cacheKeys(call)(['good', '']),
    cacheKeys(call)(['good']),
    cacheKeys(call)(['goode', 'n']),
    cacheKeys(call)(['good2:en']),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  const reordered = cacheKeys({ ...call, options: { language: 'en', opinions: true } })(input);
  expect(reordered).toBe(keys[0]);
});

test('keys stay what they are from version to version, or every answer would be paid for again', () => {
  expect(Buffer.from(keyOf('good'), 'latin1').toString('hex')).toBe('e352660d48b6b5e97a582e8067edb3f9');
});

const values: Record<string, AnswerValue> = {
  null: null,
  text: 'Très bien — 日本 🎉',
  'half a surrogate pair': 'a\ud83d',
  'long text': 'é'.repeat(100_000),
  numbers: [0, 1, -1, 0.49, 1 / 3, 1e300, 5e-324, 2 ** 53 - 1],
  'numbers without a literal': [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
  booleans: [true, false],
  bigint: { id: 9_007_199_254_740_993n, negative: -1n },
  bytes: { png: new Uint8Array([0, 255, 128]), empty: new Uint8Array() },
  'names of its own': { $bigint: '1', id: 1n, deep: { a: 0, $struct: { $float: 'NaN' } } },
  nested: {
    sentiment: 'mixed',
    sentences: [
      { text: 'a', score: 0.1 },
      { text: 'b', score: null },
    ],
    opinions: [],
    none: {},
  },
};

test.each(Object.entries(values))('an entry comes back as it was: %s', (_, value) => {
  const written = { outcome: answer(value), writtenMs: now, ttlMs: 0.5 };
  const bytes = Buffer.from(new EntryWriter().encode('key', written));
  expect(decodeEntry('key', bytes)).toStrictEqual(written);
  expect(decodeEntry('kay', bytes)).toBeUndefined();
  bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
  expect(decodeEntry('key', bytes)).toBeUndefined();
});

test('answers and permanent refusals are found again, retriable errors are not kept', async () => {
  const cache = await open();
  await cache.putMany([
    { key: keyOf('a'), outcome: answer({ sentiment: 'positive' }) },
    { key: keyOf('b'), outcome: refusal(false) },
    { key: keyOf('c'), outcome: refusal(true) },
  ]);
  const expected = [undefined, answer({ sentiment: 'positive' }), undefined, refusal(false)];
  const keys = ['x', 'a', 'c', 'b'].map(keyOf);
  expect(cache.getMany(keys)).toStrictEqual(expected);
  await cache.close();
  expect(cache.getMany(keys)).toEqual([undefined, undefined, undefined, undefined]);
  expect((await open()).getMany(keys)).toStrictEqual(expected);
  expect(notices).toEqual([]);
});

test('what is put twice is what was put last', async () => {
  const cache = await open();
  for (const value of ['old', 'new']) await cache.putMany([{ key: keyOf('a'), outcome: answer(value) }]);
  expect(cache.getMany([keyOf('a')])).toEqual([answer('new')]);
  expect(cache.stats().entries).toBe(1);
});

test('two caches of one process share the folder', async () => {
  const [one, other] = [await open(), await open()];
  await one.putMany([{ key: keyOf('a'), outcome: answer(1) }]);
  await other.putMany([{ key: keyOf('b'), outcome: answer(2) }]);
  await one.close();
  await other.putMany([{ key: keyOf('c'), outcome: answer(3) }]);
  expect(other.getMany(['a', 'b', 'c'].map(keyOf))).toEqual([1, 2, 3].map(answer));
});

test('an answer lives as long as the reader and the writer say', async () => {
  const cache = await open();
  await cache.putMany([
    { key: keyOf('a'), outcome: answer(1) },
    { key: keyOf('b'), outcome: answer(2), ttlMs: 1_000 },
  ]);
  const found = (ttlMs?: number) => cache.getMany(['a', 'b'].map(keyOf), { ttlMs }).map((each) => each !== undefined);
  now += 1_000;
  expect(found()).toEqual([true, true]);
  expect(found(1_000)).toEqual([true, true]);
  expect(found(999)).toEqual([false, false]);
  now += 1;
  expect(found()).toEqual([true, false]);
  expect(found(1_000)).toEqual([false, false]);
});

test('a clock set back makes no answer old', async () => {
  const cache = await open();
  await cache.putMany([{ key: keyOf('a'), outcome: answer(1), ttlMs: 1_000 }]);
  now -= 365 * 86_400_000;
  expect(cache.getMany([keyOf('a')], { ttlMs: 1 })).toEqual([answer(1)]);
  await cache.putMany([{ key: keyOf('b'), outcome: answer(2) }]);
  expect(cache.getMany(['a', 'b'].map(keyOf), { ttlMs: 0 })).toEqual([answer(1), answer(2)]);
  expect(notices).toEqual([]);
});

test('the oldest answers go, and the files stay within the limit', async () => {
  const limitBytes = 12_000_000;
  const batches = 600;
  const cache = await open(limitBytes);
  const text = 'x'.repeat(1_000);
  let most = 0;
  for (let i = 0; i < batches; i++) {
    now += 1_000;
    const puts = Array.from({ length: 25 }, (_, j) => ({ key: keyOf(`${i}/${j}`), outcome: answer({ i, j, text }) }));
    await cache.putMany(puts);
    most = Math.max(most, await bytesOnDisk());
  }
  expect(most).toBeLessThanOrEqual(limitBytes);
  const found = Array.from({ length: batches }, (_, i) => cache.getMany([keyOf(`${i}/7`)])[0] !== undefined);
  const oldest = found.indexOf(true);
  expect(found.lastIndexOf(false)).toBe(oldest - 1);
  expect(batches - oldest).toBeGreaterThan(50);
  const stats = cache.stats();
  expect(stats).toEqual({
    entries: (batches - oldest) * 25,
    bytes: expect.any(Number),
    limitBytes,
    oldestMs: expect.any(Number),
  });
  expect(stats.oldestMs).toBeLessThanOrEqual(now - (batches - oldest - 1) * 1_000);
  expect(notices).toEqual([]);
});

test('a lower limit holds from the first answer on', async () => {
  const cache = await open(2 ** 26);
  const text = 'x'.repeat(1_000);
  const puts = Array.from({ length: 4_000 }, (_, i) => ({ key: keyOf(`${i}`), outcome: answer(text) }));
  await cache.putMany(puts);
  expect(await bytesOnDisk()).toBeGreaterThan(4_000_000);
  await cache.close();
  const smaller = await open(2_000_000);
  await smaller.putMany([{ key: keyOf('new'), outcome: answer(1) }]);
  expect(smaller.getMany([keyOf('new')])).toEqual([answer(1)]);
  expect(await bytesOnDisk()).toBeLessThan(2_000_000);
});

test('an answer larger than half a file is left out, the others are kept', async () => {
  const cache = await open(2_000_000);
  await cache.putMany([
    { key: keyOf('a'), outcome: answer(1) },
    { key: keyOf('b'), outcome: answer('x'.repeat(400_000)) },
    { key: keyOf('c'), outcome: answer('x'.repeat(50_000)) },
  ]);
  expect(cache.getMany(['a', 'b', 'c'].map(keyOf)).map((each) => each !== undefined)).toEqual([true, false, true]);
});

test('clear forgets for everybody and gives the room back', async () => {
  const [one, other] = [await open(), await open()];
  await one.putMany([{ key: keyOf('a'), outcome: answer(1) }]);
  await writeFile(`${folder}.damaged-20260101T000000Z`, 'x');
  expect(other.getMany([keyOf('a')])).toEqual([answer(1)]);
  expect(other.clear()).toEqual({ entries: 1, bytes: expect.any(Number), limitBytes: 2 ** 26, oldestMs: now });
  expect(other.stats()).toEqual({ entries: 0, bytes: 0, limitBytes: 2 ** 26, oldestMs: undefined });
  expect(await readdir(root)).toEqual(['results']);
  expect(await bytesOnDisk()).toBe(0);
  expect(one.getMany([keyOf('a')])).toEqual([undefined]);
  await one.putMany([{ key: keyOf('b'), outcome: answer(2) }]);
  expect(other.getMany(['a', 'b'].map(keyOf))).toEqual([undefined, answer(2)]);
  expect(notices).toEqual([]);
});

test('with a limit of 0 nothing is kept and nothing made', async () => {
  const cache = await open(0);
  await cache.putMany([{ key: keyOf('a'), outcome: answer(1) }]);
  expect(cache.getMany([keyOf('a')])).toEqual([undefined]);
  expect(await readdir(root)).toEqual([]);
  expect(notices).toEqual([]);
});
