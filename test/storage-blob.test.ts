import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BlobSASPermissions, ContainerSASPermissions } from '@azure/storage-blob';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { renderError, SqlcError } from '../src/common/errors.ts';
import { StorageCredential } from '../src/storage/credential.ts';
import { parseLocation, resolveLocation } from '../src/storage/location.ts';
import { newStorageStats, Storage, type StorageOptions, type StoredFile } from '../src/storage/storage.ts';
import { type Azurite, startAzurite } from './support/azurite.ts';
import { type Meddling, startMeddlingProxy } from './support/meddling-proxy.ts';

const PASS: Meddling = { kind: 'pass' };
const QUICK = { delayMs: 1 };

let azurite: Azurite;
let folder: string;
let opened: { close(): Promise<void> }[];

beforeAll(async () => {
  azurite = await startAzurite();
}, 30_000);
afterAll(() => azurite?.close());
beforeEach(async () => {
  opened = [];
  folder = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
});
afterEach(async () => {
  for (const one of opened) await one.close();
  await rm(folder, { recursive: true, force: true });
});

function openStorage(options: StorageOptions = {}): Storage {
  const storage = new Storage({ cacheDir: folder, patience: QUICK, ...options });
  opened.push(storage);
  return storage;
}

async function meddle(decide: (number: number, request: IncomingMessage) => Meddling) {
  const proxy = await startMeddlingProxy(azurite.host, decide);
  opened.unshift(proxy);
  return proxy;
}

const at = (container: string, path: string, host = azurite.host) =>
  parseLocation(`wasbs://${container}@${host}/${azurite.account}/${path}`);
const accountKey = () => StorageCredential.accountKey(azurite.key);
const pathsOf = (files: readonly StoredFile[]) => files.map((file) => file.path);
const sharedFiles = () => readdir(join(folder, 'files', 'blobs'));
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function only(storage: Storage, location: ReturnType<typeof at>): Promise<StoredFile> {
  const [file, ...others] = await storage.list(location, { credential: accountKey() });
  if (file === undefined || others.length > 0) throw new Error('expected one file');
  return file;
}

describe('listing', () => {
  const blobs = {
    'data/b.csv': 'b',
    'data/a.csv': 'aa',
    'data/sub/deep/c.csv': 'c',
    'data/sub.csv': 'd',
    'data/_rejected/x.csv': 'x',
    'data/.hidden/x.csv': 'x',
    'data/sub/_SUCCESS': '',
    'data/.crc': 'x',
    'data/empty.csv': '',
    'data/marker/': '',
    'data/\u{1f600}.csv': 'e',
    'data/\uff5e.csv': 'e',
    'data/a%20b #?&+[1].csv': 'odd',
    'database/z.csv': 'z',
    'file.csv': 'single',
  };

  beforeAll(async () => {
    const container = await azurite.putBlobs('listing', blobs);
    await container.getBlockBlobClient('data/folder').upload('', 0, { metadata: { hdi_isfolder: 'true' } });
    await container.getBlockBlobClient('marked').upload('', 0, { metadata: { Hdi_IsFolder: 'true' } });
    await container.getBlockBlobClient('marked/in.csv').upload('x', 1);
    await container.getBlockBlobClient('hidden-only/_x').upload('x', 1);
  });

  const all = [
    'a%20b #?&+[1].csv',
    'a.csv',
    'b.csv',
    'empty.csv',
    'sub.csv',
    'sub/deep/c.csv',
    '\uff5e.csv',
    '\u{1f600}.csv',
  ];

  test.each(['data', 'data/'])('%s is a folder: hidden names and markers left out, in byte order', async (path) => {
    const stats = newStorageStats();
    const files = await openStorage().list(at('listing', path), { credential: accountKey(), stats });
    expect(pathsOf(files)).toEqual(all);
    expect(files.map((file) => file.sizeBytes)).toEqual([3, 2, 1, 0, 1, 1, 1, 1]);
    expect(files[5]?.location).toBe(`wasbs://listing@${azurite.host}/devstoreaccount1/data/sub/deep/c.csv`);
    expect(files[5]?.etag).toMatch(/^0x/);
    expect(stats).toEqual({ requests: path === 'data' ? 2 : 1, bytesFetched: 0, bytesFromCache: 0, files: 0 });
    expect(JSON.stringify(files)).not.toContain(azurite.key);
  });

  test('pages are followed', async () => {
    const stats = newStorageStats();
    const storage = openStorage({ pageSize: 2 });
    expect(pathsOf(await storage.list(at('listing', 'data/'), { credential: accountKey(), stats }))).toEqual(all);
    expect(stats.requests).toBe(7);
  });

  test('not recursive', async () => {
    const files = await openStorage().list(at('listing', 'data/'), { credential: accountKey(), recursive: false });
    expect(pathsOf(files)).toEqual(all.filter((path) => !path.includes('/')));
  });

  test.each([
    ['file.csv', ['file.csv']],
    ['data/_rejected/x.csv', ['x.csv']],
    ['data/_rejected', ['x.csv']],
    ['data/a%20b #?&+[1].csv', ['a%20b #?&+[1].csv']],
    ['data/folder', []],
    ['data/folder/', []],
    ['marked', ['in.csv']],
    ['hidden-only', []],
  ])('%s', async (path, expected) => {
    const found = openStorage().list(at('listing', path), { credential: accountKey() });
    expect(pathsOf(await found)).toEqual(expected);
  });

  test('a whole container, also below a data source', async () => {
    const root = at('listing', '');
    const files = await openStorage().list(resolveLocation(root, '/'), { credential: accountKey() });
    expect(pathsOf(files)).toEqual([
      ...all.map((path) => `data/${path}`),
      'database/z.csv',
      'file.csv',
      'marked/in.csv',
    ]);
  });

  test('an empty container has no files', async () => {
    await azurite.putBlobs('empty', {});
    expect(await openStorage().list(at('empty', ''), { credential: accountKey() })).toEqual([]);
  });

  test('an endpoint override serves an ordinary location', async () => {
    const location = parseLocation('abfss://listing@contoso.dfs.core.windows.net/file.csv', {
      connectionOptions: `Endpoint=${azurite.endpoint}`,
    });
    expect(pathsOf(await openStorage().list(location, { credential: accountKey() }))).toEqual(['file.csv']);
  });
});

