// `sqlc` among other processes: closed pipes, Ctrl-C, two processes on one database. Nothing is left of any of them.

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkspace, type Workspace } from './support/cli.ts';
import { answers, startTextService, type TextService } from './support/text-service.ts';

const DIGITS = 'WITH d AS (SELECT n FROM (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS v(n))';
/** A hundred million rows. */
const HUGE = `${DIGITS} SELECT a.n, 'some text' AS txt FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f CROSS JOIN d g CROSS JOIN d h CROSS JOIN d i`;
/** Hours of work without a row to show for it. */
const ENDLESS = `${DIGITS} SELECT COUNT(*) AS n FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f CROSS JOIN d g CROSS JOIN d h CROSS JOIN d i CROSS JOIN d j CROSS JOIN d k CROSS JOIN d l CROSS JOIN d m WHERE a.n + b.n + c.n * e.n <> f.n + g.n * h.n + i.n - j.n + k.n * l.n - m.n`;
const LIMIT_MS = 6_000;

let workspace: Workspace;
let services: TextService[];

beforeEach(async () => {
  workspace = await openWorkspace();
  services = [];
});
afterEach(async () => {
  await workspace.close();
  for (const service of services) await service.close();
});

async function textService(...given: Parameters<typeof startTextService>): Promise<TextService> {
  const service = await startTextService(...given);
  services.push(service);
  return service;
}

/** Files of the working folder and whatever DuckDB or the cache spilled. */
async function leftFiles(): Promise<string[]> {
  const root = join(workspace.path, '..');
  const all = await readdir(root, { recursive: true, withFileTypes: true });
  // What calls taught and answered is kept on purpose.
  const kept = (entry: { parentPath: string; name: string }) =>
    ['results', 'statistics'].includes(basename(entry.parentPath));
  return all.filter((entry) => entry.isFile() && !kept(entry)).map((entry) => entry.name);
}

describe('a reader that goes away', () => {
  for (const format of ['csv', 'ndjson', 'json', 'table']) {
    test(`ends ${format} quietly`, async () => {
      const started = performance.now();
      const line = `{ sqlc query "${HUGE}" --format ${format}; echo "status $?" >&2; } | head -1`;
      const { stdout, stderr } = await workspace.shell(line);
      expect(stderr).toBe('status 0\n');
      expect(stdout.split('\n')).toHaveLength(2);
      if (format !== 'table') expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    });
  }

  test('ends the piped shell quietly', async () => {
    await workspace.write({ 'q.sql': `SELECT 1 AS a;\n${HUGE};\nSELECT 2 AS b;\n` });
    const { stdout, stderr } = await workspace.shell('{ sqlc < q.sql; echo "status $?" >&2; } | head -1');
    expect({ stdout, stderr }).toEqual({ stdout: 'a\n', stderr: 'status 0\n' });
  });

  test('asks services nothing more', async () => {
    const service = await textService(answers());
    const env = { LANGUAGE_ENDPOINT: service.url, LANGUAGE_KEY: 'k' };
    const sql = `${DIGITS} SELECT SENTIMENT(CAST(a.n * 1000 + b.n * 100 + c.n * 10 + e.n AS varchar(10))) AS m, REPLICATE('x', 1000) AS pad FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f`;
    const line = `{ sqlc query "${sql}"; echo "status $?" >&2; } | head -1`;
    const { stdout, stderr } = await workspace.shell(line, { env });
    expect({ stdout, stderr }).toEqual({ stdout: 'm,pad\n', stderr: 'status 0\n' });
    expect(service.documents).toBeLessThan(10_000);
  });
});

