// The set-oriented shape: rows are staged in DuckDB, only their distinct inputs leave it, answers come back as a table.
// The calls of a stage are made at the same time, those of one operation and service for all their inputs together.

import type { StageStep } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { distinctKeys } from './distinct-keys.ts';
import type { Connection } from './duckdb/connection.ts';
import { WORK } from './duckdb/database.ts';
import { type SharedCalls, type StatementWork, sharedCalls } from './statement-work.ts';
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
  const connection = await work.options.database.connect();
  try {
    await connection.run(`CREATE TABLE ${stage} AS ${step.fragment.sql}`, step.fragment.parameters, signal);
    const sets: InputSet[] = [];
    for (const [i, calls] of sharedCalls(step.calls).entries()) {
      sets.push(await inputSet(calls, stage, `keys ${step.stage} ${i}`, { work, connection, signal }));
    }
    // A set of inputs beyond the budget fails before the first request of any.
    for (const { calls, table } of sets) {
      await work.checkBudget(calls[0], () => connection.stream(`SELECT * FROM ${table}`, [], signal));
    }
    await together(
      sets.map((set) => (stop) => ask(set, work, stop)),
      signal,
    );
    for (const { calls, table } of sets) {
      await connection.run(`DROP TABLE ${table}`);
      await work.countRows(calls, stage, signal);
    }
  } finally {
    connection.close();
  }
}

interface InputSet {
  readonly calls: SharedCalls;
  readonly table: string;
  readonly count: number;
}

/** The distinct inputs as a table: their number is known before the first is asked, and a budget looks at them too. */
async function inputSet(
  calls: SharedCalls,
  stage: string,
  name: string,
  { work, connection, signal }: { work: StatementWork; connection: Connection; signal: AbortSignal },
): Promise<InputSet> {
  const answers = await work.answersOf(calls[0]);
  const table = `${WORK}.${work.schema}.${quote(name)}`;
  const sql = distinctKeys(answers.missing(calls, stage, undefined), calls[0].inputs.length);
  await connection.run(`CREATE TABLE ${table} AS ${sql}`, [], signal);
  const [[count] = []] = await connection.rows(`SELECT count(*) FROM ${table}`, [], signal);
  return { calls, table, count: Number(count) };
}

async function ask({ calls, table, count }: InputSet, work: StatementWork, signal: AbortSignal): Promise<void> {
  const reader = await work.options.database.connect();
  try {
    await work.ask(calls[0], reader.stream(`SELECT * FROM ${table}`, [], signal), { signal, count });
  } finally {
    reader.close();
  }
}
