// Measuring before calls are ordered: how many distinct inputs each would be asked, by relational means alone, and what
// share of them its condition keeps, by a small plan over the first distinct rows below the calls. What that asks is
// part of the bill and of the statement's answers; nothing is asked twice.

import { BIGINT, decimal, INT } from '../arrow/sql-type.ts';
import { allOf } from './bind/conditions.ts';
import { type CallChain, type ChainCall, type ChainLink, callChain } from './call-chain.ts';
import { asks, neededFor } from './call-places.ts';
import { type AggregateExpr, type Column, column, type Expr, literal } from './expression.ts';
import { dependsOnShares, fusionCandidates, overStacks } from './fusion.ts';
import { columnsOf, type LogicalPlan } from './plan.ts';
import type { PlanContext } from './rule.ts';
import { childrenOf, columnsUsed, expressionsOf, freeColumns, holdsCall } from './shape.ts';

/** Rows looked at where they come in an order of their own: a comparison of calls needs no more. */
const FIRST_ROWS = 100_000;

/** Holds any 64 bits without a sign. */
const HASH = decimal(20, 0);

/** The conjunctions whose order matters: two conditions or more, over rows that can be asked for by themselves. */
export function orderedChains(plan: LogicalPlan): CallChain[] {
  const chain = callChain(plan);
  const here = chain !== undefined && chain.links.length > 1 && freeColumns(chain.base).size === 0 ? [chain] : [];
  const below = chain === undefined ? childrenOf(plan) : [chain.base];
  return [...here, ...below.flatMap(orderedChains)];
}

/** The conditions nobody has measured yet that decide which calls are asked for in one request. */
export function fusionChains(plan: LogicalPlan, context: PlanContext): CallChain[] {
  const found = new Map<string, CallChain>();
  overStacks(plan, (stack) => {
    for (const candidates of fusionCandidates(stack, context)) {
      if (!dependsOnShares(candidates, context)) continue;
      for (const chain of candidates.between) {
        const isOpen = chain.links.some(({ key }) => context.learnt.selectivity(key) === undefined);
        if (isOpen && freeColumns(chain.base).size === 0) found.set(chain.links.map(({ key }) => key).join(), chain);
      }
    }
    return undefined;
  });
  return [...found.values()];
}

/** One row: the rows with an input among a chain's first, and how many distinct inputs those have. */
export function inputCount({ base }: CallChain, call: ChainCall, { nextId }: PlanContext): LogicalPlan | undefined {
  if (holdsCall(base)) return undefined;
  const known = new Set(columnsOf(base).map((c) => c.id));
  const isKnown = (e: Expr) => !asks(e) && [...columnsUsed(e)].every((id) => known.has(id));
  const conditions = allOf(neededFor(call.map.call).filter(isKnown));
  const first = firstRows(base);
  const rows: LogicalPlan = conditions === undefined ? first : { kind: 'filter', child: first, predicate: conditions };
  const { args } = call.map.call;
  const given = args.filter(isKnown);
  // Where every input is an answer, what those depend on stands for them; beside another input they hardly count.
  const inputs = given.length > 0 ? given : columnsOf(base).flatMap((c) => (call.inputs.has(c.id) ? [column(c)] : []));
  const keys = inputs.map((expr) => ({ id: nextId(), name: 'input', type: expr.type, expr }));
  const each = counted(nextId(), 'rows', BIGINT, 'count_big', []);
  const distinct = counted(nextId(), 'distinct', BIGINT, 'count_big', []);
  const whole = counted(nextId(), 'rows', BIGINT, 'sum', [column(each)]);
  const grouped: LogicalPlan = { kind: 'aggregate', child: rows, groups: keys, aggregates: [each] };
  return { kind: 'aggregate', child: grouped, groups: [], aggregates: [whole, distinct] };
}

/**
 * One row: how many distinct rows were tried, how many of them the link's condition kept.
 *
 * @param size rows tried
 */
export function probePlan({ base }: CallChain, link: ChainLink, size: number, { nextId }: PlanContext): LogicalPlan {
  const read = new Set(
    [link.predicate, ...link.calls.flatMap((c) => expressionsOf(c.map))].flatMap((e) => [...columnsUsed(e)]),
  );
  const columns = columnsOf(base).filter((c) => read.has(c.id));
  const rows: LogicalPlan = {
    kind: 'project',
    child: firstRows(base),
    columns: columns.map((c) => ({ ...c, expr: column(c) })),
  };
  // By a hash: the same ones every time, and not those that stand together.
  const hash: Expr = { kind: 'external', name: 'hash', args: columns.map((c) => column(c)), type: HASH };
  const mixed: LogicalPlan = {
    kind: 'sort',
    child: { kind: 'distinct', child: rows },
    keys: columns.length === 0 ? [] : [{ expr: hash, descending: false }],
  };
  const sample: LogicalPlan = { kind: 'limit', child: mixed, count: size, offset: 0 };
  const asked = link.calls.reduce((child: LogicalPlan, { map }): LogicalPlan => ({ ...map, child }), sample);
  const kept: Expr = {
    kind: 'case',
    branches: [{ when: link.predicate, then: literal(1, INT) }],
    otherwise: literal(0, INT),
    type: INT,
  };
  const count = counted(nextId(), 'rows', BIGINT, 'count_big', []);
  const sum = counted(nextId(), 'kept', BIGINT, 'sum', [kept]);
  return { kind: 'aggregate', child: asked, groups: [], aggregates: [count, sum] };
}

/** All of them where which come first is left to chance. */
function firstRows(base: LogicalPlan): LogicalPlan {
  let node = base;
  while (node.kind === 'filter' || node.kind === 'project') node = node.child;
  return node.kind === 'scan' ? { kind: 'limit', child: base, count: FIRST_ROWS, offset: 0 } : base;
}

function counted(
  id: number,
  name: string,
  type: Column['type'],
  fn: AggregateExpr['fn'],
  args: readonly Expr[],
): Column & { readonly expr: AggregateExpr } {
  return { id, name, type, expr: { kind: 'aggregate', fn, args, distinct: false, orderBy: [], type } };
}
