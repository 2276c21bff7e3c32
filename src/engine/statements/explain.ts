// EXPLAIN: the plan, what its calls will need, the rules that shaped it, and the SQL of each fragment. May read data
// below the first call; calls no service.

import type { Snapshot } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { type CallEstimate, estimateCalls } from '../../exec/estimate-calls.ts';
import type { Statement } from '../../parser/ast.ts';
import { type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import { printPlan } from '../../planner/print-plan.ts';
import { type Settings, withOptions } from '../settings.ts';
import type { StatementContext } from '../statement.ts';
import { planTable } from './create-table-as.ts';

export interface ExplainOptions {
  /** The plan after each rule. */
  readonly steps: boolean;
}

export interface Explanation {
  readonly text: string;
  readonly json: {
    readonly plan: string;
    readonly rules: readonly string[];
    readonly fragments: readonly { readonly name: string; readonly sql: string }[];
    readonly calls: readonly CallEstimate[];
  };
}

/** @throws SqlcError not-supported for a statement that has no plan */
export async function explainStatement(
  statement: Statement,
  context: StatementContext,
  snapshot: Snapshot,
  options: ExplainOptions,
): Promise<Explanation> {
  // Work names of the printed plan never run, so that the same statement always explains alike.
  const plan = await planOf(statement, context, snapshot, 0);
  const calls = await estimates(statement, context, snapshot);
  const fragments = fragmentsOf(plan);
  const rules = plan.steps.map((s) => s.rule);
  const steps = options.steps ? stepsText(plan) : '';
  const shown = fragments.map((f) => `${f.name}:\n  ${f.sql}`).join('\n');
  const asked = calls.length === 0 ? '' : `calls:\n${calls.map((c) => `  ${estimateText(c)}\n`).join('')}\n`;
  const text = `${steps}${printPlan(plan.logical)}\n\n${asked}rules: ${rules.length === 0 ? 'none' : rules.join(', ')}\n\n${shown}`;
  return { text, json: { plan: printPlan(plan.logical), rules, fragments, calls } };
}

/** Counts what the calls need; a table that earlier statements would create is known by its definition only. */
async function estimates(statement: Statement, context: StatementContext, snapshot: Snapshot): Promise<CallEstimate[]> {
  const { session, report, signal } = context;
  const { parts } = session;
  const running = session.begin(report, optionsOf(statement, context), signal);
  const { physical } = await planOf(statement, context, snapshot, running.id);
  const existing = await parts.store.snapshot();
  const readable = physical.tables.every((t) => existing.tables.includes(t));
  const work = await session.openWork(running, snapshot);
  try {
    const files = { storage: parts.storage, snapshot, blobEndpoint: parts.blobEndpoint };
    return await estimateCalls(physical, work, files, readable ? running.settings.explain_scan_seconds : 0);
  } finally {
    await work.close();
    running.end();
  }
}

function estimateText(c: CallEstimate): string {
  const about = c.exact || c.distinct === undefined ? '' : '~';
  const number = (n: number | undefined) => (n === undefined ? 'unknown' : `${about}${n.toLocaleString('en')}`);
  const price = c.price === undefined ? 'no price known' : `${about}${Math.round(c.price * 1e6) / 1e6} ${c.currency}`;
  return `${c.operation} (${c.shape}) by ${c.service}: rows ${number(c.rows)}, distinct inputs ${number(c.distinct)}, cached ${number(c.cached)}, requests ${number(c.requests)}, ${price}, at ${c.pace}`;
}

function optionsOf(statement: Statement, context: StatementContext): Settings {
  const { settings } = context.session;
  return statement.kind === 'select-statement' || statement.kind === 'create-table-as'
    ? withOptions(settings, statement.options)
    : settings;
}

async function planOf(
  statement: Statement,
  context: StatementContext,
  snapshot: Snapshot,
  id: number,
): Promise<PlannedQuery> {
  switch (statement.kind) {
    case 'select-statement': {
      const inputs = context.session.planInputs(snapshot, context.parameters, id, optionsOf(statement, context));
      return planQuery(statement.query, inputs, 'streaming');
    }
    case 'create-table-as':
      return (await planTable(statement, context, snapshot, id)).plan;
    default:
      throw error('not-supported', { what: 'EXPLAIN of a statement without a query' }, { span: statement.span });
  }
}

function stepsText(plan: PlannedQuery): string {
  const steps = [{ rule: 'bound', plan: plan.bound }, ...plan.steps];
  return steps.map((s) => `after ${s.rule}:\n${indented(printPlan(s.plan))}\n\n`).join('');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function fragmentsOf({ physical }: PlannedQuery): { name: string; sql: string }[] {
  const stages = physical.stages.map((s) => ({
    name: `stage ${s.stage}, then ${s.call.operation.id}`,
    sql: s.fragment.sql,
  }));
  const { output } = physical;
  if (output.kind === 'fragment') return [...stages, { name: 'output', sql: output.fragment.sql }];
  const segments = output.segments.map((s) => ({
    name: `stream ${s.stage}, ${s.call.operation.id}, then`,
    sql: s.body.sql,
  }));
  return [...stages, { name: 'source', sql: output.source.sql }, ...segments];
}
