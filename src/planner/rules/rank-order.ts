// Calls of one conjunction run in order of cost / (1 - selectivity): what drops most rows for least comes first.
//
// Safe because the calls are independent (none reads another's answer), a call keeps every row, errors are values, and
// a conjunction holds whatever the order of its conjuncts. Where nothing is known the order follows the predicates'
// own text, so that two ways of writing the same conjunction cost the same.
//
//   before: Filter [p2] over Map2 over Filter [p1] over Map1 over Scan
//   after:  Filter [p1] over Map1 over Filter [p2] over Map2 over Scan, when p2 keeps fewer rows per unit of cost
//
// Must not fire: `WHERE SENTIMENT(SHOUT(t)) = 'negative' AND SHOUT(t) = 'X'`: one call reads the other's answer.

import { allOf } from '../bind/conditions.ts';
import { type CallChain, type ChainLink, callChain } from '../call-chain.ts';
import type { LogicalPlan } from '../plan.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { mapChildren, mapExpressions, rewriteExpr } from '../shape.ts';

/** Of a predicate nobody has measured: like any other, so that its text decides. */
const UNKNOWN = 0.5;

export const rankOrder: Rule = {
  name: 'rank-order',
  phase: 'order',
  apply: (plan, context) => ordered(plan, context),
};

/** Top-down: a chain is handled at its top node, once. */
function ordered(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const chain = callChain(plan);
  if (chain === undefined) {
    const inner = mapExpressions(plan, (expr) =>
      rewriteExpr(expr, (e) => {
        if (e.kind !== 'subquery') return e;
        const subplan = ordered(e.plan, context);
        return subplan === e.plan ? e : { ...e, plan: subplan };
      }),
    );
    return mapChildren(inner, (child) => ordered(child, context));
  }
  const wanted = inOrder(chain.links, context);
  const base = ordered(chain.base, context);
  if (base === chain.base && wanted.every((link, i) => link === chain.links[i])) return plan;
  return stacked({ ...chain, base, links: wanted });
}

/** Money first, then documents. Where the price of one call is not known every document costs the same. */
function inOrder(links: readonly ChainLink[], { learnt }: RuleContext): ChainLink[] {
  const priceOf = ({ map }: ChainLink) => learnt.price(map.call.operation.id);
  const priced = links.every((link) => link.predicate === undefined || priceOf(link) !== undefined);
  const ranked = links.map((link) => {
    if (link.predicate === undefined) return { link, price: Number.POSITIVE_INFINITY, documents: 0 };
    const documents = 1 / (1 - Math.min(0.999, learnt.selectivity(link.key) ?? UNKNOWN));
    return { link, price: priced ? (priceOf(link) ?? 0) * documents : 0, documents };
  });
  const order = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);
  ranked.sort((a, b) => order(a.price, b.price) || order(a.documents, b.documents) || order(a.link.key, b.link.key));
  return ranked.map(({ link }) => link);
}

function stacked({ links, base, cheap, rest }: CallChain): LogicalPlan {
  const below = allOf(cheap);
  const bottom: LogicalPlan = below === undefined ? base : { kind: 'filter', child: base, predicate: below };
  const top = links.reduce((child, { map, predicate }): LogicalPlan => {
    const asked: LogicalPlan = { ...map, child };
    return predicate === undefined ? asked : { kind: 'filter', child: asked, predicate };
  }, bottom);
  const predicate = allOf(rest);
  return predicate === undefined ? top : { kind: 'filter', child: top, predicate };
}
