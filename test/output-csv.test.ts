import { expect, test } from 'vitest';
import type { SqlType } from '../src/arrow/sql-type.ts';
import { csv } from '../src/output/csv.ts';
import { batchesOf, openDuckdb, TextSink } from './support/duckdb-batches.ts';
import { EVERY_VALUE, EVERY_VALUE_TYPES } from './support/every-value.ts';

async function printed(sql: string, declared: readonly SqlType[] = []): Promise<string> {
  const sink = new TextSink();
  await csv.write(await batchesOf(await openDuckdb(), sql, declared), sink);
  return sink.text;
}

test('every type', async () => {
  expect(await printed(EVERY_VALUE, EVERY_VALUE_TYPES)).toBe(
    [
      'bit,tinyint,smallint,int,bigint,decimal,decimal38,money,smallmoney,real,float,date,time,time2,datetime,smalldatetime,datetime2,datetime2_0,datetimeoffset,char,nvarchar,varbinary,uniqueidentifier,json,list,struct',
      'true,255,-32768,-2147483648,9223372036854775807,1.50,-12345678901234567890123456789012345678,12.5000,-0.0001,0.1,0.30000000000000004,0001-01-01,23:59:59.999999,23:59:59.99,1753-01-01T00:00:00.003,2079-06-06T23:59:00,9999-12-31T23:59:59.999999,0001-01-01T00:00:00,2024-02-29T12:00:00.000000+00:00,ab ,héllo 漢 😀,AP8=,A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11,"{""k"": 1.0}","[1,null,9007199254740993]","{""a"":""x,\\""y\\"""",""b"":[{""d"":-0.50}]}"',
      'false,0,0,0,-9223372036854775808,-0.01,99999999999999999999999999999999999999,0.0000,0.0000,NaN,-Infinity,9999-12-31,00:00:00.000000,00:00:00.00,9999-12-31T23:59:59.997,1900-01-01T00:00:00,0001-01-01T00:00:00.000000,9999-12-31T23:59:59,0001-01-01T00:00:00.000000+00:00,"","","",00000000-0000-0000-0000-000000000000,[],[],"{""a"":null,""b"":null}"',
      ',,,,,,,,,,,,,,,,,,,,,,,,,',
      '',
    ].join('\n'),
  );
});

test('quotes stand only where they are needed', async () => {
  const sql = `SELECT * FROM (VALUES
    ('plain', 1), ('a,b', 2), ('say "hi"', 3), ('"', 4), (chr(13), 5), ('two' || chr(10) || 'lines', 6), (' lead', 7),
    ('trail ', 8), ('tab' || chr(9), 9), ('''single''', 10), ('semi;colon', 11), ('#', 12), ('nul' || chr(0), 13),
    (chr(13) || chr(10), 14), ('a "long" text, with everything' || chr(10), 15)) t(s, n)`;
  expect(await printed(sql)).toBe(
    [
      's,n',
      'plain,1',
      '"a,b",2',
      '"say ""hi""",3',
      '"""",4',
      '"\r",5',
      '"two\nlines",6',
      ' lead,7',
      'trail ,8',
      'tab\t,9',
      "'single',10",
      'semi;colon,11',
      '#,12',
      'nul\0,13',
      '"\r\n",14',
      '"a ""long"" text, with everything\n",15',
      '',
    ].join('\n'),
  );
});

test('NULL is empty and an empty string is quoted, in first, middle, last and only columns', async () => {
  expect(
    await printed("VALUES (NULL, 'x', ''), ('', NULL, 'x'), ('x', '', NULL), (NULL, NULL, NULL), ('', '', '')"),
  ).toBe('col0,col1,col2\n,x,""\n"",,x\nx,"",\n,,\n"","",""\n');
  expect(await printed("SELECT * FROM (VALUES ('x'), (NULL), (''), (NULL)) t(sole)")).toBe('sole\nx\n\n""\n\n');
});

test('an empty result has its header', async () => {
  expect(await printed(`SELECT 1 AS "a,b", 'x' AS "say ""hi""", 2 AS plain WHERE false`)).toBe(
    '"a,b","say ""hi""",plain\n',
  );
});

test('cells larger than a chunk of output come out whole', async () => {
  const text = await printed(
    "SELECT repeat('0123456789', 100000) AS a, i, repeat('é', 300000) AS b FROM range(3) r(i)",
  );
  const [header, ...lines] = text.trimEnd().split('\n');
  expect(header).toBe('a,i,b');
  expect(lines.map((line) => line.split(',').map((cell) => cell.length))).toEqual([
    [1_000_000, 1, 300_000],
    [1_000_000, 1, 300_000],
    [1_000_000, 1, 300_000],
  ]);
});

test('nothing more is made while the sink is not ready', async () => {
  const connection = await openDuckdb();
  const { schema, list } = await batchesOf(connection, "SELECT repeat('x', 500) AS s FROM range(20000)");
  let taken = 0;
  let release: () => void = () => {};
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  let reached: () => void = () => {};
  const firstWrite = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const batches = (async function* () {
    for (const batch of list) {
      taken++;
      yield batch;
    }
  })();
  const writing = csv.write(
    { schema, batches },
    {
      write: () => {
        reached();
        return blocked;
      },
    },
  );
  await firstWrite;
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBe(1);
  release();
  await writing;
  expect(taken).toBe(list.length);
});

test('a sink that refuses ends the reading of batches', async () => {
  const connection = await openDuckdb();
  const { schema, list } = await batchesOf(connection, "SELECT repeat('x', 500) AS s FROM range(20000)");
  let closed = false;
  const batches = (async function* () {
    try {
      yield* list;
    } finally {
      closed = true;
    }
  })();
  const writing = csv.write({ schema, batches }, { write: () => Promise.reject(new Error('closed pipe')) });
  await expect(writing).rejects.toThrow('closed pipe');
  expect(closed).toBe(true);
});
