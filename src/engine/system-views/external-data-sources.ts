import { BIT, INT, NVARCHAR_MAX, TINYINT } from '../../arrow/sql-type.ts';
import { findObject } from '../../catalog/snapshot.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

const TYPES = { hadoop: [0, 'HADOOP'], blob_storage: [5, 'BLOB_STORAGE'] } as const;

/** `type` of a source that names none is NULL. */
export const externalDataSources: SystemView = systemView({
  schema: 'sys',
  name: 'external_data_sources',
  rows: ({ snapshot }) =>
    snapshot.dataSources.map((source) => {
      const { credential, type } = source;
      const found = credential === undefined ? undefined : findObject(snapshot, 'credential', credential);
      const [number, name] = type === undefined ? [null, null] : TYPES[type];
      return { ...source, credentialId: found?.stamp?.id ?? 0, number, type: name };
    }),
  columns: [
    ['data_source_id', INT, (s) => s.stamp?.id ?? null],
    ['name', SYSNAME, (s) => s.name],
    ['location', NVARCHAR_MAX, (s) => s.location],
    ['type_desc', SYSNAME, (s) => s.type],
    ['type', TINYINT, (s) => s.number],
    ['resource_manager_location', NVARCHAR_MAX, () => null],
    ['credential_id', INT, (s) => s.credentialId],
    ['database_name', SYSNAME, () => null],
    ['shard_map_name', SYSNAME, () => null],
    ['connection_options', NVARCHAR_MAX, (s) => s.connectionOptions ?? null],
    ['pushdown', BIT, () => true],
  ],
});
