// What a statement may write to, and where the target stands in its FROM.

import type { StoredTable } from '../../catalog/definitions.ts';
import { DEFAULT_SCHEMA, findTable, findView, type Snapshot, sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { variableTable } from '../../planner/bind/from.ts';
import { tableName } from '../../planner/bind/objects.ts';
import { columnOf, item } from './tree.ts';

/** Under which name the queries behind a change read where a row of the target stands. */
export const ROW = '#row';

export function referenceOf(target: ast.Target): ast.TableReference {
  return target.kind === 'table-variable' ? variableTable(target) : target;
}

/** @throws SqlcError bind/unknown-table, change/external, change/system, not-supported (views) */
export function targetTable(name: ast.ObjectName, snapshot: Snapshot): StoredTable {
  const [schema = '', last = ''] = name.parts.slice(-2).map((p) => p.name);
  if (findTable(snapshot, schema, last)?.kind === 'system')
    throw error('change/system', { name: `${schema}.${last}` }, { span: name.span });
  const target = tableName(name, snapshot);
  const table = findTable(snapshot, target.schema, target.name);
  if (table?.kind === 'stored') return table;
  if (table?.kind === 'external') throw error('change/external', { name: table.name }, { span: name.span });
  if (findView(snapshot, target.schema, target.name) !== undefined)
    throw error('not-supported', { what: 'changing rows through a view' }, { span: name.span });
  const hint = didYouMean(
    target.name,
    snapshot.tables.map((t) => t.name),
  );
  throw error('bind/unknown-table', { name: name.parts.map((p) => p.name).join('.') }, { span: name.span, hint });
}

export function columnIndex(table: StoredTable, name: ast.Identifier): number {
  const index = table.columns.findIndex((c) => sameName(c.name, name.name));
  if (index >= 0) return index;
  const hint = didYouMean(
    name.name,
    table.columns.map((c) => c.name),
  );
  throw error('bind/unknown-column', { name: name.name, where: ` in "${table.name}"` }, { span: name.span, hint });
}

export interface ChangeSource {
  readonly table: StoredTable;
  readonly ctes: readonly ast.CommonTable[];
  readonly from: readonly ast.TableSource[];
  /** How the target is called in FROM. */
  readonly name: string;
}

interface Written {
  readonly target: ast.Target;
  readonly ctes: readonly ast.CommonTable[];
  readonly from: readonly ast.TableSource[];
}

/** The FROM of an UPDATE or DELETE with the target in it: by alias, by name, or put before the others. */
export function changeSource(written: Written, snapshot: Snapshot): ChangeSource {
  const target = referenceOf(written.target);
  const [only, ...qualified] = target.name.parts.map((p) => p.name);
  const single = qualified.length === 0 && only !== undefined ? only : undefined;
  const cte = single === undefined ? undefined : written.ctes.find((c) => sameName(c.name.name, single));
  if (cte !== undefined) return throughCte(cte, written, target, snapshot);
  const aliased =
    single === undefined ? undefined : findSource(written.from, (t) => sameName(t.alias?.name ?? '', single));
  if (aliased !== undefined) {
    const table = targetTable(referenceOf(aliased).name, snapshot);
    return { table, ctes: written.ctes, from: marked(written.from, aliased), name: single ?? '' };
  }
  const table = targetTable(target.name, snapshot);
  const named = findSource(written.from, (t) => isTable(referenceOf(t).name, table, snapshot));
  if (named !== undefined) {
    const name = named.alias?.name ?? table.name;
    return { table, ctes: written.ctes, from: marked(written.from, named), name };
  }
  return {
    table,
    ctes: written.ctes,
    from: [{ ...target, rowId: ROW }, ...written.from],
    name: target.alias?.name ?? table.name,
  };
}

function isTable(name: ast.ObjectName, table: StoredTable, snapshot: Snapshot): boolean {
  const schema = name.parts.at(-2)?.name || DEFAULT_SCHEMA;
  return findTable(snapshot, schema, name.parts.at(-1)?.name ?? '') === table;
}

type Reference = ast.TableReference | ast.TableVariable;

function findSource(sources: readonly ast.TableSource[], wanted: (table: Reference) => boolean): Reference | undefined {
  for (const source of sources) {
    if ((source.kind === 'table' || source.kind === 'table-variable') && wanted(source)) return source;
    const found =
      source.kind === 'join' || source.kind === 'apply' ? findSource([source.left, source.right], wanted) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function marked(sources: readonly ast.TableSource[], target: Reference): ast.TableSource[] {
  return sources.map((source): ast.TableSource => {
    if (source === target) return { ...referenceOf(target), rowId: ROW };
    if (source.kind !== 'join' && source.kind !== 'apply') return source;
    const [left = source.left, right = source.right] = marked([source.left, source.right], target);
    return { ...source, left, right };
  });
}

/** `WITH d AS (SELECT … FROM t) DELETE FROM d`: the rows of t that d shows. */
function throughCte(
  cte: ast.CommonTable,
  written: Written,
  target: ast.TableReference,
  snapshot: Snapshot,
): ChangeSource {
  const { body } = cte.query;
  const [source, ...others] = body.kind === 'select' ? body.from : [];
  const plain = body.kind === 'select' && !body.distinct && body.groupBy.length === 0 && body.having === undefined;
  if (body.kind !== 'select' || !plain || source?.kind !== 'table' || others.length > 0) {
    throw error('not-supported', { what: 'changing rows through this common table expression' }, { span: target.span });
  }
  const table = targetTable(source.name, snapshot);
  const items = [
    ...body.items,
    item(columnOf([source.alias?.name ?? source.name.parts.at(-1)?.name ?? '', ROW], cte.span), ROW),
  ];
  const columns = cte.columns.length === 0 ? [] : [...cte.columns, { name: ROW, quoted: true, span: cte.span }];
  const query: ast.Query = { ...cte.query, body: { ...body, items, from: [{ ...source, rowId: ROW }] } };
  const ctes = written.ctes.map((c) => (c === cte ? { ...c, columns, query } : c));
  const from =
    findSource(written.from, (t) => isNamed(t, cte)) === undefined ? [target, ...written.from] : written.from;
  return { table, ctes, from, name: target.alias?.name ?? cte.name.name };
}

function isNamed(source: Reference, cte: ast.CommonTable): boolean {
  const parts = referenceOf(source).name.parts;
  return parts.length === 1 && sameName(parts[0]?.name ?? '', cte.name.name);
}

/** @throws SqlcError change/column-twice (264) */
export function refuseTwice(names: readonly ast.Identifier[]): void {
  const seen = new Set<string>();
  for (const { name, span } of names) {
    if (seen.has(name.toLowerCase())) throw error('change/column-twice', { name }, { span });
    seen.add(name.toLowerCase());
  }
}
