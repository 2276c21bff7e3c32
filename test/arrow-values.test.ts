import { createRequire } from 'node:module';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import {
  type DataType,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float16,
  Int8,
  Int32,
  LargeUtf8,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimeMillisecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  tableFromArrays,
  Uint16,
  Uint64,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { columnTypesOf } from '../src/arrow/arrow-type.ts';
import { duckdbTypeName } from '../src/arrow/duckdb-type.ts';
import {
  BIGINT,
  BIT,
  DATE,
  decimal,
  FLOAT,
  INT,
  list,
  NVARCHAR_MAX,
  REAL,
  SMALLINT,
  type SqlType,
  struct,
  TINYINT,
  VARBINARY_MAX,
} from '../src/arrow/sql-type.ts';
import { rowsOf } from '../src/arrow/to-objects.ts';
import { batchToChunks, chunkOf } from '../src/arrow/values-to-chunk.ts';
import { batchesOf, openDuckdb } from './support/duckdb-batches.ts';

/** The rows of chunks after a stay in a DuckDB table. */
async function stored(
  types: readonly SqlType[],
  chunks: Iterable<DuckDBDataChunk>,
): Promise<Record<string, unknown>[]> {
  const connection = await openDuckdb();
  await connection.run(`CREATE TABLE t (${types.map((type, i) => `c${i} ${duckdbTypeName(type)}`).join(', ')})`);
  const appender = await connection.createAppender('t');
  for (const chunk of chunks) appender.appendDataChunk(chunk);
  appender.closeSync();
  const found = await batchesOf(connection, 'FROM t', types);
  return found.list.flatMap((batch) => rowsOf(batch, types));
}

test('answers of every kind reach a table', async () => {
  const types = [
    BIT,
    TINYINT,
    SMALLINT,
    INT,
    BIGINT,
    REAL,
    FLOAT,
    NVARCHAR_MAX,
    VARBINARY_MAX,
    decimal(38, 2),
    decimal(4, 2),
    { kind: 'uniqueidentifier' },
    { kind: 'json' },
    { kind: 'null' },
  ] as const satisfies SqlType[];
  const columns = [
    [true, null, false],
    [255, null, 0],
    [-32768, null, 7],
    [2 ** 31 - 1, null, -1],
    [2n ** 63n - 1n, null, -5],
    [0.5, null, -0.25],
    [1e300, null, Number.NaN],
    ['a\0b', null, ''],
    [new Uint8Array([1, 0, 2]), null, new Uint8Array()],
    ['123456789012345678901234567890123456.78', null, '-0.5'],
    ['-12.34', null, 5n],
    ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null, 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    ['{"a":[1]}', null, '1'],
    [null, null, null],
  ];
  const rows = await stored(types, [chunkOf(types, columns)]);
  expect(rows.map((row) => Object.values(row))).toEqual([
    [
      true,
      255,
      -32768,
      2 ** 31 - 1,
      2n ** 63n - 1n,
      0.5,
      1e300,
      'a\0b',
      new Uint8Array([1, 0, 2]),
      '123456789012345678901234567890123456.78',
      '-12.34',
      'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
      '{"a":[1]}',
      null,
    ],
    types.map(() => null),
    [
      false,
      0,
      7,
      -1,
      -5n,
      -0.25,
      Number.NaN,
      '',
      new Uint8Array(),
      '-0.50',
      '5.00',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '1',
      null,
    ],
  ]);
});

test('an answer of lists of structs reaches a table, absent fields as NULL', async () => {
  const answer = struct({
    label: NVARCHAR_MAX,
    scores: struct({ positive: FLOAT, negative: FLOAT }),
    sentences: list(struct({ text: NVARCHAR_MAX, offset: INT, marks: list(NVARCHAR_MAX) })),
  });
  const given = [
    {
      label: 'positive',
      scores: { positive: 0.9, negative: 0.1 },
      sentences: [
        { text: 'A sentence that is long.', offset: 0, marks: ['x', 'a longer mark than that'] },
        { text: 'B', offset: 25, marks: [] },
      ],
    },
    { label: 'neutral', sentences: [] },
    null,
    { scores: null, sentences: [null, { text: 'C' }] },
  ];
  const rows = await stored([answer], [chunkOf([answer], [given as never])]);
  expect(rows.map((row) => row.c0)).toEqual([
    given[0],
    { label: 'neutral', scores: null, sentences: [] },
    null,
    { label: null, scores: null, sentences: [null, { text: 'C', offset: null, marks: null }] },
  ]);
});

test('a full chunk with more list items than rows is stored whole', async () => {
  const type = list(NVARCHAR_MAX);
  const column = Array.from({ length: 2048 }, (_, i) =>
    Array.from({ length: i % 5 }, (_, k) => `item ${k} of row ${i}`),
  );
  const rows = await stored([type], [chunkOf([type], [column])]);
  expect(rows.map((row) => row.c0)).toEqual(column);
});

test('a lone surrogate becomes the replacement character', async () => {
  const rows = await stored([NVARCHAR_MAX], [chunkOf([NVARCHAR_MAX], [['cut \ud83d here', '\udc00', 'whole 😀']])]);
  expect(rows.map((row) => row.c0)).toEqual(['cut \ufffd here', '\ufffd', 'whole 😀']);
});

test('a value of another kind than its type is our bug, and is not shown', () => {
  const wrong = (type: SqlType, value: unknown) => () => chunkOf([type], [[value as never]]);
  expect(wrong(NVARCHAR_MAX, 5)).toThrow('internal error: number written as nvarchar(max)');
  expect(wrong(INT, 'secret')).toThrow('internal error: string written as int');
  expect(wrong(INT, 1.5)).toThrow('internal error: number written as int');
  expect(wrong(TINYINT, 256)).toThrow('internal error: number written as tinyint');
  expect(wrong(BIGINT, 2n ** 63n)).toThrow('internal error: bigint written as bigint');
  expect(wrong(decimal(4, 2), '123.45')).toThrow('internal error: string written as decimal(4,2)');
  expect(wrong(list(INT), {})).toThrow('internal error: object written as list<int>');
  expect(wrong(struct({ a: INT }), 'x')).toThrow('internal error: string written as struct<a int>');
  expect(wrong(DATE, '2024-01-01')).toThrow('internal error: a value written as date');
  expect(() => chunkOf([INT, INT], [[1], [1, 2]])).toThrow('internal error: columns of a chunk differ in length');
  expect(() => chunkOf([INT], [new Array<number>(2049).fill(1)])).toThrow('internal error: a chunk of 2049 rows');
});

/** A batch of one column per entry, as another program might make it. */
function foreignBatch(columns: readonly (readonly [DataType, readonly unknown[]])[]): RecordBatch {
  const vectors = columns.map(([type, values]) => vectorFromArray(values as never[], type));
  const schema = new Schema(columns.map(([type], i) => new Field(`c${i}`, type, true)));
  const children = vectors.map((vector) => vector.data[0] ?? makeData({ type: new Int32() }));
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: columns[0]?.[1].length ?? 0, children }),
  );
}

