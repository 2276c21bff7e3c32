// The rule driver: phases in order, the rules of a phase to a fixed point, with a trace of what fired.

import { invariant } from '../common/errors.ts';
import type { LogicalPlan } from './plan.ts';
import { PHASES, type Rule, type RuleContext } from './rule.ts';

export interface Step {
  readonly rule: string;
  readonly plan: LogicalPlan;
}

const MAX_ROUNDS = 100;

/**
 * `ordered` is the plan before calls are fused, `placed` the plan before cleanup, where they still stand on whole
 * relations.
 */
export function optimize(
  plan: LogicalPlan,
  rules: readonly Rule[],
  context: Omit<RuleContext, 'phase'>,
): { plan: LogicalPlan; ordered: LogicalPlan; placed: LogicalPlan; steps: readonly Step[] } {
  const steps: Step[] = [];
  let current = plan;
  let [ordered, placed] = [plan, plan];
  for (const phase of PHASES) {
    if (phase === 'fusion') ordered = current;
    if (phase === 'cleanup') placed = current;
    const active = rules.filter((rule) => rule.phases.includes(phase));
    for (let round = 0, changed = true; changed; round++) {
      invariant(round < MAX_ROUNDS, `phase ${phase} does not come to rest`);
      changed = false;
      for (const rule of active) {
        const next = rule.apply(current, { ...context, phase });
        if (next === current) continue;
        steps.push({ rule: rule.name, plan: next });
        current = next;
        changed = true;
      }
    }
  }
  return { plan: current, ordered, placed, steps };
}
