// EXPLAIN: the plan, what its calls will need, the rules that shaped it, and the SQL of each fragment. May read data
// below the first call; calls no service. How it reads as text is in explain-text.ts.

import type { Snapshot } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { type CallEstimate, type EstimatedTotal, estimateCalls, totalOf } from '../../exec/estimate-calls.ts';
import type { RunReport } from '../../exec/run-report.ts';
import { workNames } from '../../exec/statement-work.ts';
import type { Statement } from '../../parser/ast.ts';
import { behindAnswers } from '../../planner/behind-answers.ts';
import type { PhysicalCall } from '../../planner/physical.ts';
import type { LogicalPlan } from '../../planner/plan.ts';
import { type PlanInputs, type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import { printPlan } from '../../planner/print-plan.ts';
import { visitPlan } from '../../planner/shape.ts';
import { mayFuseOtherwise } from '../plan-learning.ts';
import { type Settings, withOptions } from '../settings.ts';
import type { StatementContext } from '../statement.ts';
import { unassigned } from './assign.ts';
import { changeOf } from './change-rows.ts';
import { planTable, selectInto } from './create-table-as.ts';

export interface Explanation {
  readonly text: string;
  readonly json: ExplainedPlan;
}

export interface ExplainedPlan {
  readonly sql: string;
  /** One node a line, children indented. */
  readonly plan: string;
  /** In the order they fired. */
  readonly rules: readonly string[];
  /** The plan after each rule, the bound one first; only where steps were asked for. */
  readonly steps?: readonly { readonly rule: string; readonly plan: string }[];
  readonly calls: readonly CallEstimate[];
  readonly total: EstimatedTotal;
  readonly fragments: readonly { readonly name: string; readonly sql: string }[];
  /** EXPLAIN ANALYZE: what the run did. */
  readonly actual?: RunReport;
}

/** @throws SqlcError not-supported for a statement that has no plan */
export async function explainStatement(
  statement: Statement,
  context: StatementContext,
  snapshot: Snapshot,
  { steps }: { readonly steps: boolean },
): Promise<ExplainedPlan> {
  await context.session.parts.learnt.load();
  // Work names of the printed plan never run, so that the same statement always explains alike.
  const { plan: planned } = await planOf(statement, context, snapshot, 0);
  const calls = await estimates(statement, context, snapshot);
  const bound = { rule: 'bound', plan: planned.bound };
  return {
    sql: context.report.sql,
    plan: printPlan(planned.logical),
    rules: planned.steps.map((s) => s.rule),
    ...(steps && { steps: [bound, ...planned.steps].map((s) => ({ rule: s.rule, plan: printPlan(s.plan) })) }),
    calls,
    total: totalOf(calls),
    fragments: fragmentsOf(planned),
  };
}

/** Counts what the calls need; a table that earlier statements would create is known by its definition only. */
async function estimates(statement: Statement, context: StatementContext, snapshot: Snapshot): Promise<CallEstimate[]> {
  const { session, report, signal } = context;
  const { parts } = session;
  const running = session.begin(report, optionsOf(statement, context), signal);
  const { plan: planned, inputs } = await planOf(statement, context, snapshot, running.id);
  const { physical } = planned;
  const existing = await parts.store.snapshot();
  const readable = physical.tables.every((t) => existing.tables.includes(t));
  const work = await session.openWork(running, snapshot, context.span);
  try {
    const { storage, parquet, blobEndpoint } = parts;
    const files = { storage, snapshot, parquet, blobEndpoint };
    const expected = {
      behindAnswers: behindAnswers(planned, parts.learnt, workNames(running.id)),
      latencyMs: (operation: string, service: string) => parts.learnt.latencyMs(operation, service),
    };
    const seconds = readable ? running.settings.explain_scan_seconds : 0;
    const calls = await estimateCalls(physical, expected, work, files, seconds);
    const isOpen = isDrawn(planned.bound) || (await mayFuseOtherwise(planned, inputs));
    return isOpen ? calls.map((call) => ({ ...call, exact: false })) : calls;
  } finally {
    await work.close();
    running.end();
  }
}

/** The run that follows draws other rows: a sample without a seed. */
function isDrawn(plan: LogicalPlan): boolean {
  let found = false;
  visitPlan(plan, (node) => {
    if (node.kind === 'scan' && node.sample?.repeatable === false) found = true;
  });
  return found;
}

/** What there is a plan of. */
export type Planned = Extract<
  Statement,
  { kind: 'select-statement' | 'create-table-as' | 'insert' | 'update' | 'delete' | 'merge' }
>;

const PLANNED: ReadonlySet<string> = new Set<Planned['kind']>([
  ...(['select-statement', 'create-table-as', 'insert', 'update', 'delete', 'merge'] as const),
]);

export function isPlanned(statement: Statement): statement is Planned {
  return PLANNED.has(statement.kind);
}

function optionsOf(statement: Statement, context: StatementContext): Settings {
  const { settings } = context.session;
  return isPlanned(statement) ? withOptions(settings, statement.options) : settings;
}

async function planOf(
  statement: Statement,
  context: StatementContext,
  snapshot: Snapshot,
  id: number,
): Promise<{ plan: PlannedQuery; inputs: PlanInputs }> {
  switch (statement.kind) {
    case 'select-statement': {
      const into = selectInto(statement);
      if (into !== undefined) return planOf(into, context, snapshot, id);
      const inputs = context.session.planInputs(snapshot, context.parameters, id, optionsOf(statement, context));
      return { plan: await planQuery(unassigned(statement.query), inputs, 'streaming'), inputs };
    }
    case 'create-table-as':
      return planTable(statement, context, snapshot, id);
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge': {
      const inputs = context.session.planInputs(snapshot, context.parameters, id, optionsOf(statement, context));
      const { query } = changeOf(statement, context.session).plan(snapshot);
      return { plan: await planQuery(query, inputs, 'blocking'), inputs };
    }
    default:
      throw error('not-supported', { what: 'EXPLAIN of a statement without a query' }, { span: statement.span });
  }
}

function asked({ calls }: { readonly calls: readonly PhysicalCall[] }): string {
  return calls.map((c) => c.operation.id).join(' and ');
}

function fragmentsOf({ physical }: PlannedQuery): { name: string; sql: string }[] {
  const stages = physical.stages.map((s) => ({
    name: s.calls.length === 0 ? `stage ${s.stage}` : `stage ${s.stage}, then ${asked(s)}`,
    sql: s.fragment.sql,
  }));
  const { output } = physical;
  if (output.kind === 'fragment') return [...stages, { name: 'output', sql: output.fragment.sql }];
  const segments = output.segments.map((s) => ({
    name: `stream ${s.stage}, ${asked(s)}, then`,
    sql: s.body.sql,
  }));
  return [...stages, { name: 'source', sql: output.source.sql }, ...segments];
}
