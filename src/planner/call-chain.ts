// A conjunction of calls: filters and calls stacked on one relation, each filter reading the answer of one of the calls.
// What rank-order reorders, and what is probed when nothing is known of a predicate's selectivity.

import { allOf } from './bind/conditions.ts';
import type { ColumnId, Expr } from './expression.ts';
import { answerColumns, type CognitiveMap, columnsOf, type Filter, type LogicalPlan } from './plan.ts';
import { printExpression } from './print-plan.ts';
import { columnsUsed, conjunctsOf, expressionsOf } from './shape.ts';

export interface ChainLink {
  readonly map: CognitiveMap;
  /** Conjuncts that read this call's answer and no other of the chain's. */
  readonly predicate: Expr | undefined;
  /** Equal for the same call and predicate, whatever the order of the text and the numbers of its columns. */
  readonly key: string;
}

export interface CallChain {
  /** Bottom-up. Independent of one another: no call reads another's answer. */
  readonly links: readonly ChainLink[];
  readonly base: LogicalPlan;
  /** Conjuncts between the calls that read no answer: they belong below them. */
  readonly cheap: readonly Expr[];
  /** Conjuncts that read several answers: they stay on top. */
  readonly rest: readonly Expr[];
}

/** The chain whose top node this is, or undefined when there is nothing to order. */
export function callChain(top: LogicalPlan): CallChain | undefined {
  const nodes: (Filter | CognitiveMap)[] = [];
  for (let node = top; node.kind === 'filter' || node.kind === 'cognitive-map'; node = node.child) nodes.push(node);
  const lowest = nodes.findLastIndex((node) => node.kind === 'cognitive-map');
  const chained = nodes.slice(0, lowest + 1);
  const maps = chained.filter((node) => node.kind === 'cognitive-map');
  const conjuncts = chained.flatMap((node) => (node.kind === 'filter' ? conjunctsOf(node.predicate) : []));
  const base = maps.at(-1)?.child;
  if (base === undefined) return undefined;
  if (maps.length < 2) return undefined;
  const ids = maps.map((map) => new Set(answerColumns(map.call).map((c) => c.id)));
  const reads = (used: ReadonlySet<ColumnId>) =>
    ids.flatMap((own, i) => ([...own].some((id) => used.has(id)) ? [i] : []));
  const dependent = maps.some(
    (map) => reads(new Set(expressionsOf(map).flatMap((e) => [...columnsUsed(e)]))).length > 0,
  );
  if (dependent) return undefined;
  const own: Expr[][] = maps.map(() => []);
  const cheap: Expr[] = [];
  const rest: Expr[] = [];
  for (const conjunct of conjuncts) {
    const [only, ...others] = reads(columnsUsed(conjunct));
    if (only === undefined) cheap.push(conjunct);
    else if (others.length > 0) rest.push(conjunct);
    else own[only]?.push(conjunct);
  }
  if (own.every((predicates) => predicates.length === 0)) return undefined;
  const names = new Map(columnsOf(base).map((c) => [c.id, c.name]));
  const links = maps.map((map, i): ChainLink => {
    const predicate = allOf(own[i] ?? []);
    return { map, predicate, key: linkKey(map, predicate, names) };
  });
  return { links: links.reverse(), base, cheap, rest };
}

function linkKey(map: CognitiveMap, predicate: Expr | undefined, base: ReadonlyMap<ColumnId, string>): string {
  const names = new Map(base);
  for (const c of answerColumns(map.call)) names.set(c.id, 'answer');
  const print = (e: Expr) => printExpression(e, names).replace(/#\d+/g, '');
  return `${map.call.operation.id}(${map.call.args.map(print).join(', ')}): ${predicate === undefined ? '' : print(predicate)}`;
}
