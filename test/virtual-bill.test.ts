// The virtual bill of the run report: what evaluating the text row by row would have bought, and where the rest went.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmulatorServer } from '../src/emulator/server.ts';
import { Engine } from '../src/engine/engine.ts';
import { startFakeService } from './support/slt-backends.ts';

let service: EmulatorServer;
let engine: Engine;
let scratch = '';

const DIGITS = '(SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d))';

// 400 rows, 40 distinct texts, ten rows without one; every second row is French.
const ROWS = `CREATE TABLE r AS SELECT CAST(i AS int) AS id, CASE WHEN i % 40 = 7 THEN NULL ELSE CONCAT('text ', i % 40) END AS body,
  CONCAT('title ', i % 25) AS title, CASE WHEN i % 2 = 0 THEN 'FR' ELSE 'DE' END AS country FROM (SELECT a.d + 10 * b.d + 100 * c.d AS i FROM ${DIGITS} AS a CROSS JOIN ${DIGITS} AS b CROSS JOIN ${DIGITS} AS c WHERE c.d < 4) s`;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-bill-'));
  service = await startFakeService();
  engine = await Engine.open({ env: { LANGUAGE_ENDPOINT: service.url }, settings: { cache_dir: scratch } });
  await engine.execute(ROWS);
});

afterAll(async () => {
  await engine?.close();
  await service?.close(0);
  rmSync(scratch, { recursive: true, force: true });
});

async function bills(sql: string) {
  const result = await engine.query(sql);
  await result.toArray();
  for (const o of result.stats.operations) {
    const { dedup, cache, order, placement, fusion, early } = o.saved;
    const saved = dedup + cache + order + placement + fusion + early;
    expect(o.virtualDocuments, 'what was bought and what was saved add up').toBe(o.distinct - o.cached + saved);
  }
  return result.stats.operations;
}

const none = { dedup: 0, cache: 0, order: 0, placement: 0, fusion: 0, early: 0 };

describe('the virtual bill', () => {
  test('counts rows with an input, and equal inputs once', async () => {
    const [bill] = await bills('SELECT id, SENTIMENT(body) AS m FROM r OPTION (CACHE OFF)');
    expect(bill).toMatchObject({
      virtualDocuments: 390,
      distinct: 39,
      estimated: false,
      saved: { ...none, dedup: 351 },
    });
  });

  test('counts each mention that shares an answer', async () => {
    const sql = 'SELECT SENTIMENT(body) AS m, SENTIMENT_SCORE(body) AS s FROM r OPTION (CACHE OFF)';
    const [bill] = await bills(sql);
    expect(bill).toMatchObject({
      virtualDocuments: 780,
      distinct: 39,
      estimated: false,
      saved: { ...none, dedup: 741 },
    });
  });

  test('knows what a filter in the text before the call drops anyway, and what one after it does', async () => {
    const before =
      "SELECT COUNT(*) AS n FROM r WHERE country = 'FR' AND SENTIMENT(body) = 'positive' OPTION (CACHE OFF)";
    const [first] = await bills(before);
    const after =
      "SELECT COUNT(*) AS n FROM r WHERE SENTIMENT(body) = 'positive' AND country = 'FR' OPTION (CACHE OFF)";
    const [second] = await bills(after);
    expect(first?.saved.placement).toBeLessThan(second?.saved.placement ?? 0);
    expect([first, second]).toMatchObject([
      { virtualDocuments: 200, distinct: 20, estimated: false },
      { virtualDocuments: 390, distinct: 20, estimated: false },
    ]);
  });

  test('knows what nobody wanted any more', async () => {
    const [bill] = await bills("SELECT id FROM r WHERE SENTIMENT(title) <> 'nothing' LIMIT 5 OPTION (CACHE OFF)");
    expect(bill).toMatchObject({
      virtualDocuments: 400,
      distinct: 10,
      estimated: false,
      saved: { ...none, dedup: expect.any(Number), early: expect.any(Number) },
    });
    // How far the rows have come when the tenth input's answer ends the statement is left to the stream.
    expect((bill?.saved.dedup ?? 0) + (bill?.saved.early ?? 0)).toBe(390);
  });

  test('says which part another call would have to tell', async () => {
    const operations = await bills(
      "SELECT id FROM r WHERE SENTIMENT(body) = 'positive' AND DETECT_LANGUAGE(title) = 'xx' OPTION (CACHE OFF)",
    );
    expect(operations.some((o) => o.estimated)).toBe(true);
  });

  test('takes cached answers off', async () => {
    await bills('SELECT SENTIMENT(title) AS m FROM r WHERE id < 10');
    const [bill] = await bills('SELECT SENTIMENT(title) AS m FROM r');
    expect(bill).toMatchObject({
      virtualDocuments: 400,
      distinct: 25,
      cached: 10,
      saved: { ...none, cache: 10, dedup: 375 },
    });
  });

  test('is written as the contract names it', async () => {
    const result = await engine.query('SELECT SENTIMENT(body) AS m FROM r');
    await result.toArray();
    const report = JSON.parse(JSON.stringify(result.stats));
    expect(Object.keys(report)).toEqual([
      'sql',
      'status',
      'elapsedMs',
      'planMs',
      'rows',
      'storage',
      'operations',
      'cost',
      'plan',
    ]);
    expect(Object.keys(report.operations[0]).sort()).toEqual([
      'bytesReceived',
      'bytesSent',
      'cached',
      'cost',
      'currency',
      'distinct',
      'documents',
      'errors',
      'estimated',
      'latencyMs',
      'model',
      'operation',
      'requestIds',
      'requests',
      'retries',
      'saved',
      'service',
      'split',
      'throttled',
      'virtualDocuments',
    ]);
    expect(report.operations[0].latencyMs).toEqual({
      p50: expect.any(Number),
      p95: expect.any(Number),
      p99: expect.any(Number),
    });
    expect(report.plan).toContain('cognitive-map');
  });
});
