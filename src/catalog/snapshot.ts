// A read-only view of the catalog at one moment: what planning sees. Names are compared without case.

import type { CollationName } from '../arrow/sql-type.ts';
import type { Definitions, ObjectKind, StoredTable, TableDefinition, ViewDefinition } from './definitions.ts';

export const DEFAULT_SCHEMA = 'dbo';

/** The definitions of each kind. */
type Lists = { readonly [K in Exclude<ObjectKind, 'schema'> as ListName<K>]: readonly Definitions[K][] };
type ListName<K extends ObjectKind> = (typeof LIST_OF)[K];

/** Under which name of a snapshot the definitions of a kind stand. */
export const LIST_OF = {
  schema: 'ownSchemas',
  table: 'tables',
  view: 'views',
  sequence: 'sequences',
  statistics: 'statistics',
  credential: 'credentials',
  'data source': 'dataSources',
  'file format': 'fileFormats',
  service: 'services',
} as const satisfies Record<ObjectKind, string>;

export interface Snapshot extends Lists {
  /** Names: the default one, and those of `ownSchemas`. */
  readonly schemas: readonly string[];
  readonly ownSchemas: readonly Definitions['schema'][];
  /** Of texts that say no other. */
  readonly collation: CollationName;
}

export const EMPTY_SNAPSHOT: Snapshot = {
  collation: 'BIN2_UTF8',
  schemas: [DEFAULT_SCHEMA],
  ownSchemas: [],
  tables: [],
  views: [],
  sequences: [],
  statistics: [],
  credentials: [],
  dataSources: [],
  fileFormats: [],
  services: [],
};

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** `#t`, `##t` and `@t`: in no schema of the user's, gone with the session or the batch. */
export function isTemporary(name: string): boolean {
  return /^[#@]/.test(name);
}

export function findTable(snapshot: Snapshot, schema: string, name: string): TableDefinition | undefined {
  return snapshot.tables.find((t) => sameName(t.name, name) && (isTemporary(name) || sameName(t.schema, schema)));
}

export function findView(snapshot: Snapshot, schema: string, name: string): ViewDefinition | undefined {
  return snapshot.views.find((v) => sameName(v.name, name) && sameName(v.schema, schema));
}

export function findSequence(snapshot: Snapshot, schema: string, name: string): Definitions['sequence'] | undefined {
  return snapshot.sequences.find((s) => sameName(s.name, name) && sameName(s.schema, schema));
}

export type UnqualifiedKind = 'credential' | 'data source' | 'file format' | 'service';

export function findObject<K extends UnqualifiedKind>(
  snapshot: Snapshot,
  kind: K,
  name: string,
): Definitions[K] | undefined {
  const lists: { readonly [P in UnqualifiedKind]: readonly Definitions[P][] } = {
    credential: snapshot.credentials,
    'data source': snapshot.dataSources,
    'file format': snapshot.fileFormats,
    service: snapshot.services,
  };
  return lists[kind].find((o) => sameName(o.name, name));
}

/** The relational engine's names for where the rows of a table are: catalog (`undefined`: the database), schema, table. */
export function placeOf(table: StoredTable): readonly string[] {
  if (table.held !== undefined) return [table.held.database, table.held.schema, table.held.name];
  return [...(table.database === undefined ? [] : [table.database]), table.schema, table.name];
}
