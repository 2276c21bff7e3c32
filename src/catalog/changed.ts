// A snapshot as a change leaves it: what EXPLAIN knows of the statements before it, and what a transaction sees of its
// own. The catalog stays as it is.

import { DEFAULT_SCHEMA, LIST_OF, type Snapshot, sameName } from './snapshot.ts';
import type { CatalogChange } from './store.ts';

interface Named {
  readonly name: string;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
}

/** The snapshot with one change made to it. */
export function changed(snapshot: Snapshot, change: CatalogChange): Snapshot {
  const list = LIST_OF[change.kind];
  const target: Named = change.action === 'drop' ? change : change.definition;
  const all: readonly Named[] = snapshot[list];
  const others = change.action === 'create' ? all : all.filter((found) => !isSame(found, target));
  const next = change.action === 'drop' ? others : [...others, change.definition].sort(byName);
  const made: Snapshot = { ...snapshot, [list]: next };
  return change.kind === 'schema'
    ? { ...made, schemas: [DEFAULT_SCHEMA, ...made.ownSchemas.map(({ name }) => name)] }
    : made;
}

/** As the store reads them back: the order in which they were made is not kept. */
function byName(a: Named, b: Named): number {
  const [x, y] = [a, b].map(({ schema = '', name }) => `${schema}\0${name}`) as [string, string]; // two in, two out
  return x < y ? -1 : x > y ? 1 : 0;
}

function isSame(a: Named, b: Named): boolean {
  const same = (x: string | undefined, y: string | undefined) => sameName(x ?? '', y ?? '');
  return same(a.name, b.name) && same(a.schema, b.schema) && same(a.table, b.table);
}
