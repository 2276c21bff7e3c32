// A persistent database whose process dies of kill -9 while it changes rows and definitions: what is opened next is the
// state after the last statement, or transaction, that was acknowledged, or the one after it; whole, and ready to go on.
// One database lives through many crashes. `npm run crash -- --seed N --n 200` is the long form.

import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { openWorkspace, type Workspace } from './support/cli.ts';
import { seeded } from './support/seeded.ts';

const seed = Number(process.env.SQLC_SEED ?? 20_260_102);
const crashes = Number(process.env.SQLC_CRASHES ?? 10);
const PER_TEST = 10;

const MANY = `(SELECT a.n * 1000 + b.n AS n FROM (SELECT value - 1 AS n FROM GENERATE_SERIES(1, 4)) AS a
  CROSS JOIN (SELECT value - 1 AS n FROM GENERATE_SERIES(1, 1000)) AS b)`;

/** What changes a database: each is a whole, committed or not. Amounts of `a` always sum to zero with those of `b`. */
const UNITS: readonly ((i: number) => string)[] = [
  (i) => `INSERT INTO log (step, note) VALUES (${i}, CONCAT('step ', ${i}))`,
  (i) => `INSERT INTO log (step, note) SELECT ${i}, CAST(n AS varchar(10)) FROM ${MANY} AS m`,
  () => `UPDATE log SET note = note + '.' WHERE id % 3 = 0 AND LEN(note) < 40`,
  () => `DELETE FROM log WHERE id % 7 = 0 OR id < (SELECT MAX(id) FROM log) - 8000`,
  (i) => `BEGIN TRANSACTION
    INSERT INTO a VALUES (${i}, ${i * 10}); INSERT INTO b VALUES (${i}, ${-i * 10})
    SAVE TRANSACTION half; DELETE FROM a; ROLLBACK TRANSACTION half
    COMMIT`,
  (i) => `MERGE INTO a USING b ON a.k = b.k AND b.k > ${i - 20} WHEN MATCHED THEN UPDATE SET v = -b.v;`,
  () => `BEGIN TRANSACTION; DELETE FROM a; DELETE FROM b; ROLLBACK`,
  (i) => `CREATE OR ALTER VIEW total AS SELECT COUNT(*) AS n, ${i} AS made FROM log`,
  (i) => `BEGIN TRANSACTION
    DROP TABLE IF EXISTS copy; CREATE TABLE copy AS SELECT step, COUNT(*) AS n, ${i} AS made FROM log GROUP BY step
    COMMIT`,
  (i) => `ALTER TABLE wide ADD c${i} int NOT NULL DEFAULT ${i}`,
  (i) =>
    `IF (SELECT COUNT(*) FROM wide) > 500 TRUNCATE TABLE wide ELSE INSERT INTO wide (k) SELECT n + ${i} FROM ${MANY} AS m WHERE n < 100`,
];
const FIRST = `BEGIN TRANSACTION
  CREATE TABLE log (id int IDENTITY PRIMARY KEY, step int, note varchar(60))
  CREATE TABLE a (k int NOT NULL, v int); CREATE TABLE b (k int NOT NULL, v int)
  CREATE TABLE wide (k int)
  COMMIT`;
const TABLES = ['log', 'a', 'b', 'wide', 'copy', 'total'];

function unitsOf(random: (below: number) => number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? FIRST : (UNITS[random(UNITS.length)]?.(i) ?? '')));
}

/** Names of the columns and rows, or why there are none. */
async function linesOf(engine: Engine, table: string): Promise<string[]> {
  try {
    const result = await engine.query(`SELECT * FROM ${table}`);
    const names = result.schema.fields.map(({ name }) => name);
    return [names.join(), ...(await result.toArray()).map((row) => JSON.stringify(row)).sort()];
  } catch (failure) {
    if (failure instanceof SqlcError) return [failure.code];
    throw failure;
  }
}

