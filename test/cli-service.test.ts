// `sqlc` and a text service over HTTP: the emulator for the good path, and servers that answer badly in each way. Every
// failure is one clear error with its place; the key is in nothing that is printed or written.

import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Outcome, openWorkspace, type Started, type Workspace } from './support/cli.ts';
import {
  type Answering,
  answers,
  refusal,
  sentiments,
  startTextService,
  type TextService,
} from './support/text-service.ts';

const KEY = 'k3y-0123456789abcdef';

let workspace: Workspace;
let cleanups: (() => Promise<unknown>)[];
let outcomes: Outcome[];

beforeEach(async () => {
  workspace = await openWorkspace();
  cleanups = [];
  outcomes = [];
});
afterEach(async () => {
  const written = await filesOf(join(workspace.path, '..'));
  await workspace.close();
  for (const cleanup of cleanups) await cleanup();
  for (const text of [...outcomes.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...written])
    expect(text).not.toContain(KEY);
});

/** Everything the process wrote anywhere, as text. */
async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
}

async function service(answering: Answering): Promise<TextService> {
  const started = await startTextService(answering);
  cleanups.push(() => started.close());
  return started;
}

async function query(url: string, sql: string, args: readonly string[] = []): Promise<Outcome> {
  const env = { LANGUAGE_ENDPOINT: url, LANGUAGE_KEY: KEY };
  const outcome = await workspace.run(['query', sql, ...args], { env });
  outcomes.push(outcome);
  return outcome;
}

const ASK = "SELECT SENTIMENT('fine') AS mood";
const place = (text: string, hint?: string) =>
  `query:1:1: ${text}\n  1 | ${ASK}\n      ${'^'.repeat(ASK.length)}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`;

describe('--report', () => {
  test('has a report a statement, of the one that failed too, and no secret', async () => {
    const { url } = await service(answers());
    const report = join(workspace.path, 'report.json');
    const script = `CREATE DATABASE SCOPED CREDENTIAL k WITH IDENTITY = 'Bearer', SECRET = '${KEY}';
      SELECT SENTIMENT(t) AS m FROM (VALUES ('a'), ('b'), ('a')) AS v(t); SELECT 1 / n FROM (VALUES (0)) AS v(n); SELECT 1`;
    const args = ['run', '-', '--report', report];
    const outcome = await workspace.run(args, { env: { LANGUAGE_ENDPOINT: url, LANGUAGE_KEY: KEY }, input: script });
    outcomes.push(outcome);
    expect(outcome.status).toBe(1);
    const { version, statements } = JSON.parse(await readFile(report, 'utf8'));
    expect(version).toBe(1);
    expect(statements.map((s: { status: string }) => s.status)).toEqual(['done', 'done', 'failed']);
    expect(statements[1]).toMatchObject({
      rows: 3,
      cost: 0,
      operations: [
        { operation: 'language/sentiment', documents: 2, distinct: 2, virtualDocuments: 3, saved: { dedup: 1 } },
      ],
    });
  });

  test('stands beside the result of one string', async () => {
    const report = join(workspace.path, 'report.json');
    const outcome = await workspace.run(['query', 'SELECT 1 AS one', '--report', report]);
    expect(outcome).toMatchObject({ status: 0, stdout: 'one\n1\n', stderr: '' });
    expect(JSON.parse(await readFile(report, 'utf8')).statements).toMatchObject([
      { sql: 'SELECT 1 AS one', rows: 1, operations: [] },
    ]);
  });
});

