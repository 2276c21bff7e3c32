// What does not fit memory_limit_mb goes to disk, in a folder of each engine's own that nobody has made before.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-spill-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';
const ROWS = 1_000_000;
/** About 200 MB to sort. */
const SORTED = `SELECT id, RIGHT(CONCAT('000000', CAST(id AS bigint) * 7919 % ${ROWS}), 6) + REPLICATE('x', 200) AS t
  FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d AS id
    FROM ${DIGITS} AS a(d), ${DIGITS} AS b(d), ${DIGITS} AS c(d), ${DIGITS} AS d(d), ${DIGITS} AS e(d), ${DIGITS} AS f(d)) AS n
  ORDER BY t`;

function open(cacheDir: string): Promise<Engine> {
  return Engine.open({ env: {}, settings: { cache_dir: cacheDir, memory_limit_mb: 200 } });
}

/** @returns the rows, and what stood in the spill folder when the first of them came */
async function sorted(engine: Engine, cacheDir: string): Promise<{ rows: number; spilled: string[] }> {
  let spilled: string[] | undefined;
  let last = '';
  let rows = 0;
  for await (const batch of (await engine.query(SORTED)).batches()) {
    spilled ??= readdirSync(join(cacheDir, 'tmp'));
    const texts = batch.getChild('t');
    for (let i = 0; i < batch.numRows; i++) {
      const text = String(texts?.get(i));
      if (text < last) throw new Error(`"${text.slice(0, 6)}" after "${last.slice(0, 6)}"`);
      last = text;
    }
    rows += batch.numRows;
  }
  return { rows, spilled: spilled ?? [] };
}

describe('what does not fit in memory', () => {
  test('goes to a cache folder that is not there yet, and is gone at the end', async () => {
    const cacheDir = join(scratch, 'not', 'there');
    const [one, other] = [await open(cacheDir), await open(cacheDir)];
    const found = await Promise.all([sorted(one, cacheDir), sorted(other, cacheDir)]);
    expect(found.map(({ rows }) => rows)).toEqual([ROWS, ROWS]);
    expect(new Set(found.flatMap(({ spilled }) => spilled)).size).toBe(2);
    await one.close();
    await other.close();
    expect(readdirSync(join(cacheDir, 'tmp'))).toEqual([]);
  });

  test('of a process that was killed is removed by the next one; that of another machine stays', async () => {
    const cacheDir = join(scratch, 'killed');
    const folders = [`${hostname()}-999999999-0123abcd`, `${hostname()}x-999999999-0123abcd`, 'else'];
    for (const folder of folders) {
      mkdirSync(join(cacheDir, 'tmp', folder), { recursive: true });
      writeFileSync(join(cacheDir, 'tmp', folder, 'duckdb_temp_storage-0.tmp'), '');
    }
    await (await open(cacheDir)).close();
    expect(folders.map((folder) => existsSync(join(cacheDir, 'tmp', folder)))).toEqual([false, true, true]);
  });
});
