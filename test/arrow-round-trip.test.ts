import { type RecordBatch, RecordBatchReader, RecordBatchStreamWriter } from 'apache-arrow';
import { expect, test } from 'vitest';
import { columnTypesOf } from '../src/arrow/arrow-type.ts';
import { chunkToBatch } from '../src/arrow/chunk-to-batch.ts';
import { duckdbTypeName } from '../src/arrow/duckdb-type.ts';
import { decimal, INT, NVARCHAR_MAX, type SqlType, typeName } from '../src/arrow/sql-type.ts';
import { rowsOf } from '../src/arrow/to-objects.ts';
import { batchToChunks } from '../src/arrow/values-to-chunk.ts';
import { type Batches, batchesOf, type Connection, openDuckdb } from './support/duckdb-batches.ts';

function rows({ list, types }: Batches): Record<string, unknown>[] {
  return list.flatMap((batch) => rowsOf(batch, types));
}

/** Every row of `sql` by way of Arrow into a new table; gives how many rows differ and how many there are. */
async function throughArrow(connection: Connection, sql: string): Promise<{ different: number; count: number }> {
  await connection.run(`CREATE OR REPLACE TABLE source AS ${sql}`);
  const found = await batchesOf(connection, 'FROM source');
  const columns = found.schema.fields.map((field, i) => `"${field.name}" ${duckdbTypeName(found.types[i] ?? INT)}`);
  await connection.run(`CREATE OR REPLACE TABLE target (${columns.join(', ')})`);
  const appender = await connection.createAppender('target');
  for (const batch of found.list) {
    for (const chunk of batchToChunks(batch, columnTypesOf(batch.schema))) appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  const check = await connection.runAndReadAll(`
    SELECT (SELECT count(*) FROM ((FROM source EXCEPT ALL FROM target) UNION ALL (FROM target EXCEPT ALL FROM source))),
           (SELECT count(*) FROM target)`);
  const [different, count] = check.getRows()[0] ?? [];
  return { different: Number(different), count: Number(count) };
}

const EVERY_TYPE = `
  SELECT * FROM (VALUES
    (true, 255::UTINYINT, (-32768)::SMALLINT, (-2147483648)::INTEGER, (-9223372036854775808)::BIGINT,
     0.1::FLOAT, 1e300::DOUBLE, '0001-01-01'::DATE, '23:59:59.999999'::TIME, '0001-01-01 00:00:00'::TIMESTAMP,
     '1969-12-31 23:59:59.999999+00'::TIMESTAMPTZ, 'short', '\\x00\\xFF'::BLOB,
     'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID, '{"a":1}'::JSON,
     -9999::DECIMAL(4,0), -0.5::DECIMAL(9,2), -123456789012345.678::DECIMAL(18,3),
     -12345678901234567890123456789012345678::DECIMAL(38,0)),
    (false, 0, 32767, 2147483647, 9223372036854775807,
     3.4028235e38::FLOAT, -1e-300::DOUBLE, '9999-12-31', '00:00:00', '9999-12-31 23:59:59.999999',
     '2024-02-29 12:00:00+00', 'longer than twelve bytes: é 漢 😀', ''::BLOB,
     'ffffffff-ffff-ffff-ffff-ffffffffffff', '[]',
     9999, 9999999.99, 123456789012345.678, 99999999999999999999999999999999999999),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
  t(b, ti, si, i, bi, r, f, d, t, ts, tz, s, bin, u, j, d4, d9, d18, d38)`;

test('every type reaches toArray as the contract says', async () => {
  const connection = await openDuckdb();
  const found = rows(await batchesOf(connection, EVERY_TYPE));
  expect(found).toEqual([
    {
      b: true,
      ti: 255,
      si: -32768,
      i: -2147483648,
      bi: -9223372036854775808n,
      r: Math.fround(0.1),
      f: 1e300,
      d: '0001-01-01',
      t: '23:59:59.999999',
      ts: '0001-01-01T00:00:00.000000',
      tz: '1969-12-31T23:59:59.999999+00:00',
      s: 'short',
      bin: new Uint8Array([0, 255]),
      u: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
      j: '{"a":1}',
      d4: '-9999',
      d9: '-0.50',
      d18: '-123456789012345.678',
      d38: '-12345678901234567890123456789012345678',
    },
    {
      b: false,
      ti: 0,
      si: 32767,
      i: 2147483647,
      bi: 9223372036854775807n,
      r: Math.fround(3.4028235e38),
      f: -1e-300,
      d: '9999-12-31',
      t: '00:00:00.000000',
      ts: '9999-12-31T23:59:59.999999',
      tz: '2024-02-29T12:00:00.000000+00:00',
      s: 'longer than twelve bytes: é 漢 😀',
      bin: new Uint8Array(),
      u: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      j: '[]',
      d4: '9999',
      d9: '9999999.99',
      d18: '123456789012345.678',
      d38: '99999999999999999999999999999999999999',
    },
    Object.fromEntries(Object.keys(found[0] ?? {}).map((name) => [name, null])),
  ]);
});

test('declared types decide the digits shown', async () => {
  const connection = await openDuckdb();
  const found = await batchesOf(
    connection,
    `SELECT '2024-01-02 03:04:05.678912'::TIMESTAMP a, '2024-01-02 03:04:05.678912'::TIMESTAMP b,
            '2024-01-02 03:04:00'::TIMESTAMP c, '03:04:05.678912'::TIME d, '2024-01-02 03:04:05.678912+02'::TIMESTAMPTZ e,
            12.5::DECIMAL(19,4) f, 1::DECIMAL(10,4) g`,
    [
      { kind: 'datetime' },
      { kind: 'datetime2', scale: 0 },
      { kind: 'smalldatetime' },
      { kind: 'time', scale: 2 },
      { kind: 'datetimeoffset', scale: 7 },
      { kind: 'money' },
      { kind: 'smallmoney' },
    ],
  );
  expect(rows(found)).toEqual([
    {
      a: '2024-01-02T03:04:05.678',
      b: '2024-01-02T03:04:05',
      c: '2024-01-02T03:04:00',
      d: '03:04:05.67',
      e: '2024-01-02T01:04:05.678912+00:00',
      f: '12.5000',
      g: '1.0000',
    },
  ]);
});

test('dates, times and decimals read as DuckDB casts them to text', async () => {
  const connection = await openDuckdb();
  await connection.run(`CREATE TABLE probe AS
    SELECT DATE '0001-01-01' + (i * 1217)::INTEGER AS d,
           TIMESTAMP '0001-01-01' + to_microseconds(i * 105190000123457) AS ts,
           ((i - 1500)::HUGEINT * 123456789012345678901234567)::DECIMAL(38,0) AS big
    FROM range(3000) r(i)`);
  const found = rows(await batchesOf(connection, 'SELECT d, ts, big FROM probe'));
  const texts = await connection.runAndReadAll(
    `SELECT d::VARCHAR, strftime(ts, '%Y-%m-%dT%H:%M:%S.%f'), big::VARCHAR FROM probe`,
  );
  expect(found.map(({ d, ts, big }) => [d, ts, big])).toEqual(texts.getRows());
});

test('lists and structs keep their NULLs', async () => {
  const connection = await openDuckdb();
  const found = await batchesOf(
    connection,
    `SELECT * FROM (VALUES
       ([1, NULL, 3], {'a': 'x', 'b': [{'c': 1.5::DECIMAL(3,1)}, NULL]}),
       ([], {'a': NULL, 'b': NULL}),
       (NULL, NULL),
       ([NULL], {'a': 'a string of many bytes', 'b': []})) t(l, s)`,
  );
  expect(rows(found)).toEqual([
    { l: [1, null, 3], s: { a: 'x', b: [{ c: '1.5' }, null] } },
    { l: [], s: { a: null, b: null } },
    { l: null, s: null },
    { l: [null], s: { a: 'a string of many bytes', b: [] } },
  ]);
});

test('maps and arrays are lists', async () => {
  const connection = await openDuckdb();
  const found = await batchesOf(
    connection,
    `SELECT MAP {'k': 1, 'l': NULL} m, [1.5, 2]::FLOAT[2] v UNION ALL SELECT NULL, NULL`,
  );
  expect(found.types.map(typeName)).toEqual(['list<struct<key nvarchar(max), value int>>', 'list<real>']);
  expect(rows(found)).toEqual([
    {
      m: [
        { key: 'k', value: 1 },
        { key: 'l', value: null },
      ],
      v: [1.5, 2],
    },
    { m: null, v: null },
  ]);
});

test('lists whose children are out of order are read by entry', async () => {
  const connection = await openDuckdb();
  await connection.run(`CREATE TABLE lists AS
    SELECT i, [i, i + 1] || list_transform(range(i % 5), x -> x * i) AS l, [{'t': 'text number ' || i}] AS s FROM range(5000) r(i)`);
  const sorted = rows(await batchesOf(connection, 'SELECT l, s FROM lists ORDER BY hash(i) LIMIT 3000'));
  const texts = await connection.runAndReadAll('SELECT l::VARCHAR, s[1].t FROM lists ORDER BY hash(i) LIMIT 3000');
  const shown = sorted.map(({ l, s }) => [`[${(l as bigint[]).join(', ')}]`, (s as { t: string }[])[0]?.t]);
  expect(shown).toEqual(texts.getRows());
});

test('strings survive whatever way DuckDB lays them out', async () => {
  const connection = await openDuckdb();
  await connection.run(`CREATE TABLE texts AS
    SELECT i, CASE i % 4 WHEN 0 THEN 'short' || i WHEN 1 THEN NULL WHEN 2 THEN '' ELSE repeat('long text ', i::INTEGER % 40 + 2) || i END AS s
    FROM range(10000) r(i)`);
  for (const order of ['i', 'i DESC', 'hash(i)', 's', 's DESC']) {
    const found = rows(
      await batchesOf(connection, `SELECT s, 'the same constant text' c FROM texts ORDER BY ${order}, i`),
    );
    const texts = await connection.runAndReadAll(`SELECT s, 'the same constant text' FROM texts ORDER BY ${order}, i`);
    expect(found.map(({ s, c }) => [s, c])).toEqual(texts.getRows());
  }
});

test('a batch outlives its chunk', async () => {
  const connection = await openDuckdb();
  const { schema, types } = await batchesOf(connection, "SELECT 1::INTEGER AS i, '' AS s");
  const result = await connection.stream(
    "SELECT i::INTEGER AS i, 'a text longer than twelve ' || i AS s FROM range(20000) r(i)",
  );
  const batches: RecordBatch[] = [];
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    batches.push(chunkToBatch(chunk, schema, types));
    chunk.reset();
  }
  const found = batches.flatMap((batch) => rowsOf(batch, types));
  expect(found).toEqual(Array.from({ length: 20000 }, (_, i) => ({ i, s: `a text longer than twelve ${i}` })));
});

