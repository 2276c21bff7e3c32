import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheKeys } from '../src/udf/cache-key.ts';
import { openResultCache, type ResultCache } from '../src/udf/result-cache.ts';
import { batchOf } from './support/cache-batches.ts';
import { buildWorker, runWorker } from './support/cache-processes.ts';
import { seeded } from './support/seeded.ts';

const FILE = 'answers-000001.mdb';
const LIMIT = 2 ** 26;
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

let root: string;
let folder: string;
let notices: string[];
let opened: ResultCache[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  folder = join(root, 'results');
  notices = [];
  opened = [];
});
afterEach(async () => {
  for (const cache of opened) await cache.close();
  await rm(root, { recursive: true, force: true });
});

async function open(limitBytes = LIMIT): Promise<ResultCache> {
  const onNotice = (text: string) => notices.push(text.replaceAll(root, ''));
  const cache = await openResultCache({ folder, limitBytes, now: () => NOW, onNotice });
  opened.push(cache);
  return cache;
}

const keyOf = (text: string) => cacheKeys({ operation: 'o', identity: 'i' })([text]);
const one = { key: keyOf('one'), outcome: { ok: true, value: 1 } } as const;
const all = Array.from({ length: 60 }, (_, i) => batchOf(1, i)).flat();
const keys = all.map(({ key }) => key);

/** Fills the cache and closes it, as it would be found by the next command. */
async function filled(): Promise<Buffer> {
  const cache = await open();
  for (let i = 0; i < 60; i++) await cache.putMany(batchOf(1, i));
  await cache.close();
  return await readFile(join(folder, FILE));
}

/** How many of the answers are found, and that these are right, and that new ones are kept. */
async function found(cache: ResultCache): Promise<number> {
  const outcomes = cache.getMany(keys);
  for (const [i, outcome] of outcomes.entries()) if (outcome !== undefined) expect(outcome).toEqual(all[i]?.outcome);
  await cache.putMany([one]);
  expect(cache.getMany([one.key])).toEqual([one.outcome]);
  return outcomes.filter((outcome) => outcome !== undefined).length;
}

const aside = (detail: string) =>
  `"/results/${FILE}" of the result cache is damaged (${detail}): it is now "/results.damaged-20260102T030405Z", ` +
  'and its answers are asked again';

describe('a damaged file is moved aside', () => {
  const damages: [string, (bytes: Buffer) => Buffer | Promise<Buffer>, string][] = [
    ['cut in half', (bytes) => bytes.subarray(0, bytes.length / 2), 'it ends at byte 499712, expected 503808'],
    ['cut to a few bytes', (bytes) => bytes.subarray(0, 100), 'it ends at byte 100, expected 168'],
    ['other contents', () => Buffer.from('not a database\n'.repeat(1_000)), 'header 0 is not one'],
    ['zeros', (bytes) => Buffer.alloc(bytes.length), 'header 0 is not one'],
    [
      'a page of zeros',
      (bytes) => bytes.fill(0, 8 * 4_096, 9 * 4_096),
      'page 103 leads to page 8, which is of another kind',
    ],
  ];
  test.each(damages)('%s', async (_, damage, detail) => {
    const bytes = await filled();
    await writeFile(join(folder, FILE), await damage(bytes));
    const cache = await open();
    expect(await found(cache)).toBe(0);
    expect(notices).toEqual([aside(detail)]);
    expect((await readdir(root)).sort()).toEqual(['results', 'results.damaged-20260102T030405Z']);
  });
});

test('whatever is damaged, answers are right or asked again', async () => {
  const bytes = await filled();
  const seed = 20_260_102;
  const random = seeded(seed);
  for (let round = 0; round < 100; round++) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const damaged = Buffer.from(bytes);
    for (let left = 1 + random(32); left > 0; left--) damaged[random(damaged.length)] = random(256);
    await writeFile(join(folder, FILE), damaged);
    notices = [];
    const cache = await open();
    const count = await found(cache);
    await cache.close();
    // A damaged key of an answer is not told from an answer that was never there.
    if (count < all.length - 3) expect(notices.length, `seed ${seed}, round ${round}, ${count} answers`).toBe(1);
  }
}, 60_000);

test('an answer that is damaged where nothing else is', async () => {
  const bytes = await filled();
  // Wherever it stands: earlier transactions left copies of its page.
  let places = 0;
  for (let at = bytes.indexOf('1/40/1 1/40/1 '); at >= 0; at = bytes.indexOf('1/40/1 1/40/1 ', at), places++)
    bytes[at] = 88;
  expect(places).toBeGreaterThan(0);
  await writeFile(join(folder, FILE), bytes);
  const cache = await open();
  expect(await found(cache)).toBe(all.length - 1);
  expect(notices).toEqual([`answers in "/results/${FILE}" of the result cache are damaged: they are asked again`]);
  await cache.putMany(batchOf(1, 40));
  expect(await found(cache)).toBe(all.length);
});

test('an empty file is a new one', async () => {
  await filled();
  await writeFile(join(folder, FILE), '');
  expect(await found(await open())).toBe(0);
  expect(notices).toEqual([]);
});

test('a file that is touched is checked and used', async () => {
  await filled();
  await utimes(join(folder, FILE), 1, 1);
  expect(await found(await open())).toBe(all.length);
  expect(notices).toEqual([]);
});

