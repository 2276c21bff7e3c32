// What the catalog views show of tables, views and sequences: those of the user, by id. Temporary tables are in no
// database of T-SQL's that these views are about.

import { DATETIME, INT, type SqlType } from '../arrow/sql-type.ts';
import type { ColumnDefinition, Stamp, TableDefinition } from '../catalog/definitions.ts';
import { type ObjectType, schemaIds } from '../catalog/object-ids.ts';
import { isTemporary, type Snapshot, sameName } from '../catalog/snapshot.ts';
import { invariant } from '../common/errors.ts';
import type { SystemColumn } from './system-view.ts';

export const SYSNAME: SqlType = { kind: 'nvarchar', length: 128 };
const TYPE_CODE: SqlType = { kind: 'char', length: 2 };

export interface SystemObject {
  readonly schema: string;
  readonly name: string;
  readonly stamp: Stamp;
  readonly type: ObjectType;
  readonly columns: readonly ColumnDefinition[];
  readonly table: TableDefinition | undefined;
}

/** In the order of their ids. */
export function systemObjects(snapshot: Snapshot): SystemObject[] {
  const tables = snapshot.tables
    .filter((t) => t.kind !== 'system' && !isTemporary(t.name))
    .map((table) => ({ ...table, type: 'U' as const, table }));
  const views = snapshot.views.map((view) => ({ ...view, type: 'V' as const, table: undefined }));
  const sequences = snapshot.sequences.map((one) => ({ ...one, type: 'SO' as const, table: undefined, columns: [] }));
  return [...tables, ...views, ...sequences]
    .map(({ schema, name, type, columns, table, stamp }) => {
      invariant(stamp, `"${name}" has an id`);
      return { schema, name, stamp, type, columns, table };
    })
    .sort((a, b) => a.stamp.id - b.stamp.id);
}

/** A moment as a datetime is written: microseconds since 1970. */
export function moment(iso: string | undefined): bigint | null {
  return iso === undefined ? null : BigInt(Date.parse(iso)) * 1000n;
}

const TYPE_NAMES = { U: 'USER_TABLE', V: 'VIEW', SO: 'SEQUENCE_OBJECT' } as const;

export interface ObjectRow extends SystemObject {
  readonly schemaId: number;
}

export function objectRows(snapshot: Snapshot): ObjectRow[] {
  const ids = schemaIds(snapshot);
  const idOf = (name: string) => ids.find((schema) => sameName(schema.name, name))?.id ?? 0;
  return systemObjects(snapshot).map((one) => ({ ...one, schemaId: idOf(one.schema) }));
}

/** The columns of sys.objects, which sys.tables and its like begin with. */
export const OBJECT_COLUMNS: readonly SystemColumn<ObjectRow>[] = [
  ['name', SYSNAME, (o) => o.name],
  ['object_id', INT, (o) => o.stamp.id],
  ['principal_id', INT, () => null],
  ['schema_id', INT, (o) => o.schemaId],
  ['parent_object_id', INT, () => 0],
  ['type', TYPE_CODE, (o) => o.type.padEnd(2)],
  ['type_desc', { kind: 'nvarchar', length: 60 }, (o) => TYPE_NAMES[o.type]],
  ['create_date', DATETIME, (o) => moment(o.stamp.created)],
  ['modify_date', DATETIME, (o) => moment(o.stamp.modified)],
  ['is_ms_shipped', { kind: 'bit' }, () => false],
];
