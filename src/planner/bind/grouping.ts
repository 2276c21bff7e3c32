// GROUP BY: the Aggregate node, and what may be read above it.

import { INT, TINYINT } from '../../arrow/sql-type.ts';
import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type AggregateExpr, type Column, column, type Expr, literal } from '../expression.ts';
import { type Aggregate, columnsOf, type LogicalPlan } from '../plan.ts';
import { columnsUsed } from '../shape.ts';
import { AGGREGATES } from './aggregates.ts';
import { astKey, callsIn } from './ast-key.ts';
import type { Env, Grouping, PlanHolder } from './context.ts';
import { bindExpression } from './expression.ts';
import { groupingSets, isSets } from './grouping-sets.ts';
import type { Scope } from './scope.ts';

type Group = Column & { readonly expr: Expr };

export interface BoundGrouping {
  readonly node: LogicalPlan;
  readonly grouping: Grouping;
  /** FROM's scope as it is above the groups. */
  readonly scope: Scope;
  /** Gives the node its child, when every aggregate's arguments have been bound. */
  readonly finish: (child: LogicalPlan) => void;
}

export function bindGrouping(select: ast.Select, env: Env, below: PlanHolder): BoundGrouping {
  const [grouped] = select.groupByAll ? select.groupBy : [];
  if (grouped !== undefined)
    throw error('not-supported', { what: "T-SQL's GROUP BY ALL with columns" }, { span: grouped.span });
  const written = select.groupByAll ? withoutAggregates(select, env.scope) : select.groupBy;
  const sets = groupingSets(written);
  const hasSets = written.some(isSets);
  const known = new Map<string, Group>();
  const meanings: (readonly [ast.Expression, Group])[] = [];
  const groups: Group[] = [];
  const group = (e: ast.Expression): Group => {
    const meant = aliasedGroup(e, env);
    const key = astKey(meant, env.scope);
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = newGroup(meant, hasSets, env);
    if (!groups.some((g) => g.id === made.id)) groups.push(made);
    known.set(key, made);
    meanings.push([meant, made]);
    return made;
  };
  const ids = sets.map((set) => [...new Set(set.map((e) => group(e).id))]);
  const added: (Column & { expr: AggregateExpr })[] = [];
  const node: { -readonly [K in keyof Aggregate]: Aggregate[K] } = {
    kind: 'aggregate',
    child: below.plan,
    groups,
    sets: hasSets ? ids : undefined,
    aggregates: added,
  };
  const scope = regrouped(env.scope, groups);
  const grouping: Grouping = {
    keys: new Map(meanings.map(([e, g]) => [astKey(e, scope), g])),
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
    scope,
    finish: (child) => {
      node.child = child;
    },
  };
}

/** Under grouping sets a group's column is not the column below: it is NULL in the sets without it. */
function newGroup(e: ast.Expression, hasSets: boolean, env: Env): Group {
  const expr = bindExpression(e, { ...env, clause: 'GROUP BY' });
  if (columnsUsed(expr).size === 0) throw error('bind/group-by-constant', {}, { span: e.span });
  const id = expr.kind === 'column' && !hasSets ? expr.id : env.ctx.nextId();
  return { id, name: e.kind === 'column' ? (e.parts.at(-1)?.name ?? 'group') : 'group', type: expr.type, expr };
}

/** The scope with grouped columns in place of those they group. */
function regrouped(scope: Scope, groups: readonly Group[]): Scope {
  const moved = new Map(groups.flatMap((g) => (g.expr.kind === 'column' ? [[g.expr.id, g.id] as const] : [])));
  const relations = scope.relations.map((r) => ({
    ...r,
    columns: r.columns.map((c) => ({ ...c, id: moved.get(c.id) ?? c.id })),
    merged: new Set([...r.merged].map((id) => moved.get(id) ?? id)),
  }));
  return { ...scope, relations };
}

/** GROUP BY ALL: the items of the list that aggregate nothing. */
function withoutAggregates(select: ast.Select, scope: Scope): readonly ast.Expression[] {
  return select.items.flatMap(({ expression }): readonly ast.Expression[] => {
    if (expression.kind === 'star') return starColumns(expression, scope);
    let computed = false;
    callsIn(expression, (call) => {
      if (call.over !== undefined || AGGREGATES.has(call.name.name.toUpperCase())) computed = true;
    });
    return computed || expression.kind === 'number' || expression.kind === 'string' ? [] : [expression];
  });
}

function starColumns(star: ast.Star, scope: Scope): readonly ast.Expression[] {
  const { span } = star;
  const identifier = (name: string): ast.Identifier => ({ name, quoted: true, span });
  const wanted = star.qualifier.at(-1)?.name;
  return scope.relations
    .filter((r) => wanted === undefined || (r.name !== undefined && sameName(r.name, wanted)))
    .flatMap((r) =>
      r.columns.map((c): ast.Expression => {
        const parts = [...(r.name === undefined ? [] : [identifier(r.name)]), identifier(c.name)];
        return { kind: 'column', parts, span };
      }),
    );
}

/** `GROUP BY mood` where mood is only a select alias. */
function aliasedGroup(e: ast.Expression, env: Env): ast.Expression {
  if (e.kind !== 'column' || e.parts.length !== 1) return e;
  const name = e.parts[0]?.name ?? '';
  const isColumn = env.scope.relations.some((r) => r.columns.some((c) => sameName(c.name, name)));
  return isColumn ? e : (env.aliases.get(name.toLowerCase()) ?? e);
}

function sameAggregate(a: AggregateExpr, b: AggregateExpr): boolean {
  return a.args.every((arg) => arg.kind === 'column' || arg.kind === 'literal') && stable(a) === stable(b);
}

function stable(expr: AggregateExpr): string {
  return JSON.stringify(expr, (name, value: unknown) =>
    name === 'span' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}

/**
 * GROUPING and GROUPING_ID: whether the current set is without the expressions. Their arguments are positions among the
 * node's groups.
 */
export function bindGroupingFunction(call: ast.FunctionCall, name: 'GROUPING' | 'GROUPING_ID', env: Env): Expr {
  const { grouping } = env;
  if (grouping === undefined)
    throw error('bind/misplaced-aggregate', { name, clause: env.clause }, { span: call.span });
  const { args, span } = call;
  if (args.length === 0 || (name === 'GROUPING' && args.length > 1))
    throw error('bind/argument-count', { name, expected: '1 argument', found: args.length }, { span });
  const ids = [...grouping.groupIds];
  const positions = args.map((arg) => {
    const found = grouping.keys.get(astKey(arg, env.scope));
    if (found === undefined) throw error('bind/grouping-argument', { name }, { span: arg.span });
    return literal(ids.indexOf(found.id), INT);
  });
  const expr: AggregateExpr = {
    kind: 'aggregate',
    fn: name.toLowerCase(),
    args: positions,
    distinct: false,
    orderBy: [],
    type: name === 'GROUPING' ? TINYINT : INT,
    span,
  };
  return column(grouping.add(expr, name.toLowerCase()), span);
}
