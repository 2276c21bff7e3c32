// SELECT: FROM, WHERE, GROUP BY, HAVING, the select list, then ORDER BY and limits, each on top of the one before.

import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { type AggregateExpr, type Column, type ColumnId, column, type Expr, type SortKey } from '../expression.ts';
import { type Aggregate, columnsOf, type LogicalPlan } from '../plan.ts';
import { columnsUsed } from '../shape.ts';
import { AGGREGATES } from './aggregates.ts';
import { astKey, callsIn } from './ast-key.ts';
import { undecidedFilter } from './cognitive.ts';
import { allOf } from './conditions.ts';
import { type Env, type Grouping, hoistTo, type PlanHolder } from './context.ts';
import { bindCondition, bindExpression, flatten } from './expression.ts';
import { bindFrom } from './from.ts';
import { orderedAndLimited } from './limits.ts';
import { nameOf, uniqueNames } from './names.ts';
import { outputColumn, type QueryContext } from './query.ts';
import type { Relation, Scope } from './scope.ts';
import { plainGroupBy, refuseUnbuiltSelect } from './unbuilt.ts';

interface Item {
  readonly name: string;
  /** Whether the name was written, as an alias or a column. */
  readonly given: boolean;
  readonly expr: Expr;
}

/** @param tail ORDER BY, LIMIT and OFFSET of the query whose whole body this SELECT is. */
export function bindSelect(select: ast.Select, tail: ast.Query | undefined, q: QueryContext): LogicalPlan {
  refuseUnbuiltSelect(select);
  const { plan, scope } = bindFrom(select.from, q);
  const below: PlanHolder = { plan };
  const env: Env = {
    ctx: q.ctx,
    scope,
    ctes: q.ctes,
    clause: 'WHERE',
    hoist: hoistTo(below),
    guards: [],
    grouping: undefined,
    windows: undefined,
    aliases: aliasesOf(select),
    depth: 0,
  };
  filter(below, select.where, env);
  const orderBy = tail?.orderBy ?? [];
  const grouped = select.groupBy.length > 0 || select.having !== undefined || aggregates([select.items, orderBy]);
  const grouping = grouped ? bindGrouping(select, env, below) : undefined;
  const above: PlanHolder = grouping === undefined ? below : { plan: grouping.node };
  const over: Env = { ...env, hoist: hoistTo(above), grouping: grouping?.grouping };
  filter(above, select.having, { ...over, clause: 'HAVING' });

  const list: Env = { ...over, clause: 'the select list', windows: above, aliases: new Map() };
  const items = bindItems(select, list, scope);
  const outputs = outputColumns(items, q);
  for (const item of orderBy) refuseAmbiguous(item, items);
  const written = new Map(
    select.items.some((item) => item.expression.kind === 'star')
      ? []
      : select.items.map((item, i) => [astKey(item.expression, scope), outputs[i]]),
  );
  const keys = orderBy.map((item) => {
    // The same expression as in the select list is that column: nothing is computed, or asked, twice.
    const same = written.get(astKey(item.expression, scope));
    if (same !== undefined) return { expr: column(same, item.span), descending: item.descending };
    return sortKey(item, outputs, { ...over, clause: 'ORDER BY', windows: above });
  });
  grouping?.finish(below.plan);
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

// --- grouping

function bindGrouping(select: ast.Select, env: Env, below: PlanHolder) {
  const keys = new Map<string, Column>();
  const groups: (Column & { expr: Expr })[] = [];
  const inGroupBy: Env = { ...env, clause: 'GROUP BY' };
  for (const e of plainGroupBy(select)) {
    const written = aliasedGroup(e, env);
    const expr = bindExpression(written, inGroupBy);
    if (columnsUsed(expr).size === 0) throw error('bind/group-by-constant', {}, { span: e.span });
    const id = expr.kind === 'column' ? expr.id : env.ctx.nextId();
    const group = {
      id,
      name: written.kind === 'column' ? (written.parts.at(-1)?.name ?? 'group') : 'group',
      type: expr.type,
      expr,
    };
    if (!groups.some((g) => g.id === id)) groups.push(group);
    keys.set(astKey(written, env.scope), group);
  }
  const added: (Column & { expr: AggregateExpr })[] = [];
  // The child is known only when every aggregate's arguments have been bound.
  const node: { -readonly [K in keyof Aggregate]: Aggregate[K] } = {
    kind: 'aggregate',
    child: below.plan,
    groups,
    aggregates: added,
  };
  const grouping: Grouping = {
    keys,
    groupIds: new Set(groups.map((g) => g.id)),
    localIds: new Set(columnsOf(below.plan).map((c) => c.id)),
    below: env,
    add(expr, name) {
      const same = added.find((a) => sameAggregate(a.expr, expr));
      if (same !== undefined) return same;
      const made = { id: env.ctx.nextId(), name, type: expr.type, expr };
      added.push(made);
      return made;
    },
  };
  return {
    node,
    grouping,
    finish: (child: LogicalPlan) => {
      node.child = child;
    },
  };
}

/** `GROUP BY mood` where mood is only a select alias. */
function aliasedGroup(e: ast.Expression, env: Env): ast.Expression {
  if (e.kind !== 'column' || e.parts.length !== 1) return e;
  const name = e.parts[0]?.name ?? '';
  const isColumn = env.scope.relations.some((r) => r.columns.some((c) => sameName(c.name, name)));
  return isColumn ? e : (env.aliases.get(name.toLowerCase()) ?? e);
}

function sameAggregate(a: AggregateExpr, b: AggregateExpr): boolean {
  return a.args.every((arg) => arg.kind === 'column') && stable(a) === stable(b);
}

function stable(expr: AggregateExpr): string {
  return JSON.stringify(expr, (name, value: unknown) =>
    name === 'span' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}

// --- select list

/** UNNEST makes rows last: windows of other items do not see them, wherever they stand in the list. */
function bindItems(select: ast.Select, env: Env, scope: Scope): Item[] {
  const bound: Item[][] = [];
  const last = (item: ast.SelectItem) => {
    let unnests = false;
    callsIn(item.expression, (call) => {
      if (call.name.name.toUpperCase() === 'UNNEST') unnests = true;
    });
    return unnests;
  };
  for (const late of [false, true]) {
    for (const [i, item] of select.items.entries()) {
      if (last(item) === late) bound[i] = bindItem(item, i + 1, env, scope);
    }
  }
  return bound.flat();
}

function bindItem(item: ast.SelectItem, position: number, env: Env, scope: Scope): Item[] {
  const { expression } = item;
  if (expression.kind === 'star') return expandStar(expression, env, scope);
  const given = item.alias !== undefined || expression.kind === 'column';
  return [{ name: nameOf(item, position), given, expr: bindExpression(expression, env) }];
}

function expandStar(star: ast.Star, env: Env, scope: Scope): Item[] {
  const [first, second] = star.qualifier.map((p) => p.name);
  const wanted = second ?? first;
  const schema = second === undefined ? undefined : first;
  const relations = scope.relations.filter(
    (r) =>
      wanted === undefined ||
      (r.name !== undefined &&
        sameName(r.name, wanted) &&
        (schema === undefined || (r.schema !== undefined && sameName(r.schema, schema)))),
  );
  if (wanted !== undefined && relations.length === 0)
    throw error('bind/unknown-alias', { name: wanted }, { span: star.span });
  const items = relations.flatMap((r) =>
    visible(r, wanted !== undefined).map(
      (c): Item => ({ name: c.name, given: true, expr: readable(c, env, star.span) }),
    ),
  );
  if (items.length === 0)
    throw error('bind/unknown-column', { name: '*', where: ': there is no FROM clause' }, { span: star.span });
  return items;
}

function visible(relation: Relation, qualified: boolean): readonly Column[] {
  return qualified ? relation.columns : relation.columns.filter((c) => !relation.merged.has(c.id));
}

function readable(c: Column, env: Env, span: Span): Expr {
  if (env.grouping !== undefined && !env.grouping.groupIds.has(c.id))
    throw error('bind/not-grouped', { name: c.name }, { span });
  return column(c, span);
}

/** A column keeps its id the first time it is selected; everything else gets a new one. */
function outputColumns(items: readonly Item[], q: QueryContext): (Column & { expr: Expr })[] {
  const names = uniqueNames(
    items.map((i) => i.name),
    items.map((i) => i.given),
  );
  const used = new Set<ColumnId>();
  return items.map(({ expr }, i) => {
    const keeps = expr.kind === 'column' && !used.has(expr.id);
    const id = keeps ? expr.id : q.ctx.nextId();
    used.add(id);
    return { id, name: names[i] ?? '', type: expr.type, expr };
  });
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
