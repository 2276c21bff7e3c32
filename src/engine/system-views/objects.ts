import { OBJECT_COLUMNS, objectRows } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const objects: SystemView = systemView({
  schema: 'sys',
  name: 'objects',
  rows: ({ snapshot }) => objectRows(snapshot),
  columns: OBJECT_COLUMNS,
});
