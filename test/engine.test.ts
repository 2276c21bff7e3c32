// The embedded engine as a program uses it: open, query, execute, explain, close; results, parameters, cancelling.

import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordBatch, type Table, tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Engine, type EngineOptions, parse, type Result, SqlcError } from '../src/index.ts';
import { answers, startTextService, type TextService } from './support/text-service.ts';

const DIGITS = 'WITH d AS (SELECT n FROM (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS v(n))';
const MANY = `${DIGITS} SELECT a.n * 10000 + b.n * 1000 + c.n * 100 + e.n * 10 + f.n AS id FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f`;
const ENDLESS = `${DIGITS} SELECT COUNT(*) AS n FROM d ${'a b c e f g h i j k l m'.split(' ').join(' CROSS JOIN d ')} WHERE a.n + b.n * c.n <> m.n - l.n`;

let folder: string;
let engines: Engine[];
let services: TextService[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlc-engine-'));
  engines = [];
  services = [];
});
afterEach(async () => {
  for (const engine of engines) await engine.close();
  for (const service of services) await service.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(options: EngineOptions = {}): Promise<Engine> {
  const settings = { cache_dir: join(folder, 'cache'), ...options.settings };
  const engine = await Engine.open({ env: {}, ...options, settings });
  engines.push(engine);
  return engine;
}

async function service(...given: Parameters<typeof startTextService>): Promise<TextService> {
  const started = await startTextService(...given);
  services.push(started);
  return started;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const failure = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(failure instanceof SqlcError)) throw new Error(`expected a SqlcError, found ${String(failure)}`);
  return failure.code;
}

const rowsOf = async (result: Promise<Result>) => (await result).toArray();

describe('results', () => {
  test('toArray loses nothing', async () => {
    const engine = await open();
    const sql = `SELECT CAST(7 AS int) AS i, CAST(9007199254740993 AS bigint) AS b, CAST(1.50 AS decimal(9, 2)) AS d, CAST(2 AS money) AS m,
      CAST(0.1 AS float) AS f, CAST(1.5 AS real) AS r, CAST(1 AS bit) AS t, CAST(200 AS tinyint) AS ti, N'é' AS s, CAST('x' AS char(3)) AS c,
      CAST('2020-01-02' AS date) AS da, CAST('2020-01-02 03:04:05.12' AS datetime2(2)) AS dt, CAST('03:04:05' AS time(0)) AS ti0,
      0x00FF AS bin, NULL AS nothing, CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS u, '' AS empty`;
    expect(await rowsOf(engine.query(sql))).toEqual([
      {
        i: 7,
        b: 9007199254740993n,
        d: '1.50',
        m: '2.0000',
        f: 0.1,
        r: 1.5,
        t: true,
        ti: 200,
        s: 'é',
        c: 'x  ',
        da: '2020-01-02',
        dt: '2020-01-02T03:04:05.12',
        ti0: '03:04:05',
        bin: new Uint8Array([0, 255]),
        nothing: null,
        u: expect.stringMatching(/^6f9619ff-8b86-d011-b42d-00c04fc964ff$/i),
        empty: '',
      },
    ]);
  });

  test('lists and structs are arrays and objects', async () => {
    const engine = await open();
    const [row] = await rowsOf(
      engine.query(
        "SELECT KEY_PHRASES(t) AS topics, ANALYZE_SENTIMENT(t) AS a FROM (VALUES ('I love this wonderful hotel')) AS v(t)",
      ),
    );
    expect(row).toEqual({
      topics: ['wonderful hotel'],
      a: expect.objectContaining({
        sentiment: 'positive',
        sentences: [expect.objectContaining({ offset: 0, length: 27 })],
      }),
    });
  });

  test('batches, toTable and the schema agree', async () => {
    const engine = await open();
    const result = await engine.query(MANY);
    expect(result.schema.fields.map((f) => `${f.name}: ${f.type}`)).toEqual(['id: Int32']);
    let rows = 0;
    let batches = 0;
    for await (const batch of result.batches()) {
      expect(batch).toBeInstanceOf(RecordBatch);
      rows += batch.numRows;
      batches += 1;
    }
    expect(rows).toBe(100_000);
    expect(batches).toBeGreaterThan(1);
    const table = await (await engine.query(MANY)).toTable();
    expect(table.numRows).toBe(100_000);
    expect(table.schema.fields.map((f) => f.name)).toEqual(['id']);
    expect((await (await engine.query("SELECT 1 AS a, 'x' AS b WHERE 1 = 0")).toTable()).numRows).toBe(0);
  });

  test('are read once', async () => {
    const engine = await open();
    const result = await engine.query('SELECT 1 AS a');
    await result.toArray();
    expect(await codeOf(result.toArray())).toBe('exec/result-consumed');
  });

  test('a reader that stops early leaves the engine usable', async () => {
    const engine = await open();
    const result = await engine.query(MANY);
    for await (const batch of result.batches()) {
      expect(batch.numRows).toBeGreaterThan(0);
      break;
    }
    expect(result.stats.status).toBe('cancelled');
    expect(await rowsOf(engine.query('SELECT 1 AS a'))).toEqual([{ a: 1 }]);
  });

  test('two at a time, interleaved', async () => {
    const engine = await open();
    const first = (await engine.query(MANY)).batches();
    const second = (await engine.query("SELECT SENTIMENT('I love it') AS mood")).batches();
    const { value } = await first.next();
    expect(value?.numRows).toBeGreaterThan(0);
    expect((await second.next()).value?.getChildAt(0)?.get(0)).toBe('positive');
    const moods = await Promise.all(
      ['I love it', 'I hate it'].map((text) => rowsOf(engine.query('SELECT SENTIMENT(@text) AS mood', { text }))),
    );
    expect(moods).toEqual([[{ mood: 'positive' }], [{ mood: 'negative' }]]);
    let rows = value?.numRows ?? 0;
    for await (const batch of first) rows += batch.numRows;
    expect(rows).toBe(100_000);
  });

  test('a statement without a result', async () => {
    const engine = await open();
    const result = await engine.query('CREATE TABLE t AS SELECT 1 AS a');
    expect(await result.toArray()).toEqual([]);
    expect(result.stats.status).toBe('done');
    expect(await rowsOf(engine.query('SELECT a FROM t'))).toEqual([{ a: 1 }]);
  });
});

describe('parameters', () => {
  test('of every kind, by type', async () => {
    const engine = await open();
    const date = new Date('2020-01-02T03:04:05.678Z');
    const given = {
      int: 5,
      big: 3_000_000_000,
      bigint: 5n,
      float: 0.5,
      text: "it's; DROP TABLE t --",
      bit: true,
      date,
      bytes: new Uint8Array([1, 2]),
      none: null,
    };
    const sql = `SELECT ${Object.keys(given)
      .map((name) => `@${name} AS [${name}]`)
      .join(', ')}`;
    const result = await engine.query(sql, given);
    expect(result.schema.fields.map((f) => `${f.name}: ${f.type}`)).toEqual([
      'int: Int32',
      'big: Int64',
      'bigint: Int64',
      'float: Float64',
      'text: Utf8',
      'bit: Bool',
      expect.stringMatching(/^date: Timestamp/),
      'bytes: Binary',
      expect.stringMatching(/^none: /),
    ]);
    const [row] = await result.toArray();
    expect(row).toEqual({ ...given, big: 3_000_000_000n, date: expect.stringMatching(/^2020-01-02T03:04:05\.6780*$/) });
  });

  test('in every clause, with or without case and @', async () => {
    const engine = await open();
    const sql = `SELECT n, @Tag AS tag FROM (VALUES (1), (2), (3)) AS v(n) WHERE n > @MIN ORDER BY n OFFSET 0 ROWS FETCH NEXT @rows ROWS ONLY`;
    expect(await rowsOf(engine.query(sql, { min: 1, '@tag': 'x', rows: 1 }))).toEqual([{ n: 2, tag: 'x' }]);
  });

  test('what has no SQL type is refused', async () => {
    const engine = await open();
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, 2n ** 63n, new Date(Number.NaN)])
      expect(await codeOf(engine.query('SELECT @x AS x', { x }))).toBe('bind/parameter-type');
    expect(await codeOf(engine.query('SELECT @y AS y', { x: 1 }))).toBe('bind/unknown-parameter');
    // @ts-expect-error what a JavaScript program may pass
    expect(await codeOf(engine.query('SELECT @x AS x', { x: { a: 1 } }))).toBe('bind/parameter-type');
  });

  test('a NULL and a long text', async () => {
    const engine = await open();
    const text = 'é'.repeat(10_000);
    expect(
      await rowsOf(
        engine.query('SELECT @none + 1 AS a, LEN(@text) AS n, @missing AS m', { none: null, text, missing: undefined }),
      ),
    ).toEqual([{ a: null, n: 10_000n, m: null }]);
  });
});

