// How much the engine adds to its HTTP client: SENTIMENT over distinct texts against a service that answers at once, beside
// the same client looping over bodies that were made before. Both send the same number of requests on as many sockets.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { answerHash } from './answer-hash.mjs';
import { median } from './measure.mjs';
import { startNullService } from './null-service.mjs';
import { reviewOf, reviewRows } from './reviews.mjs';

const BATCH = 10;
const CONNECTIONS = 20;
const TARGET = 0.7;
const BUSY_TARGET = 0.8;
const PATH = '/text/analytics/v3.1/sentiment?opinionMining=true&stringIndexType=Utf16CodeUnit';

export async function bench({ short }) {
  const documents = short ? 10_000 : 100_000;
  const runs = short ? 1 : 3;
  const service = await startNullService();
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  const bodies = bodiesOf(documents);
  const figures = { loop: [], asked: [], found: [], off: [] };
  const answers = new Set();
  try {
    // The first round makes the compiler's acquaintance with all of them.
    for (let run = 0; run <= runs; run++) {
      const measured = { loop: await measure(() => loop(service.url, bodies)) };
      const engine = await openEngine(service.url, join(folder, String(run)), documents);
      // Asked and kept, then found again: in this order.
      for (const [name, cache] of Object.entries({ asked: 'ON', found: 'ON', off: 'OFF' })) {
        const batches = [];
        measured[name] = await measure(() => read(engine, cache, batches));
        answers.add(answerHash(batches.flatMap((batch) => batch.toArray().map(({ id, mood }) => [id, mood]))));
      }
      await engine.close();
      if (run > 0) for (const [name, figure] of Object.entries(measured)) figures[name].push(figure);
    }
  } finally {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  }
  if (answers.size !== 1) throw new Error(`the answers differ: ${[...answers].join(', ')}`);
  return report(figures, { documents, runs, answer: [...answers][0] });
}

const NAMES = {
  loop: 'the HTTP client over ready-made bodies',
  asked: 'sqlc',
  off: 'sqlc, cache = OFF',
  found: 'sqlc, every answer in the cache',
};

function report(figures, { documents, runs, answer }) {
  const middle = (name, of) => median(figures[name].map(of));
  const ratio = (name, of) => median(figures[name].map((figure, run) => of(figures.loop[run]) / of(figure)));
  const cores = ({ ms, cpuMs }) => cpuMs / ms;
  return {
    columns: ['by', 'ms', 'documents/s', 'of the loop', 'cores', 'CPU us/document', 'of the loop'],
    rows: Object.entries(NAMES).map(([name, by]) => [
      by,
      middle(name, ({ ms }) => ms),
      Math.round((1000 * documents) / middle(name, ({ ms }) => ms)),
      ratio(name, ({ ms }) => ms),
      middle(name, cores),
      (1000 * middle(name, ({ cpuMs }) => cpuMs)) / documents,
      ratio(name, ({ cpuMs }) => cpuMs),
    ]),
    notes: [
      `${documents} distinct texts, batches of ${BATCH}, ${CONNECTIONS} connections; medians of ${runs} interleaved runs,`,
      `ratios within a run; the CPU is the client's process, all its threads; answer ${answer}`,
    ],
    targets: [
      { what: 'documents/s over the loop', found: ratio('asked', ({ ms }) => ms), atLeast: TARGET },
      { what: 'of a core the loop uses', found: middle('loop', cores), atLeast: BUSY_TARGET },
    ],
  };
}

async function measure(work) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000 };
}

async function openEngine(url, cacheFolder, documents) {
  const { Engine } = await import('../dist/index.js');
  const engine = await Engine.open({ env: {}, settings: { cache_dir: cacheFolder } });
  await engine.execute(`CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '${url}',
    MAX_CONCURRENCY = ${CONNECTIONS})`);
  await engine.execute(`CREATE TABLE reviews AS ${reviewRows(documents, documents)}`);
  return engine;
}

async function read(engine, cache, batches) {
  const result = await engine.query(`SELECT id, SENTIMENT(text) AS mood FROM reviews OPTION (CACHE ${cache})`);
  for await (const batch of result.batches()) batches.push(batch);
}

function bodiesOf(documents) {
  return Array.from({ length: documents / BATCH }, (_, request) => {
    const texts = Array.from({ length: BATCH }, (_, i) => ({ id: String(i), text: reviewOf(request * BATCH + i) }));
    return Buffer.from(JSON.stringify({ documents: texts }));
  });
}

async function loop(url, bodies) {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  let next = 0;
  const worker = async () => {
    while (next < bodies.length) {
      const { statusCode, body } = await pool.request({ method: 'POST', path: PATH, headers, body: bodies[next++] });
      await body.bytes();
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  await pool.close();
}
