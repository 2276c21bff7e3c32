// Calls of one fusion group on the same input in a stack, by the filters between them, and which of them one request
// had best ask for: together it asks about every row for what only survivors need, apart it pays for more requests.

import { areFusible } from '../udf/operation.ts';
import { type CallChain, callChain } from './call-chain.ts';
import { type CallStack, idsProvided, type Layer, neededLayers, restacked, unstacked } from './call-stack.ts';
import type { ColumnId, Expr } from './expression.ts';
import type { CognitiveCall, LogicalPlan } from './plan.ts';
import type { PlanContext } from './rule.ts';
import { sameExpr } from './rules/share.ts';
import { columnsUsed, mapChildren, mapExpressions, rewriteExpr } from './shape.ts';

type CallLayer = Extract<Layer, { kind: 'call' }>;

/** Calls with no filter between them. */
export interface Level {
  readonly calls: readonly CallLayer[];
  /** Of the rows below the stack, how many get here, 0..1. */
  readonly share: number;
}

export interface Candidates {
  /** Lowest first. */
  readonly levels: readonly Level[];
  /** What the filters between the lowest level and the highest read, as far as that is calls alone. */
  readonly between: readonly CallChain[];
}

/** Of a predicate nobody has measured. */
const UNKNOWN = 0.5;

/** Calls that one request could ask for: at least two of each group and input. */
export function fusionCandidates(stack: CallStack, { terms, learnt }: PlanContext): Candidates[] {
  const { layers } = stack;
  const own = idsProvided(layers);
  const groups: CallLayer[][] = [];
  for (const layer of layers) {
    if (layer.kind !== 'call' || terms.fusedBy(layer.call) === undefined || readsAny(layer.call.guard, own)) continue;
    const group = groups.find(([first]) => first !== undefined && areAskable(first.call, layer.call, terms));
    if (group === undefined) groups.push([layer]);
    else group.push(layer);
  }
  return groups.flatMap((group): Candidates[] => {
    if (group.length < 2) return [];
    const levels: { calls: CallLayer[]; share: number }[] = [];
    const between: CallChain[] = [];
    let [share, cut, last] = [1, true, 0];
    for (const layer of layers) {
      if (layer.kind === 'filter') {
        const chain = chainBelow(stack, layer);
        const shares = chain?.links.map(({ key }) => learnt.selectivity(key) ?? UNKNOWN) ?? [UNKNOWN];
        share = shares.reduce((product, each) => product * each, share);
        cut = true;
        if (chain !== undefined && levels.length > 0) between.push(chain);
      }
      if (layer.kind !== 'call' || !group.includes(layer)) continue;
      if (cut) levels.push({ calls: [layer], share });
      else levels.at(-1)?.calls.push(layer);
      cut = false;
      last = between.length;
    }
    return [{ levels, between: between.slice(0, last) }];
  });
}

/** The filter over the calls it needs and nothing else. */
function chainBelow({ base, layers }: CallStack, filter: Layer): CallChain | undefined {
  const needed = neededLayers(layers, (layer) => layer === filter);
  return callChain(
    restacked(
      base,
      layers.filter((layer) => needed.has(layer)),
      new Set(),
    ),
  );
}

function areAskable(a: CognitiveCall, b: CognitiveCall, terms: PlanContext['terms']): boolean {
  return (
    areFusible(a.operation, b.operation) &&
    a.service === b.service &&
    terms.fusedBy(a) === terms.fusedBy(b) &&
    a.args.length === b.args.length &&
    a.args.every((arg, i) => sameExpr(arg, b.args[i]))
  );
}

function readsAny(expr: Expr | undefined, ids: ReadonlySet<ColumnId>): boolean {
  return expr !== undefined && [...columnsUsed(expr)].some((id) => ids.has(id));
}

/** Consecutive levels that are asked for at the lowest of them. */
export type Site = readonly Level[];

interface Cost {
  readonly price: number;
  readonly requests: number;
}

/**
 * The cheapest way to ask, by price, then by requests, of one row below the stack. Where nothing is known to cost
 * anything, every input of every operation costs the same.
 */
export function cheapestSites({ levels }: Candidates, { terms }: Pick<PlanContext, 'terms'>): readonly Site[] {
  const calls = levels.flatMap((level) => level.calls.map(({ call }) => call));
  const units = calls.map((call) => terms.unitPrice(call));
  const [first] = calls;
  if (first === undefined) return [];
  const perRequest = terms.requestPrice(first) / first.operation.limits.documents;
  const isPriced = units.every((unit) => unit !== undefined) && (perRequest > 0 || units.some((unit) => unit !== 0));
  const priceOf = (call: CognitiveCall) => (isPriced ? (terms.unitPrice(call) ?? 0) : 1);
  const costOf = (site: Site): Cost => {
    const share = site[0]?.share ?? 0;
    const inputs = site.flatMap((level) => level.calls).reduce((sum, { call }) => sum + priceOf(call), 0);
    return { price: share * (inputs + (isPriced ? perRequest : 0)), requests: share };
  };
  // Backwards: the best way from each level on.
  const best = [NOTHING];
  for (let from = levels.length - 1; from >= 0; from--) {
    const ways = levels.slice(from).map((_, i) => {
      const site = levels.slice(from, from + i + 1);
      const cost = costOf(site);
      const { cost: more, sites } = best[i] ?? NOTHING;
      const sum = { price: cost.price + more.price, requests: cost.requests + more.requests };
      return { cost: sum, sites: [site, ...sites] };
    });
    best.unshift(ways.reduce((a, b) => (isCheaper(a.cost, b.cost) ? a : b)));
  }
  return best[0]?.sites ?? [];
}

interface Way {
  readonly cost: Cost;
  readonly sites: readonly Site[];
}

const NOTHING: Way = { cost: { price: 0, requests: 0 }, sites: [] };

/** Whether the shares that filters let through decide: requests have a price, and so has what survivors alone need. */
export function dependsOnShares({ levels }: Candidates, { terms }: Pick<PlanContext, 'terms'>): boolean {
  const [lowest, ...upper] = levels;
  const call = lowest?.calls[0]?.call;
  if (call === undefined || terms.requestPrice(call) === 0) return false;
  return upper.some((level) => level.calls.some((each) => (terms.unitPrice(each.call) ?? 0) > 0));
}

/** Sums of shares differ in their last digits. */
const EPSILON = 1e-9;

function isCheaper(a: Cost, b: Cost): boolean {
  const difference = a.price - b.price;
  if (Math.abs(difference) > EPSILON * Math.max(a.price, b.price)) return difference < 0;
  return a.requests < b.requests - EPSILON;
}

/** Whole stacks only: what is best for a part may not be for all of it. */
export function overStacks(
  plan: LogicalPlan,
  rewrite: (stack: CallStack, top: LogicalPlan) => LogicalPlan | undefined,
  isPart = false,
): LogicalPlan {
  const stack = unstacked(plan);
  const isStack = stack.layers.length > 0;
  const next = isStack && !isPart ? rewrite(stack, plan) : undefined;
  if (next !== undefined) return next;
  const inner = mapExpressions(plan, (expr) =>
    rewriteExpr(expr, (e) => {
      if (e.kind !== 'subquery') return e;
      const subplan = overStacks(e.plan, rewrite);
      return subplan === e.plan ? e : { ...e, plan: subplan };
    }),
  );
  return mapChildren(inner, (child) => overStacks(child, rewrite, isStack));
}
