// What the tables' files tell of their values, once they are open, may make a plan cheaper to run: its decimals narrow.
// A plan that asks services stays as it is; there it is the calls that cost.

import type { ExternalFiles } from '../exec/external-table.ts';
import { openTable } from '../exec/open-table.ts';
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
  for (const read of external) await openTable(read, work, files);
  if (work.bounds.size === 0 || stages.length > 0 || output.kind === 'stream') return planned;
  const narrow = narrowDecimals(planned.logical, (table, column) => work.bounds.get(table)?.get(column));
  if (narrow === planned.logical) return planned;
  const physical = fragmentPlan(narrow, work.names, freshIds(planned, inputs.learnt), consumer === 'streaming');
  return { ...planned, physical };
}
