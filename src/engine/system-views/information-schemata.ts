import { schemaIds } from '../../catalog/object-ids.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const informationSchemata: SystemView = systemView({
  schema: 'INFORMATION_SCHEMA',
  name: 'SCHEMATA',
  rows: ({ snapshot, database }) => schemaIds(snapshot).map(({ name }) => ({ name, database })),
  columns: [
    ['CATALOG_NAME', SYSNAME, (s) => s.database],
    ['SCHEMA_NAME', SYSNAME, (s) => s.name],
    ['SCHEMA_OWNER', SYSNAME, () => 'dbo'],
    ['DEFAULT_CHARACTER_SET_CATALOG', SYSNAME, () => null],
    ['DEFAULT_CHARACTER_SET_SCHEMA', SYSNAME, () => null],
    ['DEFAULT_CHARACTER_SET_NAME', SYSNAME, () => 'UTF-8'],
  ],
});
