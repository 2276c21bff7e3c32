// Texts too long for one document, end to end over HTTP: what is sent, counted, cached and told when they go in pieces.
// Where they are cut is cut-text.test.ts; what the answers become is slt/calls/long-texts.slt.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { placeOf } from '../src/emulator/draws.ts';
import { createEmulator } from '../src/emulator/emulator.ts';
import { startServer } from '../src/emulator/server.ts';
import type { Switches } from '../src/emulator/switches.ts';
import { Engine } from '../src/engine/engine.ts';
import { cutText } from '../src/udf/cut-text.ts';
import { openWorkspace } from './support/cli.ts';
import { fakeTextModels } from './support/fake-text-models.ts';
import { type Answering, answers, refusal, startTextService } from './support/text-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlc-long-texts-'));
const open: { close(): Promise<unknown> }[] = [];
let caches = 0;

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function engineAt(url: string, settings: Record<string, string | number> = {}): Promise<Engine> {
  caches += 1;
  const engine = await Engine.open({
    env: {},
    settings: { cache_dir: join(folder, String(caches)), ...settings },
  });
  open.push(engine);
  await engine.execute(
    `CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '${url}', PRICE_PER_1000 = 1000)`,
  );
  return engine;
}

async function serviceThat(answering: Answering) {
  const service = await startTextService(answering);
  open.push(service);
  return service;
}

async function emulatorWith(switches: Partial<Switches> = {}) {
  const emulator = createEmulator({ models: fakeTextModels(), switches });
  const server = await startServer({ emulator, port: 0, host: '127.0.0.1' });
  open.push({ close: () => server.close(0) });
  return { emulator, url: server.url };
}

async function asked(engine: Engine, sql: string) {
  const result = await engine.query(sql);
  const rows = await result.toArray();
  return { rows, stats: result.stats.operations[0] };
}

async function failureOf(engine: Engine, sql: string): Promise<string> {
  try {
    await asked(engine, sql);
  } catch (failure) {
    if (failure instanceof SqlcError) return `${failure.code}: ${failure.message}`;
    throw failure;
  }
  return 'no error';
}

/** Three documents of 5,114, 5,114 and 769 characters: thirteen records, where the text as a whole would be eleven. */
const LONG = "REPLICATE('Good food. ', 1000)";
const PIECE = "REPLICATE('Good food. ', 464) + 'Good food.'";
const RECORDS = 6 + 6 + 1;

describe('a text in pieces', () => {
  test('is one input: of the report, of the cache, of the next statement', async () => {
    const { url, emulator } = await emulatorWith();
    const engine = await engineAt(url);
    const sql = `SELECT SENTIMENT(t) AS mood FROM (VALUES (${LONG}), ('Bad room.'), (${LONG})) AS v (t)`;
    const first = await asked(engine, sql);
    expect(first.rows).toEqual([{ mood: 'positive' }, { mood: 'negative' }, { mood: 'positive' }]);
    expect(first.stats).toMatchObject({ distinct: 2, documents: 4, requests: 1, cost: RECORDS + 1 });
    expect(first.stats?.split).toEqual({ inputs: 1, documents: 3 });
    const second = await asked(engine, `${sql} OPTION (CACHE READ)`);
    expect(second.rows).toEqual(first.rows);
    expect(second.stats).toMatchObject({ distinct: 2, cached: 2, documents: 0, split: { inputs: 0, documents: 0 } });
    expect(emulator.stats()).toMatchObject({ documents: 4 });
    // A piece that happens to be an input is an input of its own.
    expect(await failureOf(engine, `SELECT SENTIMENT(${PIECE}) AS m OPTION (CACHE READ)`)).toBe(
      'cache/miss: 1 answers of language/sentiment are not in the cache, and cache is READ',
    );
  });

  test('counts by its documents against every budget, before the first request', async () => {
    const { url, emulator } = await emulatorWith();
    const engine = await engineAt(url);
    const four = `FROM (VALUES ('a'), ('b'), ('c'), ('d')) AS v (x)`;
    const set = `SELECT COUNT(SENTIMENT(${LONG} + x)) AS n ${four}`;
    for (const [option, message] of [
      ['MAX_DOCUMENTS 11', 'budget/documents: max_documents is 11: 0 documents were sent, and at least 12 are needed'],
      ['MAX_CALLS 1', 'budget/calls: max_calls is 1: 0 requests were sent, and at least 2 are needed'],
      ['MAX_COST 51', 'budget/cost: max_cost is 51: 0 was spent, and at least 52 is needed'],
    ] as const)
      expect(await failureOf(engine, `${set} OPTION (${option})`)).toBe(message);
    expect(await failureOf(engine, `SELECT SENTIMENT(${LONG}) AS m OPTION (MAX_DOCUMENTS 2)`)).toBe(
      'budget/documents: max_documents is 2: 0 documents were sent, and at least 3 are needed',
    );
    expect(emulator.stats()).toMatchObject({ requests: 0 });
    const { rows, stats } = await asked(engine, `${set} OPTION (MAX_DOCUMENTS 12, MAX_CALLS 2, MAX_COST 52)`);
    expect(rows).toEqual([{ n: 4 }]);
    expect(stats).toMatchObject({ distinct: 4, documents: 12, requests: 2, cost: 4 * RECORDS });
  });

  test('is what EXPLAIN says it will be', async () => {
    const { url } = await emulatorWith();
    const engine = await engineAt(url);
    const sql = `SELECT COUNT(SENTIMENT(t)) AS n FROM (VALUES (${LONG}), ('Bad room.'), (${LONG} + 'x')) AS v (t)`;
    const { text, json } = await engine.explain(sql);
    expect(json.calls).toMatchObject([
      { distinct: 3, cached: 0, documents: 7, requests: 1, price: 2 * RECORDS + 1, exact: true },
    ]);
    expect(text).toContain('distinct inputs 3, cached 0, documents 7, requests 1, 27 USD');
    const { stats } = await asked(engine, sql);
    expect(stats).toMatchObject({ distinct: 3, documents: 7, requests: 1, cost: 27 });
    expect((await engine.explain(sql)).json.calls).toMatchObject([{ cached: 3, documents: 0, requests: 0, price: 0 }]);
  });

  test('is told in the summary', async () => {
    const { url } = await serviceThat(answers());
    const workspace = await openWorkspace();
    open.push(workspace);
    const sql = `SELECT SENTIMENT(t) AS mood FROM (VALUES (${LONG}), ('a')) AS v (t)`;
    const outcome = await workspace.run(['query', sql, '--progress', 'always'], { env: { LANGUAGE_ENDPOINT: url } });
    expect(outcome.stderr.trimEnd().split('\n').at(-1)).toBe(
      `language/sentiment: 2 distinct inputs, 1 too long, in 3 pieces, 1 request to ${new URL(url).host}, model 2025-01-01`,
    );
  });
});

