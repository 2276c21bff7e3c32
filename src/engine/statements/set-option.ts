// SET name = value: a session setting, or one of T-SQL's session options that cannot change an answer.

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type { SetIdentityInsert, SetStatement } from '../../parser/ast.ts';
import { targetTable } from '../change/target.ts';
import type { Session } from '../session.ts';
import { withSetting } from '../settings.ts';
import type { StatementContext } from '../statement.ts';

/** @throws SqlcError settings/* */
export function setOption(statement: SetStatement, session: Session): void {
  const { name, value } = statement;
  if (name.name.toLowerCase() === 'datefirst') {
    session.state.dateFirst = firstDay(String(value.value), value.span);
    return;
  }
  if (name.name === 'xact_abort') session.state.xactAbort = String(value.value).toLowerCase() === 'on';
  session.settings = withSetting(session.settings, name.name, String(value.value), {
    opening: false,
    name: name.span,
    value: value.span,
  });
}

/** @throws SqlcError settings/value */
function firstDay(text: string, span: Span): number {
  if (/^[1-7]$/.test(text)) return Number(text);
  throw error('settings/value', { name: 'datefirst', found: text, expected: 'a day from 1 (Monday) to 7' }, { span });
}

/** One table at a time. @throws SqlcError table/identity-insert-on (8107), table/no-identity (8106) */
export async function setIdentityInsert(statement: SetIdentityInsert, { session }: StatementContext): Promise<void> {
  const { state, parts } = session;
  const { name, schema, columns } = targetTable(statement.table, await parts.store.snapshot());
  const { span } = statement.table;
  if (!columns.some((c) => c.identity !== undefined)) throw error('table/no-identity', { table: name }, { span });
  const key = `${schema}.${name}`.toLowerCase();
  if (!statement.on) {
    if (state.identityInsert === key) state.identityInsert = undefined;
    return;
  }
  if (state.identityInsert !== undefined && state.identityInsert !== key)
    throw error('table/identity-insert-on', { table: name, other: state.identityInsert }, { span });
  state.identityInsert = key;
}
