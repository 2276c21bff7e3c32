// External services end to end: SQL on one side, emulators on the other. What is declared decides who is asked, how
// much of it, with which headers; secrets are in nothing that anybody sees.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderError, SqlcError } from '../src/common/errors.ts';
import { createEmulator } from '../src/emulator/emulator.ts';
import { startServer } from '../src/emulator/server.ts';
import type { EmulatorStatistics } from '../src/emulator/statistics.ts';
import { Engine, type EngineOptions } from '../src/index.ts';
import { maskSecrets } from '../src/parser/mask-secrets.ts';
import { fakeTextModels } from './support/fake-text-models.ts';

const KEY = 'k3y-0123456789abcdef';
const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';
/** A thousand texts, so a hundred requests. */
const TEXTS = `SELECT 'text ' + CAST(a.n * 100 + b.n * 10 + c.n AS varchar(10)) AS body FROM ${DIGITS} AS a(n) CROSS JOIN ${DIGITS} AS b(n) CROSS JOIN ${DIGITS} AS c(n)`;

let folder: string;
let cleanups: (() => Promise<unknown>)[];
let notices: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlc-services-'));
  cleanups = [];
  notices = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await rm(folder, { recursive: true, force: true });
});

async function open(options: EngineOptions = {}): Promise<Engine> {
  const settings = { cache_dir: join(folder, 'cache'), cache: 'OFF', ...options.settings };
  const engine = await Engine.open({ env: {}, onNotice: (text) => notices.push(text), ...options, settings });
  cleanups.push(() => engine.close());
  return engine;
}

async function emulator(key?: string): Promise<{ url: string; stats(): Promise<EmulatorStatistics> }> {
  const models = fakeTextModels();
  const server = await startServer({ emulator: createEmulator({ models, key }), port: 0, host: '127.0.0.1' });
  cleanups.push(() => server.close(0));
  const stats = async () => (await (await fetch(`${server.url}/emulator/stats`)).json()) as EmulatorStatistics; // its own words
  return { url: server.url, stats };
}

async function rows(engine: Engine, sql: string): Promise<Record<string, unknown>[]> {
  return (await engine.query(sql)).toArray();
}

async function failureOf(work: Promise<unknown>): Promise<SqlcError> {
  const failure = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(failure instanceof SqlcError)) throw new Error(`expected a SqlcError, found ${String(failure)}`);
  return failure;
}

const credential = (secret: string, identity = 'Ocp-Apim-Subscription-Key') =>
  `DATABASE SCOPED CREDENTIAL k WITH IDENTITY = '${identity}', SECRET = '${secret}'`;
const service = (name: string, url: string, more = '') =>
  `CREATE EXTERNAL SERVICE ${name} WITH (TYPE = LANGUAGE, LOCATION = '${url}'${more})`;

