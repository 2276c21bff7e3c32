import {
  Binary,
  Bool,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationSecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float16,
  Float32,
  Int8,
  Int16,
  Int32,
  LargeUtf8,
  List,
  Map_,
  Null,
  Schema,
  Struct,
  TimeMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  Utf8View,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { arrowSchema, columnTypesOf } from '../src/arrow/arrow-type.ts';
import { duckdbType, isStoredAs, sqlTypeOf } from '../src/arrow/duckdb-logical-type.ts';
import { duckdbTypeName } from '../src/arrow/duckdb-type.ts';
import { decimal, list, NVARCHAR_MAX, type SqlType, struct, typeName } from '../src/arrow/sql-type.ts';
import { openDuckdb } from './support/duckdb-batches.ts';

const ODD_STRUCT = struct({
  'a b int': list(struct({ 'x, y>': decimal(38, 10) })),
  'say "hi"': { kind: 'datetime2', scale: 3 },
  '': { kind: 'uniqueidentifier' },
});

/** SQL type, Arrow, DuckDB. */
const MAPPING: readonly (readonly [SqlType, string, string])[] = [
  [{ kind: 'null' }, 'Null', 'INTEGER'],
  [{ kind: 'bit' }, 'Bool', 'BOOLEAN'],
  [{ kind: 'tinyint' }, 'Uint8', 'UTINYINT'],
  [{ kind: 'smallint' }, 'Int16', 'SMALLINT'],
  [{ kind: 'int' }, 'Int32', 'INTEGER'],
  [{ kind: 'bigint' }, 'Int64', 'BIGINT'],
  [decimal(10, 2), 'Decimal[10e+2]', 'DECIMAL(10,2)'],
  [{ kind: 'money' }, 'Decimal[19e+4]', 'DECIMAL(19,4)'],
  [{ kind: 'smallmoney' }, 'Decimal[10e+4]', 'DECIMAL(10,4)'],
  [{ kind: 'real' }, 'Float32', 'FLOAT'],
  [{ kind: 'float' }, 'Float64', 'DOUBLE'],
  [{ kind: 'date' }, 'Date32<DAY>', 'DATE'],
  [{ kind: 'time', scale: 7 }, 'Time64<MICROSECOND>', 'TIME'],
  [{ kind: 'smalldatetime' }, 'Timestamp<MICROSECOND>', 'TIMESTAMP'],
  [{ kind: 'datetime' }, 'Timestamp<MICROSECOND>', 'TIMESTAMP'],
  [{ kind: 'datetime2', scale: 3 }, 'Timestamp<MICROSECOND>', 'TIMESTAMP'],
  [{ kind: 'datetimeoffset', scale: 7 }, 'Timestamp<MICROSECOND, UTC>', 'TIMESTAMP WITH TIME ZONE'],
  [{ kind: 'char', length: 3 }, 'Utf8', 'VARCHAR'],
  [{ kind: 'nvarchar', length: 'max' }, 'Utf8', 'VARCHAR'],
  [{ kind: 'binary', length: 16 }, 'Binary', 'BLOB'],
  [{ kind: 'varbinary', length: 'max' }, 'Binary', 'BLOB'],
  [{ kind: 'uniqueidentifier' }, 'Utf8', 'UUID'],
  [{ kind: 'json' }, 'Utf8', 'JSON'],
  [list(list({ kind: 'int' })), 'List<List<Int32>>', 'INTEGER[][]'],
  [
    struct({ text: NVARCHAR_MAX, 'a "b"': { kind: 'bit' } }),
    'Struct<{text:Utf8, a "b":Bool}>',
    'STRUCT("text" VARCHAR, "a ""b""" BOOLEAN)',
  ],
];

test('the mapping table holds in every direction', () => {
  const schema = arrowSchema(MAPPING.map(([type], i) => ({ name: `c${i}`, type, nullable: i % 2 === 0 })));
  expect(schema.fields.map((field) => String(field.type))).toEqual(MAPPING.map(([, arrow]) => arrow));
  expect(schema.fields.map((field) => field.nullable)).toEqual(MAPPING.map((_, i) => i % 2 === 0));
  expect(columnTypesOf(schema)).toEqual(MAPPING.map(([type]) => type));
  expect(MAPPING.map(([type]) => duckdbTypeName(type))).toEqual(MAPPING.map(([, , duckdb]) => duckdb));
  // The driver prints no alias, and JSON is one of VARCHAR.
  const printed = MAPPING.map(([, , duckdb]) => duckdb.replace('JSON', 'VARCHAR'));
  expect(MAPPING.map(([type]) => String(duckdbType(type)))).toEqual(printed);
  expect(duckdbType({ kind: 'json' }).alias).toBe('JSON');
});

test('field names that look like types are told apart by the Arrow type', () => {
  expect(columnTypesOf(arrowSchema([{ name: 'odd', type: ODD_STRUCT, nullable: true }]))).toEqual([ODD_STRUCT]);
});

test('metadata that does not fit the Arrow type is not believed', () => {
  const fields = [
    new Field('a', new Struct([new Field('x', new Int32())]), true, new Map([['sqlc.type', 'struct<y int>']])),
    new Field('b', new Int32(), true, new Map([['sqlc.type', 'int and more']])),
    new Field('c', new Utf8(), true, new Map([['sqlc.type', 'varchar']])),
  ];
  expect(columnTypesOf(new Schema(fields)).map(typeName)).toEqual(['struct<x int>', 'int', 'nvarchar(max)']);
});

test('foreign Arrow types become the nearest SQL type', () => {
  const item = (type: Int8) => new Field('item', type, true);
  const types = [
    [new Null(), 'null'],
    [new Bool(), 'bit'],
    [new Int8(), 'smallint'],
    [new Int16(), 'smallint'],
    [new Uint8(), 'tinyint'],
    [new Uint16(), 'int'],
    [new Uint32(), 'bigint'],
    [new Uint64(), 'decimal(20,0)'],
    [new Float16(), 'real'],
    [new Float32(), 'real'],
    [new Decimal(2, 10, 256), 'decimal(10,2)'],
    [new DateMillisecond(), 'date'],
    [new TimeMillisecond(), 'time(3)'],
    [new TimestampSecond(), 'datetime2(0)'],
    [new TimestampNanosecond('Europe/Paris'), 'datetimeoffset'],
    [new Binary(), 'varbinary(max)'],
    [new FixedSizeBinary(16), 'binary(16)'],
    [new LargeUtf8(), 'nvarchar(max)'],
    [new Utf8View(), 'nvarchar(max)'],
    [new Dictionary(new Utf8(), new Int32()), 'nvarchar(max)'],
    [new List(item(new Int8())), 'list<smallint>'],
    [new FixedSizeList(3, item(new Int8())), 'list<smallint>'],
    [
      new Map_(
        new Field('entries', new Struct([new Field('key', new Utf8()), new Field('value', new Int32())])) as never,
      ), // its signature wants one type for both
      'list<struct<key nvarchar(max), value int>>',
    ],
  ] as const;
  const schema = new Schema(types.map(([type], i) => new Field(`c${i}`, type, true)));
  expect(columnTypesOf(schema).map(typeName)).toEqual(types.map(([, name]) => name));
});

test('an Arrow type without a SQL type is refused by column', () => {
  const refused = (type: DurationSecond | Decimal) => () => columnTypesOf(new Schema([new Field('d', type, true)]));
  expect(refused(new DurationSecond())).toThrow('type "Duration<SECOND>" is not supported in Arrow column "d"');
  expect(refused(new Decimal(0, 76, 256))).toThrow('type "Decimal[76e0]" is not supported in Arrow column "d"');
});

test('DuckDB types have SQL types, and those say whether a cast is needed', async () => {
  const connection = await openDuckdb();
  await connection.run("CREATE TYPE mood AS ENUM ('sad', 'happy')");
  const result = await connection.run(`SELECT
    1::TINYINT, 1::UTINYINT, 1::SMALLINT, 1::USMALLINT, 1::INTEGER, 1::UINTEGER, 1::BIGINT, 1::UBIGINT, 1::HUGEINT,
    1::DECIMAL(9,3), 1::FLOAT, 1::DOUBLE, true, 'x', '{}'::JSON, 'sad'::mood, ''::BLOB, uuid(), DATE '2020-01-01',
    TIME '00:00:00', TIMESTAMP '2020-01-01', '2020-01-01'::TIMESTAMP_S, '2020-01-01'::TIMESTAMP_MS,
    '2020-01-01'::TIMESTAMP_NS, '2020-01-01'::TIMESTAMPTZ, [1::HUGEINT], [1,2]::INTEGER[2], MAP {'a': 1},
    {'a b': 1, 'c': [{'d': 'x'}]}, 1::UHUGEINT, INTERVAL 1 DAY, '101'::BIT, '00:00:00+01'::TIMETZ, [INTERVAL 1 DAY]`);
  const types = result.columnTypes().map((physical) => {
    const type = sqlTypeOf(physical);
    return type === undefined ? 'none' : `${typeName(type)}${isStoredAs(physical, type) ? '' : ' by cast'}`;
  });
  expect(types).toEqual([
    'smallint by cast',
    'tinyint',
    'smallint',
    'int by cast',
    'int',
    'bigint by cast',
    'bigint',
    'decimal(20,0) by cast',
    'decimal(38,0) by cast',
    'decimal(9,3)',
    'real',
    'float',
    'bit',
    'nvarchar(max)',
    'json',
    'nvarchar(max) by cast',
    'varbinary(max)',
    'uniqueidentifier',
    'date',
    'time',
    'datetime2',
    'datetime2 by cast',
    'datetime2 by cast',
    'datetime2 by cast',
    'datetimeoffset',
    'list<decimal(38,0)> by cast',
    'list<int>',
    'list<struct<key nvarchar(max), value int>>',
    'struct<a b int, c list<struct<d nvarchar(max)>>>',
    'none',
    'none',
    'none',
    'none',
    'none',
  ]);
});

test('the casts DuckDB needs for its other types work', async () => {
  const connection = await openDuckdb();
  const casts = [
    "'sad'::ENUM('sad')",
    '[1,2]::UINTEGER[2]',
    "map_entries(MAP {'a': 1::UBIGINT})",
    '1::UBIGINT',
    "'2020-01-01'::TIMESTAMP_NS",
  ];
  for (const sql of casts) {
    const physical = (await connection.run(`SELECT ${sql}`)).columnType(0);
    const type = sqlTypeOf(physical);
    const name = type === undefined ? '' : duckdbTypeName(type);
    const cast = (await connection.run(`SELECT CAST(${sql} AS ${name})`)).columnType(0);
    expect(String(cast)).toBe(name);
  }
});
