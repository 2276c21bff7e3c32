// Progress and summaries on standard error: what is said, when, and that nothing of it is left on the screen. The
// emulator's latency makes statements long; nothing here waits on a clock of its own.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progressText } from '../src/cli/progress-text.ts';
import { Engine } from '../src/engine/engine.ts';
import type { CallProgress } from '../src/exec/progress.ts';
import { openWorkspace, type Started, type Workspace } from './support/cli.ts';
import { noTerminal, onTerminal, screenOf } from './support/terminal.ts';
import { answers, startTextService } from './support/text-service.ts';

const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS';
/** Two hundred distinct inputs, twenty requests: four or five waves of the emulator's latency. */
const INPUTS = `SELECT CAST(100 * a.n + 10 * b.n + c.n AS nvarchar(10)) AS t FROM ${DIGITS} a(n) CROSS JOIN ${DIGITS} b(n) CROSS JOIN ${DIGITS} c(n) WHERE a.n < 2`;
const COUNTED = `SELECT COUNT(SENTIMENT(t)) AS n FROM (${INPUTS}) AS i`;
const LATENCY_MS = '500';
/** Of a machine with other things to do; nothing waits that long where the answer is there. */
const PATIENCE = { timeout: 30_000, interval: 20 };

let workspace: Workspace;
let emulator: Started;
let endpoint: string;

beforeEach(async () => {
  workspace = await openWorkspace();
  emulator = workspace.start(['emulator', '--port', '0', '--null', '--latency', LATENCY_MS]);
  endpoint = (await emulator.until('\n')).trim().split(' ').at(-1) ?? '';
});
afterEach(async () => {
  await workspace.close();
});

function query(...args: string[]) {
  return workspace.run(['query', COUNTED, ...args], { env: { LANGUAGE_ENDPOINT: endpoint } });
}

const host = () => new URL(endpoint).host;
const PROGRESS = /^language\/sentiment: \d+ of 200 \(\d+ %\) inputs, [\d.]+ requests\/s(, \d+ s left)?$/;

describe('without a terminal', () => {
  test('nothing is said by itself, and nothing when quiet', { timeout: 60_000 }, async () => {
    expect(await query()).toEqual({ stdout: 'n\n200\n', stderr: '', status: 0 });
    expect(await query('--progress', 'always', '--quiet', '--set', 'cache=off')).toMatchObject({
      stderr: '',
      status: 0,
    });
  });

  test('plain lines and a summary when asked for, results apart', { timeout: 60_000 }, async () => {
    const { stdout, stderr, status } = await query('--progress', 'always');
    expect({ stdout, status }).toEqual({ stdout: 'n\n200\n', status: 0 });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(
      new RegExp(`^language/sentiment: 200 distinct inputs, 20 requests to ${host()}, model \\S+$`),
    );
    expect(lines.slice(0, -1)).toEqual([expect.stringMatching(PROGRESS)]);
  });

  test('a statement that makes a table tells its summary, and what failed is always told', {
    timeout: 60_000,
  }, async () => {
    const service = await startTextService(answers());
    try {
      const env = { LANGUAGE_ENDPOINT: service.url };
      const made = (text: string, ...args: string[]) =>
        workspace.run(['query', `CREATE TABLE t AS SELECT SENTIMENT('${text}') AS m`, ...args], { env });
      const asked = `language/sentiment: 1 distinct input, 1 request to ${new URL(service.url).host}, model 2025-01-01`;
      expect((await made('fine')).stderr).toBe('');
      expect((await made('good', '--progress', 'always')).stderr).toBe(`${asked}\n`);
      expect((await made('good', '--progress', 'always')).stderr).toBe(
        `language/sentiment: 1 distinct input, 1 cached, 0 requests to ${new URL(service.url).host}\n`,
      );
      const failed = '; 1 failed (1 InvalidDocument), their answers are NULL';
      expect((await made('refuse', '--quiet')).stderr).toBe(`${asked}${failed}\n`);
    } finally {
      await service.close();
    }
  });
});

