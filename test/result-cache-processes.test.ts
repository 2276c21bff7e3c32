import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openResultCache } from '../src/udf/result-cache.ts';
import { batchOf } from './support/cache-batches.ts';
import { buildWorker, runWorker, type WorkerEnd } from './support/cache-processes.ts';
import { seeded } from './support/seeded.ts';

/** Of the short form; the long one is 200. */
const KILLS = Number(process.env.SQLC_TEST_KILLS ?? 20);
const LIMIT = 2 ** 28;

let script: string;
let root: string;
let folder: string;

beforeAll(async () => {
  script = await buildWorker();
});
afterAll(() => rm(script, { force: true }));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  folder = join(root, 'results');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Nothing but numbers on standard output, nothing on standard error, no death of its own. */
function expectQuiet(end: WorkerEnd): void {
  const lines = end.lines.filter((line) => !/^\d+$/.test(line));
  expect({ ...end, lines }).toEqual({
    lines: [],
    stderr: '',
    code: end.signal === null ? 0 : null,
    signal: end.signal,
  });
}

/** Batches that a process said were kept. */
const kept = (end: WorkerEnd) => end.lines.map(Number);

async function expectAll(seed: number, batches: readonly number[]): Promise<void> {
  const notices: string[] = [];
  const cache = await openResultCache({ folder, limitBytes: LIMIT, onNotice: (text) => notices.push(text) });
  for (const index of batches) {
    const batch = batchOf(seed, index);
    const outcomes = cache.getMany(batch.map(({ key }) => key));
    expect(outcomes, `seed ${seed}, batch ${index}`).toEqual(batch.map(({ outcome }) => outcome));
  }
  await cache.close();
  expect(notices).toEqual([]);
}

test('processes that write and read one folder at once lose nothing', async () => {
  const writers = [1, 2, 3].map((seed) => runWorker(script, ['write', folder, LIMIT, seed, 300]));
  let writing = true;
  const stopped = Promise.all(writers).finally(() => {
    writing = false;
  });
  // Opening while others write is where lmdb alone would undo commits.
  let readers = 0;
  while (writing) expectQuiet(await runWorker(script, ['read', folder, LIMIT, 1 + (readers++ % 3), 100]));
  for (const [i, end] of (await stopped).entries()) {
    expectQuiet(end);
    expect(kept(end)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    await expectAll(i + 1, kept(end));
  }
}, 120_000);

test('processes that evict each other stay within the limit and answer right', async () => {
  const limit = 6_000_000;
  const writers = [1, 2, 3].map((seed) => runWorker(script, ['write', folder, limit, seed, 600]));
  const readers = [1, 2, 3].map((seed) => runWorker(script, ['read', folder, limit, seed, 600]));
  for (const end of await Promise.all([...writers, ...readers])) expectQuiet(end);
  for (const seed of [1, 2, 3]) expectQuiet(await runWorker(script, ['read', folder, limit, seed, 600]));
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(limit);
}, 120_000);

test(`what a process said was kept survives its death, ${KILLS} times`, async () => {
  const seed = 20_260_102;
  const random = seeded(seed);
  for (let round = 0; round < KILLS; round++) {
    const killAfterLines = 1 + random(60);
    // Every other time next to one that lives.
    const other = round % 2 === 0 ? undefined : runWorker(script, ['write', folder, LIMIT, 1_000 + round, 30]);
    const end = await runWorker(script, ['write', folder, LIMIT, round, 100_000], { killAfterLines });
    expectQuiet(end);
    expect(end.signal).toBe('SIGKILL');
    expect(kept(end).length).toBeGreaterThanOrEqual(killAfterLines);
    await expectAll(round, kept(end));
    if (other === undefined) continue;
    const survivor = await other;
    expectQuiet(survivor);
    await expectAll(1_000 + round, kept(survivor));
  }
  for (let round = 0; round < KILLS; round++) expectQuiet(await runWorker(script, ['read', folder, LIMIT, round, 5]));
}, 600_000);
