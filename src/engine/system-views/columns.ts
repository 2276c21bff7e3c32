import { BIT, INT, SMALLINT, TINYINT } from '../../arrow/sql-type.ts';
import { SYSNAME, systemObjects } from '../system-object.ts';
import { columnCollation, shapeOf } from '../system-type.ts';
import { type SystemView, systemView } from '../system-view.ts';

export const columns: SystemView = systemView({
  schema: 'sys',
  name: 'columns',
  rows: ({ snapshot }) =>
    systemObjects(snapshot).flatMap((o) =>
      o.columns.map((column, i) => {
        const { type } = column;
        const collation = columnCollation(type, snapshot.collation);
        return { id: o.stamp.id, place: i + 1, column, shape: shapeOf(type), collation };
      }),
    ),
  columns: [
    ['object_id', INT, (c) => c.id],
    ['name', SYSNAME, (c) => c.column.name],
    ['column_id', INT, (c) => c.place],
    ['system_type_id', INT, (c) => c.shape.id],
    ['user_type_id', INT, (c) => c.shape.id],
    ['max_length', SMALLINT, (c) => c.shape.maxLength],
    ['precision', TINYINT, (c) => c.shape.precision],
    ['scale', TINYINT, (c) => c.shape.scale],
    ['collation_name', SYSNAME, (c) => c.collation],
    ['is_nullable', BIT, (c) => c.column.nullable],
    ['is_identity', BIT, (c) => c.column.identity !== undefined],
    ['is_computed', BIT, () => false],
  ],
});
