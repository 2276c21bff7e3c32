import { expect, test } from 'vitest';
import type { SqlType } from '../src/arrow/sql-type.ts';
import type { OutputOptions } from '../src/output/format.ts';
import { formatNamed, formats } from '../src/output/formats.ts';
import { json } from '../src/output/json.ts';
import { ndjson } from '../src/output/ndjson.ts';
import { batchesOf, openDuckdb, TextSink } from './support/duckdb-batches.ts';
import { EVERY_VALUE, EVERY_VALUE_TYPES } from './support/every-value.ts';

async function printed(format: typeof json, sql: string, declared: readonly SqlType[] = [], options?: OutputOptions) {
  const sink = new TextSink();
  await format.write(await batchesOf(await openDuckdb(), sql, declared), sink, options);
  return sink.text;
}

const EVERY_LINE = [
  '{"bit":true,"tinyint":255,"smallint":-32768,"int":-2147483648,"bigint":9223372036854775807,"decimal":1.50,"decimal38":-12345678901234567890123456789012345678,"money":12.5000,"smallmoney":-0.0001,"real":0.1,"float":0.30000000000000004,"date":"0001-01-01","time":"23:59:59.999999","time2":"23:59:59.99","datetime":"1753-01-01T00:00:00.003","smalldatetime":"2079-06-06T23:59:00","datetime2":"9999-12-31T23:59:59.999999","datetime2_0":"0001-01-01T00:00:00","datetimeoffset":"2024-02-29T12:00:00.000000+00:00","char":"ab ","nvarchar":"héllo 漢 😀","varbinary":"AP8=","uniqueidentifier":"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11","json":"{\\"k\\": 1.0}","list":[1,null,9007199254740993],"struct":{"a":"x,\\"y\\"","b":[{"d":-0.50}]}}',
  '{"bit":false,"tinyint":0,"smallint":0,"int":0,"bigint":-9223372036854775808,"decimal":-0.01,"decimal38":99999999999999999999999999999999999999,"money":0.0000,"smallmoney":0.0000,"real":"NaN","float":"-Infinity","date":"9999-12-31","time":"00:00:00.000000","time2":"00:00:00.00","datetime":"9999-12-31T23:59:59.997","smalldatetime":"1900-01-01T00:00:00","datetime2":"0001-01-01T00:00:00.000000","datetime2_0":"9999-12-31T23:59:59","datetimeoffset":"0001-01-01T00:00:00.000000+00:00","char":"","nvarchar":"","varbinary":"","uniqueidentifier":"00000000-0000-0000-0000-000000000000","json":"[]","list":[],"struct":{"a":null,"b":null}}',
  '{"bit":null,"tinyint":null,"smallint":null,"int":null,"bigint":null,"decimal":null,"decimal38":null,"money":null,"smallmoney":null,"real":null,"float":null,"date":null,"time":null,"time2":null,"datetime":null,"smalldatetime":null,"datetime2":null,"datetime2_0":null,"datetimeoffset":null,"char":null,"nvarchar":null,"varbinary":null,"uniqueidentifier":null,"json":null,"list":null,"struct":null}',
];

test('ndjson: every type, one object a line', async () => {
  const text = await printed(ndjson, EVERY_VALUE, EVERY_VALUE_TYPES);
  expect(text).toBe(`${EVERY_LINE.join('\n')}\n`);
});

test('json: the same objects in one array', async () => {
  const text = await printed(json, EVERY_VALUE, EVERY_VALUE_TYPES);
  expect(text).toBe(`[\n${EVERY_LINE.join(',\n')}\n]\n`);
  expect(JSON.parse(text)).toHaveLength(3);
});

test('json: one of several results is one line', async () => {
  expect(await printed(json, 'SELECT i FROM range(3) r(i)', [], { several: true })).toBe('[{"i":0},{"i":1},{"i":2}]\n');
  expect(await printed(json, 'SELECT 1 AS i WHERE false', [], { several: true })).toBe('[]\n');
});

test('an empty result is an empty array, or nothing in ndjson', async () => {
  expect(await printed(json, 'SELECT 1 AS i WHERE false')).toBe('[]\n');
  expect(await printed(ndjson, 'SELECT 1 AS i WHERE false')).toBe('');
});

test('text and names are escaped', async () => {
  const sql = `SELECT 'a "quote", a \\ and' || chr(10) || chr(0) || chr(31) || chr(8232) AS "odd ""name""\n", 1 AS "__proto__",
    {'__proto__': 2} AS s`;
  expect(await printed(ndjson, sql)).toBe(
    '{"odd \\"name\\"\\n":"a \\"quote\\", a \\\\ and\\n\\u0000\\u001f\u2028","__proto__":1,"s":{"__proto__":2}}\n',
  );
});

test('floats are printed as the shortest text that reads back', async () => {
  const sql = `SELECT unnest([0.1::FLOAT, 16777216::FLOAT, 3.4028235e38::FLOAT, 1e-45::FLOAT, 1.0::FLOAT, 0.33333334::FLOAT]) AS r,
    unnest([0.1::DOUBLE, 1e21::DOUBLE, 1.7976931348623157e308::DOUBLE, 5e-324::DOUBLE, 1.0::DOUBLE, 1/3]) AS f`;
  expect(await printed(ndjson, sql)).toBe(
    [
      '{"r":0.1,"f":0.1}',
      '{"r":16777216,"f":1e+21}',
      '{"r":3.4028235e+38,"f":1.7976931348623157e+308}',
      '{"r":1e-45,"f":5e-324}',
      '{"r":1,"f":1}',
      '{"r":0.33333334,"f":0.3333333333333333}',
      '',
    ].join('\n'),
  );
});

test('many rows are one valid array', async () => {
  const text = await printed(json, "SELECT i, repeat('x', 20) AS s FROM range(10000) r(i)");
  const rows = JSON.parse(text) as { i: number; s: string }[];
  expect(rows).toEqual(Array.from({ length: 10_000 }, (_, i) => ({ i, s: 'x'.repeat(20) })));
});

test('formats are found by name', () => {
  expect(formats.map(({ name, separator }) => [name, separator])).toEqual([
    ['table', '\n'],
    ['csv', '\n'],
    ['json', ''],
    ['ndjson', ''],
  ]);
  expect(formatNamed('JSON')).toBe(json);
  expect(formatNamed('xml')).toBeUndefined();
});
