// What the tables' files tell, once they are open, makes a plan cheaper to run: its files are read where the fragment
// names them, without a view, and where their values fit its decimals narrow. A plan that asks services stays as it is;
// there it is the calls that cost.

import type { ExternalFiles } from '../exec/external-table.ts';
import { openTables } from '../exec/open-table.ts';
import type { StatementWork } from '../exec/statement-work.ts';
import { fragmentPlan } from '../planner/fragment.ts';
import type { LearntCalls } from '../planner/learnt-calls.ts';
import { narrowDecimals } from '../planner/narrow-decimals.ts';
import { freshIds, type PlannedQuery } from '../planner/plan-query.ts';

/** Opens the tables of a plan. @returns the plan to run */
export async function planOnFiles(
  planned: PlannedQuery,
  inputs: { readonly learnt: LearntCalls },
  consumer: 'streaming' | 'blocking',
  work: StatementWork,
  files: ExternalFiles,
): Promise<PlannedQuery> {
  const { external, stages, output } = planned.physical;
  const asks = stages.length > 0 || output.kind === 'stream';
  await openTables(external, work, files, asks ? 'view' : 'inline');
  if (asks || external.length === 0) return planned;
  const narrow = narrowDecimals(planned.logical, (table, column) => work.bounds.get(table)?.get(column));
  const physical = fragmentPlan(narrow, work.inlineNames, freshIds(planned, inputs.learnt), consumer === 'streaming');
  return { ...planned, physical };
}
