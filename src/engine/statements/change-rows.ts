// INSERT, UPDATE, DELETE and MERGE: what each changes, before anything is.

import type { Delete, Insert, Merge, Update } from '../../parser/ast.ts';
import type { ChangeStatement } from '../change/run-change.ts';
import type { Session } from '../session.ts';
import { deletion } from './delete.ts';
import { insertion } from './insert.ts';
import { merging } from './merge.ts';
import { alteration } from './update.ts';

export function changeOf(statement: Insert | Update | Delete | Merge, session: Session): ChangeStatement {
  switch (statement.kind) {
    case 'insert':
      return insertion(statement, session);
    case 'update':
      return alteration(statement);
    case 'delete':
      return deletion(statement);
    case 'merge':
      return merging(statement, session.state.rowLimit);
  }
}