describe('a service that answers', () => {
  test('is asked with the key, once for each distinct text', async () => {
    const asked = await service(answers());
    const sql =
      "SELECT n, SENTIMENT(t) AS mood FROM (VALUES (1, 'a'), (2, 'b'), (3, 'a'), (4, NULL), (5, '')) AS v(n, t) ORDER BY n";
    expect(await query(asked.url, sql)).toEqual({
      stdout: 'n,mood\n1,positive\n2,positive\n3,positive\n4,\n5,\n',
      stderr: '',
      status: 0,
    });
    expect(asked.requests.map(({ key }) => key)).toEqual([KEY]);
    expect(asked.requests.flatMap(({ documents }) => documents.map(({ text }) => text)).sort()).toEqual(['a', 'b']);
  });

  test('explain asks nothing', async () => {
    const asked = await service(answers());
    const env = { LANGUAGE_ENDPOINT: asked.url };
    expect((await workspace.run(['explain', '-'], { env, input: ASK })).status).toBe(0);
    expect((await query(asked.url, `EXPLAIN ${ASK}`)).status).toBe(0);
    expect(asked.requests).toEqual([]);
  });

  test('a refused document is NULL, and counted in the summary', async () => {
    const asked = await service(answers());
    const sql =
      "SELECT n, SENTIMENT(t) AS mood FROM (VALUES (1, 'a'), (2, 'refuse'), (3, 'refuse')) AS v(n, t) ORDER BY n";
    const summary = `language/sentiment: 2 distinct inputs, 1 request to ${new URL(asked.url).host}, model 2025-01-01; 1 failed (1 InvalidDocument), their answers are NULL\n`;
    expect(await query(asked.url, sql)).toEqual({ stdout: 'n,mood\n1,positive\n2,\n3,\n', stderr: summary, status: 0 });
    // Asked again: the first run's answers, the refusal too, are in the cache.
    expect((await query(asked.url, sql, ['--quiet', '--set', 'cache=OFF'])).stderr).toBe(summary);
  });

  test('429 with Retry-After is waited for', async () => {
    const asked = await service((request) =>
      request.number === 1
        ? refusal(429, '429', 'Rate limit is exceeded.', { 'retry-after': '1' })
        : { status: 200, body: sentiments(request) },
    );
    const began = performance.now();
    expect(await query(asked.url, ASK)).toEqual({ stdout: 'mood\npositive\n', stderr: '', status: 0 });
    expect(performance.now() - began).toBeGreaterThan(1000);
    expect(asked.requests).toHaveLength(2);
  });

  test('one 500 is retried', async () => {
    const asked = await service((request) =>
      request.number === 1
        ? refusal(500, 'InternalServerError', 'Something broke.')
        : { status: 200, body: sentiments(request) },
    );
    expect(await query(asked.url, ASK)).toEqual({ stdout: 'mood\npositive\n', stderr: '', status: 0 });
  });
});

describe('a service that fails', () => {
  test('500 every time', async () => {
    const asked = await service(() => refusal(500, 'InternalServerError', 'Something broke.'));
    const found = await query(asked.url, ASK, ['--output', 'out.csv']);
    expect(found).toEqual({
      stdout: '',
      stderr: place(
        `error service/unavailable: ${new URL(asked.url).host} failed after ${asked.requests.length} attempts: 500 InternalServerError; 0 of 1 distinct inputs were answered`,
        'Check LANGUAGE_ENDPOINT, or run the statement again later: what the cache knows is not asked again.',
      ),
      status: 1,
    });
    expect(await readdir(workspace.path)).toEqual([]);
  });

  test('connections refused', async () => {
    const host = await refusingHost();
    const found = await query(`http://${host}`, ASK);
    expect(found.status).toBe(1);
    expect(found.stdout).toBe('');
    expect(found.stderr).toContain(`query:1:1: error service/unavailable: ${host} failed after `);
    expect(found.stderr).toContain('ECONNREFUSED');
    expect(found.stderr.split('\n')).toHaveLength(5);
  });

  test('never an answer: each attempt is bounded by request_timeout', async () => {
    const asked = await service(answers({ hold: () => true }));
    const found = await query(asked.url, ASK, ['--set', 'request_timeout=0.2']);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain(`error service/unavailable: ${new URL(asked.url).host} failed after `);
    expect(found.stderr).toContain('no whole answer within 200 ms');
    expect(found.stderr.split('\n')).toHaveLength(5);
  });

  test('never an answer: the statement is bounded by timeout', async () => {
    const asked = await service(answers({ hold: () => true }));
    expect(await query(asked.url, ASK, ['--set', 'timeout=0.5'])).toEqual({
      stdout: '',
      stderr: place('error exec/timeout: the statement ran longer than 0.5 s'),
      status: 1,
    });
  });

  test('a page of HTML', async () => {
    const asked = await service(() => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Sign in</body></html>',
    }));
    const found = await query(asked.url, ASK);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain(
      `query:1:1: error service/protocol: ${new URL(asked.url).host} answered language/sentiment in a form that cannot be read: `,
    );
    expect(found.stderr.split('\n')).toHaveLength(5);
  });

  test('401: the key is refused at once', async () => {
    const asked = await service(() =>
      refusal(401, '401', `Access denied due to invalid subscription key ${KEY} or wrong API endpoint.`),
    );
    const hint = 'Check LANGUAGE_KEY; a valid key of another region is refused the same way.';
    const found = await query(asked.url, ASK);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain(
      `query:1:1: error service/unauthorized: ${new URL(asked.url).host} refused the key (401 401)`,
    );
    expect(found.stderr.replace(/LANGUAGE_(ENDPOINT|KEY)( and LANGUAGE_KEY)?/, 'LANGUAGE_KEY')).toContain(hint);
    expect(asked.requests).toHaveLength(1);
  });

  test('403: what the service says is told, the key is not', async () => {
    const asked = await service(() => refusal(403, 'Forbidden', `The key ${KEY} has no access to this resource.`));
    const found = await query(asked.url, ASK);
    expect(found.status).toBe(1);
    expect(found.stderr).toMatch(/^query:1:1: error service\/\w+: .*403/);
    expect(asked.requests).toHaveLength(1);
  });

  test('404: the endpoint is not one', async () => {
    const asked = await service(() => refusal(404, '404', 'Resource not found'));
    const found = await query(`${asked.url}/some/path`, ASK);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain(
      `query:1:1: error service/not-found: ${new URL(asked.url).host} has no language/sentiment at `,
    );
    expect(found.stderr).toContain('(404)\n');
    expect(found.stderr).toContain('  hint: Check LANGUAGE_ENDPOINT: it is the resource endpoint, without a path.\n');
    expect(asked.requests).toHaveLength(1);
  });

  test('429 asking for longer than max_wait', async () => {
    const asked = await service(() => refusal(429, '429', 'Rate limit is exceeded.', { 'retry-after': '60' }));
    expect(await query(asked.url, ASK, ['--set', 'max_wait=5'])).toEqual({
      stdout: '',
      stderr: place(
        `error service/max-wait: ${new URL(asked.url).host} asks to wait 60 s, longer than max_wait (5 s); 0 of 1 distinct inputs were answered`,
        'Run the statement again then, or raise max_wait: what the cache knows is not asked again.',
      ),
      status: 1,
    });
    expect(asked.requests).toHaveLength(1);
  });

  test('the rows before the failure stay out of the output file', async () => {
    const asked = await service((request) =>
      request.number === 1 ? { status: 200, body: sentiments(request) } : refusal(400, 'InvalidRequest', 'No.'),
    );
    await workspace.write({ 'kept.csv': 'before\n' });
    const rows = Array.from({ length: 100 }, (_, i) => `(${i}, 'text ${i}')`).join();
    const found = await query(asked.url, `SELECT n, SENTIMENT(t) AS m FROM (VALUES ${rows}) AS v(n, t)`, [
      '--output',
      'kept.csv',
    ]);
    // A request that is refused is halved down to its documents, which are NULL then; nothing of it is half-written.
    expect([0, 1]).toContain(found.status);
    expect((await workspace.read('kept.csv')).split('\n').length).toBe(found.status === 0 ? 102 : 2);
    expect(await readdir(workspace.path)).toEqual(['kept.csv']);
  });

  test.each([
    [
      'nonsense',
      'endpoint LANGUAGE_ENDPOINT is "nonsense", expected a URL such as https://westus2.api.cognitive.microsoft.com',
    ],
    ['ftp://127.0.0.1', 'endpoint LANGUAGE_ENDPOINT is "ftp://127.0.0.1/", expected an https URL'],
    [
      'http://example.com',
      'endpoint LANGUAGE_ENDPOINT is "http://example.com/", expected https (plain http only reaches this machine)',
    ],
    [
      'https://user:word@127.0.0.1/',
      'endpoint LANGUAGE_ENDPOINT is "https://127.0.0.1/", expected a URL without user name and password',
    ],
  ])('endpoint %s', async (url, message) => {
    expect(await query(url, ASK)).toEqual({
      stdout: '',
      stderr: place(`error service/endpoint: ${message}`),
      status: 1,
    });
  });
});

