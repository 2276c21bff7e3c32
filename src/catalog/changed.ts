// A snapshot as a change would leave it: what EXPLAIN knows of the statements before it. The catalog stays as it is.

import type { ObjectKind } from './definitions.ts';
import { type Snapshot, sameName } from './snapshot.ts';
import type { CatalogChange } from './store.ts';

interface Named {
  readonly name: string;
  readonly schema?: string | undefined;
}

/** The snapshot with one change made to it. */
export function changed(snapshot: Snapshot, change: CatalogChange): Snapshot {
  if (change.action === 'drop') return without(snapshot, change.kind, change);
  const rest = change.action === 'replace' ? without(snapshot, change.kind, change.definition) : snapshot;
  switch (change.kind) {
    case 'table':
      return { ...rest, tables: [...rest.tables, change.definition] };
    case 'credential':
      return { ...rest, credentials: [...rest.credentials, change.definition] };
    case 'data source':
      return { ...rest, dataSources: [...rest.dataSources, change.definition] };
    case 'file format':
      return { ...rest, fileFormats: [...rest.fileFormats, change.definition] };
    case 'service':
      return { ...rest, services: [...rest.services, change.definition] };
  }
}

function without(snapshot: Snapshot, kind: ObjectKind, target: Named): Snapshot {
  const others = <T extends Named>(all: readonly T[]): T[] =>
    all.filter(({ name, schema }) => !sameName(name, target.name) || (schema ?? '') !== (target.schema ?? ''));
  switch (kind) {
    case 'table':
      return { ...snapshot, tables: others(snapshot.tables) };
    case 'credential':
      return { ...snapshot, credentials: others(snapshot.credentials) };
    case 'data source':
      return { ...snapshot, dataSources: others(snapshot.dataSources) };
    case 'file format':
      return { ...snapshot, fileFormats: others(snapshot.fileFormats) };
    case 'service':
      return { ...snapshot, services: others(snapshot.services) };
  }
}
