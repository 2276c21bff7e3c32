// The order of a conjunction's conditions that asks least, reckoned from selectivities and counts of distinct inputs.

import type { CallChain, ChainCall, ChainLink } from './call-chain.ts';
import type { LearntCalls } from './learnt-calls.ts';

/** Of a predicate nobody has measured: like any other, so that its text decides. */
export const UNKNOWN_SELECTIVITY = 0.5;
/** No condition drops nothing for certain: the one that costs more still comes later. */
const MAX_SELECTIVITY = 0.999;
/** Up to so many conditions every order is reckoned; beyond, the best next one is taken. */
const MAX_TRIED = 6;

/** Every order of equal cost is the same to us: the texts decide, so that two ways of writing it cost the same. */
export function cheapestOrder(chain: CallChain, learnt: LearntCalls): readonly ChainLink[] {
  const links = [...chain.links].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const bill = billOf(chain, learnt);
  if (links.length > MAX_TRIED) return greedy(links, bill);
  let best: { readonly order: readonly ChainLink[]; readonly cost: Cost } | undefined;
  for (const order of permutations(links)) {
    const cost = bill(order);
    if (best === undefined || isLess(cost, best.cost)) best = { order, cost };
  }
  return best?.order ?? links;
}

/** Money first, then documents. Where the price of one call is not known every document costs the same. */
interface Cost {
  readonly price: number;
  readonly documents: number;
}

/** Sums of the same numbers in another order differ in their last digits. */
const SAME = 1e-9;

function isLess(a: Cost, b: Cost): boolean {
  if (Math.abs(a.price - b.price) > SAME * (a.price + b.price)) return a.price < b.price;
  return b.documents - a.documents > SAME * (a.documents + b.documents);
}

type Bill = (order: readonly ChainLink[]) => Cost;

function billOf({ calls, links }: CallChain, learnt: LearntCalls): Bill {
  const filtering = calls.filter((call) => links.some((link) => link.calls.includes(call)));
  const prices = filtering.map((call) => learnt.price(call.map.call.operation.id));
  const isPriced = prices.every((price) => price !== undefined);
  const counts = filtering.map((call) => learnt.inputs(call.key));
  const isCounted = counts.every((count) => count !== undefined);
  const known = new Map(
    filtering.map((call, i) => [
      call,
      { price: (isPriced && prices[i]) || 0, inputs: (isCounted && counts[i]) || { rows: 1, distinct: 1 } },
    ]),
  );
  return (order) => {
    const asked = new Set<ChainCall>();
    let [price, documents] = [0, 0];
    for (const [i, link] of order.entries()) {
      for (const call of link.calls) {
        const figures = known.get(call);
        if (asked.has(call) || figures === undefined) continue;
        asked.add(call);
        const share = shareAsked(call, order.slice(0, i), figures.inputs, learnt);
        documents += figures.inputs.distinct * share;
        price += figures.price * figures.inputs.distinct * share;
      }
    }
    return { price, documents };
  };
}

/**
 * Of a call's distinct inputs, those left behind some conditions. One that depends on the input alone drops inputs; any
 * other drops rows, and an input goes with the last of its rows.
 */
function shareAsked(
  call: ChainCall,
  before: readonly ChainLink[],
  { rows, distinct }: { readonly rows: number; readonly distinct: number },
  learnt: LearntCalls,
): number {
  let [inputsKept, rowsKept] = [1, 1];
  for (const link of before) {
    const kept = Math.min(MAX_SELECTIVITY, learnt.selectivity(link.key) ?? UNKNOWN_SELECTIVITY);
    if (link.calls.every((c) => [...c.inputs].every((id) => call.inputs.has(id)))) inputsKept *= kept;
    else rowsKept *= kept;
  }
  const rowsEach = distinct === 0 ? 1 : Math.max(1, rows / distinct);
  return inputsKept * (1 - (1 - rowsKept) ** rowsEach);
}

/** By what the next condition's calls cost for what it drops. */
function greedy(links: readonly ChainLink[], bill: Bill): readonly ChainLink[] {
  const order: ChainLink[] = [];
  const left = [...links];
  while (left.length > 0) {
    const whole = left.map((link) => ({ link, cost: bill([...order, link, ...left.filter((l) => l !== link)]) }));
    const [first, ...others] = whole;
    if (first === undefined) break;
    const { link } = others.reduce((best, one) => (isLess(one.cost, best.cost) ? one : best), first);
    order.push(link);
    left.splice(left.indexOf(link), 1);
  }
  return order;
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (const [i, item] of items.entries())
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}
