// The set-oriented shape: rows are staged in DuckDB, only their distinct inputs leave it, answers come back as a table.

import type { StageStep } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { distinctKeys } from './distinct-keys.ts';
import { WORK } from './duckdb/database.ts';
import type { StatementWork } from './statement-work.ts';

export async function runStage(step: StageStep, work: StatementWork): Promise<void> {
  const { signal, database } = work.options;
  const stage = work.names.stage(step.stage);
  await work.connection.run(`CREATE TABLE ${stage} AS ${step.fragment.sql}`, step.fragment.parameters, signal);
  const answers = await work.answersOf(step.call);
  // Kept as a table: then their number is known before the first is asked, and a budget looks at them without
  // finding them twice.
  const keys = `${WORK}.${work.schema}.${quote(`keys ${step.stage}`)}`;
  const sql = distinctKeys(answers.missing(step.call, stage, undefined), step.call.inputs.length);
  await work.connection.run(`CREATE TABLE ${keys} AS ${sql}`, [], signal);
  const [[count] = []] = await work.connection.rows(`SELECT count(*) FROM ${keys}`, [], signal);
  const reader = await database.connect();
  try {
    const all = () => reader.stream(`SELECT * FROM ${keys}`, [], signal);
    await work.checkBudget(step.call, all);
    await work.ask(step.call, all(), Number(count));
  } finally {
    reader.close();
  }
  await work.connection.run(`DROP TABLE ${keys}`);
}
