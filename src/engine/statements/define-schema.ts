// CREATE SCHEMA, CREATE and UPDATE STATISTICS, CREATE INDEX: objects that change no answer.

import { findTable, type Snapshot, sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { tableName } from '../../planner/bind/objects.ts';
import type { StatementContext } from '../statement.ts';
import { refuseDoomed } from './transaction.ts';

const SYSTEM_SCHEMAS = ['sys', 'information_schema', 'sqlc'];

/** @throws SqlcError catalog/exists, syntax/name */
export async function createSchema({ name, existing }: ast.CreateSchema, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const { schemas } = await store.snapshot();
    if (schemas.some((s) => sameName(s, name.name))) {
      if (existing === 'skip') return;
      throw error('catalog/exists', { kind: 'schema', name: name.name }, { span: name.span });
    }
    if (SYSTEM_SCHEMAS.includes(name.name.toLowerCase()))
      throw error('syntax/name', { name: name.name, reason: 'is a schema of the system' }, { span: name.span });
    await store.apply({ action: 'create', kind: 'schema', definition: { name: name.name } });
  });
}

/** Kept for sys.stats. @throws SqlcError bind/unknown-table, bind/unknown-column, catalog/exists (1927) */
export async function createStatistics(statement: ast.CreateStatistics, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  const snapshot = await store.snapshot();
  const table = tableNamed(statement.table, snapshot);
  checkColumns(statement.columns, table);
  const { name, span } = statement.name;
  const same = snapshot.statistics.find(
    (s) => sameName(s.name, name) && sameName(s.table, table.name) && sameName(s.schema, table.schema),
  );
  if (same !== undefined) {
    if (statement.existing === 'skip') return;
    throw error('catalog/exists', { kind: 'statistics', name }, { span });
  }
  const columns = statement.columns.map((c) => c.name);
  await store.apply({
    action: 'create',
    kind: 'statistics',
    definition: { schema: table.schema, table: table.name, name, columns },
  });
}

/** Nothing is sampled, so there is nothing to bring up to date. */
export async function updateStatistics(
  { table, names }: ast.UpdateStatistics,
  { session }: StatementContext,
): Promise<void> {
  const snapshot = await session.parts.store.snapshot();
  const found = tableNamed(table, snapshot);
  for (const { name, span } of names) {
    const known = snapshot.statistics.some((s) => sameName(s.name, name) && sameName(s.table, found.name));
    if (!known) throw error('catalog/unknown-object', { kind: 'statistics', name }, { span });
  }
}

/** An index makes nothing faster here: its names are checked. A unique one is refused, it would have to be kept. */
export async function createIndex(statement: ast.CreateIndex, { session }: StatementContext): Promise<void> {
  if (statement.unique) {
    const hint = 'Use ALTER TABLE … ADD UNIQUE.';
    throw error('not-supported', { what: 'a unique index' }, { span: statement.name.span, hint });
  }
  checkColumns(statement.columns, tableNamed(statement.table, await session.parts.store.snapshot()));
}

function tableNamed(name: ast.ObjectName, snapshot: Snapshot) {
  const target = tableName(name, snapshot);
  const found = findTable(snapshot, target.schema, target.name);
  if (found === undefined) throw error('bind/unknown-table', { name: target.name }, { span: name.span });
  return found;
}

function checkColumns(columns: readonly ast.Identifier[], table: ReturnType<typeof tableNamed>): void {
  for (const { name, span } of columns) {
    if (!table.columns.some((c) => sameName(c.name, name)))
      throw error('bind/unknown-column', { name, where: ` in "${table.name}"` }, { span });
  }
}
