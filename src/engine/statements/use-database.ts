// USE: there is one database, and it is in use.

import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Use } from '../../parser/ast.ts';
import type { StatementContext } from '../statement.ts';

/** @throws SqlcError catalog/unknown-database (911) */
export function useDatabase({ database }: Use, { session }: StatementContext): void {
  const name = session.parts.databaseName;
  if (sameName(database.name, name)) return;
  const hint = `This one is "${name}"; another is opened with --database.`;
  throw error('catalog/unknown-database', { name: database.name }, { span: database.span, hint });
}
