import { BIT } from '../../arrow/sql-type.ts';
import { OBJECT_COLUMNS, objectRows } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const views: SystemView = systemView({
  schema: 'sys',
  name: 'views',
  rows: ({ snapshot }) => objectRows(snapshot).filter((o) => o.type === 'V'),
  columns: [...OBJECT_COLUMNS, ['with_check_option', BIT, () => false]],
});
