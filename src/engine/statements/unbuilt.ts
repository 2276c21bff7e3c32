// Statements the grammar reads and no file here runs yet: refused by name, at their place.
// A kind goes from the list when its statement is built; the compiler then asks for its case.

import { error, type SqlcError } from '../../common/errors.ts';
import type { Statement } from '../../parser/ast.ts';

const UNBUILT = {
  'alter-table': 'ALTER TABLE',
  'create-view': 'CREATE VIEW',
  'create-schema': 'CREATE SCHEMA',
  'create-sequence': 'CREATE SEQUENCE',
  'alter-sequence': 'ALTER SEQUENCE',
  'create-statistics': 'CREATE STATISTICS',
  'update-statistics': 'UPDATE STATISTICS',
  'create-index': 'CREATE INDEX',
  'create-database': 'CREATE DATABASE',
  rename: 'RENAME OBJECT',
  permission: 'GRANT, DENY or REVOKE',
  'master-key': 'MASTER KEY',
  'alter-data-source': 'ALTER EXTERNAL DATA SOURCE',
  'create-external-table-as': 'CREATE EXTERNAL TABLE AS SELECT',
  'create-model': 'CREATE EXTERNAL MODEL',
  'alter-model': 'ALTER EXTERNAL MODEL',
  'copy-into': 'COPY INTO',
} as const satisfies Partial<Record<Statement['kind'], string>>;

export type UnbuiltStatement = Extract<Statement, { kind: keyof typeof UNBUILT }>;

export function unbuilt({ kind, span }: UnbuiltStatement): SqlcError {
  return error('not-supported', { what: UNBUILT[kind] }, { span });
}
