// The result cache in trouble, as statements see it: each still answers right, says once what is the matter, and pays
// no more than it must.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator } from '../src/emulator/emulator.ts';
import { nullTextModels } from '../src/emulator/null-models.ts';
import { type EmulatorServer, startServer } from '../src/emulator/server.ts';
import { type Outcome, openWorkspace, type Workspace } from './support/cli.ts';

const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';
const DISTINCT = 300;
const SQL = `SELECT n, SENTIMENT('text ' + CAST(n % ${DISTINCT} AS varchar(10))) AS mood
  FROM (SELECT a.n * 100 + b.n * 10 + c.n AS n FROM ${DIGITS} AS a(n) CROSS JOIN ${DIGITS} AS b(n) CROSS JOIN ${DIGITS} AS c(n)) AS d
  ORDER BY n`;

let workspace: Workspace;
let emulator: Emulator;
let server: EmulatorServer;
let cacheDir: string;

beforeEach(async () => {
  workspace = await openWorkspace();
  emulator = createEmulator({ models: nullTextModels() });
  server = await startServer({ emulator, port: 0, host: '127.0.0.1' });
  cacheDir = join(workspace.path, 'cache');
});
afterEach(async () => {
  await workspace.close();
  await server.close(0);
});

function query(env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const all = { LANGUAGE_ENDPOINT: server.url, SQLC_CACHE_DIR: cacheDir, ...env };
  return workspace.run(['query', SQL], { env: all });
}

/** What the statement prints when nothing is the matter. */
async function right(): Promise<Outcome> {
  const outcome = await query({ SQLC_CACHE: 'OFF', SQLC_CACHE_DIR: join(workspace.path, 'untroubled') });
  expect({ stderr: outcome.stderr, status: outcome.status, lines: outcome.stdout.split('\n').length }).toEqual({
    stderr: '',
    status: 0,
    lines: 1002,
  });
  emulator.reset();
  return outcome;
}

test('two processes at once: right answers, nothing asked a third time', async () => {
  const expected = await right();
  for (const outcome of await Promise.all([query(), query()])) expect(outcome).toEqual(expected);
  expect(emulator.stats()).toMatchObject({ distinctDocuments: DISTINCT });
  emulator.reset();
  expect(await query({ SQLC_CACHE: 'READ' })).toEqual(expected);
  expect(emulator.stats()).toMatchObject({ requests: 0 });
});

describe('a damaged file', () => {
  const FILE = 'answers-000001.mdb';
  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut in half', (bytes) => bytes.subarray(0, bytes.length / 2), 'it ends at byte'],
    ['of other contents', () => Buffer.from('not a database\n'.repeat(1_000)), 'header 0 is not one'],
  ])('%s is moved aside, said once, and its answers are asked again', async (_, damage, detail) => {
    const expected = await right();
    await query();
    const path = join(cacheDir, 'results', FILE);
    writeFileSync(path, damage(readFileSync(path)));
    const { stderr, ...rest } = await query();
    expect(rest).toEqual({ stdout: expected.stdout, status: 0 });
    expect(stderr).toMatch(
      new RegExp(`^notice: "${path}" of the result cache is damaged \\(${detail}.*\\): it is now ".*", and its .*\n$`),
    );
    expect(emulator.stats()).toMatchObject({ documents: 2 * DISTINCT });
    expect(await query({ SQLC_CACHE: 'READ' })).toEqual(expected);
  });
});

describe('a clock', () => {
  const DAY_MS = 86_400_000;
  const TTL_DAYS = 1;

  /** Runs as if it were so many days later than it is. */
  async function later(days: number): Promise<Outcome> {
    const shift = join(workspace.path, `later-${days}.mjs`);
    writeFileSync(shift, `const now = Date.now; Date.now = () => now() + ${days * DAY_MS};`);
    const script = `CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '${server.url}', TTL = ${TTL_DAYS}); ${SQL}`;
    return workspace.run(['run', '-'], {
      env: { SQLC_CACHE_DIR: cacheDir, NODE_OPTIONS: `--import ${JSON.stringify(shift)}` },
      input: script,
    });
  }

  test('that is set back: what was written in the future is known', async () => {
    const expected = await right();
    expect(await later(365)).toEqual(expected);
    expect(await later(0)).toEqual(expected);
    expect(emulator.stats()).toMatchObject({ documents: DISTINCT });
  });

  test('that goes on: what is older than its TTL is asked again', async () => {
    const expected = await right();
    expect(await later(0)).toEqual(expected);
    expect(await later(TTL_DAYS + 1)).toEqual(expected);
    expect(emulator.stats()).toMatchObject({ documents: 2 * DISTINCT });
  });
});

describe('a folder', () => {
  test('that is a file', async () => {
    const expected = await right();
    writeFileSync(cacheDir, '');
    expect(await query()).toEqual({
      ...expected,
      stderr: `notice: the result cache in "${join(cacheDir, 'results')}" cannot be used (it is not a folder): answers are neither found nor kept\n`,
    });
  });

  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  describe.skipIf(!isRoot)('on a full disk (needs a file system of its own: run as root on Linux)', () => {
    let mounted = false;
    beforeEach(() => {
      mkdirSync(cacheDir);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', cacheDir], { stdio: 'ignore' });
        mounted = true;
      } catch {
        mounted = false;
      }
    });
    afterEach(() => {
      if (mounted) execFileSync('umount', ['-l', cacheDir]);
    });

    test('answers, and says that it keeps nothing more', async (context) => {
      if (!mounted) context.skip('no file system can be mounted here');
      const expected = await right();
      const full = await query();
      expect(full).toEqual({
        ...expected,
        stderr: `notice: the result cache in "${join(cacheDir, 'results')}" takes no answers (the disk is full): new ones are not kept\n`,
      });
      expect(await query()).toEqual(full);
    });
  });
});