describe('what goes wrong', () => {
  beforeAll(async () => {
    await azurite.putBlobs('wrong', { 'data/a.csv': 'a' });
  });

  const shown = (path: string) => `wasbs://wrong@${azurite.host}/devstoreaccount1/${path}`;

  test.each(['data/a.csv', 'data/'])('a wrong key, %s', async (path) => {
    const credential = StorageCredential.accountKey(Buffer.alloc(64, 9).toString('base64'));
    expect(await failureOf(openStorage().list(at('wrong', path), { credential }))).toBe(
      `error storage/access (15883): storage refused access to "${shown(path)}" (403 AuthorizationFailure)\n  hint: Check that the secret of the credential is a key of this account.`,
    );
  });

  test('a missing container', async () => {
    for (const path of ['', 'x/', 'x.csv']) {
      expect(await failureOf(openStorage().list(at('nowhere', path), { credential: accountKey() }))).toBe(
        `error storage/missing (16561): no file at "wasbs://nowhere@${azurite.host}/devstoreaccount1/"`,
      );
    }
  });

  test('a missing blob or folder', async () => {
    for (const path of ['data/b.csv', 'dat', 'none/']) {
      expect(await failureOf(openStorage().list(at('wrong', path), { credential: accountKey() }))).toBe(
        `error storage/missing (16561): no file at "${shown(path)}"`,
      );
    }
  });

  test('no credential', async () => {
    const message = await failureOf(openStorage().list(at('wrong', 'data/a.csv')));
    expect(message).toContain('hint: ');
    expect(message).toContain(shown('data/a.csv'));
    expect(message).toMatch(/^error storage\/(access|missing) /);
  });

  test('nobody listens', async () => {
    const proxy = await startMeddlingProxy(azurite.host, () => PASS);
    await proxy.close();
    const stats = newStorageStats();
    const found = openStorage().list(at('wrong', 'data/', proxy.host), { credential: accountKey(), stats });
    expect(await failureOf(found)).toBe(
      `error storage/unavailable: storage did not answer for "wasbs://wrong@${proxy.host}/devstoreaccount1/data/": connection refused`,
    );
    expect(stats.requests).toBe(3);
  });

  test('nobody answers', async () => {
    const proxy = await meddle(() => ({ kind: 'ignore' }));
    const storage = openStorage({ patience: { ...QUICK, silenceMs: 50 } });
    const stats = newStorageStats();
    const found = storage.list(at('wrong', 'data/', proxy.host), { credential: accountKey(), stats });
    expect(await failureOf(found)).toBe(
      `error storage/unavailable: storage did not answer for "wasbs://wrong@${proxy.host}/devstoreaccount1/data/": no answer within 0.05 s`,
    );
    expect(stats.requests).toBe(3);
  });

  test('a busy service is asked again, and given up at last', async () => {
    const busy: Meddling = { kind: 'answer', status: 503, headers: { 'x-ms-error-code': 'ServerBusy' } };
    const twice = await meddle((number) => (number <= 2 ? busy : PASS));
    const found = await openStorage().list(at('wrong', 'data/', twice.host), { credential: accountKey() });
    expect(pathsOf(found)).toEqual(['a.csv']);
    const always = await meddle(() => busy);
    expect(await failureOf(openStorage().list(at('wrong', 'data/', always.host), { credential: accountKey() }))).toBe(
      `error storage/unavailable: storage did not answer for "wasbs://wrong@${always.host}/devstoreaccount1/data/": 503 ServerBusy`,
    );
    expect([twice.seen.length, always.seen.length]).toEqual([3, 6]);
  });

  test('a cancelled listing', async () => {
    const controller = new AbortController();
    const proxy = await meddle(() => {
      controller.abort();
      return { kind: 'ignore' };
    });
    const options = { credential: accountKey(), signal: controller.signal };
    expect(await failureOf(openStorage().list(at('wrong', 'data/', proxy.host), options))).toBe(
      'error exec/cancelled: the statement was cancelled',
    );
    expect(await failureOf(openStorage().list(at('wrong', 'data/'), options))).toBe(
      'error exec/cancelled: the statement was cancelled',
    );
  });
});

