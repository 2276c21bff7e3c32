// CREATE TABLE AS: the query runs set-oriented; its rows and the table's definition commit together.

import { typeName } from '../../arrow/sql-type.ts';
import type { StoredTable } from '../../catalog/definitions.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { error, invariant } from '../../common/errors.ts';
import { prepareOutput } from '../../exec/run-plan.ts';
import type { CreateTableAs } from '../../parser/ast.ts';
import { newTableName } from '../../planner/bind/objects.ts';
import { renamed } from '../../planner/bind/query.ts';
import { type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import { printPlan } from '../../planner/print-plan.ts';
import { planAfterProbing } from '../plan-learning.ts';
import { type Session, statusOf } from '../session.ts';
import { withOptions } from '../settings.ts';
import type { StatementContext } from '../statement.ts';
import { settleBill } from '../virtual-bill.ts';

export async function createTableAs(statement: CreateTableAs, context: StatementContext): Promise<void> {
  const { session, report } = context;
  const settings = withOptions(session.settings, statement.options);
  const snapshot = await session.parts.store.snapshot();
  const id = session.nextId();
  const started = performance.now();
  await session.parts.learnt.load();
  const { plan: planned, inputs, table } = await planTable(statement, context, snapshot, id);
  report.planMs = performance.now() - started;
  const running = session.begin(report, settings, context.signal);
  try {
    const work = await session.openWork({ ...running, id }, snapshot);
    try {
      const files = { storage: session.parts.storage, snapshot, blobEndpoint: session.parts.blobEndpoint };
      const plan = await planAfterProbing(planned, statement.query, inputs, 'blocking', work, files);
      report.plan = printPlan(plan.logical);
      await prepareOutput(plan.physical, work, files);
      const { output } = plan.physical;
      invariant(output.kind === 'fragment', 'a blocking consumer gets one fragment');
      await session.parts.store.createTable(table, output.fragment, running.signal);
      await settleBill(plan, work, inputs.learnt, settings.explain_scan_seconds);
      report.status = 'done';
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

/** The plan and the table it would make; EXPLAIN stops here. */
export async function planTable(
  statement: CreateTableAs,
  context: StatementContext,
  snapshot: Snapshot,
  id: number,
): Promise<{ plan: PlannedQuery; inputs: ReturnType<Session['planInputs']>; table: StoredTable }> {
  const name = newTableName(statement.name, snapshot);
  const settings = withOptions(context.session.settings, statement.options);
  const inputs = context.session.planInputs(snapshot, context.parameters, id, settings);
  const plan = await planQuery(statement.query, inputs, 'blocking');
  const columns = renamed(plan.logical, statement.columns, 'column list', statement.name.span).map((c) => {
    if (c.type.kind === 'null') {
      throw error(
        'bind/type-not-supported',
        { name: typeName(c.type), where: `for column "${c.name}"` },
        { span: statement.query.span, hint: 'Give the NULL a type with CAST.' },
      );
    }
    return { name: c.name, type: c.type, nullable: true };
  });
  const seen = new Set<string>();
  for (const c of columns) {
    const key = c.name.toLowerCase();
    if (seen.has(key))
      throw error('bind/duplicate-column', { name: c.name, relation: name.name }, { span: statement.name.span });
    seen.add(key);
  }
  return { plan, inputs, table: { kind: 'stored', ...name, columns, database: undefined } };
}