describe('a piece that fails', () => {
  const three = `(VALUES (1, REPLICATE('Good food. ', 1000)), (2, REPLICATE('Good food. ', 900) + 'refuse'), (3, 'a')) AS v (id, t)`;
  const sql = `SELECT id, SENTIMENT(t) AS mood, COGNITIVE_ERROR(SENTIMENT(t)).code AS code FROM ${three}`;
  const outcome = [
    { id: 1, mood: 'positive', code: null },
    { id: 2, mood: null, code: 'InvalidDocument' },
    { id: 3, mood: 'positive', code: null },
  ];

  test('fails its text and no other, once, and for good', async () => {
    const service = await serviceThat(answers());
    const engine = await engineAt(service.url);
    const { rows, stats } = await asked(engine, sql);
    expect(rows).toEqual(outcome);
    expect(stats).toMatchObject({ distinct: 3, documents: 6, requests: 1, errors: { InvalidDocument: 1 } });
    const again = await asked(engine, sql);
    expect(again.rows).toEqual(outcome);
    expect(again.stats).toMatchObject({ cached: 3, documents: 0, errors: { InvalidDocument: 1 } });
    expect(await failureOf(engine, `${sql} OPTION (CACHE OFF, MAX_ERRORS 0)`)).toMatch(/^service\/max-errors: 1 of /);
  });

  test('is found where the service refuses a whole request for it', async () => {
    const poison: Answering = (request) =>
      request.documents.some(({ text }) => text.includes('refuse'))
        ? refusal(400, 'InvalidDocument', 'Something in the request is refused.')
        : answers()(request);
    const service = await serviceThat(poison);
    const { rows, stats } = await asked(await engineAt(service.url), sql);
    expect(rows).toEqual(outcome);
    expect(stats?.errors).toEqual({ InvalidDocument: 1 });
  });

  test.each([1, 2, 3])('fails just the texts it stands in (--poison, seed %i)', async (seed) => {
    const poison = 0.2;
    const { url, emulator } = await emulatorWith({ poison, seed, reorder: true });
    const engine = await engineAt(url);
    const texts = Array.from({ length: 12 }, (_, i) => `${i}! ${'Good food. '.repeat(1 + 130 * i)}`);
    const poisoned = texts.filter((text) =>
      (cutText(text, 5120) ?? [{ text }]).some((piece) => placeOf(piece.text, seed) < poison),
    );
    expect(poisoned.length).toBeGreaterThan(0);
    const list = texts.map((_, i) => `(@t${i})`).join(', ');
    const result = await engine.query(
      `SELECT t, SENTIMENT(t) AS mood, COGNITIVE_ERROR(SENTIMENT(t)).code AS code FROM (VALUES ${list}) AS v (t)`,
      Object.fromEntries(texts.map((text, i) => [`t${i}`, text])),
    );
    expect(await result.toArray()).toEqual(
      texts.map((t) =>
        poisoned.includes(t) ? { t, mood: null, code: 'InvalidDocument' } : { t, mood: 'positive', code: null },
      ),
    );
    const [stats] = result.stats.operations;
    expect(stats?.errors).toEqual({ InvalidDocument: poisoned.length });
    const { documents } = emulator.stats();
    expect(emulator.stats()).toMatchObject({ documents: stats?.documents, documentsAnswered: documents });
  });
});

test('a statement that fails keeps the texts that were answered whole', async () => {
  const broken: { now: boolean } = { now: true };
  const service = await serviceThat((request) =>
    request.number === 2 && broken.now ? refusal(401, '401', 'Access denied.') : answers()(request),
  );
  const engine = await engineAt(service.url);
  const sql = `SELECT COUNT(SENTIMENT(${LONG} + x)) AS n FROM (VALUES ('a'), ('b'), ('c'), ('d')) AS v (x)`;
  expect(await failureOf(engine, sql)).toMatch(/^service\/unauthorized: /);
  broken.now = false;
  const { rows, stats } = await asked(engine, sql);
  expect(rows).toEqual([{ n: 4 }]);
  expect(stats).toMatchObject({ distinct: 4, cached: 3, documents: 3, split: { inputs: 1, documents: 3 } });
});