test('foreign Arrow columns reach a table in any layout', async () => {
  const noon = Date.UTC(2024, 1, 29, 12, 0, 0, 123);
  const batch = foreignBatch([
    [new Int8(), [-128, null, 127]],
    [new Uint16(), [65535, null, 0]],
    [new Uint64(), [18446744073709551615n, null, 0n]],
    [new Float16(), [1.5, null, -0.000030517578125]],
    [
      new Decimal(2, 38, 128),
      [new Uint32Array([150, 0, 0, 0]), null, new Uint32Array([0xffffff6a, 0xffffffff, 0xffffffff, 0xffffffff])],
    ],
    [new DateMillisecond(), [new Date(0), null, new Date(Date.UTC(1969, 11, 31))]],
    [new TimeMillisecond(), [1, null, 86_399_999]],
    [new TimestampSecond(), [new Date(noon - 123), null, new Date(-1000)]],
    [new TimestampMillisecond(), [noon, null, -1]],
    [new TimestampNanosecond('UTC'), [noon, null, -1]],
    [new LargeUtf8(), ['large text of some length', null, '']],
    [new Utf8View(), ['short', null, 'a view of a text beyond twelve bytes']],
    [new FixedSizeBinary(2), [new Uint8Array([1, 2]), null, new Uint8Array([255, 0])]],
    [new Dictionary(new Utf8(), new Int32()), ['red', null, 'red']],
    [new FixedSizeList(2, new Field('item', new Int32(), true)), [[1, 2], null, [3, null]]],
  ]);
  const types = columnTypesOf(batch.schema);
  const rows = await stored(types, batchToChunks(batch, types));
  expect(rows.map((row) => Object.values(row))).toEqual([
    [
      -128,
      65535,
      '18446744073709551615',
      1.5,
      '1.50',
      '1970-01-01',
      '00:00:00.001',
      '2024-02-29T12:00:00',
      '2024-02-29T12:00:00.123',
      '2024-02-29T12:00:00.123000+00:00',
      'large text of some length',
      'short',
      new Uint8Array([1, 2]),
      'red',
      [1, 2],
    ],
    types.map(() => null),
    [
      127,
      0,
      '0',
      -0.000030517578125,
      '-1.50',
      '1969-12-31',
      '23:59:59.999',
      '1969-12-31T23:59:59',
      '1969-12-31T23:59:59.999',
      '1969-12-31T23:59:59.999000+00:00',
      '',
      'a view of a text beyond twelve bytes',
      new Uint8Array([255, 0]),
      'red',
      [3, null],
    ],
  ]);
});

