// CREATE and ALTER VIEW: the text is kept and bound again whenever the view is read.

import type { ViewDefinition } from '../../catalog/definitions.ts';
import { findView, isTemporary, type Snapshot } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { CreateView } from '../../parser/ast.ts';
import { newTableName, tableName } from '../../planner/bind/objects.ts';
import { renamed } from '../../planner/bind/query.ts';
import { planQuery } from '../../planner/plan-query.ts';
import type { StatementContext } from '../statement.ts';
import { refuseDoomed } from './transaction.ts';

export async function createView(statement: CreateView, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const snapshot = await store.snapshot();
    const before = existing(statement, snapshot);
    if (before !== undefined && statement.existing === 'skip') return;
    const definition = await viewDefinition(statement, context, snapshot);
    await store.apply({ action: before === undefined ? 'create' : 'replace', kind: 'view', definition });
  });
}

/** The view as it is, where there is one. @throws SqlcError catalog/exists, catalog/unknown-object */
function existing({ name, existing: how }: CreateView, snapshot: Snapshot): ViewDefinition | undefined {
  const target = tableName(name, snapshot);
  const found = findView(snapshot, target.schema, target.name);
  if (found === undefined && how === 'must-exist')
    throw error('catalog/unknown-object', { kind: 'view', name: target.name }, { span: name.span });
  if (found === undefined || how === 'fail') newTableName(name, snapshot);
  return found;
}

/** @throws SqlcError view/temporary (4508), and what binding its query says */
export async function viewDefinition(
  { name, query, columns }: CreateView,
  { session, text }: StatementContext,
  snapshot: Snapshot,
): Promise<ViewDefinition> {
  const target = tableName(name, snapshot);
  // Variables are no part of a view: it outlives them.
  const { logical, physical } = await planQuery(query, session.planInputs(snapshot, new Map(), 0), 'streaming');
  const temporary = physical.tables.find((t) => isTemporary(t.name));
  if (temporary !== undefined)
    throw error('view/temporary', { view: target.name, table: temporary.name }, { span: query.span });
  const shown = renamed(logical, columns, 'column list', name.span);
  return {
    ...target,
    text: text.slice(query.span.start, query.span.end),
    names: columns.map((c) => c.name),
    columns: shown.map((c) => ({ name: c.name, type: c.type, nullable: true })),
  };
}
