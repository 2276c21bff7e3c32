import { BIT, INT, SMALLINT, type SqlType, TINYINT } from '../../arrow/sql-type.ts';
import { SYSNAME } from '../system-object.ts';
import { columnCollation, shapeOf, TYPE_IDS } from '../system-type.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** Its id, as in T-SQL. */
const SYS_SCHEMA = 4;

/** Each at its widest. */
export const types: SystemView = systemView({
  schema: 'sys',
  name: 'types',
  rows: ({ snapshot }) =>
    Object.entries(TYPE_IDS).map(([name, id]) => {
      const type = widest(name as keyof typeof TYPE_IDS); // its own keys
      return { name, id, collation: columnCollation(type, snapshot.collation), shape: shapeOf(type) };
    }),
  columns: [
    ['name', SYSNAME, (t) => t.name],
    ['system_type_id', INT, (t) => t.id],
    ['user_type_id', INT, (t) => t.id],
    ['schema_id', INT, () => SYS_SCHEMA],
    ['max_length', SMALLINT, (t) => t.shape.maxLength],
    ['precision', TINYINT, (t) => t.shape.precision],
    ['scale', TINYINT, (t) => t.shape.scale],
    ['collation_name', SYSNAME, (t) => t.collation],
    ['is_nullable', BIT, () => true],
    ['is_user_defined', BIT, () => false],
  ],
});

function widest(name: keyof typeof TYPE_IDS): SqlType {
  switch (name) {
    case 'numeric':
    case 'decimal':
      return { kind: 'decimal', precision: 38, scale: 38 };
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return { kind: name, scale: 7 };
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return { kind: name, length: 8000 };
    case 'nchar':
    case 'nvarchar':
      return { kind: name, length: 4000 };
    case 'vector':
      return { kind: name, dimensions: 1998 };
    case 'list':
      return { kind: name, element: { kind: 'null' } };
    case 'struct':
      return { kind: name, fields: [] };
    default:
      return { kind: name };
  }
}
