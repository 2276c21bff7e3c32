// A read-only view of the catalog at one moment: what planning sees. Names are compared without case.

import type {
  CredentialDefinition,
  DataSourceDefinition,
  Definitions,
  FileFormatDefinition,
  ObjectKind,
  ServiceDefinition,
  TableDefinition,
} from './definitions.ts';

export const DEFAULT_SCHEMA = 'dbo';

export interface Snapshot {
  readonly schemas: readonly string[];
  readonly tables: readonly TableDefinition[];
  readonly credentials: readonly CredentialDefinition[];
  readonly dataSources: readonly DataSourceDefinition[];
  readonly fileFormats: readonly FileFormatDefinition[];
  readonly services: readonly ServiceDefinition[];
}

export const EMPTY_SNAPSHOT: Snapshot = {
  schemas: [DEFAULT_SCHEMA],
  tables: [],
  credentials: [],
  dataSources: [],
  fileFormats: [],
  services: [],
};

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function findTable(snapshot: Snapshot, schema: string, name: string): TableDefinition | undefined {
  return snapshot.tables.find((t) => sameName(t.name, name) && sameName(t.schema, schema));
}

export function findObject<K extends Exclude<ObjectKind, 'table'>>(
  snapshot: Snapshot,
  kind: K,
  name: string,
): Definitions[K] | undefined {
  const lists: { readonly [P in Exclude<ObjectKind, 'table'>]: readonly Definitions[P][] } = {
    credential: snapshot.credentials,
    'data source': snapshot.dataSources,
    'file format': snapshot.fileFormats,
    service: snapshot.services,
  };
  return lists[kind].find((o) => sameName(o.name, name));
}
