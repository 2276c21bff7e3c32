// Distinct inputs through the whole path against a promise pool that sends the same full batches with plain undici.
// The short version: no quotas, small numbers; connections are fresh on both sides of every run.

import { Agent, request } from 'undici';
import { numbers } from './digits.mjs';
import { startFakeService } from './fake-service.mjs';
import { median } from './measure.mjs';

/** Prime: no wave of rows holds a whole number of batches by chance. */
const DISTINCT = 1_999;
const BATCH = 10;
const POOL = 16;
const LATENCY_MS = 20;
const RUNS = 7;
const REQUESTS_TARGET = 1.02;

const textOf = (key) => `review ${key} of a thing that was bought and used`;
const ROWS = `CREATE TABLE reviews AS
  SELECT id, CAST('review ' AS nvarchar(100)) + CAST(id * 7 % ${DISTINCT} AS nvarchar(20))
    + ' of a thing that was bought and used' AS t
  FROM ${numbers(5)} WHERE id < 20000`;

export async function bench() {
  const { Engine } = await import('../dist/index.js');
  const service = await startFakeService({ latencyMs: LATENCY_MS });
  const bound = Math.ceil(DISTINCT / BATCH);
  const figures = {
    pool: { ms: [], requests: 0 },
    stream: { ms: [], requests: 0 },
    set: { ms: [], requests: 0 },
  };
  const queries = {
    stream: 'SELECT id, SENTIMENT(t) AS mood FROM reviews',
    set: 'SELECT SENTIMENT(t) AS mood, COUNT(*) AS n FROM reviews GROUP BY SENTIMENT(t)',
  };
  for (let run = 0; run <= RUNS; run++) {
    const keep = (name, ms, { requests }) => {
      // The first round compiles the code of both sides.
      if (run > 0) figures[name].ms.push(ms);
      figures[name].requests = requests;
    };
    keep('pool', await pool(service.url), await service.take());
    for (const [name, sql] of Object.entries(queries)) {
      const engine = await Engine.open({ env: { LANGUAGE_ENDPOINT: service.url } });
      await engine.execute(ROWS);
      const started = performance.now();
      for await (const _ of (await engine.query(sql)).batches());
      keep(name, performance.now() - started, await service.take());
      await engine.close();
    }
  }
  await service.close();
  const ideal = Math.ceil(bound / POOL) * LATENCY_MS;
  const base = median(figures.pool.ms);
  const names = { pool: `promise pool of ${POOL}`, stream: 'sqlc, SELECT', set: 'sqlc, GROUP BY' };
  const rows = Object.entries(figures).map(([name, { ms, requests }]) => [
    names[name],
    requests,
    requests / bound,
    median(ms),
    median(ms) / ideal,
    median(ms) / base,
  ]);
  return {
    columns: ['by', 'requests', 'of bound', 'median ms', 'of ideal', 'of pool'],
    rows,
    notes: [
      `20,000 rows, ${DISTINCT} distinct; latency ${LATENCY_MS} ms, ideal ${ideal} ms; medians of ${RUNS} interleaved runs`,
    ],
    targets: ['stream', 'set'].map((name) => ({
      what: `requests over the bound, ${names[name]}`,
      found: figures[name].requests / bound,
      atMost: REQUESTS_TARGET,
    })),
  };
}

/** What one would write by hand: the texts are distinct already. */
async function pool(url) {
  const started = performance.now();
  const dispatcher = new Agent({ connections: POOL });
  const answers = new Map();
  let next = 0;
  const worker = async () => {
    while (next < DISTINCT) {
      const from = next;
      next += BATCH;
      const texts = Array.from({ length: Math.min(BATCH, DISTINCT - from) }, (_, i) => textOf(from + i));
      const { body } = await request(`${url}/text/analytics/v3.1/sentiment?opinionMining=true`, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ documents: texts.map((text, i) => ({ id: String(i), text })) }),
      });
      const { documents } = await body.json();
      for (const { id, sentiment } of documents) answers.set(texts[Number(id)], sentiment);
    }
  };
  await Promise.all(Array.from({ length: POOL }, worker));
  await dispatcher.close();
  if (answers.size !== DISTINCT) throw new Error(`${answers.size} answers`);
  return performance.now() - started;
}