/** A port of this machine where nobody listens. */
async function refusingHost(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

describe('sqlc emulator', () => {
  const SQL = `SELECT SENTIMENT(t) AS mood, DETECT_LANGUAGE(t) AS lang, KEY_PHRASES(t) AS topics
    FROM (VALUES (N'I love this wonderful hotel'), (N'Das ist ein schönes Haus am See')) AS v(t)`;

  async function emulator(args: readonly string[]): Promise<{ url: string; process: Started }> {
    const started = workspace.start(['emulator', '--port', '0', ...args]);
    cleanups.unshift(async () => {
      started.child.kill('SIGTERM');
      outcomes.push(await started.ended);
    });
    const said = await started.until('listens on http://');
    const url = /listens on (http:\S+)/.exec(said)?.[1];
    if (url === undefined) throw new Error(said);
    return { url, process: started };
  }

  test('answers as the embedded models do', async () => {
    const { url } = await emulator(['--key', KEY]);
    const embedded = await workspace.run(['query', SQL, '--quiet']);
    expect(embedded.status).toBe(0);
    expect(embedded.stdout).toContain('positive,en,');
    expect(await query(url, SQL)).toEqual({ ...embedded, stderr: '' });
  });

  test('refuses a wrong key', async () => {
    const { url } = await emulator(['--key', `${KEY}-another`]);
    const { stdout, stderr, status } = await query(url, ASK);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toContain(`query:1:1: error service/unauthorized: ${new URL(url).host} refused the key (401 401)\n`);
    expect(stderr.split('\n')).toHaveLength(5);
  });

  test('a port that is taken', async () => {
    const { url } = await emulator([]);
    const second = await workspace.run(['emulator', '--port', new URL(url).port]);
    expect(second.stdout).toBe('');
    expect(second.status).not.toBe(0);
    expect(second.stderr).toMatch(/^error [a-z/-]+: .*EADDRINUSE|in use/);
    expect(second.stderr).not.toContain('internal');
  });
});
