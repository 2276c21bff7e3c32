import { BIT, INT, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import { findTable, sameName } from '../../catalog/snapshot.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const stats: SystemView = systemView({
  schema: 'sys',
  name: 'stats',
  rows: ({ snapshot }) =>
    snapshot.statistics.map((one) => {
      const table = findTable(snapshot, one.schema, one.table);
      const stamp = table?.kind === 'system' ? undefined : table?.stamp;
      const all = snapshot.statistics.filter((s) => sameName(s.table, one.table) && sameName(s.schema, one.schema));
      return { name: one.name, table: stamp?.id ?? null, place: all.indexOf(one) + 1 };
    }),
  columns: [
    ['object_id', INT, (s) => s.table],
    ['name', SYSNAME, (s) => s.name],
    ['stats_id', INT, (s) => s.place],
    ['auto_created', BIT, () => false],
    ['user_created', BIT, () => true],
    ['no_recompute', BIT, () => false],
    ['has_filter', BIT, () => false],
    ['filter_definition', NVARCHAR_MAX, () => null],
  ],
});
