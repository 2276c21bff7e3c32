// SET name = value: a session setting, or one of T-SQL's session options that cannot change an answer.

import type { SetStatement } from '../../parser/ast.ts';
import type { Session } from '../session.ts';
import { withSetting } from '../settings.ts';

/** @throws SqlcError settings/* */
export function setOption(statement: SetStatement, session: Session): void {
  const { name, value } = statement;
  if (name.name === 'xact_abort') session.state.xactAbort = String(value.value).toLowerCase() === 'on';
  session.settings = withSetting(session.settings, name.name, String(value.value), {
    opening: false,
    name: name.span,
    value: value.span,
  });
}
