// The select list: names, stars, and the columns they make.

import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, type ColumnId, column, type Expr } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { callsIn } from './ast-key.ts';
import type { Env, QueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { nameOf, uniqueNames } from './names.ts';
import { refuseRepeated } from './next-value.ts';
import type { Relation } from './scope.ts';

export interface Item {
  readonly name: string;
  /** Whether the name was written, as an alias or a column. */
  readonly given: boolean;
  readonly expr: Expr;
}

/** UNNEST makes rows last: windows and QUALIFY do not see them, wherever they stand in the list. */
export function bindItems(select: ast.Select, env: Env, qualify: () => void): Item[] {
  refuseRepeated(select.items.map((item) => item.expression));
  const bound: Item[][] = [];
  const unnests = (item: ast.SelectItem) => {
    let found = false;
    callsIn(item.expression, (call) => {
      if (call.name.name.toUpperCase() === 'UNNEST') found = true;
    });
    return found;
  };
  for (const last of [false, true]) {
    for (const [i, item] of select.items.entries()) {
      if (unnests(item) === last) bound[i] = bindItem(item, i + 1, env);
    }
    if (!last) qualify();
  }
  return bound.flat();
}

function bindItem(item: ast.SelectItem, position: number, env: Env): Item[] {
  const { expression } = item;
  if (expression.kind === 'star') return expandStar(expression, env);
  const given = item.alias !== undefined || expression.kind === 'column';
  return [{ name: nameOf(item, position), given, expr: bindExpression(expression, env) }];
}

function expandStar(star: ast.Star, env: Env): Item[] {
  const { scope } = env;
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
  const columns = relations.flatMap((r) => visible(r, wanted !== undefined));
  for (const { name, span } of [...star.exclude, ...star.replace.map((r) => r.name)]) {
    const hint = didYouMean(
      name,
      columns.map((c) => c.name),
    );
    if (!columns.some((c) => sameName(c.name, name)))
      throw error('bind/unknown-column', { name, where: ' in *' }, { span, hint });
  }
  const items = columns
    .filter((c) => !star.exclude.some((x) => sameName(x.name, c.name)))
    .map((c): Item => {
      const replaced = star.replace.find((r) => sameName(r.name.name, c.name));
      const expr = replaced === undefined ? readable(c, env, star.span) : bindExpression(replaced.expression, env);
      return { name: c.name, given: true, expr };
    });
  if (columns.length === 0)
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

/** A column of the plan keeps its id the first time it is selected; everything else gets a new one. */
export function outputColumns(items: readonly Item[], plan: LogicalPlan, q: QueryContext): (Column & { expr: Expr })[] {
  const own = new Set(columnsOf(plan).map((c) => c.id));
  const names = uniqueNames(
    items.map((i) => i.name),
    items.map((i) => i.given),
  );
  const used = new Set<ColumnId>();
  return items.map(({ expr }, i) => {
    const keeps = expr.kind === 'column' && own.has(expr.id) && !used.has(expr.id);
    const id = keeps ? expr.id : q.ctx.nextId();
    used.add(id);
    return { id, name: names[i] ?? '', type: expr.type, expr };
  });
}
