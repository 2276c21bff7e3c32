// Calls made in one request: fewer requests, the same answers, each cached and counted for its own function. EXPLAIN and
// the report agree, budgets hold, and what a service refuses of one feature is refused of that one alone.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { type LookOptions, lookFunctions } from './support/look-functions.ts';

let scratch = '';
let open: Engine[] = [];
/** What was asked together, and how many requests asked it. */
let asked: Record<string, number> = {};

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-fusion-'));
});
afterEach(async () => {
  for (const engine of open) await engine.close();
  open = [];
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const DIGITS = '(SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d))';
// 400 rows, 40 distinct images i00 … i39, every tenth of them without one; img2 is another of them.
const ROWS = `CREATE TABLE r AS SELECT CAST(i AS int) AS id, CASE WHEN i % 10 = 3 THEN NULL ELSE CONCAT('i', i / 10 % 4, i % 10) END AS img,
  CONCAT('i0', i % 3) AS img2 FROM (SELECT a.d + 10 * b.d + 100 * c.d AS i FROM ${DIGITS} AS a CROSS JOIN ${DIGITS} AS b CROSS JOIN ${DIGITS} AS c WHERE c.d < 4) s`;
const IMAGES = 36;

async function engineWith(
  look: LookOptions = {},
  { rules = [], folder = mkdtempSync(join(scratch, 'cache-')) }: { rules?: readonly string[]; folder?: string } = {},
): Promise<Engine> {
  const engine = await Engine.open({ env: {}, settings: { cache_dir: folder }, disabledRules: rules });
  open.push(engine);
  const onCall = (functions: readonly string[]) => {
    const key = functions.toSorted().join('+');
    asked[key] = (asked[key] ?? 0) + 1;
  };
  engine.registerFunction(lookFunctions({ onCall, ...look }));
  await engine.execute(ROWS);
  asked = {};
  return engine;
}

async function run(engine: Engine, sql: string) {
  asked = {};
  const result = await engine.query(sql);
  return { rows: await result.toArray(), operations: result.stats.operations };
}

const rowsOf = async (engine: Engine, sql: string) => (await run(engine, sql)).rows;

async function failureOf(engine: Engine, sql: string): Promise<string> {
  try {
    await run(engine, sql);
    return 'no error';
  } catch (failure) {
    if (!(failure instanceof SqlcError)) throw failure;
    return failure.code;
  }
}

const FOUR = 'SELECT id, TAGS(img) AS t, CAPTION(img) AS c, SIZE(img) AS s FROM r WHERE SCORE(img) < 0.35 ORDER BY id';

describe('requests', { timeout: 120_000 }, () => {
  test('are one for each image where nothing is filtered, whatever they cost', async () => {
    const sql = 'SELECT id, TAGS(img) AS t, CAPTION(img) AS c, SIZE(img) AS s FROM r ORDER BY SCORE(img), id';
    const apart = await rowsOf(await engineWith({}, { rules: ['fuse'] }), sql);
    expect(asked).toEqual({ TAGS: IMAGES, CAPTION: IMAGES, SIZE: IMAGES, SCORE: IMAGES });
    for (const prices of [undefined, { calls: 1, rows: 0 }, { calls: 0, rows: 1 }, { calls: 3, rows: 2 }]) {
      expect(await rowsOf(await engineWith({ prices }), sql)).toEqual(apart);
      expect(asked).toEqual({ 'CAPTION+SCORE+SIZE+TAGS': IMAGES });
    }
  });

  test('go to survivors alone where inputs are paid, to all at once where requests are', async () => {
    const apart = await rowsOf(await engineWith({}, { rules: ['fuse'] }), FOUR);
    expect(await rowsOf(await engineWith({ prices: { calls: 0, rows: 1 } }), FOUR)).toEqual(apart);
    expect(asked).toEqual({ SCORE: IMAGES, 'CAPTION+SIZE+TAGS': 31 });
    expect(await rowsOf(await engineWith({ prices: { calls: 1, rows: 0 } }), FOUR)).toEqual(apart);
    expect(asked).toEqual({ 'CAPTION+SCORE+SIZE+TAGS': IMAGES });
  });

  test('cost the cheaper of both, once it is known what the filter keeps', async () => {
    const folder = mkdtempSync(join(scratch, 'learnt-'));
    const price = async (rules: readonly string[], calls: number, limit: number) => {
      const engine = await engineWith({ prices: { calls, rows: 1 } }, { rules, folder });
      const { operations } = await run(engine, FOUR.replace('0.35', String(limit)));
      await engine.close();
      return operations.reduce((sum, o) => sum + o.cost, 0);
    };
    for (const calls of [0.2, 1, 5]) {
      for (const kept of [8, 18, 32]) {
        const limit = (Math.floor(kept / 9) * 10 + (kept % 9)) / 100;
        await price([], calls, limit); // learns what the filter keeps
        const survivors = (await rowsOf(await engineWith(), `SELECT DISTINCT img FROM r WHERE SCORE(img) < ${limit}`))
          .length;
        const together = IMAGES * (calls + 4);
        const staged = IMAGES * (calls + 1) + survivors * (calls + 3);
        const paid = 1000 * (await price([], calls, limit));
        // Ten images tell what the filter keeps: near where both cost the same they may mislead.
        const [cheaper, dearer] = [Math.min(together, staged), Math.max(together, staged)];
        expect(paid, `${calls} a call, ${survivors} survivors`).toBeCloseTo(
          dearer > 1.25 * cheaper ? cheaper : paid,
          6,
        );
        expect(paid).toBeLessThanOrEqual(dearer + 1e-6);
      }
    }
  });

  test('ask about each image for what a row wants it for', async () => {
    const sql = `SELECT id, TAGS(img) AS t, CASE WHEN id < 20 THEN CAPTION(img) END AS c, CASE WHEN id >= 380 THEN SIZE(img) END AS s,
      CAPTION(img2) AS o FROM r ORDER BY id`;
    const apart = await rowsOf(await engineWith({}, { rules: ['fuse'] }), sql);
    const engine = await engineWith();
    expect(await rowsOf(engine, sql)).toEqual(apart);
    expect(asked).toEqual({ 'CAPTION+TAGS': 18, 'SIZE+TAGS': 18 });
  });

  test('of a batch are packed by what they ask for', async () => {
    const engine = await engineWith({ batchSize: 10 });
    const { operations } = await run(engine, 'SELECT TAGS(img) AS t, SIZE(img) AS s FROM r OPTION (CACHE OFF)');
    expect(asked).toEqual({ 'SIZE+TAGS': 4 });
    expect(operations.map((o) => o.requests).toSorted()).toEqual([0, 4]);
  });

  test('stop with the stream', async () => {
    const engine = await engineWith({ prices: { calls: 1, rows: 0 } });
    const sql = "SELECT TOP 3 id FROM r WHERE TAGS(img) = 'i' AND SIZE(img) = 3";
    await rowsOf(engine, sql); // learns what the filters keep
    expect(await rowsOf(engine, `${sql} OPTION (CACHE OFF)`)).toHaveLength(3);
    expect(Object.keys(asked)).toEqual(['SIZE+TAGS']);
    expect(asked['SIZE+TAGS']).toBeLessThan(7);
  });
});

describe('the cache', { timeout: 120_000 }, () => {
  test('knows each function of a fused request by itself', async () => {
    const engine = await engineWith({ cache: true });
    await run(engine, 'SELECT TAGS(img) AS t, SIZE(img) AS s FROM r');
    const { operations } = await run(engine, 'SELECT SIZE(img) AS s FROM r');
    expect(asked).toEqual({});
    expect(operations).toMatchObject([{ operation: 'function/size', distinct: IMAGES, cached: IMAGES, requests: 0 }]);
  });

  test('leaves what it knows out of a request', async () => {
    const engine = await engineWith({ cache: true });
    await run(engine, 'SELECT TAGS(img) AS t FROM r WHERE id < 20');
    const { rows, operations } = await run(engine, 'SELECT TAGS(img) AS t, SIZE(img) AS s FROM r ORDER BY id');
    expect(asked).toEqual({ SIZE: 18, 'SIZE+TAGS': 18 });
    expect(rows.slice(0, 4)).toEqual([
      { t: 'i', s: 3 },
      { t: 'i', s: 3 },
      { t: 'i', s: 3 },
      { t: null, s: null },
    ]);
    expect(Object.fromEntries(operations.map((o) => [o.operation, o.cached]))).toEqual({
      'function/tags': 18,
      'function/size': 0,
    });
    const miss = 'SELECT CAPTION(img) AS c, SIZE(img) AS s FROM r OPTION (CACHE READ)';
    expect(await failureOf(engine, miss)).toBe('cache/miss');
  });
});

describe('EXPLAIN and the report', { timeout: 120_000 }, () => {
  const QUERIES = [
    'SELECT TAGS(img) AS t, CAPTION(img) AS c FROM r',
    'SELECT COUNT(*) AS n, MIN(SIZE(img)) AS s, MAX(TAGS(img)) AS t FROM r',
    'SELECT TAGS(img) AS a, SIZE(img) AS s, CAPTION(img2) AS b FROM r ORDER BY SIZE(img), id',
    'SELECT TAGS(img) AS a, SIZE(img) AS s FROM r UNION ALL SELECT CAPTION(img2), SIZE(img2) FROM r',
    'SELECT MAX(CASE WHEN id < 30 THEN TAGS(img) END) AS t, MAX(SIZE(img)) AS s FROM r',
    'SELECT id, TAGS(img) AS t, CAPTION(img) AS c FROM r WHERE SCORE(img) < 0.2',
  ];

  test.each(QUERIES)('agree: %s', async (sql) => {
    const engine = await engineWith({ cache: true, batchSize: 7, prices: { calls: 1000, rows: 0 } });
    for (const round of ['cold', 'warm']) {
      const { json } = await engine.explain(sql);
      expect(json.calls.every((c) => c.exact)).toBe(true);
      const { operations } = await run(engine, sql);
      const told = json.calls.map(({ operation, distinct, cached, documents, requests, price }) => ({
        ...{ operation, distinct, cached, documents, requests },
        cost: Math.round((price ?? 0) * 1e6),
      }));
      const done = operations.map(({ operation, distinct, cached, documents, requests, cost }) => ({
        ...{ operation, distinct, cached, documents, requests },
        cost: Math.round(cost * 1e6),
      }));
      const order = (a: { operation: string }, b: { operation: string }) => (a.operation < b.operation ? -1 : 1);
      expect(done.sort(order), round).toEqual(told.sort(order));
      expect(operations.reduce((sum, o) => sum + o.requests, 0)).toBe(Object.values(asked).reduce((a, b) => a + b, 0));
    }
  });

  test('say what is fused, and what the plan may yet change', async () => {
    const engine = await engineWith({ prices: { calls: 1, rows: 1 } });
    const both = await engine.explain('SELECT TAGS(img) AS t, SIZE(img) AS s FROM r');
    expect(both.text).toContain('requests 36 (fused with function/size)');
    expect(both.json.calls.map((c) => c.fusedWith)).toEqual([['function/size'], ['function/tags']]);
    const open = await engine.explain(FOUR);
    expect(open.json.calls.some((c) => c.exact)).toBe(false);
  });

  test('count what came with other requests as saved by fusion', async () => {
    const engine = await engineWith({ prices: { calls: 1, rows: 2 } });
    const { operations } = await run(engine, 'SELECT TAGS(img) AS t, SIZE(img) AS s FROM r');
    for (const o of operations) {
      const { dedup, cache, order, placement, fusion, early } = o.saved;
      expect(o.documents + dedup + cache + order + placement + fusion + early).toBe(o.virtualDocuments);
      expect(o).toMatchObject({ virtualDocuments: 360, distinct: IMAGES, estimated: false });
    }
    expect(operations.map((o) => [o.documents, o.requests, o.saved.fusion, o.cost.toFixed(3)])).toEqual([
      [IMAGES, IMAGES, 0, '0.108'],
      [0, 0, IMAGES, '0.072'],
    ]);
  });
});

describe('budgets', { timeout: 120_000 }, () => {
  const sql = 'SELECT MAX(TAGS(img)) AS t, MAX(SIZE(img)) AS s FROM r';
  test.each([
    ['MAX_CALLS 36', 'no error'],
    ['MAX_CALLS 35', 'budget/calls'],
    ['MAX_DOCUMENTS 36', 'no error'],
    ['MAX_DOCUMENTS 35', 'budget/documents'],
    ['MAX_COST 0.1801', 'no error'],
    ['MAX_COST 0.1799', 'budget/cost'],
  ])('%s: %s', async (option, expected) => {
    const engine = await engineWith({ prices: { calls: 1, rows: 2 } });
    expect(await failureOf(engine, `${sql} OPTION (${option})`)).toBe(expected);
    // A set beyond the budget fails before the first request.
    expect(asked).toEqual(expected === 'no error' ? { 'SIZE+TAGS': IMAGES } : {});
    const streamed = 'SELECT TAGS(img) AS t, SIZE(img) AS s FROM r';
    expect(await failureOf(engine, `${streamed} OPTION (${option})`)).toBe(expected);
  });
});

describe('errors', { timeout: 120_000 }, () => {
  test('are those of the function that failed', async () => {
    const engine = await engineWith();
    const rows = "FROM (VALUES ('a1'), ('b!'), ('c2')) AS v (x)";
    const sql = `SELECT TAGS(x) AS t, CAPTION(x) AS c, COGNITIVE_ERROR(CAPTION(x)).code AS e ${rows} ORDER BY x`;
    expect(await rowsOf(engine, sql)).toEqual([
      { t: 'a', c: 'A1', e: null },
      { t: 'b', c: null, e: 'RangeError' },
      { t: 'c', c: 'C2', e: null },
    ]);
    const failing = `SELECT TAGS(x) AS t, CAPTION(x) AS c ${rows} OPTION`;
    expect(await failureOf(engine, `${failing} (ON_ERROR FAIL)`)).toBe('service/document');
    expect(await failureOf(engine, `${failing} (MAX_ERRORS 0)`)).toBe('service/max-errors');
    expect(await failureOf(engine, `${failing} (MAX_ERRORS 1)`)).toBe('no error');
  });

  test('of rows that a filter drops are nobody’s, fused or not', async () => {
    const sql = `SELECT CAPTION(x) AS c FROM (VALUES ('a1'), ('b!9')) AS v (x) WHERE SCORE(x) < 0.05 OPTION (ON_ERROR FAIL)`;
    for (const rules of [[], ['fuse']]) {
      const engine = await engineWith({ prices: { calls: 1, rows: 0 } }, { rules });
      expect(await rowsOf(engine, sql)).toEqual([{ c: 'A1' }]);
    }
  });

  test('of a definition name the function', async () => {
    const engine = await engineWith();
    const look = lookFunctions();
    const refused = (change: object) => () => engine.registerFunction({ ...look, ...change });
    expect(refused({ returns: {} })).toThrow('it has 0 functions, expected 1 to 30');
    expect(refused({ returns: { SENTIMENT: 'int' } })).toThrow('a function named "SENTIMENT" exists');
    expect(refused({ returns: { a: 'int', A: 'int' } })).toThrow('two of its functions have one name');
    expect(refused({ returns: { 'a b': 'int' } })).toThrow('"a b" is no identifier');
    expect(refused({ pricePer1000: { rows: { NONE: 1 } } })).toThrow('it has a price for "NONE" alone');
    expect(refused({ pricePer1000: { calls: -1 } })).toThrow('a price is -1, expected a number from 0');
  });
});
