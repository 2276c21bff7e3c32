// Planning that may ask first: where the order of calls in a conjunction matters and nothing is known of their
// predicates, the first batch of each is asked for, and the statement is planned again with what that taught.

import type { ExternalFiles } from '../exec/external-table.ts';
import { openTable } from '../exec/open-table.ts';
import { runStages } from '../exec/run-stage.ts';
import type { StatementWork } from '../exec/statement-work.ts';
import type { Query } from '../parser/ast.ts';
import { fragmentPlan } from '../planner/fragment.ts';
import { columnsOf } from '../planner/plan.ts';
import { columnIds, type PlanInputs, type PlannedQuery, planQuery } from '../planner/plan-query.ts';
import { probesOf } from '../planner/probe.ts';
import { visitPlan } from '../planner/shape.ts';
import type { LearntStatistics } from './learnt.ts';

/** Numbers of a probe's stages and columns start far above any plan's own. */
const FAR = 1_000_000;

/** The plan to run: the same one, unless probing changed what is known. */
export async function planAfterProbing(
  planned: PlannedQuery,
  query: Query,
  inputs: PlanInputs & { readonly learnt: LearntStatistics },
  consumer: 'streaming' | 'blocking',
  work: StatementWork,
  files: ExternalFiles,
): Promise<PlannedQuery> {
  if (!inputs.rules.some((rule) => rule.name === 'rank-order')) return planned;
  let highest = 0;
  visitPlan(planned.placed, (node) => {
    for (const c of columnsOf(node)) highest = Math.max(highest, c.id);
  });
  const context = columnIds(inputs.learnt, highest + FAR);
  const probes = probesOf(planned.placed, context);
  if (probes.length === 0) return planned;
  for (const table of planned.physical.external) await openTable(table, work, files);
  for (const [i, probe] of probes.entries()) {
    const physical = fragmentPlan(probe.plan, inputs.names, context, false, FAR * (i + 1));
    await runStages(physical.stages, work);
    if (physical.output.kind !== 'fragment') continue;
    const { sql, parameters } = physical.output.fragment;
    const [[rows, kept] = []] = await work.connection.rows(sql, parameters, work.options.signal);
    inputs.learnt.learn(probe.key, Number(rows ?? 0), Number(kept ?? 0));
  }
  return planQuery(query, inputs, consumer);
}
