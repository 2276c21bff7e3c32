// What bounds a statement's calls, and what goes wrong around them, seen through the embedded engine: budgets, error
// limits, the cache's modes, registered functions, services that refuse for good or fall silent.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { type Answering, startTextService, type TextService } from './support/text-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlc-call-limits-'));
const open: { close(): Promise<unknown> }[] = [];
let caches = 0;

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function engineWith(
  settings: Record<string, string | number> = {},
  env: Record<string, string> = {},
): Promise<Engine> {
  caches += 1;
  const engine = await Engine.open({ env, settings: { cache_dir: join(folder, String(caches)), ...settings } });
  open.push(engine);
  return engine;
}

async function serviceThat(answering: Answering): Promise<TextService> {
  const service = await startTextService(answering);
  open.push(service);
  return service;
}

async function failureOf(engine: Engine, sql: string): Promise<string> {
  try {
    await (await engine.query(sql)).toArray();
  } catch (failure) {
    if (failure instanceof SqlcError) return `${failure.code}: ${failure.message}`;
    throw failure;
  }
  return 'no error';
}

const positive: Answering = ({ documents }) => ({
  status: 200,
  body: {
    documents: documents.map(({ id, text }) => ({
      id,
      sentiment: 'positive',
      confidenceScores: { positive: 1, neutral: 0, negative: 0 },
      warnings: [],
      sentences: [
        {
          text,
          sentiment: 'positive',
          confidenceScores: { positive: 1, neutral: 0, negative: 0 },
          offset: 0,
          length: text.length,
        },
      ],
    })),
    errors: [],
    modelVersion: '2022-11-01',
  },
});
const THREE = "(VALUES ('a'), ('b'), ('c')) AS v (t)";

describe('budgets', () => {
  test('are exact before dispatch, and cost nothing for what is known', async () => {
    const service = await serviceThat(positive);
    const engine = await engineWith({}, { LANGUAGE_ENDPOINT: service.url });
    expect(await failureOf(engine, `SELECT SENTIMENT(t) FROM ${THREE} OPTION (MAX_DOCUMENTS 2)`)).toBe(
      'budget/documents: max_documents is 2: 0 documents were sent, and at least 3 are needed',
    );
    expect(await failureOf(engine, `SELECT SENTIMENT(t), KEY_PHRASES(t) FROM ${THREE} OPTION (MAX_CALLS 0)`)).toBe(
      'budget/calls: max_calls is 0: 0 requests were sent, and at least 1 are needed',
    );
    expect(await failureOf(engine, `SELECT SENTIMENT(t) FROM ${THREE} OPTION (MAX_COST 5)`)).toMatch(
      /^budget\/no-price: max_cost is set, but no price is known for /,
    );
    expect(service.requests).toHaveLength(0);
    expect(await failureOf(engine, `SELECT SENTIMENT(t) FROM ${THREE}`)).toBe('no error');
    expect(await failureOf(engine, `SELECT SENTIMENT(t) FROM ${THREE} OPTION (MAX_DOCUMENTS 0)`)).toBe('no error');
    expect(service.documents).toBe(3);
  });

  test('fail before the first request when the whole set is beyond them', async () => {
    const service = await serviceThat(positive);
    const engine = await engineWith({}, { LANGUAGE_ENDPOINT: service.url });
    const texts = Array.from({ length: 25 }, (_, i) => `('text ${i}')`).join(', ');
    const sql = `SELECT COUNT(SENTIMENT(t)) FROM (VALUES ${texts}) AS v (t)`;
    expect(await failureOf(engine, `${sql} OPTION (MAX_DOCUMENTS 24)`)).toBe(
      'budget/documents: max_documents is 24: 0 documents were sent, and at least 25 are needed',
    );
    expect(await failureOf(engine, `${sql} OPTION (MAX_CALLS 2)`)).toBe(
      'budget/calls: max_calls is 2: 0 requests were sent, and at least 3 are needed',
    );
    expect(service.requests).toHaveLength(0);
    expect(await failureOf(engine, `${sql} OPTION (MAX_CALLS 3, MAX_DOCUMENTS 25)`)).toBe('no error');
  });

  test('count the price of what is billed', async () => {
    const service = await serviceThat(positive);
    const engine = await engineWith();
    await engine.execute(
      `CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '${service.url}', PRICE_PER_1000 = 1000)`,
    );
    expect(await failureOf(engine, `SELECT SENTIMENT(t) FROM ${THREE} OPTION (MAX_COST 2.5)`)).toBe(
      'budget/cost: max_cost is 2.5: 0 was spent, and at least 3 is needed',
    );
    const result = await engine.query(`SELECT SENTIMENT(t) FROM ${THREE} OPTION (MAX_COST 3)`);
    await result.toArray();
    expect(result.stats.operations[0]).toMatchObject({ cost: 3, currency: 'USD', documents: 3, requests: 1 });
  });
});

