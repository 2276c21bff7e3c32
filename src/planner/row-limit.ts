// SET ROWCOUNT: a bound query cut to so many rows, as TOP would cut it, so that the same rules spare the calls above.

import type { LogicalPlan } from './plan.ts';

/** The smaller of the limits holds. @param count `undefined`: all rows */
export function limitedTo(plan: LogicalPlan, count: number | undefined): LogicalPlan {
  if (count === undefined) return plan;
  if (plan.kind === 'limit') return { ...plan, count: Math.min(plan.count ?? count, count) };
  // What ORDER BY needed is dropped above the order.
  if (plan.kind === 'project' && (plan.child.kind === 'sort' || plan.child.kind === 'limit'))
    return { ...plan, child: limitedTo(plan.child, count) };
  return { kind: 'limit', child: plan, count, offset: 0 };
}
