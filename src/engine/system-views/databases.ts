import { BIT, DATETIME, INT, TINYINT } from '../../arrow/sql-type.ts';
import { SYSNAME } from '../system-object.ts';
import { COLLATION } from '../system-type.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** The one that is open. */
export const databases: SystemView = systemView({
  schema: 'sys',
  name: 'databases',
  rows: ({ database }) => [database],
  columns: [
    ['name', SYSNAME, (name) => name],
    ['database_id', INT, () => 1],
    ['create_date', DATETIME, () => null],
    ['compatibility_level', TINYINT, () => 170],
    ['collation_name', SYSNAME, () => COLLATION],
    ['is_read_only', BIT, () => false],
    ['state', TINYINT, () => 0],
    ['state_desc', SYSNAME, () => 'ONLINE'],
  ],
});
