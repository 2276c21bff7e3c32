// One call for every mention of an operation on the same input.
//
// A CognitiveMap whose operation, service and arguments equal those of one below it reads that one's answer instead.
// Safe because an operation is pure within a statement, and because the lower call covers every row of the upper:
// between them stand only nodes that drop, order or multiply rows without changing their values.
//
//   before: CognitiveMap [c9 = sentiment(c2)] over Filter over CognitiveMap [c5 = sentiment(c2)] over Scan
//   after:  Project [c9 = c5] over Filter over CognitiveMap [c5 = sentiment(c2)] over Scan
//
// A guarded call below an unguarded one loses its guard when every row between them is kept: the upper one asks for
// all of them anyway.
//
// Must not fire: `SELECT SENTIMENT(t) … WHERE a OR SENTIMENT(t) = 'x'`'s guarded call below the filter keeps its guard:
// the rows the filter drops need no answer.

import { type Column, column, type Expr } from '../expression.ts';
import { answerColumns, type CognitiveCall, type CognitiveMap, columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import { childrenOf, conjunctsOf, mapExpressions, rewritePlan, substituted } from '../shape.ts';
import { withoutUnreadCalls } from './prune.ts';

export const share: Rule = {
  name: 'share',
  // Before placement puts conditions between two mentions, and again for those that it brings together. A limit it must
  // have put between them first: what stands above asks for few rows.
  phases: ['mentions', 'sharing'],
  apply(plan, { nextId, phase }) {
    if (phase === 'mentions' && hasLimit(plan)) return plan;
    // A call nobody reads is none: shared, it would be asked for rows that the other call does not see.
    const live = withoutUnreadCalls(plan);
    const shared = rewritePlan(live, (node) => shareOne(node, nextId));
    return shared === live ? plan : rewritePlan(shared, belowNames);
  },
};

function hasLimit(plan: LogicalPlan): boolean {
  return plan.kind === 'limit' || childrenOf(plan).some(hasLimit);
}

function shareOne(plan: LogicalPlan, nextId: () => number): LogicalPlan {
  if (plan.kind !== 'cognitive-map') return plan;
  const { answer, failure } = plan.call;
  const found = exposed(plan.child, plan.call, nextId);
  if (found === undefined) return plan;
  const columns = columnsOf(plan.child).map((c) => ({ ...c, expr: column(c) }));
  const shared = [{ ...answer, expr: column(found.answer) }];
  if (failure !== undefined && found.failure !== undefined) shared.push({ ...failure, expr: column(found.failure) });
  return { kind: 'project', child: found.plan, columns: [...columns, ...shared] };
}

/**
 * Conditions and calls above a projection that only gives columns further names stand below it instead: the calls of one
 * conjunction stay one stack, whichever mention was written first.
 */
function belowNames(plan: LogicalPlan): LogicalPlan {
  if ((plan.kind !== 'filter' && plan.kind !== 'cognitive-map') || plan.child.kind !== 'project') return plan;
  const { child: below, columns } = plan.child;
  const names = new Map(columns.flatMap((c): [number, Expr][] => (isItself(c) ? [] : [[c.id, c.expr]])));
  if (names.size === 0 || columns.some((c) => c.expr.kind !== 'column')) return plan;
  const moved = mapExpressions({ ...plan, child: below }, (expr) => substituted(expr, names));
  const added = plan.kind === 'filter' ? [] : answerColumns(plan.call).map((c) => ({ ...c, expr: column(c) }));
  return { ...plan.child, child: belowNames(moved), columns: [...columns, ...added] };
}

function isItself({ id, expr }: Column & { readonly expr: Expr }): boolean {
  return expr.kind === 'column' && expr.id === id;
}

interface Exposed {
  readonly plan: LogicalPlan;
  readonly answer: Column;
  readonly failure: Column | undefined;
}

/** The plan with an equal call's answer among its columns, if there is one below. */
function exposed(plan: LogicalPlan, call: CognitiveCall, nextId: () => number, rowsKept = true): Exposed | undefined {
  switch (plan.kind) {
    case 'cognitive-map':
      if (covers(plan.call, call)) return withFailure(plan, call, nextId);
      if (rowsKept && call.guard === undefined && covers({ ...plan.call, guard: undefined }, call)) {
        return withFailure({ ...plan, call: { ...plan.call, guard: undefined } }, call, nextId);
      }
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
      const below = exposed(
        plan.child,
        { ...call, args: call.args.map((a) => substituted(a, source)), guard },
        nextId,
        rowsKept,
      );
      if (below === undefined) return undefined;
      const missing = answerColumns(below).filter((c) => !plan.columns.some((p) => p.id === c.id));
      const columns = [...plan.columns, ...missing.map((c) => ({ ...c, expr: column(c) }))];
      return { ...below, plan: { ...plan, child: below.plan, columns } };
    }
    default:
      return undefined;
  }
  const keeps = plan.kind === 'cognitive-map' || plan.kind === 'sort' || plan.kind === 'window';
  const below = exposed(plan.child, call, nextId, rowsKept && keeps);
  return below && { ...below, plan: { ...plan, child: below.plan } };
}

/** The lower call gives the failure too when the upper one's is read. */
function withFailure(plan: CognitiveMap, upper: CognitiveCall, nextId: () => number): Exposed {
  const { answer, failure } = plan.call;
  if (failure !== undefined || upper.failure === undefined) return { plan, answer, failure };
  const added = { ...upper.failure, id: nextId() };
  return { plan: { ...plan, call: { ...plan.call, failure: added } }, answer, failure: added };
}

function covers(lower: CognitiveCall, upper: CognitiveCall): boolean {
  return (
    lower.operation.id === upper.operation.id &&
    lower.service === upper.service &&
    lower.args.length === upper.args.length &&
    lower.args.every((arg, i) => sameExpr(arg, upper.args[i])) &&
    isGuardedBy(lower.guard, upper.guard)
  );
}

/** Whether the upper guard holds for no row for which the lower does not: it has all of its conjuncts. */
function isGuardedBy(lower: Expr | undefined, upper: Expr | undefined): boolean {
  if (lower === undefined) return true;
  if (upper === undefined) return false;
  const held = conjunctsOf(upper);
  return conjunctsOf(lower).every((c) => held.some((h) => sameExpr(c, h)));
}

export function sameExpr(a: Expr, b: Expr | undefined): boolean {
  return b !== undefined && key(a) === key(b);
}

function key(expr: Expr): string {
  return JSON.stringify(expr, (name, value: unknown) =>
    name === 'span' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );
}
