import { NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import { findView } from '../../catalog/snapshot.ts';
import { SYSNAME, systemObjects } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** VIEW_DEFINITION is the query, as it was written. */
export const informationViews: SystemView = systemView({
  schema: 'INFORMATION_SCHEMA',
  name: 'VIEWS',
  rows: ({ snapshot, database }) =>
    systemObjects(snapshot).flatMap((o) => {
      const view = o.type === 'V' ? findView(snapshot, o.schema, o.name) : undefined;
      return view === undefined ? [] : [{ ...view, database }];
    }),
  columns: [
    ['TABLE_CATALOG', SYSNAME, (v) => v.database],
    ['TABLE_SCHEMA', SYSNAME, (v) => v.schema],
    ['TABLE_NAME', SYSNAME, (v) => v.name],
    ['VIEW_DEFINITION', NVARCHAR_MAX, (v) => v.text],
    ['CHECK_OPTION', { kind: 'varchar', length: 7 }, () => 'NONE'],
    ['IS_UPDATABLE', { kind: 'varchar', length: 2 }, () => 'NO'],
  ],
});