describe('scripts', () => {
  test('execute gives a result for each statement that has one, readable in any order', async () => {
    const engine = await open();
    const results = await engine.execute(
      `
      CREATE TABLE t AS SELECT n FROM (VALUES (1), (2), (3)) AS v(n);
      SELECT n FROM t WHERE n >= @min ORDER BY n;
      SET NOCOUNT ON;
      SELECT COUNT(*) AS total FROM t;
      DROP TABLE t;`,
      { min: 2 },
    );
    expect(results).toHaveLength(2);
    expect(await results[1]?.toArray()).toEqual([{ total: 3 }]);
    expect(await results[0]?.toArray()).toEqual([{ n: 2 }, { n: 3 }]);
  });

  test('execute stops at the first error, which it throws with its place', async () => {
    const engine = await open();
    const script = 'CREATE TABLE t AS SELECT 1 AS a;\nSELECT nope FROM t;\nCREATE TABLE u AS SELECT 1 AS a';
    const failure = await engine.execute(script).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ code: 'bind/unknown-column', number: 207, span: { start: 40, end: 44 } });
    expect(await rowsOf(engine.query('SELECT a FROM t'))).toEqual([{ a: 1 }]);
    expect(await codeOf(engine.query('SELECT a FROM u'))).toBe('bind/unknown-table');
  });

  test('query takes exactly one statement', async () => {
    const engine = await open();
    expect(await codeOf(engine.query('SELECT 1 AS a; SELECT 2 AS b'))).toBe('syntax/one-statement');
    expect(await codeOf(engine.query('  -- nothing'))).toBe('syntax/empty-script');
    expect(await rowsOf(engine.query('SELECT 1 AS a;'))).toEqual([{ a: 1 }]);
  });

  test('parse gives statements, or an error with everything a program needs', () => {
    expect(parse('SELECT 1 AS a; SET NOCOUNT ON').map(({ kind }) => kind)).toEqual(['select-statement', 'set']);
    let failure: unknown;
    try {
      parse('SELECT 1 +');
    } catch (cause) {
      failure = cause;
    }
    expect(failure).toBeInstanceOf(SqlcError);
    expect(failure).toMatchObject({
      code: 'syntax/unexpected-end',
      number: 102,
      message: 'the statement ends too early: expected a column, a value or "("',
      span: { start: 10, end: 10 },
      others: [],
    });
  });

  test('explain gives the plan as text and JSON, and asks nothing', async () => {
    const asked = await service(answers());
    const engine = await open({ env: { LANGUAGE_ENDPOINT: asked.url } });
    const { text, json } = await engine.explain('SELECT SENTIMENT(@t) AS mood WHERE @n > 1', { t: 'x', n: 2 });
    expect(text).toContain('cognitive-map');
    expect(json.calls).toEqual([expect.objectContaining({ operation: 'language/sentiment' })]);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(asked.requests).toEqual([]);
    expect(await codeOf(engine.explain('SELECT 1 AS a; SELECT 2 AS b'))).toBe('syntax/one-statement');
    expect(await codeOf(engine.explain('SELECT nope'))).toBe('bind/unknown-column');
  });
});