describe('who answers', () => {
  test('a service with its key; another key is refused after one request', async () => {
    const text = await emulator(KEY);
    const engine = await open();
    await engine.execute(`CREATE ${credential(KEY)}; ${service('text', text.url, ', CREDENTIAL = k')}`);
    expect(await rows(engine, "SELECT SENTIMENT('all good') AS mood")).toEqual([{ mood: 'positive' }]);
    expect(notices).toEqual([]);

    await engine.execute(`ALTER ${credential('another')}`);
    const failure = await failureOf(rows(engine, `SELECT COUNT(SENTIMENT(body)) AS n FROM (${TEXTS}) AS t`));
    expect([failure.code, failure.message, failure.hint]).toEqual([
      'service/unauthorized',
      'text refused the key (401 401)',
      'Check credential "k"; a valid key of another region is refused the same way.',
    ]);
    expect(await text.stats()).toMatchObject({ requests: 2, throttled: 1, documents: 1 });

    await engine.execute(`ALTER ${credential(KEY)}`);
    expect(await rows(engine, "SELECT SENTIMENT('still good') AS mood")).toEqual([{ mood: 'positive' }]);
  });

  test('services of a type share work by weight', async () => {
    const [large, small] = [await emulator(), await emulator()];
    const engine = await open();
    await engine.execute(`${service('large', large.url, ', WEIGHT = 3')}; ${service('small', small.url)}`);
    const result = await engine.query(`SELECT COUNT(SENTIMENT(body)) AS n FROM (${TEXTS}) AS t`);
    expect(await result.toArray()).toEqual([{ n: 1000 }]);
    const counted = [await large.stats(), await small.stats()];
    expect(counted.map(({ requests, documents }) => ({ requests, documents }))).toEqual([
      { requests: 75, documents: 750 },
      { requests: 25, documents: 250 },
    ]);
    expect(result.stats.operations.map((o) => [o.operation, o.service, o.requests])).toEqual([
      ['language/sentiment', 'large, small', 100],
    ]);
  });

  test('statements of one request each are shared too', async () => {
    const [large, small] = [await emulator(), await emulator()];
    const engine = await open();
    await engine.execute(`${service('large', large.url, ', WEIGHT = 3')}; ${service('small', small.url)}`);
    for (let i = 0; i < 8; i++) await rows(engine, `SELECT SENTIMENT('text ${i}') AS mood`);
    expect([(await large.stats()).requests, (await small.stats()).requests]).toEqual([6, 2]);
  });

  test('OPERATIONS says for what; a call may name its service; the rest is the environment’s', async () => {
    const [moods, all, other] = [await emulator(), await emulator(), await emulator()];
    const engine = await open({ env: { LANGUAGE_ENDPOINT: other.url } });
    await engine.execute(service('moods', moods.url, ", OPERATIONS = ('language/sentiment')"));
    const asked = async () => {
      const stats = [await moods.stats(), await all.stats(), await other.stats()];
      return stats.map(({ operations }) => Object.keys(operations).map((id) => id.replace('language/', '')));
    };
    await rows(engine, "SELECT SENTIMENT('a') AS s, KEY_PHRASES('b') AS k");
    expect(await asked()).toEqual([['sentiment'], [], ['key-phrases']]);

    await engine.execute(service('[all of it]', all.url));
    await rows(engine, "SELECT DETECT_LANGUAGE('c') AS d, SENTIMENT('d' USING SERVICE [All of it]) AS s");
    expect((await asked())[1]).toEqual(expect.arrayContaining(['sentiment', 'language']));
    expect((await asked())[2]).toEqual(['key-phrases']);

    const refusal = await failureOf(rows(engine, "SELECT KEY_PHRASES('e' USING SERVICE moods) AS k"));
    expect(refusal.code).toBe('bind/service-operation');
    await engine.execute('DROP EXTERNAL SERVICE moods, [all of it]');
    await rows(engine, "SELECT SENTIMENT('f') AS s");
    expect((await asked())[2]).toEqual(expect.arrayContaining(['key-phrases', 'sentiment']));
  });

  test('ALTER moves a service, DROP leaves its operations to the local models', async () => {
    const [first, second] = [await emulator(), await emulator()];
    const engine = await open();
    await engine.execute(service('text', first.url));
    await rows(engine, "SELECT SENTIMENT('a') AS s");
    await engine.execute(`ALTER EXTERNAL SERVICE text SET (LOCATION = '${second.url}')`);
    await rows(engine, "SELECT SENTIMENT('b') AS s");
    expect([(await first.stats()).requests, (await second.stats()).requests]).toEqual([1, 1]);
    expect(notices).toEqual([]);

    await engine.execute('DROP EXTERNAL SERVICE text; DROP EXTERNAL SERVICE IF EXISTS text');
    await rows(engine, "SELECT SENTIMENT('I love it') AS s");
    await rows(engine, "SELECT SENTIMENT('I hate it') AS s");
    expect(notices).toEqual(['no LANGUAGE_ENDPOINT is set: functions run on the embedded local models']);
    expect([(await first.stats()).requests, (await second.stats()).requests]).toEqual([1, 1]);
  });

  test('a container without a credential outlives its process in a database', async () => {
    const box = await emulator();
    const database = join(folder, 'db');
    const made = await open({ database });
    await made.execute(`${service('box', box.url, ", OPERATIONS = ('language/sentiment'), TTL = 1.5, FUSE = OFF")};
      ALTER EXTERNAL SERVICE box SET (WEIGHT = 2)`);
    const refusal = await failureOf(made.execute(`CREATE ${credential(KEY)}`));
    expect([refusal.code, refusal.number]).toEqual(['catalog/master-key-needed', 15581]);
    await made.execute("CREATE DATABASE SCOPED CREDENTIAL k WITH IDENTITY = 'Managed Identity'");
    const altered = await failureOf(made.execute(`ALTER ${credential(KEY)}`));
    expect([altered.code, altered.number]).toEqual(['catalog/master-key-needed', 15581]);
    await made.close();

    const again = await open({ database });
    expect(await rows(again, "SELECT SENTIMENT('good') AS mood")).toEqual([{ mood: 'positive' }]);
    expect((await box.stats()).requests).toBe(1);
    const exists = await failureOf(again.execute(service('BOX', box.url)));
    expect(exists.message).toBe('service "BOX" exists already');
  });

  test('EXPLAIN of a script knows the services its statements would create, and asks none', async () => {
    const text = await emulator();
    const engine = await open();
    const script = `DROP EXTERNAL SERVICE IF EXISTS text; ${service('text', text.url)};
      ALTER EXTERNAL SERVICE text SET (WEIGHT = 2);
      SELECT SENTIMENT('a' USING SERVICE text) AS mood; DROP EXTERNAL SERVICE text`;
    const [plan, ...others] = await engine.explainScript(script);
    expect(others).toEqual([]);
    expect(plan?.json.calls).toMatchObject([{ operation: 'language/sentiment', service: 'text' }]);
    const gone = await failureOf(engine.explainScript(`${script}; SELECT SENTIMENT('a' USING SERVICE text) AS mood`));
    expect(gone.message).toBe('service "text" does not exist');
    expect((await text.stats()).requests).toBe(0);
  });
});