describe('Ctrl-C', () => {
  async function interrupted(
    args: readonly string[],
    when: (said: { until(t: string): Promise<string> }) => Promise<unknown>,
    env = {},
  ) {
    const started = workspace.start(args, { env });
    await when(started);
    const at = performance.now();
    started.child.kill('SIGINT');
    const outcome = await started.ended;
    expect(performance.now() - at).toBeLessThan(LIMIT_MS);
    expect(started.groupLives()).toBe(false);
    return outcome;
  }

  test('ends a long statement with 130 and no output file', async () => {
    await workspace.write({ 'kept.csv': 'before\n' });
    const service = await textService(answers());
    // The first column's answer tells when the work has begun.
    const sql = `SELECT SENTIMENT('go') AS m; ${ENDLESS}`;
    const outcome = await interrupted(['query', sql, '--output', 'kept.csv', '--quiet'], () => service.asked(1), {
      LANGUAGE_ENDPOINT: service.url,
    });
    expect(outcome.status).toBe(130);
    expect(outcome.stdout).toBe('');
    expect(await workspace.read('kept.csv')).toBe('before\n');
    expect(await leftFiles()).toEqual(['kept.csv']);
  });

  test('during service calls that never answer', async () => {
    const service = await textService(answers({ hold: () => true }));
    const outcome = await interrupted(
      ['query', "SELECT SENTIMENT('a') AS m", '--output', 'out.csv'],
      () => service.asked(1),
      { LANGUAGE_ENDPOINT: service.url, LANGUAGE_KEY: 'k' },
    );
    expect(outcome.status).toBe(130);
    expect(outcome.stdout).toBe('');
    expect(await leftFiles()).toEqual([]);
  });

  test('ends a script piped into the shell', async () => {
    const service = await textService(answers({ hold: () => true }));
    const started = workspace.start([], {
      env: { LANGUAGE_ENDPOINT: service.url },
      input: "SELECT 1 AS a;\nSELECT SENTIMENT('x') AS m;\nSELECT 2 AS b;\n",
    });
    await service.asked(1);
    started.child.kill('SIGINT');
    const { stdout, status } = await started.ended;
    expect({ stdout: stdout.trimEnd(), status }).toEqual({ stdout: 'a\n1', status: 130 });
  });

  test('stops the emulator', async () => {
    const started = workspace.start(['emulator', '--port', '0']);
    await started.until('listens on');
    started.child.kill('SIGINT');
    const { stderr, status } = await started.ended;
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});

describe('two processes on one database', () => {
  test('the second is refused while the first is open, and works afterwards', async () => {
    const service = await textService(answers({ hold: () => true }));
    const env = { LANGUAGE_ENDPOINT: service.url };
    const first = workspace.start(['query', "SELECT SENTIMENT('x') AS m", '--database', 'db'], { env });
    await service.asked(1);
    expect(await workspace.run(['query', 'SELECT 1 AS a', '--database', 'db'])).toEqual({
      stdout: '',
      stderr:
        'query: error catalog/locked: database "db" is in use by another process\n  hint: Close the other sqlc, or open a copy.\n',
      status: 1,
    });
    first.child.kill('SIGINT');
    expect((await first.ended).status).toBe(130);
    expect(await workspace.run(['query', 'SELECT 1 AS a', '--database', 'db'])).toEqual({
      stdout: 'a\n1\n',
      stderr: '',
      status: 0,
    });
  });

  test('a process that is killed leaves a database that opens', async () => {
    const service = await textService(answers({ hold: () => true }));
    const env = { LANGUAGE_ENDPOINT: service.url };
    const script = "CREATE TABLE t AS SELECT 1 AS a; CREATE TABLE u AS SELECT SENTIMENT('x') AS m";
    const first = workspace.start(['query', script, '--database', 'db'], { env });
    await service.asked(1);
    first.child.kill('SIGKILL');
    await first.ended;
    const { stdout, stderr, status } = await workspace.run(['query', 'SELECT a FROM t', '--database', 'db']);
    expect({ stdout, stderr, status }).toEqual({ stdout: 'a\n1\n', stderr: '', status: 0 });
    const gone = await workspace.run(['query', 'SELECT m FROM u', '--database', 'db']);
    expect(gone.stderr).toContain('table "u" does not exist');
  });
});

test('the cache is cleared beside a process that uses it', async () => {
  let cleared = false;
  const waits = ({ documents }: { documents: readonly { text: string }[] }) => documents.some((d) => d.text === 'wait');
  const service = await textService(answers({ hold: (request) => !cleared && waits(request) }));
  const script = "CREATE TABLE t AS SELECT SENTIMENT('first') AS m; SELECT SENTIMENT('wait') AS m";
  const running = workspace.start(['query', script, '--set', 'request_timeout=3'], {
    env: { LANGUAGE_ENDPOINT: service.url },
  });
  await service.asked(2);
  const counted = async (...args: string[]) =>
    JSON.parse((await workspace.run(['cache', ...args, '--format', 'json'])).stdout);
  expect(await counted('clear', 'results')).toMatchObject([{ cache: 'results', entries_removed: 1 }]);
  cleared = true;
  expect(await running.ended).toEqual({ stdout: 'm\npositive\n', stderr: '', status: 0 });
  expect(await counted('stats')).toMatchObject([{ cache: 'results', entries: 1 }, { cache: 'files' }]);
});
