// EXPLAIN: the plan, the rules that shaped it, and the SQL of each fragment. Runs nothing and calls no service.

import type { Snapshot } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Statement } from '../../parser/ast.ts';
import { type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import { printPlan } from '../../planner/print-plan.ts';
import { withOptions } from '../settings.ts';
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
    readonly calls: readonly {
      readonly operation: string;
      readonly service: string | null;
      readonly shape: 'set-oriented' | 'streaming';
    }[];
  };
}

/** @throws SqlcError not-supported for a statement that has no plan */
export async function explainStatement(
  statement: Statement,
  context: StatementContext,
  snapshot: Snapshot,
  options: ExplainOptions,
): Promise<Explanation> {
  const plan = await planOf(statement, context, snapshot);
  const fragments = fragmentsOf(plan);
  const rules = plan.steps.map((s) => s.rule);
  const steps = options.steps ? stepsText(plan) : '';
  const shown = fragments.map((f) => `${f.name}:\n  ${f.sql}`).join('\n');
  const text = `${steps}${printPlan(plan.logical)}\n\nrules: ${rules.length === 0 ? 'none' : rules.join(', ')}\n\n${shown}`;
  return { text, json: { plan: printPlan(plan.logical), rules, fragments, calls: callsOf(plan) } };
}

async function planOf(statement: Statement, context: StatementContext, snapshot: Snapshot): Promise<PlannedQuery> {
  // Work names never run here, so that the same statement always explains alike.
  const id = 0;
  switch (statement.kind) {
    case 'select-statement':
      return planQuery(
        statement.query,
        context.session.planInputs(
          snapshot,
          context.parameters,
          id,
          withOptions(context.session.settings, statement.options),
        ),
        'streaming',
      );
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

function callsOf({ physical }: PlannedQuery): Explanation['json']['calls'] {
  const shape = (
    calls: readonly { call: { operation: { id: string }; service: string | undefined } }[],
    kind: 'set-oriented' | 'streaming',
  ) => calls.map(({ call }) => ({ operation: call.operation.id, service: call.service ?? null, shape: kind }));
  const streamed = physical.output.kind === 'stream' ? physical.output.segments : [];
  return [...shape(physical.stages, 'set-oriented'), ...shape(streamed, 'streaming')];
}
