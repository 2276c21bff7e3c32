import { expect, test } from 'vitest';
import { Display } from '../src/output/display-width.ts';
import type { OutputOptions } from '../src/output/format.ts';
import { table } from '../src/output/table.ts';
import { batchesOf, openDuckdb, TextSink } from './support/duckdb-batches.ts';
import { EVERY_VALUE } from './support/every-value.ts';

async function printed(sql: string, options: OutputOptions = {}): Promise<string> {
  const sink = new TextSink();
  await table.write(await batchesOf(await openDuckdb(), sql), sink, options);
  return sink.text;
}

function drawn(text: string): string {
  return `${text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')}\n`;
}

test('numbers stand right, text left, NULL is spelled out', async () => {
  expect(
    await printed("SELECT * FROM (VALUES (1, 'one', 1.50, true), (200, NULL, NULL, NULL)) t(n, name, price, ok)"),
  ).toBe(
    drawn(`
      ┌─────┬──────┬───────┬──────┐
      │   n │ name │ price │ ok   │
      ├─────┼──────┼───────┼──────┤
      │   1 │ one  │  1.50 │ true │
      │ 200 │ NULL │  NULL │ NULL │
      └─────┴──────┴───────┴──────┘
      (2 rows)`),
  );
});

test('an empty result has its columns', async () => {
  expect(await printed("SELECT 1 AS n, 'x' AS text WHERE false")).toBe(
    drawn(`
      ┌───┬──────┐
      │ n │ text │
      ├───┼──────┤
      └───┴──────┘
      (0 rows)`),
  );
});

test('wide, combining and acting characters keep the columns aligned', async () => {
  const sql = `SELECT * FROM (VALUES ('漢字'), ('😀 ok'), ('e' || chr(769) || 'a'), ('two' || chr(10) || 'lines'), (chr(27) || '[31m'),
    ('tab' || chr(9) || chr(13)), ('a' || chr(8238) || 'b'), ('👩‍👩‍👧'), ('🇫🇷'), ('ｆｕｌｌ'), ('')) t(s)`;
  expect(await printed(sql)).toBe(
    drawn(`
      ┌────────────┐
      │ s          │
      ├────────────┤
      │ 漢字       │
      │ 😀 ok      │
      │ e${'\u0301'}a         │
      │ two⏎lines  │
      │ \\u001b[31m │
      │ tab\\t\\r    │
      │ a\\u202eb   │
      │ 👩‍👩‍👧         │
      │ 🇫🇷         │
      │ ｆｕｌｌ   │
      │            │
      └────────────┘
      (11 rows)`),
  );
});

test('a table is squeezed into the terminal, widest columns first', async () => {
  const sql = "SELECT 12345 AS n, 'short' AS s, repeat('word ', 20) AS long FROM range(1)";
  expect(await printed(sql, { width: 40 })).toBe(
    drawn(`
      ┌───────┬───────┬──────────────────────┐
      │     n │ s     │ long                 │
      ├───────┼───────┼──────────────────────┤
      │ 12345 │ short │ word word word word… │
      └───────┴───────┴──────────────────────┘
      (1 row)`),
  );
});

test('without a terminal a cell is cut at 120 columns', async () => {
  const lines = (await printed("SELECT repeat('x', 500) AS x, repeat('漢', 500) AS wide")).split('\n');
  expect(lines[3]).toBe(`│ ${'x'.repeat(119)}… │ ${'漢'.repeat(59)}… │`);
});

test('a later block that needs more room is drawn as a table of its own', async () => {
  const sql = "SELECT CASE WHEN i < 1000 THEN 'a' ELSE 'longer' END AS s FROM range(1002) r(i)";
  const lines = (await printed(sql)).trimEnd().split('\n');
  expect(lines.slice(0, 4)).toEqual(['┌───┐', '│ s │', '├───┤', '│ a │']);
  expect(lines.slice(1003)).toEqual([
    '└───┘',
    '┌────────┐',
    '│ s      │',
    '├────────┤',
    '│ longer │',
    '│ longer │',
    '└────────┘',
    '(1002 rows)',
  ]);
});

test('every type is spelled as in csv, unquoted', async () => {
  const text = await printed(`SELECT decimal38, float, datetime, varbinary, list, struct FROM (${EVERY_VALUE})`);
  expect(text).toBe(
    drawn(`
      ┌─────────────────────────────────────────┬─────────────────────┬────────────────────────────┬───────────┬───────────────────────────┬───────────────────────────────────┐
      │                               decimal38 │               float │ datetime                   │ varbinary │ list                      │ struct                            │
      ├─────────────────────────────────────────┼─────────────────────┼────────────────────────────┼───────────┼───────────────────────────┼───────────────────────────────────┤
      │ -12345678901234567890123456789012345678 │ 0.30000000000000004 │ 1753-01-01T00:00:00.003000 │ AP8=      │ [1,null,9007199254740993] │ {"a":"x,\\"y\\"","b":[{"d":-0.50}]} │
      │  99999999999999999999999999999999999999 │           -Infinity │ 9999-12-31T23:59:59.997000 │           │ []                        │ {"a":null,"b":null}               │
      │                                    NULL │                NULL │ NULL                       │ NULL      │ NULL                      │ NULL                              │
      └─────────────────────────────────────────┴─────────────────────┴────────────────────────────┴───────────┴───────────────────────────┴───────────────────────────────────┘
      (3 rows)`),
  );
});

test('text is cut on whole characters', () => {
  const display = new Display();
  const cut = (text: string, limit: number) => display.fit(text, limit);
  expect(cut('hello', 5)).toEqual({ text: 'hello', width: 5 });
  expect(cut('hello!', 5)).toEqual({ text: 'hell…', width: 5 });
  expect(cut('漢字漢字', 8)).toEqual({ text: '漢字漢字', width: 8 });
  expect(cut('漢字漢字漢', 8)).toEqual({ text: '漢字漢…', width: 7 });
  expect(cut('👩‍👩‍👧👩‍👩‍👧', 3)).toEqual({ text: '👩‍👩‍👧…', width: 3 });
  expect(cut('é'.repeat(1_000_000), 4)).toEqual({ text: 'ééé…', width: 4 });
});
