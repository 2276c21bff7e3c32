// kill -9 in the middle of a statement, and again: `sqlc run` as a process of its own, killed the moment the emulator
// (which lives here) takes or has delivered its n-th request, then run again. The answers are those of an undisturbed
// run, and what was asked twice was in flight. `npm run crash -- --seed N --n 200` is the long form.

import { once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator } from '../src/emulator/emulator.ts';
import { nullTextModels } from '../src/emulator/null-models.ts';
import { startServer } from '../src/emulator/server.ts';
import { type Outcome, openWorkspace, type Workspace } from './support/cli.ts';
import { seeded } from './support/seeded.ts';

const seed = Number(process.env.SQLC_SEED ?? 20_260_102);
const crashes = Number(process.env.SQLC_CRASHES ?? 20);
const PER_TEST = 10;

const CONCURRENCY = 4;
const BATCH = 10;
const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';
/** A thousand rows, of five hundred texts. */
const ROWS = `(SELECT n, 'text ' + CAST(n % 500 AS varchar(10)) AS body
  FROM (SELECT a.n * 100 + b.n * 10 + c.n AS n FROM ${DIGITS} AS a(n) CROSS JOIN ${DIGITS} AS b(n) CROSS JOIN ${DIGITS} AS c(n)) AS d) AS r`;

/** The shapes of execution: rows that stream, rows that are staged, and a table that is made. All ask ten texts at once. */
const SHAPES: Readonly<Record<string, string>> = {
  stream: `SELECT n, KEY_PHRASES(body) AS topics FROM ${ROWS} WHERE SENTIMENT(body) <> 'positive'`,
  group: `SELECT SENTIMENT(body) AS mood, COUNT(*) AS n, COUNT(DISTINCT KEY_PHRASES(body)) AS topics, SUM(n) AS total
    FROM ${ROWS} GROUP BY SENTIMENT(body) ORDER BY mood`,
  table: `DROP TABLE IF EXISTS moods;
    CREATE TABLE moods AS SELECT n, SENTIMENT(body) AS mood, KEY_PHRASES(body) AS topics FROM ${ROWS};
    SELECT n, mood, topics FROM moods ORDER BY n`,
};

function scriptOf(shape: string, url: string): string {
  const options = `TYPE = LANGUAGE, LOCATION = '${url}', MAX_CONCURRENCY = ${CONCURRENCY}`;
  return `DROP EXTERNAL SERVICE IF EXISTS text; CREATE EXTERNAL SERVICE text WITH (${options}); ${SHAPES[shape]}`;
}

/** A service that tells of every request that arrives and of every answer that is delivered. */
async function watchedService() {
  const inner = createEmulator({ models: nullTextModels() });
  let onEvent = () => {};
  const emulator: Emulator = {
    ...inner,
    exchange: async (request, signal) => {
      onEvent();
      const exchange = await inner.exchange(request, signal);
      const delivered = (whole: boolean) => {
        exchange.delivered(whole);
        onEvent();
      };
      return { ...exchange, delivered };
    },
  };
  const server = await startServer({ emulator, port: 0, host: '127.0.0.1' });
  return {
    ...server,
    stats: () => inner.stats(),
    /** Calls back at the n-th event from now, counted from 1. */
    at: (n: number, callback: () => void) => {
      let seen = 0;
      onEvent = () => {
        seen += 1;
        if (seen === n) callback();
      };
    },
  };
}

type Service = Awaited<ReturnType<typeof watchedService>>;

interface Run {
  readonly workspace: Workspace;
  readonly service: Service;
  readonly shape: string;
}

async function run({ workspace, service, shape }: Run): Promise<Outcome> {
  service.at(0, () => {});
  const args = ['run', '-', '--output', 'out.csv', ...(shape === 'table' ? ['--database', 'db'] : [])];
  return workspace.run(args, { input: scriptOf(shape, service.url) });
}

/** @returns false when it ended before the event came */
async function runKilled({ workspace, service, shape }: Run, event: number): Promise<boolean> {
  const args = ['run', '-', '--output', 'out.csv', ...(shape === 'table' ? ['--database', 'db'] : [])];
  const started = workspace.start(args, { input: scriptOf(shape, service.url) });
  service.at(event, () => started.child.kill('SIGKILL'));
  if (event === 0) {
    // Somewhere on the way to the first request.
    await once(started.child, 'spawn');
    started.child.kill('SIGKILL');
  }
  const { status } = await started.ended;
  return status === 'SIGKILL';
}

const linesOf = async (workspace: Workspace) => (await workspace.read('out.csv')).split('\n').sort();

async function inFolder<T>(shape: string, act: (run: Run) => Promise<T>): Promise<T> {
  const [workspace, service] = [await openWorkspace(), await watchedService()];
  try {
    return await act({ workspace, service, shape });
  } finally {
    await workspace.close();
    await service.close(0);
  }
}

interface Undisturbed {
  readonly lines: readonly string[];
  readonly documents: number;
  /** Arrivals and deliveries. */
  readonly events: number;
}

const undisturbed = new Map<string, Promise<Undisturbed>>();

function undisturbedOf(shape: string): Promise<Undisturbed> {
  const known = undisturbed.get(shape);
  if (known !== undefined) return known;
  const found = inFolder(shape, async (one) => {
    expect(await run(one)).toEqual({ stdout: '', stderr: '', status: 0 });
    const { requests, documents } = one.service.stats();
    return { lines: await linesOf(one.workspace), documents, events: 2 * requests };
  });
  undisturbed.set(shape, found);
  return found;
}

describe(`killed ${crashes} times (seed ${seed})`, () => {
  const random = seeded(seed);
  const report = { killed: 0, runs: 0, twice: 0, mostTwice: 0 };
  for (let from = 0; from < crashes; from += PER_TEST) {
    test(`crashes from ${from + 1}`, { timeout: 600_000 }, async () => {
      while (report.killed < Math.min(crashes, from + PER_TEST)) {
        const shape = Object.keys(SHAPES)[random(3)] ?? 'stream';
        const expected = await undisturbedOf(shape);
        // Half of the resumed runs are killed as well.
        const events = Array.from({ length: 1 + random(2) * (1 + random(2)) }, () => random(expected.events + 1));
        await inFolder(shape, async (one) => {
          let killed = 0;
          for (const event of events) if (await runKilled(one, event)) killed++;
          report.killed += killed;
          const where = `seed ${seed}, ${shape}, killed at ${events.join(', ')}`;
          expect(await run(one), where).toEqual({ stdout: '', stderr: '', status: 0 });
          expect(await linesOf(one.workspace), where).toEqual(expected.lines);
          const { distinctDocuments, duplicateDocuments } = one.service.stats();
          expect(distinctDocuments, where).toBe(expected.documents);
          expect(duplicateDocuments, where).toBeLessThanOrEqual(killed * CONCURRENCY * BATCH);
          report.runs++;
          report.twice += duplicateDocuments;
          report.mostTwice = Math.max(report.mostTwice, duplicateDocuments);
        });
      }
    });
  }

  afterAll(() => {
    const { killed, runs, twice, mostTwice } = report;
    console.log(
      `seed ${seed}: ${killed} kills, ${runs} statements resumed; ${twice} documents asked twice, at most ${mostTwice} ` +
        `in one statement; ${CONCURRENCY * BATCH} may be in flight at a kill`,
    );
  });
});
