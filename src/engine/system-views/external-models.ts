import { DATETIME, INT, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** None can be made yet. */
export const externalModels: SystemView = systemView({
  schema: 'sys',
  name: 'external_models',
  rows: () => [],
  columns: [
    ['external_model_id', INT, () => null],
    ['name', SYSNAME, () => null],
    ['principal_id', INT, () => null],
    ['location', NVARCHAR_MAX, () => null],
    ['api_format', SYSNAME, () => null],
    ['model_type_id', INT, () => null],
    ['model_type_desc', SYSNAME, () => null],
    ['model', SYSNAME, () => null],
    ['credential_id', INT, () => null],
    ['parameters', NVARCHAR_MAX, () => null],
    ['create_time', DATETIME, () => null],
    ['modify_time', DATETIME, () => null],
  ],
});
