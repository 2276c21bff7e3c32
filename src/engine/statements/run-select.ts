// SELECT: planned at once, run when its rows are read.

import { arrowSchema } from '../../arrow/arrow-type.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { prepareOutput, runOutput } from '../../exec/run-plan.ts';
import type { Query, SelectStatement } from '../../parser/ast.ts';
import { type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import { printPlan } from '../../planner/print-plan.ts';
import { learnFromAnswers, planAfterProbing } from '../plan-learning.ts';
import { planOnFiles } from '../plan-on-files.ts';
import { Result } from '../result.ts';
import { type Session, statusOf } from '../session.ts';
import { withOptions } from '../settings.ts';
import type { StatementContext } from '../statement.ts';
import { settleBill } from '../virtual-bill.ts';

/** @param planned the catalog to plan on, when it is not the present one */
export async function runSelect(
  statement: SelectStatement,
  context: StatementContext,
  planned?: Snapshot,
): Promise<Result> {
  const { session, report } = context;
  const settings = withOptions(session.settings, statement.options);
  const snapshot = planned ?? (await session.parts.store.snapshot());
  const started = performance.now();
  const id = session.nextId();
  await session.parts.learnt.load();
  const inputs = session.planInputs(snapshot, context.parameters, id, settings);
  const plan = await planQuery(statement.query, inputs, 'streaming');
  report.planMs = performance.now() - started;
  const schema = arrowSchema(plan.physical.columns.map((c) => ({ name: c.name, type: c.type, nullable: true })));
  return new Result(schema, report, () =>
    rows(plan, schema, { ...context, settings, id, snapshot, inputs, query: statement.query }),
  );
}

type Opened = StatementContext & {
  readonly settings: StatementContext['session']['settings'];
  readonly id: number;
  readonly snapshot: Snapshot;
  readonly inputs: ReturnType<Session['planInputs']>;
  readonly query: Query;
};

async function* rows(planned: PlannedQuery, schema: Result['schema'], context: Opened) {
  const { session, report, settings, signal, id, snapshot } = context;
  const started = performance.now();
  const running = session.begin(report, settings, signal);
  try {
    const work = await session.openWork({ ...running, id }, snapshot, context.span);
    try {
      const { storage, parquet, blobEndpoint } = session.parts;
      const files = { storage, snapshot, parquet, blobEndpoint };
      const probed = await planAfterProbing(planned, context.query, context.inputs, 'streaming', work, files);
      const plan = await planOnFiles(probed, context.inputs, 'streaming', work, files);
      await prepareOutput(plan.physical, work, files);
      report.plan = printPlan(plan.logical);
      yield* runOutput(plan.physical, schema, work);
      await learnFromAnswers(plan, work, context.inputs.learnt);
      await settleBill(plan, work, context.inputs.learnt, settings.explain_scan_seconds);
      report.status = 'done';
    } catch (failure) {
      report.status = statusOf(failure);
      throw context.placed(failure);
    } finally {
      if (report.status === 'running') report.status = 'cancelled';
      await work.close();
    }
  } finally {
    report.elapsedMs = performance.now() - started + report.planMs;
    running.end();
  }
}