describe('shared access signatures', () => {
  test('open what they allow', async () => {
    const container = await azurite.putBlobs('signed', { 'data/a b.csv': 'a' });
    const expiresOn = new Date(Date.now() + 3_600_000);
    const query = async (permissions: string) => {
      const url = await container.generateSasUrl({
        expiresOn,
        permissions: ContainerSASPermissions.parse(permissions),
      });
      return url.slice(url.indexOf('?'));
    };
    const storage = openStorage();
    const credential = StorageCredential.sas(await query('rl'));
    const [file] = await storage.list(at('signed', 'data'), { credential });
    expect(file?.location).toBe(`wasbs://signed@${azurite.host}/devstoreaccount1/data/a b.csv`);
    expect(file && (await readFile(await storage.fetch(file), 'utf8'))).toBe('a');

    const noListing = StorageCredential.sas(await query('r'));
    expect(await failureOf(storage.list(at('signed', 'data/'), { credential: noListing }))).toBe(
      `error storage/access (15883): storage refused access to "wasbs://signed@${azurite.host}/devstoreaccount1/data/" (403 AuthorizationPermissionMismatch)\n  hint: Check that the shared access signature allows reading and listing here and has not expired.`,
    );
  });

  test('of one blob are enough for that blob', async () => {
    const container = await azurite.putBlobs('signed', { 'one.csv': 'one' });
    const url = await container.getBlobClient('one.csv').generateSasUrl({
      expiresOn: new Date(Date.now() + 3_600_000),
      permissions: BlobSASPermissions.parse('r'),
    });
    const storage = openStorage();
    const credential = StorageCredential.sas(url.slice(url.indexOf('?')));
    const files = await storage.list(at('signed', 'one.csv'), { credential });
    expect(await Promise.all((await storage.fetchAll(files)).map((path) => readFile(path, 'utf8')))).toEqual(['one']);
  });
});

