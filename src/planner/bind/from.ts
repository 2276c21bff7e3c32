// FROM: tables, derived tables and joins become a plan and the scope its columns are visible in.

import { BIGINT } from '../../arrow/sql-type.ts';
import { DEFAULT_SCHEMA, findTable, findView, sameName } from '../../catalog/snapshot.ts';
import { error, unreachable } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import type { Column } from '../expression.ts';
import type { LogicalPlan } from '../plan.ts';
import { bindApply } from './apply.ts';
import { bindCommonTable, type CommonTablePlan, workingTable } from './common-table.ts';
import type { QueryContext } from './context.ts';
import { bindJoin } from './joins.ts';
import { bindPivot, bindUnpivot } from './pivot.ts';
import { bindQuery, renamed } from './query.ts';
import { bindSample } from './sample.ts';
import type { Relation, Scope } from './scope.ts';
import { bindTableFunction } from './table-functions.ts';
import { bindView } from './view.ts';

export interface Source {
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
      return bindJoin(source, bindSource(source.left, q), bindSource(source.right, q), q);
    case 'apply':
      return bindApply(source, q, bindSource);
    case 'table-function':
      return bindTableFunction(source, q);
    case 'table-variable':
      return bindTable(variableTable(source), q);
    case 'pivot':
      return bindPivot(source, bindSource(source.source, q), q);
    case 'unpivot':
      return bindUnpivot(source, bindSource(source.source, q), q);
    case 'openrowset':
      throw error('not-supported', { what: 'OPENROWSET' }, { span: source.span });
    default:
      return unreachable(source);
  }
}

/** DuckDB's column of where a row stands. */
const ROW_ID = 'rowid';

function relation(name: string | undefined, schema: string | undefined, columns: readonly Column[]): Relation {
  return { name, schema, columns, merged: new Set() };
}

/** `@t` is the table of that name. */
export function variableTable({ name, alias, columns, span }: ast.TableVariable): ast.TableReference {
  const parts = [{ name: `@${name}`, quoted: true, span }];
  return { kind: 'table', name: { parts, span }, alias, columns, sample: undefined, span };
}

function bindTable(source: ast.TableReference, q: QueryContext): Source {
  const parts = source.name.parts.map((p) => p.name);
  const name = parts.at(-1) ?? '';
  const cte = parts.length === 1 ? q.ctes.get(name.toLowerCase()) : undefined;
  const recursion = parts.length === 1 ? q.recursions.get(name.toLowerCase()) : undefined;
  const notTable = recursion !== undefined || cte !== undefined ? 'a common table' : undefined;
  if (notTable !== undefined) refuseSample(source, notTable);
  if (recursion !== undefined) return named(source, name, workingTable(recursion, q.ctx));
  if (cte !== undefined) return named(source, name, bindCommonTable(cte));
  if (parts.length > 3) throw error('not-supported', { what: 'a name of four parts' }, { span: source.name.span });
  const schema = parts.at(-2) || DEFAULT_SCHEMA;
  const view = findView(q.ctx.snapshot, schema, name);
  if (view !== undefined) refuseSample(source, 'a view');
  if (view !== undefined) return named(source, name, bindView(view, q.ctx, source.name.span));
  const table = findTable(q.ctx.snapshot, schema, name);
  if (table === undefined) throw unknownTable(source, parts, q);
  const columns = table.columns.map((c) => ({ id: q.ctx.nextId(), name: c.name, type: c.type, source: c.name }));
  if (source.rowId !== undefined)
    columns.push({ id: q.ctx.nextId(), name: source.rowId, type: BIGINT, source: ROW_ID });
  const sample = source.sample && { sample: bindSample(source.sample, q) };
  const plan: LogicalPlan = { kind: 'scan', table, columns, ...sample };
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

/** @throws SqlcError syntax/sample-source (475) */
function refuseSample({ sample }: ast.TableReference, what: string): void {
  if (sample !== undefined) throw error('syntax/sample-source', { what }, { span: sample.span });
}

/** A common table under the name or the alias it has here. */
function named(source: ast.TableReference, name: string, { plan, columns }: CommonTablePlan): Source {
  const shown = source.columns.length === 0 ? columns : renamed(plan, source.columns, 'column list', source.span);
  return { plan, relations: [relation(source.alias?.name ?? name, undefined, shown)] };
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