describe.skipIf(noTerminal !== undefined)(`on a terminal ${noTerminal ?? ''}`, () => {
  const shown = (...args: string[]) =>
    onTerminal(['query', ...args], {
      steps: [],
      cwd: workspace.path,
      env: { SQLC_CACHE_DIR: `${workspace.path}/cache`, LANGUAGE_ENDPOINT: endpoint },
    });

  test('one line, redrawn, gone before the result', { timeout: 60_000 }, async () => {
    const { shown: raw, status } = await shown(COUNTED, '--format', 'csv');
    expect(status).toBe(0);
    expect(raw).toContain('of 200 (');
    expect(raw).toContain('requests/s');
    expect(screenOf(raw)).toEqual([
      'n',
      '200',
      expect.stringMatching(/^language\/sentiment: 200 distinct inputs, 20 requests to /),
      '',
    ]);
  });

  test('gone before an error, never drawn when not wanted', { timeout: 60_000 }, async () => {
    const { shown: raw, status } = await shown(`${COUNTED} OPTION (TIMEOUT 2)`);
    expect(status).toBe(1);
    expect(raw).toContain('requests/s');
    expect(screenOf(raw).join('\n')).not.toContain('requests/s');
    expect(screenOf(raw)[0]).toMatch(/^query:1:1: error exec\/timeout/);
    const silent = await shown(`${COUNTED} OPTION (TIMEOUT 2)`, '--progress', 'never');
    expect(silent.shown).not.toContain('requests/s');
  });
});

test.each([
  ['all rows are there first', COUNTED],
  ['rows stream, and the last has come', `SELECT SENTIMENT(t) AS m FROM (${INPUTS}) AS i`],
])('the engine says how far its calls have come: %s', { timeout: 60_000 }, async (_, sql) => {
  const service = await startTextService(answers({ hold: ({ number }) => number > 1 }));
  const engine = await Engine.open({
    env: { LANGUAGE_ENDPOINT: service.url, SQLC_CACHE_DIR: `${workspace.path}/cache` },
  });
  try {
    await engine.execute(
      "CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '" +
        service.url +
        "', REQUESTS_PER_SECOND = 50, PRICE_PER_1000 = 2)",
    );
    expect(engine.progress()).toEqual([]);
    const result = await engine.query(sql);
    const rows = result.batches();
    rows.next().catch(() => {}); // closing the engine is what ends it
    const soFar = {
      operation: 'language/sentiment',
      service: 'text',
      done: 10,
      total: 200,
      cached: 0,
      requests: expect.any(Number),
      allowedPerSecond: 50,
      throttled: 0,
      cost: 0.02,
      currency: 'USD',
    };
    await vi.waitFor(() => expect(engine.progress()).toEqual([soFar]), PATIENCE);
  } finally {
    await engine.close();
    await service.close();
  }
  expect(engine.progress()).toEqual([]);
});

describe('the line', () => {
  const call: CallProgress = {
    operation: 'language/sentiment',
    service: 'text',
    done: 0,
    total: 1000,
    cached: 0,
    requests: 0,
    allowedPerSecond: undefined,
    throttled: 0,
    cost: 0,
    currency: 'USD',
  };
  const text = (later: Partial<CallProgress>, seconds = 10) =>
    progressText({ atMs: seconds * 1000, calls: [{ ...call, ...later }] }, { atMs: 0, calls: [call] });

  test('says what is known', () => {
    expect(text({})).toBe('language/sentiment: 0 of 1,000 (0 %) inputs, 0 requests/s');
    expect(text({ done: 500, requests: 50 })).toBe(
      'language/sentiment: 500 of 1,000 (50 %) inputs, 5 requests/s, 10 s left',
    );
    const whole = { done: 600, cached: 500, requests: 12, allowedPerSecond: 1000 / 60, throttled: 2, cost: 0.015 };
    expect(text(whole)).toBe(
      'language/sentiment: 600 of 1,000 (60 %) inputs, 500 cached, 1.2 of 17 requests/s, 2 throttled, 0.015 USD, 40 s left',
    );
    expect(text({ done: 1234, total: undefined, requests: 120, cost: 1234.5 })).toBe(
      'language/sentiment: 1,234 inputs so far, 12 requests/s, 1,234.50 USD',
    );
  });

  test('time left in words', () => {
    expect(text({ done: 100, total: 1000 })).toContain('2 min left');
    expect(text({ done: 100, total: 100_100 })).toContain('2 h 47 min left');
  });

  test('calls that are settled are left out', () => {
    expect(text({ done: 1000 })).toBeUndefined();
    const calls = [
      { ...call, done: 1000 },
      { ...call, operation: 'language/language', done: 10 },
    ];
    expect(progressText({ atMs: 0, calls }, { atMs: 0, calls })).toBe(
      'language/language: 10 of 1,000 (1 %) inputs, 0 requests/s',
    );
  });
});