describe('fetching', () => {
  const big = Buffer.from(Uint32Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer);

  beforeAll(async () => {
    await azurite.putBlobs('fetch', { 'small.csv.gz': 'small', 'empty.csv': '', 'big.bin': big });
  });

  test('the second fetch, in another storage, costs nothing', async () => {
    const first = openStorage();
    const file = await only(first, at('fetch', 'small.csv.gz'));
    const stats = newStorageStats();
    const path = await first.fetch(file, { stats });
    expect(await readFile(path, 'utf8')).toBe('small');
    expect(path.endsWith('.csv.gz')).toBe(true);
    expect(path.startsWith(`${first.cacheFolder}/`)).toBe(true);
    expect(stats).toEqual({ requests: 1, bytesFetched: 5, bytesFromCache: 0, files: 1 });

    const second = openStorage();
    const again = newStorageStats();
    expect(await readFile(await second.fetch(file, { stats: again }), 'utf8')).toBe('small');
    expect(again).toEqual({ requests: 0, bytesFetched: 0, bytesFromCache: 5, files: 1 });
  });

  test('folders and files are for this user alone', async () => {
    const storage = openStorage();
    await storage.fetch(await only(storage, at('fetch', 'small.csv.gz')));
    const modes = await Promise.all(
      ['files', 'files/blobs', 'files/use', `files/blobs/${(await sharedFiles())[0]}`].map(async (path) => {
        return ((await stat(join(folder, path))).mode & 0o777).toString(8);
      }),
    );
    expect(modes).toEqual(['700', '700', '700', '600']);
  });

  test('a large blob comes in parts, a blob of no bytes too', async () => {
    const storage = openStorage({ partBytes: 100_000 });
    const stats = newStorageStats();
    const paths = await storage.fetchAll(
      [await only(storage, at('fetch', 'big.bin')), await only(storage, at('fetch', 'empty.csv'))],
      { stats },
    );
    const contents = await Promise.all(paths.map((path) => readFile(path)));
    expect(contents.map(digest)).toEqual([digest(big), digest(Buffer.alloc(0))]);
    expect(stats).toEqual({ requests: 13, bytesFetched: big.length, bytesFromCache: 0, files: 2 });
  });

  test('the same blob at once is fetched once', async () => {
    const storage = openStorage();
    const file = await only(storage, at('fetch', 'big.bin'));
    const stats = newStorageStats();
    const [a, b] = await Promise.all([storage.fetch(file, { stats }), storage.fetch(file, { stats })]);
    expect(a).toBe(b);
    expect(stats).toEqual({ requests: 1, bytesFetched: big.length, bytesFromCache: big.length, files: 2 });
  });

  test('a new version is fetched anew; the version that was listed is not mixed with it', async () => {
    const storage = openStorage();
    await azurite.putBlobs('fetch', { 'changing.csv': 'one' });
    const old = await only(storage, at('fetch', 'changing.csv'));
    await azurite.putBlobs('fetch', { 'changing.csv': 'two' });
    expect(await failureOf(storage.fetch(old))).toBe(
      `error storage/changed: blob "${old.location}" changed while it was read\n  hint: Run the query again.`,
    );
    const stats = newStorageStats();
    const file = await only(storage, at('fetch', 'changing.csv'));
    expect(await readFile(await storage.fetch(file, { stats }), 'utf8')).toBe('two');
    expect(stats.bytesFetched).toBe(3);
    await azurite.putBlobs('fetch', { 'changing.csv': 'six' });
    const newer = await only(storage, at('fetch', 'changing.csv'));
    expect(await readFile(await storage.fetch(newer, { stats }), 'utf8')).toBe('six');
    expect(stats).toEqual({ requests: 2, bytesFetched: 6, bytesFromCache: 0, files: 2 });
  });

  test('a blob deleted since it was listed', async () => {
    const gone: Meddling = { kind: 'answer', status: 404, headers: { 'x-ms-error-code': 'BlobNotFound' } };
    const proxy = await meddle((number) => (number === 1 ? PASS : gone));
    const storage = openStorage();
    const file = await only(storage, at('fetch', 'big.bin', proxy.host));
    expect(await failureOf(storage.fetch(file))).toBe(`error storage/missing (16561): no file at "${file.location}"`);
    expect(proxy.seen.length).toBe(2);
  });

  test('a damaged file is fetched again', async () => {
    const storage = openStorage();
    const file = await only(storage, at('fetch', 'small.csv.gz'));
    const lease = storage.lease();
    await storage.fetch(file, { lease });
    await lease.release();
    for (const name of await sharedFiles()) await truncate(join(folder, 'files', 'blobs', name), 2);
    const stats = newStorageStats();
    expect(await readFile(await storage.fetch(file, { stats }), 'utf8')).toBe('small');
    expect(stats.bytesFetched).toBe(5);
  });

  test('a connection that breaks is tried again, and what it left is overwritten', async () => {
    const proxy = await meddle((number) => (number === 2 ? { kind: 'break', afterBytes: 70_000 } : PASS));
    const storage = openStorage();
    const file = await only(storage, at('fetch', 'big.bin', proxy.host));
    expect(digest(await readFile(await storage.fetch(file)))).toBe(digest(big));
    expect(proxy.seen.length).toBe(3);
  });

  test('a connection that breaks each time leaves no part behind', async () => {
    const proxy = await meddle((number) => (number === 1 ? PASS : { kind: 'break', afterBytes: 70_000 }));
    const storage = openStorage();
    const file = await only(storage, at('fetch', 'big.bin', proxy.host));
    expect(await failureOf(storage.fetch(file))).toBe(
      `error storage/unavailable: storage did not answer for "${file.location}": connection reset`,
    );
    expect([proxy.seen.length, await sharedFiles()]).toEqual([4, []]);
  });

  test('a body that stalls is given up', async () => {
    const proxy = await meddle((_, { method }) => (method === 'HEAD' ? PASS : { kind: 'hold', afterBytes: 70_000 }));
    const file = await only(openStorage(), at('fetch', 'big.bin', proxy.host));
    const storage = openStorage({ patience: { ...QUICK, silenceMs: 100 } });
    expect(await failureOf(storage.fetch(file))).toBe(
      `error storage/unavailable: storage did not answer for "${file.location}": no answer within 0.1 s`,
    );
    expect(await sharedFiles()).toEqual([]);
  });

  test.each([undefined, 100_000])('cancelling amid a download (parts of %s bytes)', async (partBytes) => {
    const proxy = await meddle((number) => (number === 1 ? PASS : { kind: 'hold', afterBytes: 70_000 }));
    const storage = openStorage({ partBytes, patience: { silenceMs: 60_000 } });
    const file = await only(storage, at('fetch', 'big.bin', proxy.host));
    const controller = new AbortController();
    const other = new AbortController();
    const fetched = failureOf(storage.fetch(file, { signal: controller.signal }));
    const waiting = failureOf(storage.fetch(file, { signal: other.signal }));
    await proxy.held;
    other.abort();
    expect(await waiting).toBe('error exec/cancelled: the statement was cancelled');
    controller.abort();
    expect(await fetched).toBe('error exec/cancelled: the statement was cancelled');
    expect(await sharedFiles()).toEqual([]);
  });

  test('whoever waited for a cancelled download downloads', async () => {
    const proxy = await meddle((number) => (number === 2 ? { kind: 'hold', afterBytes: 70_000 } : PASS));
    const storage = openStorage();
    const file = await only(storage, at('fetch', 'big.bin', proxy.host));
    const controller = new AbortController();
    const cancelled = failureOf(storage.fetch(file, { signal: controller.signal }));
    const patient = storage.fetch(file);
    await proxy.held;
    controller.abort();
    expect(await cancelled).toBe('error exec/cancelled: the statement was cancelled');
    expect(digest(await readFile(await patient))).toBe(digest(big));
  });

  test('closing cancels what runs and removes a temporary cache', async () => {
    const proxy = await meddle(() => ({ kind: 'hold', afterBytes: 70_000 }));
    const storage = openStorage({ cacheDir: undefined });
    const small = await storage.fetch(await only(storage, at('fetch', 'small.csv.gz')));
    const file = await only(storage, at('fetch', 'big.bin'));
    const held = { ...file, source: { ...file.source, location: at('fetch', 'big.bin', proxy.host) } } as StoredFile;
    const fetched = failureOf(storage.fetch(held));
    await proxy.held;
    await storage.close();
    expect(await fetched).toBe('error exec/closed: the engine is closed');
    expect(await failureOf(stat(small))).toContain('ENOENT');
    expect(await failureOf(stat(storage.cacheFolder))).toContain('ENOENT');
    expect(await failureOf(storage.fetch(held))).toBe('error exec/closed: the engine is closed');
  });

  test('two processes fetch the same blobs at once', async () => {
    const script = join(process.cwd(), 'node_modules', '.cache', `fetch-worker-${process.pid}.mjs`);
    await build({
      entryPoints: [join(import.meta.dirname, 'support', 'fetch-worker.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    try {
      const location = `wasbs://fetch@${azurite.host}/${azurite.account}/big.bin`;
      const workers = [1, 2].map(() => startWorker([script, folder, location, azurite.key]));
      await Promise.all(workers.map((worker) => worker.ready));
      for (const worker of workers) worker.start();
      const results = await Promise.all(workers.map((worker) => worker.result));
      expect(results.map((result) => result.hashes)).toEqual([[digest(big)], [digest(big)]]);
      expect((await sharedFiles()).length).toBe(1);
      expect(await readdir(join(folder, 'files', 'use'))).toEqual([]);
    } finally {
      await rm(script, { force: true });
    }
  }, 30_000);
});

function startWorker(args: readonly string[]) {
  // A proxy of the environment has no part in what goes to this machine; nobody listens on this one.
  const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' };
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = lines.next();
  return {
    ready,
    start: () => child.stdin.write('go\n'),
    result: ready.then(async () => {
      const { value } = await lines.next();
      await once(child, 'close');
      return JSON.parse(value) as { hashes: string[] };
    }),
  };
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (failure) {
    return failure instanceof SqlcError ? renderError(failure) : String(failure);
  }
  return 'nothing was thrown';
}
