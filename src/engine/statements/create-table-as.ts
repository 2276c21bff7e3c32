// CREATE TABLE AS: the query runs set-oriented; its rows and the table's definition commit together.

import { typeName } from '../../arrow/sql-type.ts';
import type { StoredTable } from '../../catalog/definitions.ts';
import { findTable, isTemporary, type Snapshot } from '../../catalog/snapshot.ts';
import { error, invariant } from '../../common/errors.ts';
import { WORK } from '../../exec/duckdb/database.ts';
import type { CreateTableAs, SelectStatement } from '../../parser/ast.ts';
import { storedType } from '../../planner/bind/collation.ts';
import { newTableName, tableName } from '../../planner/bind/objects.ts';
import { renamed } from '../../planner/bind/query.ts';
import { type PlannedQuery, planQuery } from '../../planner/plan-query.ts';
import type { Session } from '../session.ts';
import { withOptions } from '../settings.ts';
import type { StatementContext } from '../statement.ts';
import { answered } from './answered-query.ts';
import { checkLayout } from './create-table.ts';
import { refuseDoomed } from './transaction.ts';

export async function createTableAs(statement: CreateTableAs, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const snapshot = await store.snapshot();
    if (isThere(statement, snapshot)) return;
    let table: StoredTable | undefined;
    const check = (planned: PlannedQuery) => {
      table = tableOf(statement, planned, snapshot);
      checkLayout(statement.layout, table);
    };
    newTableName(statement.name, snapshot);
    const { query, options } = statement;
    await answered({ query, options, snapshot, check }, context, async ({ fragment, work }) => {
      invariant(table !== undefined, 'the plan was checked');
      context.report.rows = await store.createTable(table, fragment, work.options.signal);
    });
  });
}

function isThere({ existing, name }: CreateTableAs, snapshot: Snapshot): boolean {
  if (existing !== 'skip') return false;
  const target = tableName(name, snapshot);
  return findTable(snapshot, target.schema, target.name) !== undefined;
}

/** SELECT … INTO t is CREATE TABLE t AS. */
export function selectInto({ query, options, span }: SelectStatement): CreateTableAs | undefined {
  const { body } = query;
  if (body.kind !== 'select' || body.into === undefined) return undefined;
  return {
    kind: 'create-table-as',
    existing: 'fail',
    name: body.into,
    columns: [],
    layout: { distribution: undefined, index: undefined, partition: undefined },
    query: { ...query, body: { ...body, into: undefined } },
    options,
    span,
  };
}

/** The plan and the table it would make; EXPLAIN stops here. */
export async function planTable(
  statement: CreateTableAs,
  context: StatementContext,
  snapshot: Snapshot,
  id: number,
): Promise<{ plan: PlannedQuery; inputs: ReturnType<Session['planInputs']>; table: StoredTable }> {
  const settings = withOptions(context.session.settings, statement.options);
  const inputs = context.session.planInputs(snapshot, context.parameters, id, settings);
  const plan = await planQuery(statement.query, inputs, 'blocking');
  return { plan, inputs, table: tableOf(statement, plan, snapshot) };
}

function tableOf(statement: CreateTableAs, plan: PlannedQuery, snapshot: Snapshot): StoredTable {
  const name = newTableName(statement.name, snapshot);
  const columns = renamed(plan.logical, statement.columns, 'column list', statement.name.span).map((c) => {
    if (c.type.kind === 'null') {
      throw error(
        'bind/type-not-supported',
        { name: typeName(c.type), where: `for column "${c.name}"` },
        { span: statement.query.span, hint: 'Give the NULL a type with CAST.' },
      );
    }
    return { name: c.name, type: storedType(c.type, snapshot.collation), nullable: true };
  });
  const seen = new Set<string>();
  for (const c of columns) {
    const key = c.name.toLowerCase();
    if (seen.has(key))
      throw error('bind/duplicate-column', { name: c.name, relation: name.name }, { span: statement.name.span });
    seen.add(key);
  }
  return { kind: 'stored', ...name, columns, database: isTemporary(name.name) ? WORK : undefined };
}