describe('cancelling', () => {
  test('a signal stops a long statement', async () => {
    const engine = await open();
    const controller = new AbortController();
    const result = await engine.query(ENDLESS, {}, { signal: controller.signal });
    const reading = codeOf(result.toArray());
    setImmediate(() => controller.abort());
    expect(await reading).toBe('exec/cancelled');
    expect(result.stats.status).toBe('cancelled');
    expect(await rowsOf(engine.query('SELECT 1 AS a'))).toEqual([{ a: 1 }]);
  });

  test('a signal stops calls under way, within seconds', async () => {
    const asked = await service(answers({ hold: () => true }));
    const engine = await open({ env: { LANGUAGE_ENDPOINT: asked.url } });
    const controller = new AbortController();
    const result = await engine.query("SELECT SENTIMENT('x') AS m", {}, { signal: controller.signal });
    const reading = codeOf(result.toArray());
    await asked.asked(1);
    const began = performance.now();
    controller.abort();
    expect(await reading).toBe('exec/cancelled');
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  test('a signal that is aborted already', async () => {
    const engine = await open();
    const signal = AbortSignal.abort();
    const work = engine.query('SELECT 1 AS a', {}, { signal }).then((result) => result.toArray());
    expect(await codeOf(work)).toBe('exec/cancelled');
  });

  test('closing stops what runs', async () => {
    const engine = await open();
    const result = await engine.query(ENDLESS);
    const reading = codeOf(result.toArray());
    const closing = new Promise<void>((resolve) => setImmediate(() => resolve(engine.close())));
    expect(await reading).toBe('exec/closed');
    await closing;
    await engine.close();
    expect(await codeOf(engine.query('SELECT 1 AS a'))).toBe('exec/closed');
    expect(await codeOf(engine.execute('SELECT 1 AS a'))).toBe('exec/closed');
    expect(await codeOf(engine.registerTable('t', tableFromArrays({ a: [1] })))).toBe('exec/closed');
  });

  test('explain after close', async () => {
    const engine = await open();
    await engine.close();
    expect(await codeOf(engine.explain('SELECT 1 AS a'))).toBe('exec/closed');
  });

  test('a result that nobody read costs nothing and ends with the engine', async () => {
    const asked = await service(answers());
    const engine = await open({ env: { LANGUAGE_ENDPOINT: asked.url } });
    const result = await engine.query("SELECT SENTIMENT('x') AS m");
    await engine.close();
    expect(await codeOf(result.toArray())).toBe('exec/closed');
    expect(asked.requests).toEqual([]);
  });

  test('timeouts: of the engine, of the session, of the statement', async () => {
    const engine = await open({ settings: { timeout: 0.2 } });
    const failure = await rowsOf(engine.query(ENDLESS)).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ code: 'exec/timeout', message: 'the statement ran longer than 0.2 s' });
    await engine.execute('SET timeout = 60');
    expect(await codeOf(rowsOf(engine.query(`${ENDLESS} OPTION (TIMEOUT 0.1)`)))).toBe('exec/timeout');
  });

  test('a reader that stops early asks nothing more', async () => {
    const asked = await service(answers());
    const engine = await open({ env: { LANGUAGE_ENDPOINT: asked.url } });
    const result = await engine.query(
      `${DIGITS} SELECT a.n AS id, SENTIMENT(CAST(a.n * 10000 + b.n * 1000 + c.n * 100 + e.n * 10 + f.n AS varchar(10))) AS m FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f`,
    );
    for await (const batch of result.batches()) {
      expect(batch.numRows).toBeGreaterThan(0);
      break;
    }
    const { documents } = asked;
    expect(documents).toBeLessThan(50_000);
    await engine.query("SELECT SENTIMENT('one more') AS m").then((r) => r.toArray());
    expect(asked.documents).toBe(documents + 1);
  });
});

