import { BIT, DATETIME, INT, TINYINT } from '../../arrow/sql-type.ts';
import { SYSNAME } from '../system-object.ts';
import { collationName } from '../system-type.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** The one that is open. */
export const databases: SystemView = systemView({
  schema: 'sys',
  name: 'databases',
  rows: ({ database, snapshot }) => [{ name: database, collation: collationName(snapshot.collation) }],
  columns: [
    ['name', SYSNAME, (d) => d.name],
    ['database_id', INT, () => 1],
    ['create_date', DATETIME, () => null],
    ['compatibility_level', TINYINT, () => 170],
    ['collation_name', SYSNAME, (d) => d.collation],
    ['is_read_only', BIT, () => false],
    ['state', TINYINT, () => 0],
    ['state_desc', SYSNAME, () => 'ONLINE'],
  ],
});
