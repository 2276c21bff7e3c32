// CREATE and ALTER of credentials and services, CREATE of data sources, file formats and external tables: checked, then
// one change of the catalog.

import { findObject, type Snapshot } from '../../catalog/snapshot.ts';
import type { CatalogChange } from '../../catalog/store.ts';
import { at, error, SqlcError } from '../../common/errors.ts';
import type {
  AlterCredential,
  AlterService,
  CreateCredential,
  CreateDataSource,
  CreateExternalTable,
  CreateFileFormat,
  CreateService,
} from '../../parser/ast.ts';
import {
  bindAlteredCredential,
  bindCredential,
  bindDataSource,
  bindExternalTable,
  bindFileFormat,
} from '../../planner/bind/objects.ts';
import { bindAlteredService, bindService } from '../../planner/bind/services.ts';
import { parseLocation, resolveLocation } from '../../storage/location.ts';
import { allOperations } from '../../udf/operations/index.generated.ts';
import type { StatementContext } from '../statement.ts';

export type DefinitionStatement =
  | CreateCredential
  | AlterCredential
  | CreateService
  | AlterService
  | CreateDataSource
  | CreateFileFormat
  | CreateExternalTable;

export async function defineObject(statement: DefinitionStatement, context: StatementContext): Promise<void> {
  const { store } = context.session.parts;
  await store.apply(definitionOf(statement, await store.snapshot(), context));
}

/** @throws SqlcError catalog/*, storage/scheme, storage/insecure, service/endpoint, syntax/option-*, bind/* */
export function definitionOf(
  statement: DefinitionStatement,
  snapshot: Snapshot,
  context: StatementContext,
): CatalogChange {
  const { store, blobEndpoint } = context.session.parts;
  if ('existing' in statement && statement.existing !== 'fail')
    throw error('not-supported', { what: 'IF NOT EXISTS or OR ALTER here' }, { span: statement.span });
  switch (statement.kind) {
    case 'create-credential':
      return {
        action: 'create',
        kind: 'credential',
        definition: bindCredential(statement, snapshot, store.persistent),
      };
    case 'alter-credential': {
      const definition = bindAlteredCredential(statement, snapshot, store.persistent);
      return { action: 'replace', kind: 'credential', definition };
    }
    case 'create-service':
      return { action: 'create', kind: 'service', definition: bindService(statement, snapshot, allOperations) };
    case 'alter-service':
      return { action: 'replace', kind: 'service', definition: bindAlteredService(statement, snapshot, allOperations) };
    case 'create-data-source': {
      const definition = bindDataSource(statement, snapshot);
      const { connectionOptions, location } = definition;
      placedAt(statement.location.span, () => parseLocation(location, { connectionOptions, blobEndpoint }));
      return { action: 'create', kind: 'data source', definition };
    }
    case 'create-file-format':
      return { action: 'create', kind: 'file format', definition: bindFileFormat(statement, snapshot) };
    case 'create-external-table': {
      const definition = bindExternalTable(statement, snapshot);
      const source = findObject(snapshot, 'data source', definition.dataSource);
      if (source !== undefined) {
        const base = parseLocation(source.location, { connectionOptions: source.connectionOptions, blobEndpoint });
        placedAt(statement.location?.span ?? statement.span, () => resolveLocation(base, definition.location));
      }
      return { action: 'create', kind: 'table', definition };
    }
  }
}

function placedAt(span: { readonly start: number; readonly end: number }, check: () => unknown): void {
  try {
    check();
  } catch (failure) {
    throw failure instanceof SqlcError ? at(failure, span) : failure;
  }
}
