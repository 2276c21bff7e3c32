// What EXPLAIN says of calls whose inputs depend on no answer is what the report of the run says after it; and calls
// that need nothing of each other are under way together.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmulatorServer } from '../src/emulator/server.ts';
import { Engine } from '../src/engine/engine.ts';
import { startFakeService } from './support/slt-backends.ts';

let service: EmulatorServer;
let scratch = '';
const engines: Engine[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-explain-'));
  service = await startFakeService();
});

afterAll(async () => {
  for (const engine of engines) await engine.close();
  await service?.close(0);
  rmSync(scratch, { recursive: true, force: true });
});

const DIGITS = '(SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d))';
// 20,000 rows: several buffers of a stream, each with some new texts.
const ROWS = `CREATE TABLE r AS SELECT CAST(i AS int) AS id, CONCAT('text ', i % 3017) AS body, CONCAT('title ', i / 7 % 411) AS title
  FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS i FROM ${DIGITS} AS a CROSS JOIN ${DIGITS} AS b
  CROSS JOIN ${DIGITS} AS c CROSS JOIN ${DIGITS} AS e CROSS JOIN ${DIGITS} AS f WHERE f.d < 2) s`;

async function open(): Promise<Engine> {
  const engine = await Engine.open({
    env: { LANGUAGE_ENDPOINT: service.url },
    settings: { cache_dir: mkdtempSync(join(scratch, 'cache-')) },
  });
  engines.push(engine);
  await engine.execute(ROWS);
  return engine;
}

const QUERIES = [
  'SELECT id, SENTIMENT(body) AS m FROM r',
  'SELECT id, SENTIMENT(body) AS m, KEY_PHRASES(title) AS k, DETECT_LANGUAGE(body) AS l FROM r WHERE id % 3 = 0',
  'SELECT SENTIMENT(body) AS m, COUNT(*) AS n FROM r GROUP BY SENTIMENT(body)',
  'SELECT SENTIMENT(body) AS a, SENTIMENT(title) AS b FROM r',
  'SELECT COUNT(*) AS n FROM r WHERE SENTIMENT(body) = SENTIMENT(title)',
  'SELECT id, SENTIMENT(body) AS m FROM r WHERE id < 1000 UNION ALL SELECT id, SENTIMENT(title) FROM r WHERE id < 900',
  'SELECT a.id FROM r AS a JOIN r AS b ON a.id = b.id + 1 ORDER BY SENTIMENT(a.body), a.id',
  'SELECT id, SENTIMENT(body) AS m FROM r TABLESAMPLE (3 PERCENT) REPEATABLE (11) WHERE id % 2 = 0',
];

const CHANGES = [
  'INSERT INTO made SELECT id, SENTIMENT(body) FROM r WHERE id < 5000',
  'UPDATE r SET title = SENTIMENT(body) WHERE id % 2 = 0',
  'DELETE FROM r WHERE SENTIMENT(body) = SENTIMENT(title)',
  `MERGE INTO made USING (SELECT id, body FROM r WHERE id < 100) AS s ON made.id = s.id
     WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, SENTIMENT(s.body));`,
  'SELECT id, SENTIMENT(body) AS m INTO other FROM r WHERE id % 5 = 0',
];

/** What is compared, in one order. */
function needs(calls: readonly Need[]): Need[] {
  return calls
    .map(({ operation, distinct, cached, requests }) => ({ operation, distinct, cached, requests }))
    .sort((a, b) => (a.operation < b.operation ? -1 : 1));
}
interface Need {
  readonly operation: string;
  readonly distinct: number | undefined;
  readonly cached: number | undefined;
  readonly requests: number | undefined;
}

describe('EXPLAIN and the report agree', () => {
  test.each(CHANGES)('%s', { timeout: 60_000 }, async (sql) => {
    const engine = await open();
    await engine.execute('CREATE TABLE made (id int, mood nvarchar(20)); INSERT INTO made VALUES (1, NULL), (2, NULL)');
    const { json } = await engine.explain(sql);
    expect(json.calls.every((c) => c.exact)).toBe(true);
    const { stats } = await engine.query(sql);
    expect(stats.operations.map((o) => o.requests)).not.toEqual([0]);
    expect(needs(stats.operations)).toEqual(needs(json.calls));
  });

  test.each(QUERIES)('%s', { timeout: 60_000 }, async (sql) => {
    const engine = await open();
    for (const round of ['cold', 'warm']) {
      const { json } = await engine.explain(sql);
      expect(json.calls.every((c) => c.exact)).toBe(true);
      const result = await engine.query(sql);
      for await (const _ of result.batches());
      expect(needs(result.stats.operations), round).toEqual(needs(json.calls));
    }
  });
});

test('a sample without a seed is drawn anew by the run: EXPLAIN only estimates', async () => {
  const engine = await open();
  const { json } = await engine.explain('SELECT SENTIMENT(body) AS m FROM r TABLESAMPLE (10 ROWS)');
  expect(json.calls.map(({ rows, exact }) => ({ rows, exact }))).toEqual([{ rows: 10, exact: false }]);
});

describe('calls that need nothing of each other', () => {
  /** A function that answers only once `other` has been asked. */
  function meeting(engine: Engine, name: string, own: PromiseWithResolvers, other: PromiseWithResolvers): void {
    engine.registerFunction({
      name,
      params: ['nvarchar'],
      returns: 'nvarchar',
      batchSize: 1000,
      call: async (rows) => {
        own.resolve();
        await other.promise;
        return rows.map(([text]) => `${name} ${text}`);
      },
    });
  }

  test.each([
    ['streaming', 'SELECT A(body) AS a, B(title) AS b FROM r WHERE id < 10'],
    ['set-oriented', 'SELECT COUNT(*) AS n FROM r WHERE id < 10 AND A(body) <> B(title)'],
    ['in branches', 'SELECT A(body) AS x FROM r WHERE id < 10 UNION ALL SELECT B(title) FROM r WHERE id < 10'],
  ])('are made together: %s', async (_, sql) => {
    const engine = await open();
    const [a, b] = [resolvers(), resolvers()];
    meeting(engine, 'A', a, b);
    meeting(engine, 'B', b, a);
    expect((await (await engine.query(sql)).toArray()).length).toBeGreaterThan(0);
  });

  test('a nested call is a pipeline: the inner one works ahead', async () => {
    const engine = await open();
    const inner = resolvers();
    let asked = 0;
    engine.registerFunction({
      name: 'INSIDE',
      params: ['int'],
      returns: 'nvarchar',
      batchSize: 5000,
      call: async (rows) => {
        asked++;
        if (asked === 2) inner.resolve();
        return rows.map(([n]) => `n ${n}`);
      },
    });
    engine.registerFunction({
      name: 'OUTSIDE',
      params: ['nvarchar'],
      returns: 'nvarchar',
      batchSize: 1000,
      call: async (rows) => {
        await inner.promise;
        return rows.map(([text]) => `${text}!`);
      },
    });
    const result = await engine.query('SELECT id, OUTSIDE(INSIDE(id)) AS x FROM r');
    const rows = await result.toArray();
    expect(rows).toHaveLength(20_000);
    expect(rows.every(({ id, x }) => x === `n ${id}!`)).toBe(true);
  });
});

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

function resolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
