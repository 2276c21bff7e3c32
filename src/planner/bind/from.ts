// FROM: tables, derived tables and joins become a plan and the scope its columns are visible in.

import { BIT } from '../../arrow/sql-type.ts';
import { DEFAULT_SCHEMA, findTable, sameName } from '../../catalog/snapshot.ts';
import { error, unreachable } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, type ColumnId, column, type Expr, operator } from '../expression.ts';
import type { LogicalPlan } from '../plan.ts';
import { allOf } from './conditions.ts';
import { type Env, type Hoist, type PlanHolder, provides } from './context.ts';
import { bindCondition, flatten } from './expression.ts';
import { bindQuery, type QueryContext, renamed } from './query.ts';
import type { Relation, Scope } from './scope.ts';
import { coerce, commonType } from './types.ts';
import { refuseUnbuiltTable } from './unbuilt.ts';

interface Source {
  readonly plan: LogicalPlan;
  readonly relations: readonly Relation[];
}

export function bindFrom(from: readonly ast.TableSource[], q: QueryContext): { plan: LogicalPlan; scope: Scope } {
  const [first, ...rest] = from.map((source) => bindSource(source, q));
  if (first === undefined)
    return { plan: { kind: 'values', columns: [], rows: [[]] }, scope: { relations: [], parent: q.parent } };
  const whole = rest.reduce(
    (left, right): Source => ({
      plan: { kind: 'join', type: 'cross', left: left.plan, right: right.plan, on: undefined },
      relations: [...left.relations, ...right.relations],
    }),
    first,
  );
  checkAliases(whole.relations, from);
  return { plan: whole.plan, scope: { relations: whole.relations, parent: q.parent } };
}

function checkAliases(relations: readonly Relation[], from: readonly ast.TableSource[]): void {
  const seen: Relation[] = [];
  for (const relation of relations) {
    const twin = seen.find(
      (r) =>
        r.name !== undefined &&
        relation.name !== undefined &&
        sameName(r.name, relation.name) &&
        r.schema === relation.schema,
    );
    const span = from.at(-1)?.span;
    if (twin !== undefined)
      throw error('bind/duplicate-alias', { name: relation.name ?? '' }, { span, hint: 'Give each its own alias.' });
    seen.push(relation);
  }
}

function bindSource(source: ast.TableSource, q: QueryContext): Source {
  switch (source.kind) {
    case 'table':
      return bindTable(source, q);
    case 'derived': {
      const { plan } = bindQuery(source.query, q);
      return {
        plan,
        relations: [relation(source.alias?.name, undefined, renamed(plan, source.columns, 'column list', source.span))],
      };
    }
    case 'join':
      return bindJoin(source, q);
    case 'table-function':
      throw error(
        'not-supported',
        { what: `table function "${source.name.parts.map((p) => p.name).join('.')}"` },
        { span: source.span },
      );
    case 'table-variable':
      throw error('not-supported', { what: 'a table variable' }, { span: source.span });
    case 'apply':
      throw error('not-supported', { what: `${source.type.toUpperCase()} APPLY` }, { span: source.span });
    case 'pivot':
    case 'unpivot':
      throw error('not-supported', { what: source.kind.toUpperCase() }, { span: source.span });
    case 'openrowset':
      throw error('not-supported', { what: 'OPENROWSET' }, { span: source.span });
    default:
      return unreachable(source);
  }
}

function relation(name: string | undefined, schema: string | undefined, columns: readonly Column[]): Relation {
  return { name, schema, columns, merged: new Set() };
}

function bindTable(source: ast.TableReference, q: QueryContext): Source {
  refuseUnbuiltTable(source);
  const parts = source.name.parts.map((p) => p.name);
  const name = parts.at(-1) ?? '';
  const cte = parts.length === 1 ? q.ctes.get(name.toLowerCase()) : undefined;
  if (cte !== undefined) {
    const { plan } = bindQuery(cte.table.query, {
      ...q,
      ctes: cte.visible,
      defining: new Set([...q.defining, name.toLowerCase()]),
    });
    const columns = renamed(plan, cte.table.columns, `WITH ${cte.table.name.name}`, cte.table.span);
    const shown = source.columns.length === 0 ? columns : renamed(plan, source.columns, 'column list', source.span);
    return { plan, relations: [relation(source.alias?.name ?? name, undefined, shown)] };
  }
  if (parts.length === 1 && q.defining.has(name.toLowerCase())) {
    throw error('bind/recursive-cte', { name }, { span: source.name.span });
  }
  if (parts.length > 3) throw error('not-supported', { what: 'a name of four parts' }, { span: source.name.span });
  const schema = parts.at(-2) || DEFAULT_SCHEMA;
  const table = findTable(q.ctx.snapshot, schema, name);
  if (table === undefined) throw unknownTable(source, parts, q);
  const columns = table.columns.map((c) => ({ id: q.ctx.nextId(), name: c.name, type: c.type, source: c.name }));
  const plan: LogicalPlan = { kind: 'scan', table, columns };
  const alias = source.alias?.name;
  return {
    plan,
    relations: [
      relation(
        alias ?? name,
        alias === undefined ? table.schema : undefined,
        renamed(plan, source.columns, 'column list', source.span),
      ),
    ],
  };
}

