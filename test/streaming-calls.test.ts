// Calls over rows that stream: asked from buffer to buffer without a stop, and no more than the rows need.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';
import { answers, refusal, sentiments, startTextService, type TextService } from './support/text-service.ts';

const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';
/** Ten thousand rows, more than the first buffers hold; every text stands in two of them, far apart. */
const ROWS = `(SELECT n, 'text ' + CAST(n % 5000 AS varchar(10)) AS t FROM (
  SELECT a.n * 1000 + b.n * 100 + c.n * 10 + d.n AS n
  FROM ${DIGITS} AS a(n) CROSS JOIN ${DIGITS} AS b(n) CROSS JOIN ${DIGITS} AS c(n) CROSS JOIN ${DIGITS} AS d(n)) AS x) AS r`;
const REQUESTS = 500;

let opened: { close(): Promise<unknown> }[];

beforeEach(() => {
  opened = [];
});
afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
});

async function asking(answering: Parameters<typeof startTextService>[0]) {
  const service: TextService = await startTextService(answering);
  opened.push(service);
  const engine = await Engine.open({
    env: { LANGUAGE_ENDPOINT: service.url },
    settings: { cache: 'OFF', request_timeout: 600 },
  });
  opened.push(engine);
  return { service, engine };
}

test('a request that takes its time holds up no other one', async () => {
  let release = () => {};
  const { service, engine } = await asking((request) => {
    // The answer to the second request comes when everything else was asked: a wait for it would last for ever.
    if (service.requests.length === REQUESTS) release();
    if (request.number !== 2) return answers()(request);
    return (response) => {
      release = () => response.writeHead(200).end(JSON.stringify(sentiments(request)));
    };
  });
  const result = await engine.query(`SELECT n, SENTIMENT(t) AS m FROM ${ROWS}`);
  const rows = await result.toArray();
  expect(rows.map(({ n }) => Number(n)).sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  expect(new Set(rows.map(({ m }) => m))).toEqual(new Set(['positive']));
  expect(result.stats.operations).toMatchObject([{ documents: 5000, distinct: 5000, requests: REQUESTS }]);
});

test('what is refused for good ends it after one request', async () => {
  const { service, engine } = await asking(() => refusal(401, '401', 'Access denied.'));
  const rows = (await engine.query(`SELECT n, SENTIMENT(t) AS m FROM ${ROWS}`)).batches();
  await expect(rows.next()).rejects.toThrow(/401/);
  expect(service.requests).toHaveLength(1);
});

test('rows come while later ones are asked about, and a reader who has enough ends it', async () => {
  const { service, engine } = await asking(answers({ hold: ({ number }) => number > 300 }));
  const rows = (await engine.query(`SELECT n, SENTIMENT(t) AS m FROM ${ROWS}`)).batches();
  const { value } = await rows.next();
  expect(value?.numRows).toBeGreaterThan(0);
  await rows.return(undefined);
  expect(service.requests.length).toBeLessThan(REQUESTS);
});
