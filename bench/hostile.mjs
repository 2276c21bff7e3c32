// SENTIMENT over reviews, asked of a service on its worst day: 1 % of the requests end in 500 or 503 and half as many
// each in a reset, a cut body and silence, one text in a thousand is refused for good, answers come reordered, at a
// quarter of the work the rate is cut, at half of it the process is killed with -9 and started again. Nothing pages its
// answers: no operation on texts does, so that part of a bad day waits for one that does.
//
// What counts: no row lost or given another's answer, what is bought twice was in flight at the kill, and how much of
// the rate the service allowed became answers. Beside it a loop that tries again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerHash } from './answer-hash.mjs';
import { SERVICE, startEmulator } from './emulator.mjs';
import { CLI } from './measure.mjs';
import { nullAnswers } from './null-answers.mjs';
import { keyOf, reviewOf, reviewRows } from './reviews.mjs';

const BATCH = 10;
/** Of the texts, where a loop without a memory would take minutes. */
const SAMPLE = 10;
const FAIL = 0.025;
const RPS = SERVICE.rps;
const CUT_RPS = 50;
const POLL_MS = 50;
/** Longer than a machine with other things to do keeps an answer waiting: one that comes later was bought for nothing. */
const REQUEST_TIMEOUT_S = 5;
const HOSTILE = { ...SERVICE, rps: RPS, fail: FAIL, poison: 0.001, reorder: true, seed: 20_260_103 };
const KIND = { fail: 0, rps: 0, connections: 0, latency: 0, 'per-document': 0 };
const LOOP = fileURLToPath(new URL('hostile-loop.mjs', import.meta.url));
const TARGETS = { goodput: 0.95 };

