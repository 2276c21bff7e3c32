// The text of a statement as its report shows it.

import type { Statement } from '../parser/ast.ts';
import { maskSecrets } from '../parser/mask-secrets.ts';
import { quote } from '../planner/sql-text.ts';

/** Statements that hold a secret are reported without their text. */
export function reportedText(statement: Statement, sql: string): string {
  switch (statement.kind) {
    case 'explain':
      return reportedText(statement.statement, sql);
    case 'create-credential':
      return `CREATE DATABASE SCOPED CREDENTIAL ${quote(statement.name.name)}`;
    case 'alter-credential':
      return `ALTER DATABASE SCOPED CREDENTIAL ${quote(statement.name.name)}`;
    default:
      return maskSecrets(sql);
  }
}