test('chunk to batch to chunk keeps every type', async () => {
  const connection = await openDuckdb();
  expect(await throughArrow(connection, EVERY_TYPE)).toEqual({ different: 0, count: 3 });
});

test('chunk to batch to chunk keeps nested values over many chunks', async () => {
  const connection = await openDuckdb();
  const nested = `SELECT CASE WHEN i % 7 > 0 THEN {'n': i, 'l': CASE WHEN i % 3 > 0 THEN
      list_transform(range(i % 4), x -> {'t': repeat('x', (x * i % 30)::INTEGER), 'd': CASE WHEN x % 2 = 0 THEN (x * 1.25)::DECIMAL(20,2) END}) END} END AS s,
      CASE WHEN i % 11 > 0 THEN [[i], NULL, []] END AS ll
    FROM range(5000) r(i)`;
  expect(await throughArrow(connection, nested)).toEqual({ different: 0, count: 5000 });
});

test('a batch that went through the IPC format keeps its SQL types', async () => {
  const connection = await openDuckdb();
  const { list, types } = await batchesOf(
    connection,
    `SELECT 1::DECIMAL(19,4) m, {'a b': [1], 'c, d': 'x'} s, uuid() u FROM range(3)`,
    [{ kind: 'money' }],
  );
  const bytes = await RecordBatchStreamWriter.writeAll(list).toUint8Array();
  const [again] = [...RecordBatchReader.from(bytes)];
  expect(again && columnTypesOf(again.schema)).toEqual(types);
  expect(again && rowsOf(again, types)).toEqual(list.flatMap((batch) => rowsOf(batch, types)));
});