export async function bench({ short }) {
  const size = short
    ? { rows: 20_000, distinct: 1_999, timed: false }
    : { rows: 100_000, distinct: 7_999, timed: true };
  const emulator = await startEmulator(HOSTILE);
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(emulator, folder, size);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(emulator, folder, { rows, distinct, timed }) {
  const texts = Array.from({ length: distinct }, (_, key) => reviewOf(key));
  await emulator.reset(KIND);
  const answers = await nullAnswers(emulator.url, 'sentiment', texts);
  // What is refused is NULL.
  const moods = texts.map((text) => answers.get(text)?.sentiment ?? null);
  const poisoned = moods.filter((mood) => mood === null).length;
  if (poisoned === 0) throw new Error('no text is poisoned');
  const expected = Array.from({ length: rows }, (_, id) => [id, moods[keyOf(id, distinct)]]);
  const contestants = {
    declared: { by: `sqlc, ${RPS}/s declared`, ...sqlc('declared', true), share: 1 },
    undeclared: { by: 'sqlc, quota not known', ...sqlc('undeclared', false), share: 1 },
    loop: { by: 'a loop that tries again', ...loop(), share: SAMPLE },
  };

  function sqlc(name, declared) {
    const service = declared
      ? `TYPE = LANGUAGE, LOCATION = '${emulator.url}', MAX_CONCURRENCY = ${SERVICE.connections}, REQUESTS_PER_SECOND = ${RPS}`
      : `TYPE = LANGUAGE, LOCATION = '${emulator.url}'`;
    const script = join(folder, `${name}.sql`);
    const output = join(folder, `${name}.ndjson`);
    writeFileSync(
      script,
      `CREATE EXTERNAL SERVICE text WITH (${service}, REQUEST_TIMEOUT = ${REQUEST_TIMEOUT_S});
       CREATE TABLE reviews AS ${reviewRows(rows, distinct)};
       SELECT id, SENTIMENT(text) AS mood FROM reviews`,
    );
    const options = ['--set', `cache_dir=${join(folder, name)}`, '--format', 'ndjson', '--output', output, '--quiet'];
    return {
      args: [CLI, 'run', script, ...options],
      distinct,
      answer: () => linesOf(output).map(({ id, mood }) => [id, mood]),
    };
  }

  function loop() {
    const few = Math.floor(distinct / SAMPLE);
    const output = join(folder, 'loop.json');
    const answer = () => {
      const found = JSON.parse(readFileSync(output, 'utf8'));
      // Rows of a text that was not part of the sample get the right answer for nothing.
      return expected.map(([id, mood]) => [id, keyOf(id, distinct) < few ? found[keyOf(id, distinct)] : mood]);
    };
    return { args: [LOOP, emulator.url, String(few), output], distinct: few, answer };
  }

  const hash = answerHash(expected);
  const lines = [];
  for (const { by, args, answer, distinct: needed, share } of Object.values(contestants)) {
    await emulator.reset(HOSTILE);
    const day = await badDay(emulator, args, needed);
    const found = answer();
    lines.push({ by, share, ...day, wrong: wrongRows(found, expected), hash: answerHash(found) });
  }
  const [declared, undeclared] = lines;
  const inFlight = SERVICE.connections * BATCH;
  return {
    columns: [
      'by',
      'rows wrong',
      'bought twice',
      'requests',
      'failed',
      'throttled',
      's',
      'goodput',
      'of what held',
      'answer',
    ],
    rows: lines.map(({ by, share, wrong, twice, requests, failed, throttled, seconds, goodput, held, hash: own }) => [
      by + (share === 1 ? '' : ` (1/${share} of the texts, scaled)`),
      wrong,
      twice * share,
      requests * share,
      failed * share,
      throttled * share,
      seconds * share,
      goodput,
      held,
      own,
    ]),
    notes: [
      `${rows} rows, ${distinct} distinct, ${poisoned} of them refused; ${RPS} requests/s, from a quarter of the work on ${CUT_RPS}; killed at half of it.`,
      `Goodput: requests answered, those for what was not known yet, over the rate allowed while a process asked; the bucket the`,
      `service starts with is in neither. "Of what held": over the same less what the service failed by itself (about ${FAIL * 100} %).`,
      `At the kill at most ${inFlight} documents are in flight. The row-by-row plan's answer is ${hash}.`,
    ],
    targets: [
      ...[declared, undeclared].flatMap(({ by, wrong, twice, goodput }) => [
        { what: `rows lost or mislabelled, ${by}`, found: wrong, atMost: 0 },
        { what: `documents bought twice over those in flight, ${by}`, found: twice / inFlight, atMost: 1 },
        ...(timed ? [{ what: `goodput over what is allowed, ${by}`, found: goodput, atLeast: TARGETS.goodput }] : []),
      ]),
    ],
  };
}

/** One contestant's day: its rate cut at a quarter of the work, killed at half of it, then run to its end. */
async function badDay(emulator, args, needed) {
  const stretches = [];
  const first = start(args);
  const from = await until(emulator, (stats) => stats.requests > 0, first);
  const cut = await until(emulator, (stats) => stats.documentsAnswered >= needed / 4, first);
  await emulator.change({ rps: CUT_RPS });
  const kill = await until(emulator, (stats) => stats.documentsAnswered >= needed / 2, first);
  first.child.kill('SIGKILL');
  await first.ended;
  stretches.push({ ms: cut.atMs - from.atMs, rps: RPS }, { ms: kill.atMs - cut.atMs, rps: CUT_RPS });
  const before = await emulator.stats();

  const second = start(args);
  const again = await until(emulator, (stats) => stats.requests > before.requests, second);
  const last = await lastAnswer(emulator, second);
  stretches.push({ ms: last.atMs - again.atMs, rps: CUT_RPS });
  const { status, stderr } = await second.ended;
  if (status !== 0) throw new Error(`the resumed run ended with ${status}\n${stderr}`);

  const { requests, failed, throttled, documentsAnswered } = await emulator.stats();
  const allowed = stretches.reduce((sum, { ms, rps }) => sum + (ms / 1000) * rps, 0);
  const useful = needed / BATCH;
  return {
    twice: documentsAnswered - needed,
    requests,
    failed,
    throttled,
    seconds: stretches.reduce((sum, { ms }) => sum + ms / 1000, 0),
    goodput: useful / allowed,
    held: useful / (allowed - failed),
  };
}

function start(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk.toString('utf8');
  });
  const run = { child, over: false, ended: undefined };
  run.ended = once(child, 'close').then(([status]) => {
    run.over = true;
    return { status, stderr };
  });
  return run;
}

/** The service's counts when they first are so, and when that was. */
async function until(emulator, so, run) {
  for (;;) {
    const stats = await emulator.stats();
    if (so(stats)) return { stats, atMs: performance.now() };
    if (run.over) throw new Error(`it ended too early: ${(await run.ended).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function lastAnswer(emulator, run) {
  let last = { answered: -1, atMs: 0 };
  while (!run.over) {
    const { answered } = await emulator.stats();
    if (answered !== last.answered) last = { answered, atMs: performance.now() };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return last;
}

function wrongRows(found, expected) {
  const moods = new Map(found);
  const wrong = expected.filter(([id, mood]) => !moods.has(id) || moods.get(id) !== mood).length;
  return wrong + Math.abs(found.length - expected.length);
}

function linesOf(path) {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
