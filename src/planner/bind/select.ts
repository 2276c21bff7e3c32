// SELECT: FROM, WHERE, GROUP BY, HAVING, the select list, then ORDER BY and limits, each on top of the one before.

import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, type SortKey } from '../expression.ts';
import type { LogicalPlan } from '../plan.ts';
import { AGGREGATES } from './aggregates.ts';
import { astKey, callsIn } from './ast-key.ts';
import { undecidedFilter } from './cognitive.ts';
import { allOf } from './conditions.ts';
import { clauseEnv, type Env, hoistTo, type PlanHolder, type QueryContext } from './context.ts';
import { bindCondition, bindExpression, flatten } from './expression.ts';
import { bindFrom } from './from.ts';
import { bindGrouping } from './grouping.ts';
import { orderedAndLimited } from './limits.ts';
import { outputColumn } from './query.ts';
import { bindItems, type Item, outputColumns } from './select-list.ts';
import { refuseUnbuiltSelect } from './unbuilt.ts';

/** @param tail ORDER BY, LIMIT and OFFSET of the query whose whole body this SELECT is. */
export function bindSelect(select: ast.Select, tail: ast.Query | undefined, q: QueryContext): LogicalPlan {
  refuseUnbuiltSelect(select);
  const { plan, scope } = bindFrom(select.from, q);
  const below: PlanHolder = { plan };
  const env = clauseEnv(q, { scope, clause: 'WHERE', hoist: hoistTo(below), aliases: aliasesOf(select) });
  filter(below, select.where, env);
  const orderBy = tail?.orderBy ?? [];
  const isGrouped =
    select.groupBy.length > 0 ||
    select.groupByAll ||
    select.having !== undefined ||
    aggregates([select.items, select.qualify, orderBy]);
  const grouped = isGrouped ? bindGrouping(select, env, below) : undefined;
  const above: PlanHolder = grouped === undefined ? below : { plan: grouped.node };
  const over: Env = {
    ...env,
    scope: grouped?.scope ?? scope,
    hoist: hoistTo(above),
    grouping: grouped?.grouping,
    namedWindows: new Map(select.windows.map((w) => [w.name.name.toLowerCase(), w.window])),
  };
  filter(above, select.having, { ...over, clause: 'HAVING' });

  const list: Env = { ...over, clause: 'the select list', windows: above, aliases: new Map() };
  const items = bindItems(select, list, () => {
    filter(above, select.qualify, { ...over, clause: 'QUALIFY', windows: above });
  });
  const outputs = outputColumns(items, above.plan, q);
  for (const item of orderBy) refuseAmbiguous(item, items);
  const written = new Map(
    select.items.some((item) => item.expression.kind === 'star')
      ? []
      : select.items.map((item, i) => [astKey(item.expression, over.scope), outputs[i]]),
  );
  const keys = orderBy.map((item) => {
    // The same expression as in the select list is that column: nothing is computed, or asked, twice.
    const same = written.get(astKey(item.expression, over.scope));
    if (same !== undefined) return { expr: column(same, item.span), descending: item.descending };
    return sortKey(item, outputs, { ...over, clause: 'ORDER BY', windows: above });
  });
  grouped?.finish(below.plan);
  return finish(above.plan, select, tail, outputs, keys, q);
}

function filter(holder: PlanHolder, condition: ast.Expression | undefined, env: Env): void {
  if (condition === undefined) return;
  // Top-level conjuncts do not guard each other: each is a filter of its own, and rules choose their order.
  const conjuncts = flatten(condition, 'and').map((c) => {
    const failures: Column[] = [];
    const undecided = env.ctx.onError.mode === 'fail' ? failures : undefined;
    return { predicate: bindCondition(c, { ...env, undecided }), failures };
  });
  const { filters, check } = undecidedFilter(conjuncts);
  for (const predicate of [allOf(filters), check]) {
    if (predicate !== undefined) holder.plan = { kind: 'filter', child: holder.plan, predicate };
  }
}

function aliasesOf(select: ast.Select): ReadonlyMap<string, ast.Expression> {
  const named = select.items.filter((item) => item.alias !== undefined);
  return new Map(named.map((item) => [item.alias?.name.toLowerCase() ?? '', item.expression]));
}

function aggregates(parts: readonly unknown[]): boolean {
  let found = false;
  callsIn(parts, (call) => {
    if (call.over === undefined && AGGREGATES.has(call.name.name.toUpperCase())) found = true;
  });
  return found;
}

// --- ordering and limits

/** Two columns of one name: ORDER BY cannot mean both. */
function refuseAmbiguous({ expression }: ast.OrderItem, items: readonly Item[]): void {
  if (expression.kind !== 'column' || expression.parts.length !== 1) return;
  const name = expression.parts[0]?.name ?? '';
  if (items.filter((i) => i.given && sameName(i.name, name)).length < 2) return;
  throw error(
    'bind/ambiguous-column',
    { name, relations: 'the select list twice' },
    { span: expression.span, hint: 'Give one of them another name.' },
  );
}

function sortKey(item: ast.OrderItem, outputs: readonly (Column & { expr: Expr })[], env: Env): SortKey {
  const named = outputColumn(item.expression, outputs);
  const expr = named === undefined ? bindExpression(item.expression, env) : column(named, item.span);
  return { expr, descending: item.descending };
}

function finish(
  plan: LogicalPlan,
  select: ast.Select,
  tail: ast.Query | undefined,
  outputs: readonly (Column & { expr: Expr })[],
  keys: readonly SortKey[],
  q: QueryContext,
): LogicalPlan {
  const known = new Set(outputs.map((c) => c.id));
  // What ORDER BY needs beyond the select list rides along under its own id, and is dropped after sorting.
  const hidden = keys.flatMap(({ expr }) =>
    expr.kind === 'column' && known.has(expr.id)
      ? []
      : [{ id: expr.kind === 'column' ? expr.id : q.ctx.nextId(), name: 'key', type: expr.type, expr }],
  );
  if (hidden.length > 0 && select.distinct) throw error('bind/order-by-column', {}, { span: tail?.orderBy[0]?.span });
  const projected: LogicalPlan = { kind: 'project', child: plan, columns: [...outputs, ...dedupe(hidden)] };
  const distinct: LogicalPlan = select.distinct ? { kind: 'distinct', child: projected } : projected;
  const sortKeys = keys.map(({ expr, descending }) => {
    const ride = hidden.find((h) => h.expr === expr);
    return { expr: ride === undefined ? expr : column(ride), descending };
  });
  const limits = { top: select.top, limit: tail?.limit, offset: tail?.offset };
  const cut = orderedAndLimited(distinct, sortKeys, limits, q);
  if (hidden.length === 0) return cut;
  return { kind: 'project', child: cut, columns: outputs.map((c) => ({ ...c, expr: column(c) })) };
}

function dedupe(columns: readonly (Column & { expr: Expr })[]): readonly (Column & { expr: Expr })[] {
  return columns.filter((c, i) => columns.findIndex((d) => d.id === c.id) === i);
}
