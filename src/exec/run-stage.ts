// The set-oriented shape: rows are staged in DuckDB, only their distinct inputs leave it, answers come back as a table.

import type { StageStep } from '../planner/physical.ts';
import { distinctKeys } from './distinct-keys.ts';
import type { StatementWork } from './statement-work.ts';

export async function runStage(step: StageStep, work: StatementWork): Promise<void> {
  const { signal, database } = work.options;
  const stage = work.names.stage(step.stage);
  await work.connection.run(`CREATE TABLE ${stage} AS ${step.fragment.sql}`, step.fragment.parameters, signal);
  const answers = await work.answersOf(step.call);
  const keys = await database.connect();
  try {
    const sql = distinctKeys(answers.missing(step.call, stage, undefined), step.call.inputs.length);
    await work.checkBudget(step.call, () => keys.stream(sql, [], signal));
    await work.ask(step.call, keys.stream(sql, [], signal));
  } finally {
    keys.close();
  }
}