describe('the cache', () => {
  test('answers across engines, is left alone by OFF, never asks under READ and asks anew under REFRESH', async () => {
    const service = await serviceThat(positive);
    const env = { LANGUAGE_ENDPOINT: service.url };
    const first = await engineWith({}, env);
    const sql = `SELECT SENTIMENT(t) FROM ${THREE}`;
    expect(await failureOf(first, `${sql} OPTION (CACHE READ)`)).toBe(
      'cache/miss: 3 answers of language/sentiment are not in the cache, and cache is READ',
    );
    expect(await failureOf(first, `${sql} OPTION (CACHE OFF)`)).toBe('no error');
    expect(service.documents).toBe(3);
    expect(await failureOf(first, sql)).toBe('no error');
    expect(service.documents).toBe(6);
    await first.close();
    const second = await engineWith({ cache_dir: join(folder, String(caches)) }, env);
    const result = await second.query(`${sql} OPTION (CACHE READ)`);
    await result.toArray();
    expect(result.stats.operations[0]).toMatchObject({ distinct: 3, cached: 3, documents: 0, requests: 0 });
    expect(await failureOf(second, `${sql} OPTION (CACHE REFRESH)`)).toBe('no error');
    expect(service.documents).toBe(9);
  });
});

describe('registered functions', () => {
  test('fail with their name', async () => {
    const engine = await engineWith();
    engine.registerFunction({
      name: 'BREAKS',
      params: ['nvarchar'],
      returns: 'int',
      call: () => Promise.reject(new Error('out of luck')),
    });
    engine.registerFunction({ name: 'SHORT', params: ['nvarchar'], returns: 'int', call: () => [] });
    expect(await failureOf(engine, "SELECT BREAKS('a')")).toBe(
      'function/threw: registered function "BREAKS" threw: out of luck',
    );
    expect(await failureOf(engine, "SELECT SHORT('a')")).toBe(
      'function/answer-count: registered function "SHORT" returned 0 values, expected 1 values: one a row',
    );
    const again = () =>
      engine.registerFunction({ name: 'sentiment', params: ['nvarchar'], returns: 'int', call: () => [1] });
    expect(again).toThrow('function "sentiment" cannot be registered: a function of this name exists');
    expect(() => again()).toThrow(expect.objectContaining({ code: 'function/definition' }));
  });

  test('are errors as values when a row says so', async () => {
    const engine = await engineWith();
    engine.registerFunction({
      name: 'ODD',
      params: ['int'],
      returns: 'int',
      call: (rows) => rows.map(([n]) => (n === 2 ? new RangeError('even') : Number(n))),
    });
    const rows = 'FROM (VALUES (1), (2), (3)) AS v (n)';
    const values = await (
      await engine.query(`SELECT ODD(n) AS a, COGNITIVE_ERROR(ODD(n)).code AS c ${rows} ORDER BY n`)
    ).toArray();
    expect(values).toEqual([
      { a: 1, c: null },
      { a: null, c: 'RangeError' },
      { a: 3, c: null },
    ]);
    expect(await failureOf(engine, `SELECT ODD(n) ${rows} OPTION (ON_ERROR FAIL)`)).toBe(
      'service/document: a document was refused: RangeError: even',
    );
    expect(await failureOf(engine, `SELECT n ${rows} WHERE ODD(n) > 0 AND n <> 2 OPTION (ON_ERROR FAIL)`)).toBe(
      'no error',
    );
    expect(await failureOf(engine, `SELECT ODD(n) ${rows} OPTION (MAX_ERRORS 0)`)).toBe(
      'service/max-errors: 1 of 3 distinct inputs failed, more than max_errors allows (0)',
    );
    expect(await failureOf(engine, `SELECT ODD(n) ${rows} OPTION (MAX_ERRORS 30 PERCENT)`)).toMatch(
      /^service\/max-errors: 1 of 3 /,
    );
    expect(
      await (await engine.query(`SELECT ODD(n) AS a ${rows} ORDER BY n OPTION (ON_ERROR DEFAULT '7')`)).toArray(),
    ).toEqual([{ a: 1 }, { a: 7 }, { a: 3 }]);
  });
});

describe('services', () => {
  test('that refuse the form of a request end the statement after one', async () => {
    const service = await serviceThat(() => ({
      status: 400,
      body: {
        error: {
          code: 'InvalidRequest',
          message: 'no',
          innererror: { code: 'InvalidParameterValue', message: 'stringIndexType is odd' },
        },
      },
    }));
    const engine = await engineWith({}, { LANGUAGE_ENDPOINT: service.url });
    expect(await failureOf(engine, `SELECT SENTIMENT(t) FROM ${THREE}`)).toMatch(
      /^service\/refused: .* refused language\/sentiment: 400 InvalidParameterValue: /,
    );
    expect(service.requests).toHaveLength(1);
  });

  test('that fall silent end it after max_stall', async () => {
    const service = await serviceThat(() => undefined);
    const engine = await engineWith({ max_stall: 0.2, cache: 'OFF' }, { LANGUAGE_ENDPOINT: service.url });
    expect(await failureOf(engine, "SELECT SENTIMENT('a')")).toMatch(
      /^service\/stalled: .* answered nothing for 0.2 s \(max_stall\); 0 of 1 distinct inputs were answered$/,
    );
  });
});
