// Calls of one conjunction run in the order that asks least: what drops most rows for least comes first.
//
// Safe because a call keeps every row, errors are values, a conjunction holds whatever the order of its conjuncts, and a
// call stays above those whose answers it reads. Where nothing is known the order follows the conditions' own text, so
// that two ways of writing the same conjunction cost the same.
//
//   before: Filter [p2] over Map2 over Filter [p1] over Map1 over Scan
//   after:  Filter [p1] over Map1 over Filter [p2] over Map2 over Scan, when p2 keeps fewer rows per unit of cost
//
// Must not fire: `WHERE SENTIMENT(t, DETECT_LANGUAGE(t)) = 'negative'` has one condition, whose calls need each other.

import { allOf } from '../bind/conditions.ts';
import { type CallChain, type ChainCall, callChain } from '../call-chain.ts';
import { cheapestOrder } from '../call-order.ts';
import type { Expr } from '../expression.ts';
import type { CognitiveCall, LogicalPlan } from '../plan.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { conjunctsOf, rewritePlan } from '../shape.ts';

export const rankOrder: Rule = {
  name: 'rank-order',
  phases: ['order'],
  // A part of a chain is ordered first, then the whole anew: only its last order counts.
  apply: (plan, context) => rewritePlan(plan, (node) => ordered(node, context)),
};

function ordered(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const chain = callChain(plan);
  if (chain === undefined || chain.calls.length < 2) return plan;
  const stacked = stackedInOrder(chain, context);
  return isSame(stacked, plan) ? plan : stacked;
}

function stackedInOrder(chain: CallChain, { learnt }: RuleContext): LogicalPlan {
  const { base, calls, cheap, last } = chain;
  const below = allOf(cheap);
  let plan: LogicalPlan = below === undefined ? base : { kind: 'filter', child: base, predicate: below };
  const asked = new Set<ChainCall>();
  const ask = (needed: readonly ChainCall[]) => {
    for (const call of needed) {
      if (!asked.has(call)) plan = { ...call.map, child: plan };
      asked.add(call);
    }
  };
  for (const link of cheapestOrder(chain, learnt)) {
    ask(link.calls);
    plan = { kind: 'filter', child: plan, predicate: link.predicate };
  }
  ask(calls);
  for (const predicate of last) plan = { kind: 'filter', child: plan, predicate };
  return plan;
}

/** The same calls in the same order with the same conditions between them, however those are held together. */
function isSame(a: LogicalPlan, b: LogicalPlan): boolean {
  const [one, other] = [levelsOf(a), levelsOf(b)];
  return one.length === other.length && one.every((level, i) => isSameLevel(level, other[i]));
}

function isSameLevel(a: Level, b: Level | undefined): boolean {
  return a.call === b?.call && a.above.size === b.above.size && [...a.above].every((e) => b.above.has(e));
}

interface Level {
  readonly call: CognitiveCall;
  /** Conditions on it, below the next call. */
  readonly above: ReadonlySet<Expr>;
}

function levelsOf(top: LogicalPlan): Level[] {
  const levels: Level[] = [];
  let above: Expr[] = [];
  for (let node = top; node.kind === 'filter' || node.kind === 'cognitive-map'; node = node.child) {
    if (node.kind === 'filter') {
      above.push(...conjunctsOf(node.predicate));
      continue;
    }
    levels.push({ call: node.call, above: new Set(above) });
    above = [];
  }
  return levels;
}