/** Everything there is, in a few words; the same words for the same state. */
async function stateOf(engine: Engine): Promise<string> {
  const parts: string[] = [];
  for (const table of TABLES) {
    const lines = await linesOf(engine, table);
    let digest = 0;
    for (const char of lines.join('\n')) digest = (Math.imul(digest, 31) + (char.codePointAt(0) ?? 0)) | 0;
    parts.push(`${table}: ${lines.length} ${digest}`);
  }
  return parts.join('; ');
}

/** The state after each unit, in an engine that nothing disturbs; the first is that of an empty database. */
async function undisturbed(units: readonly string[], cacheDir: string): Promise<string[]> {
  const engine = await Engine.open({ settings: { cache_dir: cacheDir }, env: {} });
  try {
    const states = [await stateOf(engine)];
    for (const unit of units) {
      await engine.execute(unit);
      states.push(await stateOf(engine));
    }
    return states;
  } finally {
    await engine.close();
  }
}

async function opened(workspace: Workspace): Promise<string> {
  const engine = await Engine.open({ database: `${workspace.path}/db`, env: {} });
  try {
    return await stateOf(engine);
  } finally {
    await engine.close();
  }
}

interface Crash {
  /** How many units had been done before. */
  readonly from: number;
  /** After how many acknowledged units it is killed, and how long after that. */
  readonly after: number;
  readonly delayMs: number;
}

/** @returns how many units were acknowledged in all, and whether it was killed before its end */
async function runKilled(workspace: Workspace, units: readonly string[], { from, after, delayMs }: Crash) {
  const script = units.slice(from).map((unit, i) => `${unit}\nPRINT '<${from + i + 1}>'`);
  const started = workspace.start(['run', '-', '--database', 'db'], { input: script.join('\nGO\n') });
  const kill = () => setTimeout(() => started.child.kill('SIGKILL'), delayMs);
  if (after === 0) kill();
  else await Promise.race([started.until(`<${from + after}>`).then(kill), started.ended]);
  const { status, stderr } = await started.ended;
  if (status !== 'SIGKILL') expect(status, `${JSON.stringify({ from, after, delayMs })}: ${stderr}`).toBe(0);
  const [, last = String(from)] = /.*<(\d+)>/s.exec(stderr) ?? [];
  return { acknowledged: Number(last), killed: status === 'SIGKILL' };
}

describe(`a database killed ${crashes} times (seed ${seed})`, () => {
  const random = seeded(seed);
  const report = { killed: 0, units: 0, ahead: 0 };
  for (let first = 0; first < crashes; first += PER_TEST) {
    test(`crashes from ${first + 1}`, { timeout: 600_000 }, async () => {
      const workspace = await openWorkspace();
      try {
        const wanted = Math.min(crashes, first + PER_TEST);
        const units = unitsOf(random, PER_TEST * 4);
        const states = await undisturbed(units, `${workspace.path}/cache`);
        let done = 0;
        while (report.killed < wanted) {
          // Through the units as often as need be.
          if (done >= units.length) {
            await rm(`${workspace.path}/db`, { recursive: true });
            done = 0;
          }
          const crash = { from: done, after: random(4), delayMs: random(60) };
          const { acknowledged, killed } = await runKilled(workspace, units, crash);
          const where = `seed ${seed}, from ${first + 1}: killed ${crash.delayMs} ms after ${crash.after} units from unit ${done}`;
          const found = await opened(workspace);
          const possible = [states[acknowledged], states[acknowledged + 1]];
          expect(possible, where).toContain(found);
          if (killed) report.killed += 1;
          if (killed && found !== possible[0]) report.ahead += 1;
          const reached = acknowledged + possible.indexOf(found);
          report.units += reached - done;
          done = reached;
        }
      } finally {
        await workspace.close();
      }
    });
  }

  afterAll(() => {
    const { killed, units, ahead } = report;
    console.log(
      `seed ${seed}: ${killed} kills; ${units} units committed, ${ahead} of them by a process that died before it could say so`,
    );
  });
});