describe('registered tables', () => {
  test('are read like any other, and replaced', async () => {
    const engine = await open();
    await engine.registerTable('t', tableFromArrays({ id: Int32Array.of(1, 2), name: ['one', null] }));
    expect(await rowsOf(engine.query('SELECT id, name FROM t ORDER BY id'))).toEqual([
      { id: 1, name: 'one' },
      { id: 2, name: null },
    ]);
    await engine.registerTable('T', tableFromArrays({ x: Float64Array.of(0.5) }));
    expect(await rowsOf(engine.query('SELECT * FROM dbo.t'))).toEqual([{ x: 0.5 }]);
    await engine.registerTable('[odd] "name"', tableFromArrays({ 'a b': [true] }));
    expect(await rowsOf(engine.query('SELECT [a b] FROM [[odd]] "name"]'))).toEqual([{ 'a b': true }]);
  });

  test('of another copy of apache-arrow', async () => {
    const require = createRequire(import.meta.url);
    const other: typeof import('apache-arrow') = require('apache-arrow');
    const engine = await open();
    const table = other.tableFromArrays({ id: Int32Array.of(1), txt: ['x'], big: BigInt64Array.of(5n) });
    await engine.registerTable('t', table as unknown as Table); // the two copies' types differ in name alone
    expect(await rowsOf(engine.query('SELECT * FROM t'))).toEqual([{ id: 1, txt: 'x', big: 5n }]);
  });

  test('what a query gives can be registered and read again', async () => {
    const engine = await open();
    const sql = `SELECT CAST(n AS int) AS i, CAST(n AS bigint) AS b, CAST(n AS decimal(9, 2)) AS d, CAST('2020-01-02' AS date) AS da,
      CAST('2020-01-02 03:04:05.123' AS datetime2(3)) AS dt, 0x01 AS bin, NULL AS nothing, KEY_PHRASES(t) AS topics
      FROM (VALUES (1, 'I love this wonderful hotel'), (NULL, NULL)) AS v(n, t)`;
    const table = await (await engine.query(sql)).toTable();
    const rows = await rowsOf(engine.query(sql));
    await engine.registerTable('again', tableFromIPC(tableToIPC(table)));
    expect(await rowsOf(engine.query('SELECT * FROM again'))).toEqual(rows);
  });

  test('belong to their engine', async () => {
    const engine = await open({ database: join(folder, 'db') });
    await engine.registerTable('t', tableFromArrays({ a: [1] }));
    await engine.close();
    const again = await open({ database: join(folder, 'db') });
    expect(await codeOf(again.query('SELECT * FROM t'))).toBe('bind/unknown-table');
  });
});

