// Ids as T-SQL shows them: of schemas, and of tables, views and sequences.

import type { Definitions } from './definitions.ts';
import { DEFAULT_SCHEMA, isTemporary, type Snapshot, sameName } from './snapshot.ts';

/** As T-SQL has them (T-SQL reference: sys.schemas). */
const SYSTEM_SCHEMAS: Readonly<Record<string, number>> = { [DEFAULT_SCHEMA]: 1, INFORMATION_SCHEMA: 3, sys: 4 };

export function schemaIds({ ownSchemas }: Snapshot): { readonly name: string; readonly id: number }[] {
  const system = Object.entries(SYSTEM_SCHEMAS).map(([name, id]) => ({ name, id }));
  return [...system, ...ownSchemas.map(({ name, stamp }) => ({ name, id: stamp?.id ?? 0 }))];
}

/** `U` table, `V` view, `SO` sequence. */
export type ObjectType = 'U' | 'V' | 'SO';

type Schemed = Definitions['table'] | Definitions['view'] | Definitions['sequence'];

export interface ObjectId {
  readonly type: ObjectType;
  readonly id: number;
  readonly schema: string;
  readonly name: string;
}

/** Temporary tables too; system views, as in T-SQL, have negative ones. */
export function objectIds(snapshot: Snapshot): ObjectId[] {
  let system = 0;
  const of = (type: ObjectType) => (one: Schemed) => {
    const { schema, name } = one;
    const isSystem = 'kind' in one && one.kind === 'system';
    const id = isSystem ? --system : (one.stamp?.id ?? 0);
    return { type: isSystem ? 'V' : type, id, schema, name };
  };
  return [...snapshot.tables.map(of('U')), ...snapshot.views.map(of('V')), ...snapshot.sequences.map(of('SO'))];
}

/** @param name as written: `t`, `dbo.t`, `[dbo].[t]`, `tempdb..#t` */
export function objectIdOf(written: string, snapshot: Snapshot): ObjectId | undefined {
  const parts = [...written.matchAll(/\s*(?:\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.[\]"]*))\s*(?:\.|$)/g)]
    .map(
      ([, bracketed, quoted, plain = '']) => bracketed?.replaceAll(']]', ']') ?? quoted?.replaceAll('""', '"') ?? plain,
    )
    .map((part) => part.trim());
  // The end of the text matches once more.
  if (parts.at(-1) === '') parts.pop();
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2) || DEFAULT_SCHEMA;
  return objectIds(snapshot).find((o) => sameName(o.name, name) && (isTemporary(name) || sameName(o.schema, schema)));
}
