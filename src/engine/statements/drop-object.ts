// DROP: refused while something refers to the object; external data is never deleted.

import { findObject, findSequence, findTable, findView, type Snapshot, sameName } from '../../catalog/snapshot.ts';
import type { CatalogChange } from '../../catalog/store.ts';
import { error } from '../../common/errors.ts';
import type { DropObject, ObjectName } from '../../parser/ast.ts';
import { referrersOf, tableName } from '../../planner/bind/objects.ts';
import type { StatementContext } from '../statement.ts';
import { refuseDoomed } from './transaction.ts';

type DropChange = Extract<CatalogChange, { readonly action: 'drop' }>;

export async function dropObject(statement: DropObject, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    for (const name of statement.names) await dropOne(statement, name, context);
  });
}

async function dropOne(statement: DropObject, name: ObjectName, context: StatementContext): Promise<void> {
  const { store } = context.session.parts;
  const snapshot = await store.snapshot();
  const change = dropOf(statement, name, snapshot);
  if (change === undefined) return;
  const table = change.kind === 'table' ? findTable(snapshot, change.schema ?? '', change.name) : undefined;
  if (table?.kind !== 'stored') await store.apply(change);
  else await store.dropTable(table);
}

/** What dropping one name changes; nothing when it is not there and need not be. @throws SqlcError catalog/* */
export function dropOf({ object, ifExists }: DropObject, name: ObjectName, snapshot: Snapshot): DropChange | undefined {
  if (object === 'table' || object === 'external table') {
    const table = droppedTable(object, name, snapshot, ifExists);
    return table && { action: 'drop', kind: 'table', schema: table.schema, name: table.name };
  }
  if (object === 'view' || object === 'sequence' || object === 'statistics' || object === 'schema')
    return droppedOwned(object, name, snapshot, ifExists);
  if (!isDefinition(object))
    throw error('not-supported', { what: `DROP ${object.toUpperCase()}` }, { span: name.span });
  const text = name.parts.map((p) => p.name).join('.');
  const found = findObject(snapshot, object, text);
  if (found === undefined) {
    if (ifExists) return undefined;
    throw error('catalog/unknown-object', { kind: object, name: text }, { span: name.span });
  }
  const referrers = referrersOf(object, found.name, snapshot);
  if (referrers.length > 0) {
    throw error(
      'catalog/in-use',
      { kind: object, name: found.name, referrers: referrers.map((r) => `"${r}"`).join(', ') },
      { span: name.span },
    );
  }
  return { action: 'drop', kind: object, name: found.name };
}

function isDefinition(
  object: DropObject['object'],
): object is 'credential' | 'data source' | 'file format' | 'service' {
  return ['credential', 'data source', 'file format', 'service'].includes(object);
}

type Owned = 'view' | 'sequence' | 'statistics' | 'schema';

function droppedOwned(object: Owned, name: ObjectName, snapshot: Snapshot, ifExists: boolean): DropChange | undefined {
  const change = foundOwned(object, name, snapshot);
  if (change !== undefined || ifExists) return change;
  const text = name.parts.map((p) => p.name).join('.');
  throw error('catalog/unknown-object', { kind: object, name: text }, { span: name.span });
}

function foundOwned(object: Owned, name: ObjectName, snapshot: Snapshot): DropChange | undefined {
  const last = name.parts.at(-1)?.name ?? '';
  if (object === 'schema') {
    const found = snapshot.ownSchemas.find((s) => sameName(s.name, last));
    if (found !== undefined) refuseUsed(found.name, name, snapshot);
    return found && { action: 'drop', kind: 'schema', name: found.name };
  }
  if (object === 'statistics') {
    const table = tableName({ ...name, parts: name.parts.slice(0, -1) }, snapshot);
    const found = snapshot.statistics.find(
      (s) => sameName(s.name, last) && sameName(s.table, table.name) && sameName(s.schema, table.schema),
    );
    return found && { action: 'drop', kind: 'statistics', schema: found.schema, table: found.table, name: found.name };
  }
  const target = tableName(name, snapshot);
  const found = (object === 'view' ? findView : findSequence)(snapshot, target.schema, target.name);
  return found && { action: 'drop', kind: object, schema: found.schema, name: found.name };
}

/** A schema goes when nothing is in it (T-SQL reference: DROP SCHEMA). */
function refuseUsed(schema: string, { span }: ObjectName, snapshot: Snapshot): void {
  const inside = [...snapshot.tables, ...snapshot.views, ...snapshot.sequences].filter((o) =>
    sameName(o.schema, schema),
  );
  if (inside.length === 0) return;
  const referrers = inside.map((o) => `"${o.name}"`).join(', ');
  throw error('catalog/in-use', { kind: 'schema', name: schema, referrers }, { span });
}

function droppedTable(object: 'table' | 'external table', name: ObjectName, snapshot: Snapshot, ifExists: boolean) {
  const target = tableName(name, snapshot);
  const table = findTable(snapshot, target.schema, target.name);
  if (table === undefined) {
    if (ifExists) return undefined;
    throw error('catalog/unknown-object', { kind: object, name: target.name }, { span: name.span });
  }
  const wanted = object === 'table' ? 'stored' : 'external';
  if (table.kind !== wanted) {
    const hint = table.kind === 'external' ? 'Use DROP EXTERNAL TABLE.' : 'Use DROP TABLE.';
    throw error('catalog/unknown-object', { kind: object, name: target.name }, { span: name.span, hint });
  }
  return table;
}
