// The set-oriented shape: rows are staged in DuckDB, only their distinct inputs leave it, answers come back as a table.
// The calls of a stage are made at the same time, those of one operation and service for all their inputs together.

import type { StageStep } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { type AskedTogether, askedTogether } from './asked-together.ts';
import type { Connection } from './duckdb/connection.ts';
import { WORK } from './duckdb/database.ts';
import type { StatementWork } from './statement-work.ts';
import { together } from './together.ts';

/** Runs stages, at the same time those that need nothing of each other. */
export async function runStages(steps: readonly StageStep[], work: StatementWork): Promise<void> {
  const running = new Map<StageStep, Promise<void>>();
  const tasks = steps.map((step) => (stop: AbortSignal) => {
    const before = [...running].filter(([earlier]) => needs(step, earlier)).map(([, run]) => run);
    const run = Promise.all(before).then(() => runStage(step, work, stop));
    running.set(step, run);
    return run;
  });
  await together(tasks, work.options.signal);
}

/** Whether it reads the other's answers, or asks for inputs that the other may ask for too. */
function needs(step: StageStep, earlier: StageStep): boolean {
  const names = new Set(earlier.calls.map((c) => c.answers));
  return step.after.includes(earlier.stage) || step.calls.some((c) => names.has(c.answers));
}

async function runStage(step: StageStep, work: StatementWork, signal: AbortSignal): Promise<void> {
  const stage = work.names.stage(step.stage);
  await work.makeArea();
  const connection = await work.options.database.connect();
  try {
    await connection.run(`CREATE TABLE ${stage} AS ${step.fragment.sql}`, step.fragment.parameters, signal);
    const sets: InputSet[] = [];
    for (const [i, asked] of askedTogether(step.calls).entries()) {
      sets.push(await inputSet(asked, stage, `keys ${step.stage} ${i}`, { work, connection, signal }));
    }
    // A set of inputs beyond the budget fails before the first request of any.
    for (const { asked, table } of sets) {
      await work.checkBudget(asked, () => connection.stream(`SELECT * FROM ${table}`, [], signal));
    }
    await together(
      sets.map((set) => (stop) => ask(set, work, stop)),
      signal,
    );
    for (const { asked, table } of sets) {
      await connection.run(`DROP TABLE ${table}`);
      for (const calls of asked) await work.countRows(calls, stage, signal);
    }
  } finally {
    connection.close();
  }
}

interface InputSet {
  readonly asked: AskedTogether;
  readonly table: string;
  /** By member. */
  readonly counts: readonly number[];
}

/** The distinct inputs as a table: their number is known before the first is asked, and a budget looks at them too. */
async function inputSet(
  asked: AskedTogether,
  stage: string,
  name: string,
  { work, connection, signal }: { work: StatementWork; connection: Connection; signal: AbortSignal },
): Promise<InputSet> {
  const table = `${WORK}.${work.schema}.${quote(name)}`;
  await connection.run(`CREATE TABLE ${table} AS ${await work.missing(asked, stage, undefined)}`, [], signal);
  const counts = asked.map((_, i) => (asked.length === 1 ? 'count(*)' : `count(*) FILTER (wanted & ${2 ** i} > 0)`));
  const [found = []] = await connection.rows(`SELECT ${counts.join(', ')} FROM ${table}`, [], signal);
  return { asked, table, counts: found.map(Number) };
}

async function ask({ asked, table, counts }: InputSet, work: StatementWork, signal: AbortSignal): Promise<void> {
  const reader = await work.options.database.connect();
  try {
    await work.ask(asked, reader.stream(`SELECT * FROM ${table}`, [], signal), { signal, counts });
  } finally {
    reader.close();
  }
}