test('a copied cache is a cache', async () => {
  await filled();
  await cp(folder, join(root, 'copy'), { recursive: true });
  await rm(folder, { recursive: true });
  folder = join(root, 'copy');
  expect(await found(await open())).toBe(all.length);
  expect(notices).toEqual([]);
});

test('a file of another layout is moved aside', async () => {
  await filled();
  const database = openLmdb({
    path: join(folder, FILE),
    noSubdir: true,
    noSync: true,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  await database.put(Buffer.from('layout'), Buffer.from('2 0'));
  await database.close();
  expect(await found(await open())).toBe(0);
  expect(notices).toEqual([
    `"/results/${FILE}" of the result cache is of another version (layout 2 instead of 1): it is now ` +
      '"/results.damaged-20260102T030405Z", and its answers are asked again',
  ]);
});

test('a file of another version of lmdb is moved aside', async () => {
  const bytes = await filled();
  for (const page of [0, 4_096]) bytes.writeUInt32LE(3, page + 28);
  await writeFile(join(folder, FILE), bytes);
  expect(await found(await open())).toBe(0);
  expect(notices).toEqual([
    `"/results/${FILE}" of the result cache is of another version (version 3 instead of 2): it is now ` +
      '"/results.damaged-20260102T030405Z", and its answers are asked again',
  ]);
});

test('a file that is cut short while it is open', async () => {
  await filled();
  const cache = await open();
  expect(await found(cache)).toBe(all.length);
  await truncate(join(folder, FILE), 20_000);
  expect(await found(cache)).toBe(0);
  expect(notices).toEqual([aside('it was cut short')]);
});

test('a folder that is removed while it is open is made again', async () => {
  await filled();
  const cache = await open();
  await rm(folder, { recursive: true });
  expect(await found(cache)).toBe(0);
  expect(await found(await open())).toBe(0);
  expect(notices).toEqual([]);
});

test('locks that are damaged or removed are made again', async () => {
  await filled();
  for (const name of [`${FILE}-lock`, 'gate.mdb', 'gate.mdb-lock'])
    await writeFile(join(folder, name), 'x'.repeat(9_999));
  await writeFile(join(folder, 'gate.mdb.opening'), '');
  await utimes(join(folder, 'gate.mdb.opening'), 1, 1);
  const cache = await open();
  expect(await found(cache)).toBe(all.length);
  for (const name of [`${FILE}-lock`, 'gate.mdb-lock']) await rm(join(folder, name));
  expect(await found(cache)).toBe(all.length);
  expect(notices).toEqual([]);
});

describe('a folder that cannot be used', () => {
  const unusable = (reason: string) =>
    `the result cache in "/results" cannot be used (${reason}): answers are neither found nor kept`;

  test('because it is a file', async () => {
    await writeFile(folder, '');
    const cache = await open();
    await cache.putMany([one]);
    expect(cache.getMany([one.key])).toEqual([undefined]);
    expect(cache.stats()).toEqual({ entries: 0, bytes: 0, limitBytes: LIMIT, oldestMs: undefined });
    expect(notices).toEqual([unusable('it is not a folder')]);
  });

  test('because it is read-only', async () => {
    await filled();
    await chmod(root, 0o755);
    await chmod(folder, 0o555);
    const script = await buildWorker();
    try {
      // Nothing is read-only to root.
      const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const { lines, stderr } = await runWorker(script, ['read', folder, LIMIT, 1, 60], user);
      expect(stderr).toBe('');
      expect(lines).toEqual([`notice: ${unusable('permission denied').replace('/results', folder)}`, '0']);
    } finally {
      await chmod(folder, 0o755);
      await rm(script, { force: true });
    }
  });
});

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
describe.skipIf(!isRoot)('a full disk (needs a file system of its own: run as root on Linux)', () => {
  let mounted = false;
  beforeEach(async () => {
    await mkdir(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
      mounted = true;
    } catch {
      mounted = false;
    }
  });
  afterEach(async () => {
    for (const cache of opened) await cache.close();
    if (mounted) execFileSync('umount', [folder]);
  });

  test('while answers are written', async (context) => {
    if (!mounted) context.skip('no file system can be mounted here');
    const cache = await open();
    for (let i = 0; i < 240; i++) await cache.putMany(batchOf(1, i));
    const kept = cache.getMany(keys);
    expect(kept.filter((outcome) => outcome !== undefined).length).toBeGreaterThan(100);
    for (const [i, outcome] of kept.entries()) if (outcome !== undefined) expect(outcome).toEqual(all[i]?.outcome);
    expect(notices).toEqual([
      'the result cache in "/results" takes no answers (the disk is full): new ones are not kept',
    ]);
    cache.clear();
    await cache.putMany([one]);
    expect(cache.getMany([one.key])).toEqual([one.outcome]);
  });

  test('before there is a cache', async (context) => {
    if (!mounted) context.skip('no file system can be mounted here');
    await writeFile(join(folder, 'other'), new Uint8Array((await stat(folder)).size + 2 ** 20)).catch(() => undefined);
    const cache = await open();
    await cache.putMany([one]);
    expect(cache.getMany([one.key])).toEqual([undefined]);
    expect(notices).toEqual([
      'the result cache in "/results" cannot be used (the disk is full): answers are neither found nor kept',
    ]);
  });
});
