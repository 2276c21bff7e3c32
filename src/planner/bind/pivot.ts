// PIVOT and UNPIVOT ("FROM - Using PIVOT and UNPIVOT" of the T-SQL reference).

import { BIT, INT, list, type SqlType, sameType, struct, typeName } from '../../arrow/sql-type.ts';
import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, literal, operator } from '../expression.ts';
import type { LogicalPlan } from '../plan.ts';
import { columnsUsed } from '../shape.ts';
import { AGGREGATES, aggregateOf } from './aggregates.ts';
import { clauseEnv, type Env, hoistTo, type PlanHolder, type QueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import type { Source } from './from.ts';
import { renamed } from './query.ts';
import { coerce, commonType } from './types.ts';

/** A group for each combination of the columns that PIVOT does not name. */
export function bindPivot(pivot: ast.Pivot, source: Source, q: QueryContext): Source {
  const holder: PlanHolder = { plan: source.plan };
  const env = sourceEnv(source, holder, 'PIVOT', q);
  const { aggregate: call, span } = pivot;
  const name = call.name.name.toUpperCase();
  if (!AGGREGATES.has(name) || call.over !== undefined || call.args.some((a) => a.kind === 'star'))
    throw error('bind/pivot-aggregate', { name }, { span: call.span });
  const args = call.args.map((a) => bindExpression(a, env));
  const key = bindExpression(pivot.column, env);
  const used = new Set([...args, key].flatMap((e) => [...columnsUsed(e)]));
  const groups = source.relations
    .flatMap((r) => r.columns.filter((c) => !r.merged.has(c.id)))
    .filter((c) => !used.has(c.id));
  const [value, ...rest] = args;
  const names = new Set(groups.map((g) => g.name.toLowerCase()));
  const aggregates = pivot.values.map((written) => {
    if (names.has(written.name.toLowerCase()))
      throw error('bind/duplicate-column', { name: written.name, relation: 'PIVOT' }, { span: written.span });
    names.add(written.name.toLowerCase());
    const then = value ?? literal(1, INT);
    const branches = [{ when: isValue(key, written), then }];
    const own: Expr = { kind: 'case', branches, otherwise: undefined, type: then.type };
    const expr = aggregateOf(call, name, [own, ...rest], { star: false, orderBy: [], ctx: q.ctx });
    return { id: q.ctx.nextId(), name: written.name, type: expr.type, expr };
  });
  const plan: LogicalPlan = {
    kind: 'aggregate',
    child: holder.plan,
    groups: groups.map((g) => ({ ...g, expr: column(g) })),
    aggregates,
  };
  return { plan, relations: [relationOf(pivot, renamed(plan, pivot.columns, 'column list', span))] };
}

/** The name of a column is a value of the key's type. */
function isValue(key: Expr, { name, span }: ast.Identifier): Expr {
  const text = literal(name, { kind: 'nvarchar', length: Math.max(1, name.length) }, span);
  const type = commonType(key.type, text.type);
  if (type === undefined) throw error('bind/cast', { from: typeName(text.type), to: typeName(key.type) }, { span });
  return operator('=', [coerce(key, type), coerce(text, type)], BIT, span);
}

/** A row for each of the columns that is not NULL, with its name and its value. */
export function bindUnpivot(unpivot: ast.Unpivot, source: Source, q: QueryContext): Source {
  const holder: PlanHolder = { plan: source.plan };
  const env = sourceEnv(source, holder, 'UNPIVOT', q);
  const inputs = unpivot.from.map((reference) => {
    const expr = bindExpression(reference, env);
    return { expr, name: reference.parts.at(-1)?.name ?? '', span: reference.span };
  });
  const [first] = inputs;
  if (first === undefined)
    throw error('bind/unpivot-type', { name: '', found: '', expected: '' }, { span: unpivot.span });
  const { type } = first.expr;
  const other = inputs.find((input) => !sameType(input.expr.type, type));
  if (other !== undefined) {
    const params = { name: other.name, found: typeName(other.expr.type), expected: typeName(type) };
    throw error('bind/unpivot-type', params, { span: other.span });
  }
  const nameType: SqlType = { kind: 'nvarchar', length: 128 };
  const pair = struct({ name: nameType, value: type });
  const rows = inputs.map((input) => operator('struct', [literal(input.name, nameType), input.expr], pair));
  const element: Column = { id: q.ctx.nextId(), name: 'element', type: pair };
  const all: Expr = { kind: 'external', name: 'list_value', args: rows, type: list(pair) };
  const unnested: LogicalPlan = { kind: 'unnest', child: holder.plan, expr: all, column: element };
  const field = (name: string, of: SqlType): Expr => ({ kind: 'field', operand: column(element), name, type: of });
  const present: LogicalPlan = {
    kind: 'filter',
    child: unnested,
    predicate: operator('is-not-null', [field('value', type)], BIT),
  };
  const used = new Set(inputs.flatMap((input) => [...columnsUsed(input.expr)]));
  const kept = source.relations
    .flatMap((r) => r.columns.filter((c) => !r.merged.has(c.id)))
    .filter((c) => !used.has(c.id));
  const made = [
    { name: unpivot.value.name, expr: field('value', type), span: unpivot.value.span },
    { name: unpivot.name.name, expr: field('name', nameType), span: unpivot.name.span },
  ];
  for (const { name, span } of made) {
    if (kept.some((c) => sameName(c.name, name)))
      throw error('bind/duplicate-column', { name, relation: 'UNPIVOT' }, { span });
  }
  const columns = [
    ...kept.map((c) => ({ ...c, expr: column(c) as Expr })),
    ...made.map(({ name, expr }) => ({ id: q.ctx.nextId(), name, type: expr.type, expr })),
  ];
  const plan: LogicalPlan = { kind: 'project', child: present, columns };
  return { plan, relations: [relationOf(unpivot, renamed(plan, unpivot.columns, 'column list', unpivot.span))] };
}

function sourceEnv({ relations }: Source, holder: PlanHolder, clause: string, q: QueryContext): Env {
  return clauseEnv(q, { scope: { relations, parent: q.parent }, clause, hoist: hoistTo(holder) });
}

function relationOf({ alias }: ast.Pivot | ast.Unpivot, columns: readonly Column[]) {
  return { name: alias?.name, schema: undefined, columns, merged: new Set<number>() };
}