describe('the run report', () => {
  test('says what was asked', async () => {
    const asked = await service(answers());
    const engine = await open({ env: { LANGUAGE_ENDPOINT: asked.url } });
    const sql = "SELECT SENTIMENT(t) AS m FROM (VALUES ('a'), ('b'), ('a'), ('refuse'), (NULL)) AS v(t)";
    const result = await engine.query(sql);
    expect(result.stats.status).toBe('running');
    await result.toArray();
    const { stats } = result;
    expect(stats).toMatchObject({ sql, status: 'done', rows: 5 });
    expect(stats.elapsedMs).toBeGreaterThan(0);
    expect(stats.elapsedMs).toBeGreaterThanOrEqual(stats.planMs);
    expect(stats.operations).toHaveLength(1);
    expect(stats.operations[0]).toMatchObject({
      operation: 'language/sentiment',
      service: new URL(asked.url).host,
      model: '2025-01-01',
      documents: 3,
      distinct: 3,
      cached: 0,
      requests: 1,
      retries: 0,
      throttled: 0,
      errors: { InvalidDocument: 1 },
    });
  });

  test('says how a statement failed', async () => {
    const engine = await open();
    const result = await engine.query('SELECT 1 / n AS x FROM (VALUES (0)) AS v(n)');
    expect(await codeOf(result.toArray())).toBe('exec/divide-by-zero');
    expect(result.stats.status).toBe('failed');
  });

  test('holds no secret', async () => {
    const engine = await open();
    const result = await engine.query("CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'user', SECRET = 'hush'");
    await result.toArray();
    expect(JSON.stringify(result.stats)).not.toContain('hush');
    expect(result.stats.status).toBe('done');
  });
});

describe('opening', () => {
  test('notices are told once, and only when local models answer', async () => {
    const notices: string[] = [];
    const engine = await open({ onNotice: (text) => notices.push(text) });
    await rowsOf(engine.query('SELECT 1 AS a'));
    expect(notices).toEqual([]);
    for (const text of ['one', 'two']) await rowsOf(engine.query('SELECT SENTIMENT(@text) AS m', { text }));
    expect(notices).toEqual(['no LANGUAGE_ENDPOINT is set: functions run on the embedded local models']);
  });

  test('two engines have nothing in common', async () => {
    const [one, two] = [await open(), await open()];
    await one.execute('CREATE TABLE t AS SELECT 1 AS a; SET timeout = 0.2');
    expect(await codeOf(two.query('SELECT a FROM t'))).toBe('bind/unknown-table');
    await one.close();
    expect(await rowsOf(two.query('SELECT 2 AS a'))).toEqual([{ a: 2 }]);
  });

  test('a persistent database, opened twice', async () => {
    const database = join(folder, 'deep', 'db');
    const engine = await open({ database });
    await engine.execute("CREATE TABLE t AS SELECT 1 AS a, N'é' AS s");
    await engine.close();
    const again = await open({ database });
    expect(await rowsOf(again.query('SELECT * FROM t'))).toEqual([{ a: 1, s: 'é' }]);
  });

  test.each([
    [{ timout: 1 }, 'settings/unknown'],
    [{ allow_private_urls: 'on' }, 'settings/not-supported'],
    [{ timeout: -1 }, 'settings/value'],
    [{ memory_limit_mb: 'much' }, 'settings/value'],
  ])('settings %o', async (settings, code) => {
    expect(await codeOf(open({ settings: settings as Record<string, string | number> }))).toBe(code);
  });

  test('the environment given replaces the process’s', async () => {
    expect(await codeOf(open({ env: { SQLC_TIMEOUT: 'never' } }))).toBe('settings/value');
    const engine = await open({ env: { SQLC_TIMEOUT: '0.1' }, settings: { timeout: 60 } });
    expect(await rowsOf(engine.query('SELECT 1 AS a'))).toEqual([{ a: 1 }]);
  });
});
