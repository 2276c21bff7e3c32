// DELETE [FROM] t [FROM …], and TRUNCATE TABLE.

import type { Delete, Truncate } from '../../parser/ast.ts';
import { columnName } from '../../planner/unparse.ts';
import { stageDeleted } from '../change/change-set.ts';
import type { ChangeStatement } from '../change/run-change.ts';
import { changeSource, ROW, targetTable } from '../change/target.ts';
import { columnOf, item, select } from '../change/tree.ts';
import type { StatementContext } from '../statement.ts';
import { refuseDoomed } from './transaction.ts';

export function deletion(statement: Delete): ChangeStatement {
  const { where, top, span, options, output } = statement;
  return {
    kind: 'delete',
    options,
    output,
    plan: (snapshot) => {
      const { table, ctes, from, name } = changeSource(statement, snapshot);
      const query = select({ items: [item(columnOf([name, ROW], span), ROW)], from, where, top, ctes, span });
      return {
        table,
        query,
        stage: async (changes, source) => {
          changes.deletes = true;
          const rows = `SELECT ${columnName(source.columns[0]?.id ?? 0)} FROM (${source.sql}) AS s`;
          await stageDeleted(changes, rows, source.parameters);
        },
      };
    },
  };
}

/** Empties the table; its identity column starts again. */
export async function truncate({ table: name }: Truncate, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const table = await store.writable(targetTable(name, await store.snapshot()));
    await store.change(table, async (connection, place) => {
      await connection.run(`DELETE FROM ${place}`, [], context.signal);
      const identity = table.columns.find((c) => c.identity !== undefined)?.identity;
      if (identity !== undefined && table.stamp !== undefined) store.setCounter(table.stamp.id, BigInt(identity.seed));
    });
  });
}
