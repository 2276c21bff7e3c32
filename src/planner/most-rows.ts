// How many rows a plan gives at most, as far as it tells by itself: few of them need no stream.

import type { LogicalPlan } from './plan.ts';

export function mostRows(plan: LogicalPlan): number {
  switch (plan.kind) {
    case 'values':
      return plan.rows.length;
    case 'limit':
      return Math.min(plan.count ?? Number.POSITIVE_INFINITY, mostRows(plan.child));
    case 'aggregate':
      return (plan.sets?.length ?? 1) * (plan.groups.length === 0 ? 1 : Math.max(1, mostRows(plan.child)));
    case 'project':
    case 'filter':
    case 'sort':
    case 'window':
    case 'distinct':
      return mostRows(plan.child);
    default:
      return Number.POSITIVE_INFINITY;
  }
}