test('a foreign table of more rows than a chunk, and its slice, are stored whole', async () => {
  const table = tableFromArrays({
    n: Int32Array.from({ length: 5000 }, (_, i) => i),
    s: Array.from({ length: 5000 }, (_, i) => `value ${i % 10}`),
  });
  const types = columnTypesOf(table.schema);
  const expected = Array.from({ length: 5000 }, (_, i) => ({ c0: i, c1: `value ${i % 10}` }));
  const all = await stored(
    types,
    table.batches.flatMap((batch) => [...batchToChunks(batch, types)]),
  );
  expect(all).toEqual(expected);
  const slice = table.slice(100, 4900);
  const some = await stored(
    types,
    slice.batches.flatMap((batch) => [...batchToChunks(batch, types)]),
  );
  expect(some).toEqual(expected.slice(100, 4900));
});

test('foreign text that is not UTF-8 is mended, not lost', async () => {
  const schema = new Schema([new Field('c0', new Utf8(), true)]);
  const child = makeData({
    type: new Utf8(),
    length: 2,
    valueOffsets: new Int32Array([0, 4, 6]),
    data: new Uint8Array([0x61, 0xff, 0x00, 0x62, 0x6f, 0x6b]),
  });
  const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: 2, children: [child] }));
  const rows = await stored([NVARCHAR_MAX], batchToChunks(batch, [NVARCHAR_MAX]));
  expect(rows).toEqual([{ c0: 'a\ufffd\0b' }, { c0: 'ok' }]);
});

test('batches of another copy of apache-arrow are read', async () => {
  const other = createRequire(import.meta.url)('apache-arrow') as typeof import('apache-arrow');
  const table = other.tableFromArrays({ n: [1, 2.5], s: ['a', 'b'], l: [[1], [2, 3]] });
  expect(table.batches[0]?.constructor).not.toBe(RecordBatch);
  const types = columnTypesOf(table.schema);
  const rows = await stored(
    types,
    table.batches.flatMap((batch) => [...batchToChunks(batch, types)]),
  );
  expect(rows).toEqual([
    { c0: 1, c1: 'a', c2: [1] },
    { c0: 2.5, c1: 'b', c2: [2, 3] },
  ]);
});
