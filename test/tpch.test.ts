// The queries of the bench over little data: sqlc's answers are DuckDB's own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { difference } from '../bench/tpch/same-answer.mjs';
import { declarations, queriesOf, tpchFiles, views } from '../bench/tpch/tables.mjs';
import { Engine } from '../src/index.ts';

test('the 22 queries of TPC-H at scale factor 0.01', async () => {
  const made = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  const engine = await Engine.open({ env: {}, settings: { cache_dir: join(made, 'cache') } });
  const instance = await DuckDBInstance.create(':memory:');
  const duckdb = await instance.connect();
  try {
    const { folder } = await tpchFiles(made, 0.01, { generator: 'generate.sql' });
    await engine.execute(declarations(folder));
    await duckdb.run(views(folder));
    const theirs = queriesOf('duckdb');
    const found: Record<string, string | undefined> = {};
    for (const [i, { name, sql }] of queriesOf('sqlc').entries()) {
      const expected = (await duckdb.runAndReadAll(theirs[i]?.sql ?? '')).getRowsJson();
      found[name] = difference(await (await engine.query(sql)).toArray(), expected);
    }
    expect(Object.keys(found)).toHaveLength(22);
    expect(Object.entries(found).filter(([, different]) => different !== undefined)).toEqual([]);
  } finally {
    duckdb.closeSync();
    instance.closeSync();
    await engine.close();
    await rm(made, { recursive: true, force: true });
  }
}, 60_000);
