// A query whose rows are all needed before anything is done with them, as those of CREATE TABLE AS, INSERT and UPDATE
// are: planned, its services asked, then one fragment of SQL over what is staged.

import type { Snapshot } from '../../catalog/snapshot.ts';
import { invariant } from '../../common/errors.ts';
import { prepareOutput } from '../../exec/run-plan.ts';
import type { StatementWork } from '../../exec/statement-work.ts';
import type { Query, QueryOption } from '../../parser/ast.ts';
import { type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import { printPlan } from '../../planner/print-plan.ts';
import type { Fragment } from '../../planner/unparse.ts';
import { learnFromAnswers, planAfterProbing } from '../plan-learning.ts';
import { planOnFiles } from '../plan-on-files.ts';
import { type Session, statusOf } from '../session.ts';
import { withOptions } from '../settings.ts';
import type { StatementContext } from '../statement.ts';
import { settleBill } from '../virtual-bill.ts';

export interface AnsweredQuery {
  readonly query: Query;
  readonly options: readonly QueryOption[];
  readonly snapshot: Snapshot;
  /** Refuses a plan before any service is asked. */
  readonly check?: (planned: PlannedQuery) => void;
}

export interface Answered {
  readonly fragment: Fragment;
  readonly work: StatementWork;
  readonly inputs: ReturnType<Session['planInputs']>;
}

/** Runs `use` over the answered rows; the statement's report and work area are looked after. */
export async function answered<T>(
  { query, options, snapshot, check }: AnsweredQuery,
  context: StatementContext,
  use: (answer: Answered) => Promise<T>,
): Promise<T> {
  const { session, report } = context;
  const settings = withOptions(session.settings, options);
  const id = session.nextId();
  const started = performance.now();
  await session.parts.learnt.load();
  const inputs = session.planInputs(snapshot, context.parameters, id, settings);
  const planned = await planQuery(query, inputs, 'blocking');
  check?.(planned);
  report.planMs = performance.now() - started;
  const running = session.begin(report, settings, context.signal);
  try {
    const work = await session.openWork({ ...running, id }, snapshot, context.span);
    try {
      const { storage, parquet, blobEndpoint } = session.parts;
      const files = { storage, snapshot, parquet, blobEndpoint };
      const probed = await planAfterProbing(planned, query, inputs, 'blocking', work, files);
      const plan = await planOnFiles(probed, inputs, 'blocking', work, files);
      report.plan = printPlan(plan.logical);
      await prepareOutput(plan.physical, work, files);
      const { output } = plan.physical;
      invariant(output.kind === 'fragment', 'a blocking consumer gets one fragment');
      await learnFromAnswers(plan, work, inputs.learnt);
      // Before its rows change anything the bill could count.
      await settleBill(plan, work, inputs.learnt, settings.explain_scan_seconds);
      const result = await use({ fragment: output.fragment, work, inputs });
      report.status = 'done';
      return result;
    } finally {
      await work.close();
    }
  } catch (failure) {
    report.status = statusOf(failure);
    throw failure;
  } finally {
    report.elapsedMs = performance.now() - started;
    running.end();
  }
}