test('a sliced batch is read from its slice', async () => {
  const connection = await openDuckdb();
  const sql = `SELECT CASE WHEN i % 3 > 0 THEN i END AS n, i % 2 = 0 AS b, repeat('ab', i::INTEGER) AS s, [i, NULL] AS l, {'x': i} AS st,
    (i / 4)::DECIMAL(20,2) AS d FROM range(50) r(i)`;
  const { list, types } = await batchesOf(connection, sql);
  const [batch] = list;
  expect(batch && rowsOf(batch.slice(13, 37), types)).toEqual(batch && rowsOf(batch, types).slice(13, 37));
});

test('a column stored as another type than declared is our bug', async () => {
  const connection = await openDuckdb();
  const wrong = async (sql: string, type: SqlType) => (await batchesOf(connection, sql, [type])).list.length;
  await expect(wrong('SELECT 1::BIGINT', INT)).rejects.toThrow(
    'internal error: DuckDB type 5 found where type 4 was declared',
  );
  await expect(wrong('SELECT 1::DECIMAL(10,2)', decimal(10, 3))).rejects.toThrow(
    'internal error: decimal(10,2) read as decimal(10,3)',
  );
  await expect(wrong('SELECT 1', NVARCHAR_MAX)).rejects.toThrow(
    'internal error: DuckDB type 4 found where type 17 was declared',
  );
});

test('an untyped NULL column is NULL', async () => {
  const connection = await openDuckdb();
  expect(rows(await batchesOf(connection, 'SELECT NULL AS n', [{ kind: 'null' }]))).toEqual([{ n: null }]);
});
