// Measuring a predicate over an answer before its call is placed: a small plan over the first distinct rows below the
// call. What it asks is part of the bill and of the statement's answers; nothing is asked twice.

import { BIGINT, BIT, INT } from '../arrow/sql-type.ts';
import { type ChainLink, callChain } from './call-chain.ts';
import { column, type Expr, literal } from './expression.ts';
import { columnsOf, type LogicalPlan } from './plan.ts';
import type { RuleContext } from './rule.ts';
import { childrenOf, columnsUsed, freeColumns } from './shape.ts';

export interface Probe {
  readonly key: string;
  /** One row: how many rows were tried, how many the predicate kept. */
  readonly plan: LogicalPlan;
}

/** One probe for each predicate of a conjunction of calls that nobody has measured yet. */
export function probesOf(plan: LogicalPlan, context: RuleContext): Probe[] {
  const chain = callChain(plan);
  const here = (chain?.links ?? []).flatMap((link) => {
    const { base } = chain ?? {};
    const measured = link.predicate === undefined || context.learnt.selectivity(link.key) !== undefined;
    const known = base !== undefined && (chain?.links.filter((l) => l.predicate !== undefined).length ?? 0) > 1;
    if (measured || !known || freeColumns(base).size > 0) return [];
    return [{ key: link.key, plan: probePlan(link, base, context) }];
  });
  const below = chain === undefined ? childrenOf(plan) : [chain.base];
  return [...here, ...below.flatMap((child) => probesOf(child, context))];
}

function probePlan({ map, predicate }: ChainLink, base: LogicalPlan, { nextId }: RuleContext): LogicalPlan {
  const condition: Expr = predicate ?? literal(true, BIT);
  const used = new Set(
    [...map.call.args, ...(map.call.guard === undefined ? [] : [map.call.guard]), condition].flatMap((e) => [
      ...columnsUsed(e),
    ]),
  );
  const columns = columnsOf(base).filter((c) => used.has(c.id));
  const rows: LogicalPlan = { kind: 'project', child: base, columns: columns.map((c) => ({ ...c, expr: column(c) })) };
  const sample: LogicalPlan = {
    kind: 'limit',
    child: { kind: 'distinct', child: rows },
    count: map.call.operation.limits.documents,
    offset: 0,
  };
  const asked: LogicalPlan = { ...map, child: sample };
  const kept: Expr = {
    kind: 'case',
    branches: [{ when: condition, then: literal(1, INT) }],
    otherwise: literal(0, INT),
    type: INT,
  };
  const count = { id: nextId(), name: 'rows', type: BIGINT };
  const sum = { id: nextId(), name: 'kept', type: INT };
  return {
    kind: 'aggregate',
    child: asked,
    groups: [],
    aggregates: [
      { ...count, expr: { kind: 'aggregate', fn: 'count_big', args: [], distinct: false, orderBy: [], type: BIGINT } },
      { ...sum, expr: { kind: 'aggregate', fn: 'sum', args: [kept], distinct: false, orderBy: [], type: INT } },
    ],
  };
}