describe('what is sent', () => {
  interface Sent {
    readonly path: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  }

  async function recorder(): Promise<{ url: string; sent: Sent[] }> {
    const sent: Sent[] = [];
    const handler = createEmulator({ models: fakeTextModels() });
    const server = createServer(async (request, response) => {
      sent.push({ path: request.url ?? '', headers: request.headers });
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const path = (request.url ?? '').replace('/gateway', '').replace(/model-version=[^&]*/, 'model-version=latest');
      const answer = await handler.handle({ method: 'POST', path, headers: {}, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent }; // a TCP server's address is never a string
  }

  test.each([
    ['ocp-apim-subscription-KEY', 'ocp-apim-subscription-key', KEY],
    ['api-key', 'api-key', KEY],
    ['Bearer', 'authorization', `Bearer ${KEY}`],
  ])('IDENTITY = %s is the header %s', async (identity, header, value) => {
    const { url, sent } = await recorder();
    const engine = await open();
    await engine.execute(`CREATE ${credential(KEY, identity)}; ${service('text', url, ', CREDENTIAL = k')}`);
    await rows(engine, "SELECT SENTIMENT('a') AS s");
    const credentials = ['ocp-apim-subscription-key', 'api-key', 'authorization'];
    expect(credentials.map((name) => sent[0]?.headers[name])).toEqual(
      credentials.map((name) => (name === header ? value : undefined)),
    );
  });

  test('region, model version, no logging, below a path', async () => {
    const { url, sent } = await recorder();
    const engine = await open();
    const options = ", REGION = 'westus2', MODEL_VERSION = '2022-11-01', LOGGING_OPT_OUT = ON";
    await engine.execute(service('text', `${url}/gateway/`, options));
    await rows(engine, "SELECT SENTIMENT('a') AS s, KEY_PHRASES('a') AS k");
    expect(sent.map(({ path }) => path).sort()).toEqual([
      '/gateway/text/analytics/v3.1/keyPhrases?model-version=2022-11-01&loggingOptOut=true',
      '/gateway/text/analytics/v3.1/sentiment?opinionMining=true&stringIndexType=Utf16CodeUnit&model-version=2022-11-01&loggingOptOut=true',
    ]);
    expect(sent.map(({ headers }) => headers['ocp-apim-subscription-region'])).toEqual(['westus2', 'westus2']);
  });

  test('nothing of it unless it is said', async () => {
    const { url, sent } = await recorder();
    const engine = await open({ env: { LANGUAGE_ENDPOINT: url, LANGUAGE_KEY: KEY } });
    await rows(engine, "SELECT DETECT_LANGUAGE('a') AS s");
    expect(sent.map(({ path }) => path)).toEqual(['/text/analytics/v3.1/languages']);
    expect(sent[0]?.headers['ocp-apim-subscription-key']).toBe(KEY);
    expect(sent[0]?.headers['ocp-apim-subscription-region']).toBeUndefined();
  });

  test('a model version the service does not have fails after one request', async () => {
    const text = await emulator();
    const engine = await open();
    await engine.execute(service('text', text.url, ", MODEL_VERSION = '2019-10-01'"));
    const failure = await failureOf(rows(engine, `SELECT COUNT(SENTIMENT(body)) AS n FROM (${TEXTS}) AS t`));
    expect(failure.message).toMatch(/^text refused language\/sentiment: 400 ModelVersionIncorrect: /);
    expect((await text.stats()).requests).toBe(1);
  });

  test('MAX_CONCURRENCY bounds what is in flight', async () => {
    const text = await emulator();
    const engine = await open();
    await engine.execute(service('text', text.url, ', MAX_CONCURRENCY = 1'));
    await rows(engine, `SELECT COUNT(SENTIMENT(body)) AS n FROM (${TEXTS}) AS t`);
    expect(await text.stats()).toMatchObject({ requests: 100, peakConcurrency: 1 });
  });
});

describe('prices', () => {
  const ASK = "SELECT SENTIMENT('good') AS s, KEY_PHRASES('Good Thing') AS k";

  async function costs(engine: Engine): Promise<[string, number, string][]> {
    const result = await engine.query(ASK);
    await result.toArray();
    return result.stats.operations.map((o): [string, number, string] => [o.operation, o.cost, o.currency]).sort();
  }

  async function priceFile(text: string): Promise<EngineOptions> {
    const cache = await mkdtemp(join(folder, 'prices-'));
    await writeFile(join(cache, 'prices.json'), text);
    return { settings: { cache_dir: cache } };
  }

  test('PRICES for an operation, PRICE_PER_1000 for the others', async () => {
    const text = await emulator();
    const engine = await open(await priceFile('{"language/sentiment": 100}'));
    const prices = `, PRICE_PER_1000 = 2, PRICES = '{"language/sentiment": 5}', CURRENCY = 'eur'`;
    await engine.execute(service('text', text.url, prices));
    expect(await costs(engine)).toEqual([
      ['language/key-phrases', 0.002, 'EUR'],
      ['language/sentiment', 0.005, 'EUR'],
    ]);
  });

  test('the file for services that say nothing, read anew by each statement', async () => {
    const text = await emulator();
    const options = await priceFile('{"//": "mine", "currency": "GBP", "language/sentiment": 3, "vision/describe": 1}');
    const engine = await open({ ...options, env: { LANGUAGE_ENDPOINT: text.url } });
    expect(await costs(engine)).toEqual([
      ['language/key-phrases', 0, 'GBP'],
      ['language/sentiment', 0.003, 'GBP'],
    ]);
    const unknown = await failureOf(rows(engine, `${ASK} OPTION (MAX_COST 1)`));
    expect(unknown.message).toMatch(/^max_cost is set, but no price is known for 127\.0\.0\.1:\d+$/);
    const path = join(String(options.settings?.cache_dir), 'prices.json');
    await writeFile(path, '{"language/sentiment": 4, "language/key-phrases": 4}');
    expect(await costs(engine)).toEqual([
      ['language/key-phrases', 0.004, 'USD'],
      ['language/sentiment', 0.004, 'USD'],
    ]);
    expect(await rows(engine, `${ASK} OPTION (MAX_COST 1)`)).toHaveLength(1);
  });

  test('a file in another currency than the service’s is of no use to it', async () => {
    const text = await emulator();
    const engine = await open(await priceFile('{"currency": "GBP", "language/sentiment": 3}'));
    await engine.execute(service('text', text.url, ", CURRENCY = 'USD'"));
    expect((await costs(engine)).map(([, cost, currency]) => [cost, currency])).toEqual([
      [0, 'USD'],
      [0, 'USD'],
    ]);
  });

  test.each([
    ['not JSON', 'is not JSON', undefined],
    ['[]', 'is not a JSON object', undefined],
    ['{"currency": "€"}', 'has a currency that is not three letters', undefined],
    [
      '{"language/sentiment": "1"}',
      'has "1" as the price of "language/sentiment", expected a number from 0',
      undefined,
    ],
    [
      '{"language/sentimant": 1}',
      'has a price for "language/sentimant", which is no operation',
      'did you mean "language/sentiment"?',
    ],
    ['{"price": 1}', 'has a price for "price", which is no operation', undefined],
  ])('a file that reads %s is an error', async (text, reason, hint) => {
    const options = await priceFile(text);
    const engine = await open({ ...options, env: { LANGUAGE_ENDPOINT: 'http://127.0.0.1:9' } });
    const failure = await failureOf(rows(engine, ASK));
    const path = join(String(options.settings?.cache_dir), 'prices.json');
    expect([failure.code, failure.message]).toEqual(['service/price-file', `price file "${path}" ${reason}`]);
    expect(failure.hint).toBe(hint);
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2-0123456789abcdef';

  test('are in no message, plan, report, notice or file', async () => {
    const text = await emulator(SECRET);
    const database = join(folder, 'db');
    const engine = await open({ settings: { cache: 'ON' } });
    const seen: string[] = [];
    const note = (value: unknown) =>
      seen.push(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)));
    const attempt = async (sql: string) => {
      try {
        for await (const { result } of engine.run(sql)) {
          if (result === undefined) continue;
          note(await result.toArray());
          note(result.stats);
        }
      } catch (failure) {
        if (!(failure instanceof SqlcError)) throw failure;
        seen.push(renderError(failure, { text: maskSecrets(sql) }), failure.message, String(failure.cause ?? ''));
        note(failure);
      }
    };
    await attempt(`CREATE ${credential(SECRET)}`);
    await attempt(`CREATE ${credential(SECRET)}`);
    await attempt(`EXPLAIN ALTER ${credential(SECRET)}`);
    await attempt(`${service('text', text.url, ', CREDENTIAL = k')}; SELECT SENTIMENT('a') AS s`);
    await attempt(`ALTER ${credential('api-key', SECRET)}`);
    await attempt("SELECT SENTIMENT('b') AS s");
    await attempt(`ALTER ${credential(`${SECRET}!`, 'api-key')}; SELECT SENTIMENT('c') AS s`);
    await attempt(`ALTER ${credential(`${SECRET}\n`)}; SELECT SENTIMENT('d') AS s`);
    await attempt(`ALTER EXTERNAL SERVICE text SET (LOCATION = 'https://me:${SECRET}@text.example')`);
    await attempt(`ALTER EXTERNAL SERVICE text SET (LOCATION = 'https://text.example/?subscription-key=${SECRET}')`);
    await attempt('DROP DATABASE SCOPED CREDENTIAL k');
    await engine.execute(`ALTER ${credential(SECRET)}`);
    seen.push((await engine.explain("SELECT SENTIMENT('e' USING SERVICE text) AS s")).text);
    note(await engine.explain("SELECT SENTIMENT('e' USING SERVICE text) AS s"));
    await engine.close();
    const persistent = await open({ database });
    note((await failureOf(persistent.execute(`CREATE ${credential(SECRET)}`))).message);
    await persistent.close();

    expect(seen.length).toBeGreaterThan(20);
    for (const shown of [...seen, ...notices, ...(await everyFile(folder))]) expect(shown).not.toContain(SECRET);
  });

  async function everyFile(root: string): Promise<string[]> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  }
});
