import { INT } from '../../arrow/sql-type.ts';
import { schemaIds } from '../../catalog/object-ids.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const schemas: SystemView = systemView({
  schema: 'sys',
  name: 'schemas',
  rows: ({ snapshot }) => schemaIds(snapshot),
  columns: [
    ['name', SYSNAME, (s) => s.name],
    ['schema_id', INT, (s) => s.id],
    ['principal_id', INT, () => 1],
  ],
});
