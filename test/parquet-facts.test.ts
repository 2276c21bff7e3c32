// Lengths of texts in Parquet files: looked into once for each version of a file, and never past a text that is too long.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Engine } from '../src/index.ts';

let folder: string;
let engine: Engine;
let duckdb: DuckDBConnection;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  engine = await Engine.open({ env: {}, settings: { cache_dir: join(folder, 'cache') } });
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});
afterEach(async () => {
  await engine.close();
  duckdb.closeSync();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, sql: string): Promise<void> {
  await duckdb.run(`COPY (${sql}) TO '${join(folder, name)}' (FORMAT parquet)`);
}

async function declare(columns: string, location: string): Promise<void> {
  await engine.execute(`CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = '${folder}');
    CREATE EXTERNAL FILE FORMAT parquet WITH (FORMAT_TYPE = PARQUET);
    CREATE EXTERNAL TABLE t (${columns}) WITH (LOCATION = '${location}', DATA_SOURCE = here, FILE_FORMAT = parquet)`);
}

const rows = async (sql: string) => (await engine.query(sql)).toArray();

test('a file that is written anew is looked into anew', async () => {
  await declare('id int, name varchar(3)', 't.parquet');
  await write('t.parquet', "SELECT 1 AS id, 'abc' AS name");
  expect(await rows("SELECT id FROM t WHERE name = 'abc'")).toEqual([{ id: 1 }]);
  await write('t.parquet', "SELECT 1 AS id, 'abcd' AS name");
  await expect(rows('SELECT name FROM t')).rejects.toThrow('a value of column "name" is longer than the column');
  expect(await rows('SELECT id FROM t')).toEqual([{ id: 1 }]);
  await write('t.parquet', "SELECT 2 AS id, 'ab' AS name");
  expect(await rows('SELECT * FROM t')).toEqual([{ id: 2, name: 'ab' }]);
});

test('more bytes than characters', async () => {
  await declare('narrow varchar(3), wide nvarchar(3), padded char(4)', 't.parquet');
  await write('t.parquet', "SELECT 'é' AS narrow, 'ééé' AS wide, 'é' AS padded");
  expect(await rows('SELECT * FROM t')).toEqual([{ narrow: 'é', wide: 'ééé', padded: 'é  ' }]);
  await write('t.parquet', "SELECT 'éé' AS narrow, 'ééé' AS wide, 'é' AS padded");
  await expect(rows('SELECT * FROM t')).rejects.toThrow('a value of column "narrow" is longer than the column');
  expect(await rows('SELECT wide FROM t')).toEqual([{ wide: 'ééé' }]);
});

test('a column that only some files have, the longest text in the last', async () => {
  await declare('id int, name varchar(3)', '/');
  await write('a.parquet', 'SELECT 1 AS id');
  await write('b.parquet', 'SELECT 2 AS id, \'abc\' AS "NAME"');
  expect(await rows('SELECT id, name FROM t ORDER BY id')).toEqual([
    { id: 1, name: null },
    { id: 2, name: 'abc' },
  ]);
  await write('c.parquet', 'SELECT 3 AS id, \'abcd\' AS "NAME"');
  await expect(rows('SELECT name FROM t')).rejects.toThrow('a value of column "name" is longer than the column');
});
