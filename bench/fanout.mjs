// SENTIMENT over reviews of which most stand many times, against a service with quotas: how many requests and how long,
// beside what its quotas allow at best and beside the official SDK. Every run begins with full quotas and no cache.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureKeyCredential, TextAnalyticsClient } from '@azure/ai-text-analytics';
import { answerHash } from './answer-hash.mjs';
import { SERVICE, startEmulator } from './emulator.mjs';
import { median } from './measure.mjs';
import { keyOf, reviewOf, reviewRows } from './reviews.mjs';

const BATCH = 10;
const POOL = 20;
/** Of the rows, where a baseline would take minutes. */
const SAMPLE = 20;
const LATENCY_MS = SERVICE.latency + BATCH * SERVICE['per-document'];
const TARGETS = {
  declared: { requests: 1.02, time: 1.1 },
  undeclared: { requests: 1.1, time: 1.25 },
};
const SQL = 'SELECT id, SENTIMENT(text) AS mood FROM reviews';

export async function bench({ short }) {
  // Two seconds of work say nothing about time: the statement's start would be half of it.
  const size = short
    ? { rows: 20_000, distinct: 1_999, runs: 1, timed: false }
    : { rows: 100_000, distinct: 8_000, runs: 3, timed: true };
  const emulator = await startEmulator(SERVICE);
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(emulator, folder, size);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(emulator, folder, { rows, distinct, runs, timed }) {
  const contestants = {
    declared: { by: 'sqlc, quota declared', run: (run) => sqlc(true, run) },
    undeclared: { by: 'sqlc, quota not known', run: (run) => sqlc(false, run) },
    distinct: { by: `SDK, pool of ${POOL}, batches of ${BATCH}, distinct by hand`, run: byHand },
    batches: { by: `SDK, pool of ${POOL}, batches of ${BATCH}`, run: () => everyRow(BATCH), share: SAMPLE },
    documents: { by: `SDK, pool of ${POOL}, one document a request`, run: () => everyRow(1), share: SAMPLE },
  };

  async function sqlc(declared, run) {
    const { Engine } = await import('../dist/index.js');
    const engine = await Engine.open({
      env: declared ? {} : { LANGUAGE_ENDPOINT: emulator.url },
      settings: { cache_dir: join(folder, `${declared}-${run}`) },
    });
    if (declared)
      await engine.execute(`CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = '${emulator.url}',
        MAX_CONCURRENCY = ${SERVICE.connections}, REQUESTS_PER_SECOND = ${SERVICE.rps})`);
    await engine.execute(`CREATE TABLE reviews AS ${reviewRows(rows, distinct)}`);
    await emulator.reset();
    const started = performance.now();
    const batches = [];
    for await (const batch of (await engine.query(SQL)).batches()) batches.push(batch);
    const ms = performance.now() - started;
    await engine.close();
    return { ms, answer: batches.flatMap((batch) => batch.toArray().map(({ id, mood }) => [id, mood])) };
  }

  /** The strongest of the baselines: somebody took the trouble to ask for each text once. */
  async function byHand() {
    const texts = Array.from({ length: distinct }, (_, key) => reviewOf(key));
    await emulator.reset();
    const started = performance.now();
    const moods = await pool(emulator.url, texts, BATCH);
    const ms = performance.now() - started;
    return { ms, answer: Array.from({ length: rows }, (_, id) => [id, moods[keyOf(id, distinct)]]) };
  }

  async function everyRow(batch) {
    const texts = Array.from({ length: rows / SAMPLE }, (_, id) => reviewOf(keyOf(id, distinct)));
    await emulator.reset();
    const started = performance.now();
    await pool(emulator.url, texts, batch);
    return { ms: performance.now() - started };
  }

  const bound = { requests: Math.ceil(distinct / BATCH), ms: leastMs(Math.ceil(distinct / BATCH)) };
  const figures = Object.fromEntries(Object.keys(contestants).map((name) => [name, { ms: [], requests: [] }]));
  for (let run = 0; run < runs; run++) {
    for (const [name, { run: once, share = 1 }] of Object.entries(contestants)) {
      // What is scaled is scaled from one run.
      if (share > 1 && run > 0) continue;
      const { ms, answer } = await once(run);
      const { requests, throttled } = await emulator.stats();
      figures[name].ms.push(ms * share);
      figures[name].requests.push(requests * share);
      figures[name].throttled = throttled * share;
      if (answer !== undefined) figures[name].answer = answerHash(answer);
    }
  }
  const answers = new Set(Object.values(figures).flatMap(({ answer }) => answer ?? []));
  if (answers.size > 1) throw new Error(`the answers differ: ${[...answers].join(', ')}`);
  return {
    columns: ['by', 'requests', 'of bound', 'throttled', 'ms', 'of bound', 'of SDK by hand', 'answer'],
    rows: Object.entries(figures).map(([name, { ms, requests, throttled, answer }]) => [
      contestants[name].by + (contestants[name].share === undefined ? '' : ` (1/${SAMPLE} of the rows, scaled)`),
      median(requests),
      median(requests) / bound.requests,
      throttled,
      median(ms),
      median(ms) / bound.ms,
      median(ms) / median(figures.distinct.ms),
      answer ?? '',
    ]),
    notes: [
      `${rows} rows, ${distinct} distinct; medians of ${runs} interleaved runs; bound ${bound.requests} requests and ${Math.round(bound.ms)} ms:`,
      `what ${SERVICE.connections} connections and the service's bucket of ${SERVICE.rps}/s, full at first, allow any client. One that keeps the quota`,
      `in every second (some services count so) cannot do with less than ${Math.round(keepingMs(bound.requests))} ms.`,
    ],
    targets: Object.entries(TARGETS).flatMap(([name, target]) => [
      {
        what: `requests over the bound, ${contestants[name].by}`,
        found: median(figures[name].requests) / bound.requests,
        atMost: target.requests,
      },
      ...(timed
        ? [
            {
              what: `time over the bound, ${contestants[name].by}`,
              found: median(figures[name].ms) / bound.ms,
              atMost: target.time,
            },
          ]
        : []),
    ]),
  };
}

/**
 * Below this nobody gets, whatever the client: a full bucket lets a second's worth pass at once and then so many a second,
 * the last request goes when the bucket has a place for it and takes its latency; and so many run at a time.
 */
function leastMs(requests) {
  const lastGoesMs = Math.max(0, requests - SERVICE.rps) * (1000 / SERVICE.rps);
  return Math.max(lastGoesMs + LATENCY_MS, roundsMs(requests));
}

/** No second may hold more than the quota: the rest goes a second's worth at a time, each as the one before went. */
function keepingMs(requests) {
  const seconds = Math.ceil(requests / SERVICE.rps) - 1;
  return seconds * 1000 + roundsMs(requests - seconds * SERVICE.rps);
}

function roundsMs(requests) {
  return Math.ceil(requests / SERVICE.connections) * LATENCY_MS;
}

/** What one would write by hand; the SDK waits as a 429 asks and tries again. */
async function pool(url, texts, batch) {
  const client = new TextAnalyticsClient(url, new AzureKeyCredential('none'), {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 100 },
  });
  const moods = [];
  let next = 0;
  const worker = async () => {
    while (next < texts.length) {
      const from = next;
      next += batch;
      const answers = await client.analyzeSentiment(texts.slice(from, from + batch), 'en');
      for (const [i, { sentiment }] of answers.entries()) moods[from + i] = sentiment;
    }
  };
  await Promise.all(Array.from({ length: POOL }, worker));
  return moods;
}
