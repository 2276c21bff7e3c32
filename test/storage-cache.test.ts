import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lease } from '../src/storage/cache-lease.ts';
import { type CacheKey, FileCache } from '../src/storage/file-cache.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (limitBytes: number) => new FileCache({ folder, limitBytes });

function keyOf(name: string, lengthBytes: number, etag = '1'): CacheKey {
  return { account: 'a', container: 'c', key: name, etag, lengthBytes };
}

/** Puts a file of so many bytes, used at a second of its own, and says whether it was there. */
async function use(cache: FileCache, lease: Lease, name: string, lengthBytes: number, usedAt?: number) {
  const found = await cache.obtain(keyOf(name, lengthBytes), { lease }, (write) =>
    write(Buffer.alloc(lengthBytes, name), 0),
  );
  if (usedAt !== undefined) await utimes(found.path, usedAt, usedAt);
  return found;
}

async function useOnce(cache: FileCache, name: string, lengthBytes: number, usedAt?: number): Promise<boolean> {
  const lease = cache.lease();
  const { hit } = await use(cache, lease, name, lengthBytes, usedAt);
  await lease.release();
  return hit;
}

test('another account, container, key, etag or length is another file', async () => {
  const cache = open(1_000);
  const lease = cache.lease();
  const base = keyOf('k', 1);
  const keys = [
    base,
    { ...base, account: 'b' },
    { ...base, container: 'd' },
    { ...base, key: 'l' },
    { ...base, etag: '2' },
    { ...base, version: '2' },
    { ...base, lengthBytes: 2 },
  ];
  const paths = new Set<string>();
  for (const key of keys) {
    const fill = (write: (bytes: Uint8Array, offset: number) => Promise<void>) =>
      write(Buffer.alloc(key.lengthBytes), 0);
    paths.add((await cache.obtain(key, { lease }, fill)).path);
  }
  expect(paths.size).toBe(keys.length);
  expect(await cache.usage()).toEqual({ files: 7, bytes: 8 });
  await cache.close();
});

test('the longest unused file goes first, and the limit holds', async () => {
  const cache = open(100);
  expect(await useOnce(cache, 'a', 40, 1_000)).toBe(false);
  expect(await useOnce(cache, 'b', 40, 2_000)).toBe(false);
  expect(await useOnce(cache, 'a', 40, 3_000)).toBe(true);
  expect(await useOnce(cache, 'c', 40, 4_000)).toBe(false);
  expect(await cache.usage()).toEqual({ files: 2, bytes: 80 });
  expect(await useOnce(cache, 'a', 40, 5_000)).toBe(true);
  expect(await useOnce(cache, 'b', 40, 6_000)).toBe(false);
  expect(await useOnce(cache, 'c', 40, 7_000)).toBe(false);
});

test('a file in use is not evicted, and the limit is restored at its release', async () => {
  const cache = open(100);
  const lease = cache.lease();
  const first = await use(cache, lease, 'a', 60, 1_000);
  const second = await use(cache, lease, 'b', 60, 2_000);
  expect([(await stat(first.path)).size, (await stat(second.path)).size]).toEqual([60, 60]);
  expect(await cache.usage()).toEqual({ files: 2, bytes: 120 });
  await lease.release();
  expect(await cache.usage()).toEqual({ files: 1, bytes: 60 });
  expect(await useOnce(cache, 'b', 60)).toBe(true);
});

test('another process may clear the cache; the path of a lease stays good until it is released', async () => {
  const [ours, other] = [open(100), open(100)];
  const lease = ours.lease();
  const { path } = await use(ours, lease, 'a', 3);
  expect(await other.clear()).toEqual({ files: 1, bytes: 3 });
  expect(await readFile(path, 'utf8')).toBe('aaa');
  expect((await use(ours, lease, 'a', 3)).path).toBe(path);
  await lease.release();
  expect(await readdir(join(folder, 'use'))).toEqual([]);
  expect(await useOnce(ours, 'a', 3)).toBe(false);
});

test('another process sees what is in use here', async () => {
  const [ours, other] = [open(100), open(100)];
  const lease = ours.lease();
  await use(ours, lease, 'a', 60, 1_000);
  await useOnce(other, 'b', 30, 2_000);
  await useOnce(other, 'c', 30, 3_000);
  expect(await useOnce(other, 'a', 60)).toBe(true);
  expect(await useOnce(other, 'b', 30)).toBe(false);
  await ours.close();
});

test('a file larger than the cache serves its query alone', async () => {
  const cache = open(100);
  await useOnce(cache, 'a', 40);
  const lease = cache.lease();
  const { path } = await use(cache, lease, 'huge', 500);
  expect((await stat(path)).size).toBe(500);
  expect((await use(cache, lease, 'huge', 500)).hit).toBe(true);
  expect(await cache.usage()).toEqual({ files: 1, bytes: 40 });
  await lease.release();
  expect(await useOnce(cache, 'huge', 500)).toBe(false);
});

test('a filling that fails leaves nothing', async () => {
  const cache = open(100);
  const lease = cache.lease();
  const failing = cache.obtain(keyOf('a', 3), { lease }, async (write) => {
    await write(Buffer.from('aa'), 0);
    throw new Error('broke off');
  });
  await expect(failing).rejects.toThrow('broke off');
  const short = cache.obtain(keyOf('a', 3), { lease }, (write) => write(Buffer.from('aa'), 0));
  await expect(short).rejects.toThrow('internal error: cache file of 2 bytes instead of 3');
  expect(await readdir(join(folder, 'blobs'))).toEqual([]);
  await cache.close();
});

test('what dead processes left is swept, what live ones use is not', async () => {
  await mkdir(join(folder, 'use/dead'), { recursive: true });
  await mkdir(join(folder, 'use/alive'), { recursive: true });
  await mkdir(join(folder, 'blobs'));
  for (const name of ['dead.part', 'alive.part', 'file']) await writeFile(join(folder, 'blobs', name), 'x');
  for (const path of ['use/dead', 'blobs/dead.part', 'blobs/file']) await utimes(join(folder, path), 1_000, 1_000);
  const cache = open(100);
  await useOnce(cache, 'a', 3);
  expect(await readdir(join(folder, 'use'))).toEqual(['alive']);
  expect((await readdir(join(folder, 'blobs'))).filter((name) => name.length < 20).sort()).toEqual([
    'alive.part',
    'file',
  ]);
});

test('a cache folder that cannot be made', async () => {
  await writeFile(join(folder, 'taken'), '');
  const cache = new FileCache({ folder: join(folder, 'taken', 'files'), limitBytes: 100 });
  await expect(useOnce(cache, 'a', 3)).rejects.toThrow(`cannot write "${join(folder, 'taken', 'files')}": ENOTDIR`);
});

test('a released lease is of no use', async () => {
  const cache = open(100);
  const lease = cache.lease();
  await lease.release();
  await expect(use(cache, lease, 'a', 3)).rejects.toThrow('the engine is closed');
});
