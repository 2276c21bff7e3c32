// What runs teach about calls and the next run knows: the latency EXPLAIN's time comes from, and the price by which the
// calls of a conjunction are ordered. Times are never compared, only whether they are known.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmulator } from '../src/emulator/emulator.ts';
import { startServer } from '../src/emulator/server.ts';
import { Engine } from '../src/engine/engine.ts';
import { fakeTextModels } from './support/fake-text-models.ts';

let folder: string;
let url: string;
let open: { close(): Promise<unknown> }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sqlc-learnt-'));
  const server = await startServer({
    emulator: createEmulator({ models: fakeTextModels() }),
    port: 0,
    host: '127.0.0.1',
  });
  url = server.url;
  open = [{ close: () => server.close(0) }];
});
afterEach(async () => {
  for (const one of open.reverse()) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

async function engineWith(service: string): Promise<Engine> {
  const engine = await Engine.open({ env: {}, settings: { cache_dir: folder, cache: 'OFF' } });
  open.push(engine);
  await engine.execute(`CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '${url}', ${service})`);
  return engine;
}

type Kept = Readonly<Record<string, Readonly<Record<string, readonly [value: number, atMs: number]>>>>;

const statistics = () => join(folder, 'statistics');
function keptFiles(): Kept[] {
  return readdirSync(statistics()).map((name) => JSON.parse(readFileSync(join(statistics(), name), 'utf8')));
}
/** Of the one file there is. */
function kept(): Kept {
  const [only = {}, ...others] = keptFiles();
  expect(others).toEqual([]);
  return only;
}
const ASK = "SELECT SENTIMENT(t) AS mood FROM (VALUES ('good'), ('bad')) AS v (t)";

describe('latency', () => {
  async function timeOf(engine: Engine): Promise<{ known: boolean; pace: string | undefined }> {
    const [call] = (await engine.explain(ASK)).json.calls;
    return { known: call?.seconds !== undefined, pace: call?.pace.replace(/ of \d+ ms$/, ' of some ms') };
  }
  const unknown = { known: false, pace: '16 requests in flight' };
  const known = { known: true, pace: '16 requests in flight of some ms' };

  test('is known to EXPLAIN after a statement, and in the next process', async () => {
    const first = await engineWith('MAX_CONCURRENCY = 16');
    expect(await timeOf(first)).toEqual(unknown);
    await (await first.query(ASK)).toArray();
    expect(await timeOf(first)).toEqual(known);
    await first.close();
    expect(Object.keys(kept().latencyMs ?? {})).toEqual(['language/sentiment text']);
    expect(await timeOf(await engineWith('MAX_CONCURRENCY = 16'))).toEqual(known);
  });

  test('is not learnt where nothing was asked', async () => {
    const engine = await engineWith('MAX_CONCURRENCY = 16');
    await (await engine.query("SELECT SENTIMENT('') AS mood")).toArray();
    expect(await timeOf(engine)).toEqual(unknown);
  });

  test.each([
    ['is cut off', '{"version":2,"selectivity":{}'],
    ['is of another version', '{"version":3,"latencyMs":{"language/sentiment text":[5,1]}}'],
    ['holds what is no time', '{"version":2,"latencyMs":{"language/sentiment text":[-5,1]}}'],
    ['says not when', '{"version":2,"latencyMs":{"language/sentiment text":[5],"language/language text":5}}'],
    ['holds no figures', '{"version":2,"latencyMs":[],"price":null}'],
  ])('is unknown where the file %s', async (_, text) => {
    mkdirSync(statistics());
    writeFileSync(join(statistics(), 'earlier.json'), text);
    const engine = await engineWith('MAX_CONCURRENCY = 16');
    expect(await timeOf(engine)).toEqual(unknown);
    await (await engine.query(ASK)).toArray();
    await engine.close();
    expect(kept()).toMatchObject({ version: 2 });
  });
});

describe('runs that are there together', () => {
  const language = "SELECT DETECT_LANGUAGE(t) AS l FROM (VALUES ('good'), ('bad')) AS v (t)";
  const operations = () => keptFiles().flatMap(({ latencyMs = {} }) => Object.keys(latencyMs));
  const both = ['language/language text', 'language/sentiment text'];

  /** Each has read what was kept before the other one ends. */
  async function ended(closing: (engines: readonly Engine[]) => Promise<unknown>): Promise<void> {
    const engines = [await engineWith('MAX_CONCURRENCY = 16'), await engineWith('MAX_CONCURRENCY = 16')];
    for (const [i, sql] of [ASK, language].entries()) await (await engines[i]?.query(sql))?.toArray();
    await closing(engines);
  }

  test('keep what each of them learnt, one after the other', async () => {
    await ended(async (engines) => {
      for (const engine of engines) await engine.close();
    });
    expect(Object.keys(kept().latencyMs ?? {}).sort()).toEqual(both);
  });

  test('keep it when they end at once, and the next run makes one file of theirs', async () => {
    await ended((engines) => Promise.all(engines.map((engine) => engine.close())));
    expect([...new Set(operations())].sort()).toEqual(both);
    const next = await engineWith('MAX_CONCURRENCY = 16');
    await (await next.query(ASK)).toArray();
    await next.close();
    expect(Object.keys(kept().latencyMs ?? {}).sort()).toEqual(both);
  });

  test('keep the later of two figures, whichever run ends last', async () => {
    const at = (value: number, atMs: number) => `{"version":2,"price":{"language/sentiment":[${value},${atMs}]}}`;
    mkdirSync(statistics());
    writeFileSync(join(statistics(), 'one.json'), at(1, 2000));
    writeFileSync(join(statistics(), 'two.json'), at(2, 1000));
    await ended((engines) => Promise.all(engines.map((engine) => engine.close())));
    expect(keptFiles().map(({ price }) => price?.['language/sentiment'])).toContainEqual([1, 2000]);
    expect(keptFiles().map(({ price }) => price?.['language/sentiment'])).not.toContainEqual([2, 1000]);
  });
});

describe('price', () => {
  // Either call keeps half of the rows, so that nothing but the price tells them apart.
  const rows = (from: number) =>
    Array.from(
      { length: 40 },
      (_, i) => `('${i % 2 === 0 ? 'good' : 'bad'}${i % 4 < 2 ? ' bonjour' : ''} ${from + i}')`,
    ).join(', ');
  const conjunction = (from: number) =>
    `SELECT t FROM (VALUES ${rows(from)}) AS v (t) WHERE SENTIMENT(t) = 'positive' AND DETECT_LANGUAGE(t) = 'fr'`;
  const both = "SELECT SENTIMENT('good') AS a, DETECT_LANGUAGE('good') AS b";

  async function documentsOf(engine: Engine, sql: string): Promise<Record<string, number>> {
    const result = await engine.query(sql);
    await result.toArray();
    return Object.fromEntries(result.stats.operations.map((o) => [o.operation, o.documents]));
  }

  test.each([
    ['{"language/sentiment": 10, "language/language": 1}', { 'language/language': 40, 'language/sentiment': 20 }],
    ['{"language/sentiment": 1, "language/language": 10}', { 'language/sentiment': 40, 'language/language': 20 }],
  ])('decides who is asked about every row (%s)', async (prices, documents) => {
    const engine = await engineWith(`PRICES = '${prices}'`);
    await documentsOf(engine, both);
    await documentsOf(engine, conjunction(0)); // measures both predicates
    expect(await documentsOf(engine, conjunction(100))).toEqual(documents);
    await engine.close();
    const each = Object.entries(kept().price ?? {}).map(([operation, [price]]) => [operation, price * 1000]);
    expect(Object.fromEntries(each)).toEqual(JSON.parse(prices));
    expect(await documentsOf(await engineWith(`PRICES = '${prices}'`), conjunction(200))).toEqual(documents);
  });

  test('decides nothing where one of them is not known', async () => {
    const [one, other] = await Promise.all(
      ['{"language/sentiment": 10}', '{"language/language": 10}'].map((p) => engineWith(`PRICES = '${p}'`)),
    );
    const found: Record<string, number>[] = [];
    for (const engine of [one, other]) {
      if (engine === undefined) continue;
      await documentsOf(engine, both);
      await documentsOf(engine, conjunction(0));
      found.push(await documentsOf(engine, conjunction(100)));
    }
    expect(found[0]).toEqual(found[1]);
  });
});
