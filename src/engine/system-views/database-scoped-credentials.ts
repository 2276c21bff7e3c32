import { DATETIME, INT, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import { moment, SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** Without their secrets. */
export const databaseScopedCredentials: SystemView = systemView({
  schema: 'sys',
  name: 'database_scoped_credentials',
  rows: ({ snapshot }) => snapshot.credentials,
  columns: [
    ['name', SYSNAME, (c) => c.name],
    ['credential_id', INT, (c) => c.stamp?.id ?? null],
    ['principal_id', INT, () => 1],
    ['credential_identity', NVARCHAR_MAX, (c) => c.identity],
    ['create_date', DATETIME, (c) => moment(c.stamp?.created)],
    ['modify_date', DATETIME, (c) => moment(c.stamp?.modified)],
    ['target_type', SYSNAME, () => null],
    ['target_id', INT, () => 0],
  ],
});
