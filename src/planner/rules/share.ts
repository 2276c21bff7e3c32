// One call for every mention of an operation on the same input.
//
// A CognitiveMap whose operation, service and arguments equal those of one below it reads that one's answer instead.
// Safe because an operation is pure within a statement, and because the lower call covers every row of the upper:
// between them stand only nodes that drop, order or multiply rows without changing their values.
//
//   before: CognitiveMap [c9 = sentiment(c2)] over Filter over CognitiveMap [c5 = sentiment(c2)] over Scan
//   after:  Project [c9 = c5] over Filter over CognitiveMap [c5 = sentiment(c2)] over Scan
//
// Must not fire: `CASE WHEN a THEN SENTIMENT(t) END, SENTIMENT(t)` when the guarded call stands below: its answer
// is missing for the rows its guard leaves out.

import { type Column, column, type Expr } from '../expression.ts';
import { type CognitiveCall, columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import { rewritePlan, substituted } from '../shape.ts';

export const share: Rule = {
  name: 'share',
  phase: 'sharing',
  apply: (plan) => rewritePlan(plan, shareOne),
};

function shareOne(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'cognitive-map') return plan;
  const found = exposeAnswer(plan.child, plan.call);
  if (found === undefined) return plan;
  const columns = columnsOf(plan.child).map((c) => ({ ...c, expr: column(c) }));
  return {
    kind: 'project',
    child: found.plan,
    columns: [...columns, { ...plan.call.answer, expr: column(found.answer) }],
  };
}

/** The plan with an equal call's answer among its columns, if there is one below. */
function exposeAnswer(plan: LogicalPlan, call: CognitiveCall): { plan: LogicalPlan; answer: Column } | undefined {
  switch (plan.kind) {
    case 'cognitive-map':
      if (covers(plan.call, call)) return { plan, answer: plan.call.answer };
      break;
    case 'filter':
    case 'sort':
    case 'limit':
    case 'window':
    case 'unnest':
      break;
    case 'project': {
      const source = new Map(plan.columns.map((c) => [c.id, c.expr]));
      const guard = call.guard === undefined ? undefined : substituted(call.guard, source);
      const below = exposeAnswer(plan.child, { ...call, args: call.args.map((a) => substituted(a, source)), guard });
      if (below === undefined) return undefined;
      const kept = plan.columns.find((c) => c.expr.kind === 'column' && c.expr.id === below.answer.id);
      if (kept !== undefined) return { plan: { ...plan, child: below.plan }, answer: kept };
      return {
        plan: {
          ...plan,
          child: below.plan,
          columns: [...plan.columns, { ...below.answer, expr: column(below.answer) }],
        },
        answer: below.answer,
      };
    }
    default:
      return undefined;
  }
  const below = exposeAnswer(plan.child, call);
  return below && { plan: { ...plan, child: below.plan }, answer: below.answer };
}

function covers(lower: CognitiveCall, upper: CognitiveCall): boolean {
  return (
    lower.operation.id === upper.operation.id &&
    lower.service === upper.service &&
    lower.args.length === upper.args.length &&
    lower.args.every((arg, i) => sameExpr(arg, upper.args[i])) &&
    (lower.guard === undefined || sameExpr(lower.guard, upper.guard))
  );
}

export function sameExpr(a: Expr, b: Expr | undefined): boolean {
  return b !== undefined && key(a) === key(b);
}

function key(expr: Expr): string {
  return JSON.stringify(expr, (name, value: unknown) =>
    name === 'span' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );
}
