import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderError, SqlcError } from '../src/common/errors.ts';
import { parseLocation, resolveLocation } from '../src/storage/location.ts';
import { newStorageStats, Storage, type StoredFile } from '../src/storage/storage.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  storage = new Storage();
});
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `a\n${path}\n`);
  }
}

const list = (path: string, recursive?: boolean) =>
  storage.list(parseLocation(path, { currentFolder: folder }), { recursive });
const pathsOf = (files: readonly StoredFile[]) => files.map((file) => file.path);

test('a folder: hidden names left out, in byte order, files read in place', async () => {
  const stats = newStorageStats();
  await put('d/b.csv', 'd/a.csv', 'd/sub/deep/c.csv', 'd/sub.csv', 'd/_x.csv', 'd/.x.csv', 'd/_x/y.csv', 'd/.x/y.csv');
  await put('d/\u{1f600}.csv', 'd/\uff5e.csv', 'other.csv');
  const expected = ['a.csv', 'b.csv', 'sub.csv', 'sub/deep/c.csv', '\uff5e.csv', '\u{1f600}.csv'];
  for (const path of ['d', 'd/', './d']) {
    const files = await list(path);
    expect(pathsOf(files)).toEqual(expected);
    expect(await storage.fetchAll(files, { stats })).toEqual(expected.map((name) => join(folder, 'd', name)));
  }
  expect(stats).toEqual({ requests: 0, bytesFetched: 0, bytesFromCache: 0, files: 18 });
  expect(existsSync(storage.cacheFolder)).toBe(false);
  expect(pathsOf(await list('d', false))).toEqual(expected.filter((path) => !path.includes('/')));
});

test('a file named exactly, also below a hidden folder', async () => {
  await put('d/_rejected/x.csv');
  const [file] = await list('d/_rejected/x.csv');
  expect(file).toMatchObject({ location: join(folder, 'd/_rejected/x.csv'), path: 'x.csv', sizeBytes: 20 });
  const base = parseLocation(folder);
  expect(pathsOf(await storage.list(resolveLocation(base, '/d/_rejected')))).toEqual(['x.csv']);
  expect(pathsOf(await storage.list(resolveLocation(base, '.')))).toEqual([]);
});

test('DuckDB opens the file that was meant, whatever its name', async () => {
  const names = ['a[1].csv', 'a1.csv', 'b?.csv', 'bX.csv', "c'd.csv", 'e{f,g}.csv', 'h*.csv', 'i%20j.csv', '[k]/l.csv'];
  await put(...names.map((name) => `d/${name}`));
  const files = await list('d');
  const paths = await storage.fetchAll(files);
  expect(paths.filter((path) => /[*?[\]{}]/.test(path))).toEqual([]);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const seen: unknown[] = [];
  for (const path of paths) {
    const reader = await connection.runAndReadAll(
      `SELECT a FROM read_csv('${path.replaceAll("'", "''")}', delim = '|')`,
    );
    seen.push(...reader.getRowsJson().flat());
  }
  connection.closeSync();
  instance.closeSync();
  expect(seen).toEqual(files.map((file) => `d/${file.path}`));

  const alias = paths.find((path) => path.startsWith(storage.cacheFolder)) ?? '';
  expect(alias.endsWith('.csv')).toBe(true);
  expect((await readlink(alias)).startsWith(folder)).toBe(true);
  await storage.close();
  expect(existsSync(storage.cacheFolder)).toBe(false);
  expect(await readFile(join(folder, 'd/a[1].csv'), 'utf8')).toBe('a\nd/a[1].csv\n');
});

test('symbolic links are followed, but not in circles', async () => {
  await put('d/a.csv', 'd/sub/b.csv');
  await symlink(join(folder, 'd'), join(folder, 'd/sub/up'));
  await symlink(join(folder, 'd/a.csv'), join(folder, 'd/sub/link.csv'));
  expect(pathsOf(await list('d'))).toEqual(['a.csv', 'sub/b.csv', 'sub/link.csv']);
});

test('nothing there', async () => {
  await put('d/a.csv');
  for (const path of ['none.csv', 'd/none/', 'd/a.csv/']) {
    expect(await failureOf(list(path))).toBe(`error storage/missing (16561): no file at "${join(folder, path)}"`);
  }
});

test('what cannot be read says why', async () => {
  await put('d/a.csv');
  await symlink('self', join(folder, 'self'));
  expect(await failureOf(list('self'))).toBe(
    `error storage/unreadable (13822): file "${join(folder, 'self')}" cannot be read: its symbolic links go in a circle`,
  );
  expect(await failureOf(list('/dev/null'))).toBe(
    'error storage/unreadable (13822): file "/dev/null" cannot be read: it is not a regular file',
  );
});

test.skipIf(process.getuid?.() === 0)('no permission (needs a user other than root)', async () => {
  await put('d/a.csv', 'd/sub/b.csv');
  const files = await list('d/a.csv');
  await chmod(join(folder, 'd/a.csv'), 0);
  expect(await failureOf(storage.fetchAll(files))).toBe(
    `error storage/unreadable (13822): file "${join(folder, 'd/a.csv')}" cannot be read: permission denied`,
  );
  await chmod(join(folder, 'd/sub'), 0);
  expect(await failureOf(list('d'))).toBe(
    `error storage/unreadable (13822): file "${join(folder, 'd/sub/')}" cannot be read: permission denied`,
  );
  await chmod(join(folder, 'd/sub'), 0o700);
});

test('a file that changes or goes after it was listed', async () => {
  await put('a.csv', 'b.csv', 'c.csv');
  const [a, b, c] = await list('.');
  if (a === undefined || b === undefined || c === undefined) throw new Error('expected three files');
  await storage.verify(a);
  await utimes(join(folder, 'a.csv'), 1_000, 1_000);
  await writeFile(join(folder, 'b.csv'), 'longer than before');
  await rm(join(folder, 'c.csv'));
  for (const file of [a, b]) {
    expect(await failureOf(storage.verify(file))).toBe(
      `error storage/file-changed: file "${file.location}" changed while it was read\n  hint: Run the query again.`,
    );
  }
  expect(await failureOf(storage.verify(c))).toBe(`error storage/missing (16561): no file at "${c.location}"`);
  expect(await failureOf(storage.fetch(c))).toBe(`error storage/missing (16561): no file at "${c.location}"`);
});

test('a cancelled call', async () => {
  await put('a.csv');
  const files = await list('.');
  const signal = AbortSignal.abort();
  const cancelled = 'error exec/cancelled: the statement was cancelled';
  expect(await failureOf(storage.list(parseLocation(folder), { signal }))).toBe(cancelled);
  expect(await failureOf(storage.fetchAll(files, { signal }))).toBe(cancelled);
});

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (failure) {
    return failure instanceof SqlcError ? renderError(failure) : String(failure);
  }
  return 'nothing was thrown';
}
