import { SYSNAME, systemObjects } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const informationTables: SystemView = systemView({
  schema: 'INFORMATION_SCHEMA',
  name: 'TABLES',
  rows: ({ snapshot, database }) =>
    systemObjects(snapshot).flatMap((o) => (o.type === 'SO' ? [] : [{ ...o, database }])),
  columns: [
    ['TABLE_CATALOG', SYSNAME, (t) => t.database],
    ['TABLE_SCHEMA', SYSNAME, (t) => t.schema],
    ['TABLE_NAME', SYSNAME, (t) => t.name],
    ['TABLE_TYPE', { kind: 'varchar', length: 10 }, (t) => (t.type === 'V' ? 'VIEW' : 'BASE TABLE')],
  ],
});
