import { BIT, INT } from '../../arrow/sql-type.ts';
import { OBJECT_COLUMNS, objectRows } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** External ones too, with is_external 1. */
export const tables: SystemView = systemView({
  schema: 'sys',
  name: 'tables',
  rows: ({ snapshot }) => objectRows(snapshot).filter((o) => o.type === 'U'),
  columns: [
    ...OBJECT_COLUMNS,
    ['max_column_id_used', INT, (o) => o.columns.length],
    ['uses_ansi_nulls', BIT, () => true],
    ['is_external', BIT, (o) => o.table?.kind === 'external'],
  ],
});
