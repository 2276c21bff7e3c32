import { FLOAT, INT, NVARCHAR_MAX, TINYINT } from '../../arrow/sql-type.ts';
import { findObject } from '../../catalog/snapshot.ts';
import { OBJECT_COLUMNS, objectRows, SYSNAME } from '../system-object.ts';
import { type SystemColumn, type SystemView, systemView } from '../system-view.ts';

/** What rows may be rejected is not kept yet: T-SQL's defaults hold. */
const REJECTS: readonly SystemColumn<unknown>[] = [
  ['reject_type', SYSNAME, () => 'VALUE'],
  ['reject_value', FLOAT, () => 0],
  ['reject_sample_value', FLOAT, () => null],
  ['rejected_row_location', NVARCHAR_MAX, () => null],
];
/** Of tables that lie in other databases: none of ours does. */
const REMOTE: readonly SystemColumn<unknown>[] = [
  ['table_options', NVARCHAR_MAX, () => null],
  ['distribution_type', TINYINT, () => null],
  ['distribution_desc', SYSNAME, () => null],
  ['sharding_col_id', INT, () => null],
  ['remote_schema_name', SYSNAME, () => null],
  ['remote_object_name', SYSNAME, () => null],
];

export const externalTables: SystemView = systemView({
  schema: 'sys',
  name: 'external_tables',
  rows: ({ snapshot }) =>
    objectRows(snapshot).flatMap((o) => {
      if (o.table?.kind !== 'external') return [];
      const { location, dataSource, fileFormat } = o.table;
      const source = findObject(snapshot, 'data source', dataSource)?.stamp?.id ?? null;
      const format = findObject(snapshot, 'file format', fileFormat)?.stamp?.id ?? null;
      return [{ ...o, location, source, format }];
    }),
  columns: [
    ...OBJECT_COLUMNS,
    ['max_column_id_used', INT, (t) => t.columns.length],
    ['uses_ansi_nulls', { kind: 'bit' }, () => true],
    ['data_source_id', INT, (t) => t.source],
    ['file_format_id', INT, (t) => t.format],
    ['location', NVARCHAR_MAX, (t) => t.location],
    ...REJECTS,
    ...REMOTE,
  ],
});
