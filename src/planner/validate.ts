// What every plan promises, checked after binding and after the rules: columns exist where they are read, ids are
// unique, and no cognitive call's inputs depend on a row of an outer query.

import { error, invariant } from '../common/errors.ts';
import type { ColumnId } from './expression.ts';
import { columnsOf, type LogicalPlan } from './plan.ts';
import { childrenOf, columnsUsed, expressionsOf, freeColumns, readsWorkingTable, visitExpr } from './shape.ts';

/** @throws SqlcError bind/cognitive-correlated for a call under a correlated subquery; InternalError for a bug */
export function validate(plan: LogicalPlan): void {
  check(plan, new Set());
}

function check(plan: LogicalPlan, outer: ReadonlySet<ColumnId>): void {
  const applied = plan.kind === 'apply' ? new Set([...outer, ...columnsOf(plan.left).map((c) => c.id)]) : outer;
  for (const child of childrenOf(plan)) check(child, plan.kind === 'apply' && child === plan.right ? applied : outer);
  const known = new Set(outer);
  for (const child of childrenOf(plan)) for (const c of columnsOf(child)) known.add(c.id);
  for (const expr of expressionsOf(plan)) {
    for (const id of columnsUsed(expr))
      invariant(known.has(id), `column c${id} is read by ${plan.kind} but nothing below provides it`);
    visitExpr(expr, (e) => {
      if (e.kind === 'subquery') check(e.plan, known);
    });
  }
  const ids = columnsOf(plan).map((c) => c.id);
  invariant(new Set(ids).size === ids.length, `${plan.kind} provides a column twice`);
  if (plan.kind === 'cognitive-map' && readsWorkingTable(plan)) {
    const params = { name: plan.call.fn, clause: 'the recursive part of a common table' };
    throw error('bind/cognitive-place', params, { span: plan.call.args[0]?.span });
  }
  if (plan.kind === 'cognitive-map' && freeColumns(plan).size > 0) {
    throw error('bind/cognitive-correlated', { name: plan.call.fn }, { span: plan.call.args[0]?.span });
  }
}
