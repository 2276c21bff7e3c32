// The way of every statement that changes rows: its source is a query, planned and answered like any other; the rows
// are staged, checked, shown and applied.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import type { StoredTable } from '../../catalog/definitions.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { invariant } from '../../common/errors.ts';
import { newReport } from '../../exec/run-report.ts';
import type * as ast from '../../parser/ast.ts';
import { quote } from '../../planner/sql-text.ts';
import type { Fragment } from '../../planner/unparse.ts';
import type { Result } from '../result.ts';
import type { StatementContext } from '../statement.ts';
import { answered } from '../statements/answered-query.ts';
import { refuseDoomed } from '../statements/transaction.ts';
import { applyChanges, type Changes, changedRows, inserted, openChanges } from './change-set.ts';
import { checkKeys, checkRows } from './constraints.ts';
import { insertedValues } from './insert-values.ts';
import { outputQuery, outputRows } from './output.ts';
import { ROW, referenceOf, targetTable } from './target.ts';

export interface ChangePlan {
  readonly table: StoredTable;
  /** Its rows say what to change. */
  readonly query: ast.Query;
  stage(changes: Changes, source: Fragment): Promise<void>;
}

export interface ChangeStatement {
  readonly kind: 'insert' | 'update' | 'delete' | 'merge';
  readonly options: readonly ast.QueryOption[];
  readonly output: ast.Output | undefined;
  plan(snapshot: Snapshot): ChangePlan;
}

/** @throws SqlcError change/*, exec/truncated, bind/*, and what its query says */
export async function runChange(statement: ChangeStatement, context: StatementContext): Promise<Result | undefined> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  return store.exclusively(context.signal, async () => {
    if (statement.output?.into === undefined || store.depth > 0) return changeRows(statement, context);
    // Two tables change: together or not at all.
    store.begin(undefined);
    try {
      const result = await changeRows(statement, context);
      await store.commit();
      return result;
    } catch (failure) {
      await store.rollback(undefined);
      throw failure;
    }
  });
}

async function changeRows(statement: ChangeStatement, context: StatementContext): Promise<Result | undefined> {
  const { session, report } = context;
  const { store } = session.parts;
  const { output, kind, options } = statement;
  // Rows are told by where they stand: in the copy that a transaction makes, so the copy comes first.
  await store.writable(statement.plan(await store.snapshot()).table);
  const snapshot = await store.snapshot();
  const plan = statement.plan(snapshot);
  return answered({ query: plan.query, options, snapshot }, context, async ({ fragment, work, inputs }) => {
    const changes = await openChanges({ table: plan.table, work, inputs, addsOnly: kind === 'insert' });
    await plan.stage(changes, fragment);
    await giveIdentities(changes, context);
    await checkRows(changes);
    const shown = output && outputQuery(output, changes, kind);
    const result = shown === undefined || output?.into !== undefined ? undefined : await outputRows(shown, context);
    await store.change(plan.table, async (connection, place) => {
      await applyChanges(changes, connection, place);
      await checkKeys(changes, connection, place);
    });
    if (output?.into !== undefined && shown !== undefined) {
      const into = await store.writable(targetTable(referenceOf(output.into).name, await store.snapshot()));
      const copied = insertedValues(into, output.intoColumns, shown.query, undefined, output.span);
      await insertInto({ ...copied, snapshot: shown.snapshot }, context);
    }
    report.rows = await changedRows(changes);
    return result;
  });
}

/** Rows of a query into a table, as a part of another statement. */
async function insertInto(
  plan: ChangePlan & { readonly snapshot: Snapshot },
  context: StatementContext,
): Promise<void> {
  const { store } = context.session.parts;
  const part = { ...context, report: newReport('') };
  await answered(
    { query: plan.query, options: [], snapshot: plan.snapshot },
    part,
    async ({ fragment, work, inputs }) => {
      const changes = await openChanges({ table: plan.table, work, inputs, addsOnly: true });
      await plan.stage(changes, fragment);
      await giveIdentities(changes, context);
      await checkRows(changes);
      await store.change(plan.table, async (connection, place) => {
        await applyChanges(changes, connection, place);
        await checkKeys(changes, connection, place);
      });
    },
  );
}

/** Numbers for the identity column of new rows, counted from 0 so far; or, with IDENTITY_INSERT, the counter follows. */
async function giveIdentities(changes: Changes, { session }: StatementContext): Promise<void> {
  const { table, work } = changes;
  const index = table.columns.findIndex((c) => c.identity !== undefined);
  const column = table.columns[index];
  if (column?.identity === undefined || !changes.inserts) return;
  invariant(table.stamp, 'a table with an identity column has an id');
  const { store } = session.parts;
  const { seed, increment } = column.identity;
  const step = BigInt(increment);
  const name = quote(column.name);
  const isNew = `${quote(ROW)} IS NULL`;
  const [[count, highest, lowest] = []] = await work.connection.rows(
    `SELECT count(*), max(${name})::VARCHAR, min(${name})::VARCHAR FROM ${inserted(changes)} WHERE ${isNew}`,
  );
  const rows = BigInt(String(count));
  if (rows === 0n) return;
  if (changes.givesIdentities) {
    const first = store.take(table.stamp.id, BigInt(seed), (next) => next + rows * step);
    await work.connection.run(
      `UPDATE ${inserted(changes)} SET ${name} = CAST(${first} + CAST(${name} AS HUGEINT) * ${step} AS ${duckdbTypeName(column.type)}) WHERE ${isNew}`,
    );
    session.state.lastIdentity = first + (rows - 1n) * step;
    return;
  }
  const reached = BigInt(String(step > 0n ? highest : lowest));
  const next = store.peek(table.stamp.id) ?? BigInt(seed);
  if (step > 0n ? reached >= next : reached <= next) store.setCounter(table.stamp.id, reached + step);
  session.state.lastIdentity = reached;
}
