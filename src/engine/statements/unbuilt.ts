// Statements the grammar reads and no file here runs yet: refused by name, at their place.
// A kind goes from the list when its statement is built; the compiler then asks for its case.

import { error, type SqlcError } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type { Identifier, Statement, TableColumn, TableConstraint } from '../../parser/ast.ts';

const UNBUILT = {
  'alter-materialized-view': 'ALTER MATERIALIZED VIEW',
  'create-database': 'CREATE DATABASE',
  'master-key': 'MASTER KEY',
  'alter-data-source': 'ALTER EXTERNAL DATA SOURCE',
  'create-external-table-as': 'CREATE EXTERNAL TABLE AS SELECT',
  'create-model': 'CREATE EXTERNAL MODEL',
  'alter-model': 'ALTER EXTERNAL MODEL',
  'copy-into': 'COPY INTO',
  'bulk-insert': 'BULK INSERT',
  execute: 'EXEC',
} as const satisfies Partial<Record<Statement['kind'], string>>;

export type UnbuiltStatement = Extract<Statement, { kind: keyof typeof UNBUILT }>;

/** Parts of statements that parse and do not run. @throws SqlcError not-supported */
export function refuseUnbuiltParts(statement: Statement): void {
  const [what, place] = unbuiltPart(statement);
  if (place !== undefined) throw error('not-supported', { what }, { span: place.span });
}

function unbuiltPart(statement: Statement): [what: string, place: { readonly span: Span } | undefined] {
  switch (statement.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return ['a second OUTPUT', statement.secondOutput];
    case 'truncate':
      return ['TRUNCATE TABLE … WITH', statement.deferred];
    case 'create-table':
      return deferredOf(statement.columns, statement.constraints, statement.deferred);
    case 'declare-table':
      return deferredOf(statement.columns, statement.constraints);
    case 'alter-table': {
      const { action } = statement;
      if (action.kind === 'add') return deferredOf(action.columns, action.constraints);
      return action.kind === 'other' ? [`ALTER TABLE … ${action.what}`, action] : ['', undefined];
    }
    default:
      return ['', undefined];
  }
}

function deferredOf(
  columns: readonly TableColumn[],
  constraints: readonly TableConstraint[],
  ofTable?: Identifier,
): [what: string, place: Identifier | undefined] {
  const all = [...constraints, ...columns.flatMap((column) => column.constraints)];
  const [deferred] = [
    ...columns.flatMap((column) => column.deferred),
    ...all.flatMap((constraint) => (constraint.kind === 'foreign-key' ? constraint.deferred : [])),
    ...(ofTable === undefined ? [] : [ofTable]),
  ];
  return [deferred?.name.toUpperCase() ?? '', deferred];
}

export function unbuilt({ kind, span }: UnbuiltStatement): SqlcError {
  return error('not-supported', { what: UNBUILT[kind] }, { span });
}
