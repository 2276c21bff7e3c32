import { DATETIME, INT } from '../../arrow/sql-type.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** None can be made yet. */
export const symmetricKeys: SystemView = systemView({
  schema: 'sys',
  name: 'symmetric_keys',
  rows: () => [],
  columns: [
    ['name', SYSNAME, () => null],
    ['principal_id', INT, () => null],
    ['symmetric_key_id', INT, () => null],
    ['key_length', INT, () => null],
    ['key_algorithm', { kind: 'char', length: 2 }, () => null],
    ['algorithm_desc', SYSNAME, () => null],
    ['create_date', DATETIME, () => null],
    ['modify_date', DATETIME, () => null],
  ],
});
