// What a rewrite rule is. Returning the same object means "did not fire".

import type { CollationName } from '../arrow/sql-type.ts';
import type { CallTerms } from './call-terms.ts';
import type { ColumnId } from './expression.ts';
import type { LearntCalls } from './learnt-calls.ts';
import type { LogicalPlan } from './plan.ts';

/** What makes plans beside that of a statement. */
export interface PlanContext {
  readonly learnt: LearntCalls;
  readonly terms: CallTerms;
  nextId(): ColumnId;
}

export interface RuleContext extends PlanContext {
  /** Of the database. */
  readonly collation: CollationName;
  /** The one that runs. */
  readonly phase: Phase;
}

/** Phases run in this order, each to a fixed point; inside one, order must not matter. */
export const PHASES = ['mentions', 'placement', 'sharing', 'order', 'fusion', 'cleanup'] as const;
export type Phase = (typeof PHASES)[number];

export interface Rule {
  /** Kebab case: also the name of its file, its golden and its line in a trace. */
  readonly name: string;
  readonly phases: readonly [Phase, ...Phase[]];
  apply(plan: LogicalPlan, context: RuleContext): LogicalPlan;
}
