// A conjunction of calls: filters and calls stacked on one relation, taken apart into what each condition needs asked.
// What rank-order reorders, and what is measured before an order is chosen.

import { BIT } from '../arrow/sql-type.ts';
import { type ColumnId, type Expr, operator } from './expression.ts';
import { answerColumns, type CognitiveMap, columnsOf, type Filter, type LogicalPlan } from './plan.ts';
import { printExpression } from './print-plan.ts';
import { columnsUsed, conjunctsOf, expressionsOf, raisesDocument, visitPlan } from './shape.ts';

export interface ChainCall {
  readonly map: CognitiveMap;
  /** Calls of the chain whose answers its inputs or its guard read, and theirs; lowest first. */
  readonly after: readonly ChainCall[];
  /** Columns below the chain that decide its answer. */
  readonly inputs: ReadonlySet<ColumnId>;
  /** Equal for the same call, whatever the order of the text and the numbers of its columns. */
  readonly key: string;
}

/** Conditions that read the answers of the same calls. */
export interface ChainLink {
  /** What must have been asked before they can be tested, lowest first. */
  readonly calls: readonly ChainCall[];
  readonly predicate: Expr;
  /** As that of a call. */
  readonly key: string;
}

export interface CallChain {
  readonly base: LogicalPlan;
  /** Lowest first. */
  readonly calls: readonly ChainCall[];
  readonly links: readonly ChainLink[];
  /** Conditions between the calls that read no answer: they belong below them. */
  readonly cheap: readonly Expr[];
  /** Conditions that raise a document's error or read an outer query's row: they stay on top. */
  readonly last: readonly Expr[];
}

/** The chain whose top node this is, or undefined when there is nothing to order. */
export function callChain(top: LogicalPlan): CallChain | undefined {
  const nodes: (Filter | CognitiveMap)[] = [];
  for (let node = top; node.kind === 'filter' || node.kind === 'cognitive-map'; node = node.child) nodes.push(node);
  const lowest = nodes.findLastIndex((node) => node.kind === 'cognitive-map');
  const chained = nodes.slice(0, lowest + 1).reverse();
  const maps = chained.filter((node) => node.kind === 'cognitive-map');
  const base = maps[0]?.child;
  if (base === undefined) return undefined;
  const names = namesOf(base);
  const calls = chainCalls(maps, names);
  const read = (used: ReadonlySet<ColumnId>) => calls.filter((c) => providesOf(c).some((id) => used.has(id)));
  const own = new Set(columnsOf(top).map((c) => c.id));
  // No call's inputs may depend on an outer query's row.
  const isLocal = (conjunct: Expr) => [...columnsUsed(conjunct)].every((id) => own.has(id));
  const cheap: Expr[] = [];
  const last: Expr[] = [];
  const grouped = new Map<string, { readonly calls: readonly ChainCall[]; readonly conjuncts: [Expr, ...Expr[]] }>();
  for (const conjunct of chained.flatMap((n) => (n.kind === 'filter' ? conjunctsOf(n.predicate) : []))) {
    const needed = read(columnsUsed(conjunct));
    const id = needed.map((c) => calls.indexOf(c)).join(' ');
    const group = grouped.get(id);
    if (raisesDocument(conjunct) || !isLocal(conjunct)) last.push(conjunct);
    else if (needed.length === 0) cheap.push(conjunct);
    else if (group === undefined) grouped.set(id, { calls: needed, conjuncts: [conjunct] });
    else group.conjuncts.push(conjunct);
  }
  const links = [...grouped.values()].map(({ calls: direct, conjuncts }): ChainLink => {
    const needed = new Set(direct.flatMap((c) => [...c.after, c]));
    const [first] = conjuncts;
    const texts = conjuncts.map((c) => printed(c, names, calls)).sort();
    return {
      calls: calls.filter((c) => needed.has(c)),
      predicate: conjuncts.length === 1 ? first : operator('and', conjuncts, BIT),
      key: texts.join(' and '),
    };
  });
  return links.length === 0 ? undefined : { base, calls, links, cheap, last };
}

function chainCalls(maps: readonly CognitiveMap[], names: Names): ChainCall[] {
  const calls: ChainCall[] = [];
  for (const map of maps) {
    const used = new Set(expressionsOf(map).flatMap((e) => [...columnsUsed(e)]));
    const direct = calls.filter((c) => providesOf(c).some((id) => used.has(id)));
    const after = new Set(direct.flatMap((c) => [...c.after, c]));
    const answers = new Set(direct.flatMap(providesOf));
    const { operation, args, guard } = map.call;
    const print = (e: Expr) => printed(e, names, calls);
    calls.push({
      map,
      after: calls.filter((c) => after.has(c)),
      inputs: new Set([...[...used].filter((id) => !answers.has(id)), ...direct.flatMap((c) => [...c.inputs])]),
      key: `${operation.id}(${args.map(print).join(', ')})${guard === undefined ? '' : ` when ${print(guard)}`}`,
    });
  }
  return calls;
}

function providesOf({ map }: ChainCall): ColumnId[] {
  return answerColumns(map.call).map((c) => c.id);
}

type Names = ReadonlyMap<ColumnId, string>;

/** A column of a table by both names: the same column of another table is another matter. */
function namesOf(base: LogicalPlan): Names {
  const names = new Map(columnsOf(base).map((c) => [c.id, c.name]));
  visitPlan(base, (node) => {
    if (node.kind !== 'scan') return;
    for (const c of node.columns) if (names.has(c.id)) names.set(c.id, `${node.table.name}.${c.source}`);
  });
  return names;
}

function printed(expr: Expr, base: Names, calls: readonly ChainCall[]): string {
  const names = new Map(base);
  for (const call of calls)
    for (const c of answerColumns(call.map.call)) {
      // Not its name: that of the mention which was written first.
      names.set(c.id, `${c.id === call.map.call.answer.id ? 'answer' : 'failure'} of ${call.key}`);
    }
  return printExpression(expr, names).replace(/#\d+/g, '');
}