function unknownTable(source: ast.TableReference, parts: readonly string[], q: QueryContext) {
  const name = parts.join('.');
  const { snapshot } = q.ctx;
  const schema = parts.at(-2) || DEFAULT_SCHEMA;
  const schemas = [...new Set([...snapshot.schemas, ...snapshot.tables.map((t) => t.schema)])];
  if (!schemas.some((s) => sameName(s, schema))) {
    return error(
      'catalog/unknown-schema',
      { name: schema },
      { span: source.name.span, hint: didYouMean(schema, schemas) },
    );
  }
  const tables = snapshot.tables.filter((t) => sameName(t.schema, schema)).map((t) => t.name);
  const known = parts.length > 1 ? tables : [...[...q.ctes.values()].map((c) => c.table.name.name), ...tables];
  return error('bind/unknown-table', { name }, { span: source.name.span, hint: didYouMean(parts.at(-1) ?? '', known) });
}

function bindJoin(join: ast.Join, q: QueryContext): Source {
  const left = bindSource(join.left, q);
  const right = bindSource(join.right, q);
  const relations = [...left.relations, ...right.relations];
  if (join.using !== undefined) return bindUsing(join, join.using, left, right);
  if (join.on === undefined)
    return { plan: { kind: 'join', type: 'cross', left: left.plan, right: right.plan, on: undefined }, relations };
  return { plan: bindOn(join, join.on, left, right, relations, q), relations };
}

/** A call in ON is asked on the side it reads; one that reads both sides waits above an inner join. */
function bindOn(
  join: ast.Join,
  on: ast.Expression,
  left: Source,
  right: Source,
  relations: readonly Relation[],
  q: QueryContext,
): LogicalPlan {
  const holders: PlanHolder[] = [{ plan: left.plan }, { plan: right.plan }];
  const env: Env = {
    ctx: q.ctx,
    scope: { relations, parent: q.parent },
    ctes: q.ctes,
    clause: 'ON',
    hoist: sideOf(holders),
    guards: [],
    grouping: undefined,
    windows: undefined,
    aliases: new Map(),
    depth: 0,
  };
  const conditions: Expr[] = [];
  const above: ast.Expression[] = [];
  for (const conjunct of flatten(on, 'and')) {
    const before = holders.map((h) => h.plan);
    try {
      conditions.push(bindCondition(conjunct, env));
    } catch (failure) {
      if (!isCorrelated(failure)) throw failure;
      if (join.type !== 'inner') {
        throw error(
          'bind/cognitive-place',
          { name: 'a call that reads both sides', clause: 'the ON of an outer join' },
          { span: conjunct.span },
        );
      }
      holders.forEach((h, i) => {
        h.plan = before[i] ?? h.plan;
      });
      above.push(conjunct);
    }
  }
  const [l, r] = holders.map((h) => h.plan);
  if (l === undefined || r === undefined) return left.plan;
  const joined: LogicalPlan =
    conditions.length === 0
      ? { kind: 'join', type: 'cross', left: l, right: r, on: undefined }
      : { kind: 'join', type: join.type, left: l, right: r, on: allOf(conditions) };
  const top: PlanHolder = { plan: joined };
  const over: Env = { ...env, hoist: (columns) => (provides(top.plan, columns) ? top : undefined) };
  const late = allOf(above.map((conjunct) => bindCondition(conjunct, over)));
  return late === undefined ? top.plan : { kind: 'filter', child: top.plan, predicate: late };
}

function isCorrelated(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && failure.code === 'bind/cognitive-correlated';
}

function sideOf(holders: readonly PlanHolder[]): Hoist {
  return (columns: ReadonlySet<ColumnId>) => holders.find((h) => provides(h.plan, columns));
}

/** USING (a): both sides' column is one column, visible without a qualifier. */
function bindUsing(join: ast.Join, using: readonly ast.Identifier[], left: Source, right: Source): Source {
  const find = (source: Source, name: ast.Identifier, side: string): Column => {
    const found = source.relations
      .flatMap((r) => r.columns.filter((c) => !r.merged.has(c.id)))
      .find((c) => sameName(c.name, name.name));
    if (found === undefined) throw error('bind/using-column', { name: name.name, side }, { span: name.span });
    return found;
  };
  const pairs = using.map((name) => ({ l: find(left, name, 'left'), r: find(right, name, 'right'), name }));
  const on = allOf(
    pairs.map(({ l, r, name }) => {
      const type = commonType(l.type, r.type);
      if (type === undefined)
        throw error(
          'bind/type-clash',
          { left: l.type.kind, right: r.type.kind, operation: 'USING' },
          { span: name.span },
        );
      return operator('=', [coerce(column(l), type), coerce(column(r), type)], BIT, name.span);
    }),
  );
  if (join.type === 'full') throw error('not-supported', { what: 'FULL JOIN … USING' }, { span: join.span });
  const hidden = new Set(pairs.map(({ l, r }) => (join.type === 'right' ? l.id : r.id)));
  const hide = (r: Relation): Relation => ({
    ...r,
    merged: new Set([...r.merged, ...r.columns.filter((c) => hidden.has(c.id)).map((c) => c.id)]),
  });
  return {
    plan: { kind: 'join', type: join.type, left: left.plan, right: right.plan, on },
    relations: [...left.relations, ...right.relations].map(hide),
  };
}
