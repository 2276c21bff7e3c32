// Views on what the engine knows while it works: statements that run, other services, several kinds of errors.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Engine } from '../src/engine/engine.ts';
import { answers, startTextService, type TextService } from './support/text-service.ts';

let service: TextService;
let engine: Engine;

beforeEach(async () => {
  service = await startTextService(answers({ hold: ({ documents }) => documents.some(({ text }) => text === 'wait') }));
  engine = await Engine.open({ env: { LANGUAGE_ENDPOINT: service.url }, settings: { cache: 'off' } });
});
afterEach(async () => {
  await engine.close();
  await service.close();
});

const rows = async (sql: string) => (await engine.query(sql)).toArray();

test('a statement that runs is seen from another one', { timeout: 60_000 }, async () => {
  const running = (await engine.query("SELECT SENTIMENT('wait') AS m")).batches().next();
  running.catch(() => {}); // closing the engine is what ends it
  const seen = 'SELECT operation, distinct_inputs, documents, requests, model FROM sys.dm_cognitive_operations';
  const expected = { operation: 'language/sentiment', distinct_inputs: 1n, documents: 1n, requests: 1n, model: null };
  await service.asked(1);
  await vi.waitFor(async () => expect(await rows(seen)).toEqual([expected]), { timeout: 30_000, interval: 20 });
});

test('errors by code, services apart, functions of the program too', async () => {
  engine.registerFunction({
    name: 'SHOUT',
    params: ['nvarchar'],
    returns: 'nvarchar',
    batchSize: 10,
    cache: false,
    call: (calls) => calls.map(([text]) => String(text).toUpperCase()),
  });
  await engine.execute(
    `CREATE EXTERNAL SERVICE mine WITH (TYPE = LANGUAGE, LOCATION = '${service.url}', PRICE_PER_1000 = 2, CURRENCY = 'EUR')`,
  );
  const inputs = "(VALUES ('refuse a'), ('refuse b'), ('fine'), ('fine')) AS v(t)";
  await rows(`SELECT SHOUT(t) AS s, SENTIMENT(t USING SERVICE mine) AS m FROM ${inputs}`);
  await rows(`SELECT SENTIMENT(t USING SERVICE mine) AS m FROM ${inputs}`);
  const sql =
    'SELECT operation, service, distinct_inputs, errors, error_codes, cost, currency FROM sys.dm_cognitive_operations ORDER BY operation';
  expect(await rows(sql)).toEqual([
    {
      operation: 'function/shout',
      service: 'this process',
      distinct_inputs: 3n,
      errors: 0n,
      error_codes: [],
      cost: 0,
      currency: 'USD',
    },
    {
      operation: 'language/sentiment',
      service: 'mine',
      distinct_inputs: 6n,
      errors: 4n,
      error_codes: [{ code: 'InvalidDocument', count: 4n }],
      cost: 0.012,
      currency: 'EUR',
    },
  ]);
});

test('a table can be made of one', async () => {
  await rows("SELECT SENTIMENT('fine') AS m");
  await engine.execute('CREATE TABLE asked AS SELECT operation, requests FROM sys.dm_cognitive_operations');
  expect(await rows('SELECT * FROM asked')).toEqual([{ operation: 'language/sentiment', requests: 1n }]);
});
