// BEGIN, COMMIT, ROLLBACK and SAVE TRANSACTION.

import { error } from '../../common/errors.ts';
import type { Transaction } from '../../parser/ast.ts';
import type { StatementContext } from '../statement.ts';

/** @throws SqlcError transaction/* */
export async function runTransaction(statement: Transaction, context: StatementContext): Promise<void> {
  const { store } = context.session.parts;
  const { state } = context.session;
  const name = nameOf(statement, context);
  switch (statement.action) {
    case 'begin':
      store.begin(name);
      return;
    case 'commit':
      refuseDoomed(context);
      await store.commit();
      return;
    case 'save':
      refuseDoomed(context);
      store.save(name ?? '');
      return;
    case 'rollback':
      await store.rollback(state.doomed ? undefined : name);
      if (store.depth === 0) state.doomed = false;
  }
}

/** After an error under XACT_ABORT ON nothing but ROLLBACK is left. @throws SqlcError transaction/doomed (3930) */
export function refuseDoomed({ session }: StatementContext): void {
  if (session.state.doomed) throw error('transaction/doomed', {});
}

/** The name may be a variable. */
function nameOf({ name, span }: Transaction, { parameters }: StatementContext): string | undefined {
  if (name?.startsWith('@') !== true) return name;
  const found = parameters.get(name.slice(1).toLowerCase());
  if (found === undefined) throw error('bind/unknown-parameter', { name: name.slice(1) }, { span });
  return String(found.value ?? '');
}
