// Random queries over two small tables answer the same with all rules and with none. The seed is printed in the name of
// the test; SQLC_SEED and SQLC_QUERIES repeat or lengthen a run.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderError, SqlcError } from '../src/common/errors.ts';
import type { EmulatorServer } from '../src/emulator/server.ts';
import { allRules } from '../src/planner/rules/index.generated.ts';
import { QueryGenerator, SETUP } from './support/random-query.ts';
import { sqlcBackend, startFakeService } from './support/slt-backends.ts';
import { type Backend, resultLines } from './support/slt-record.ts';

const seed = Number(process.env.SQLC_SEED ?? 20240607);
const count = Number(process.env.SQLC_QUERIES ?? 120);
const PER_TEST = 50;

let service: EmulatorServer | undefined;
let withRules: Backend | undefined;
let withoutRules: Backend | undefined;
let cacheDir = '';

beforeAll(async () => {
  service = await startFakeService();
  cacheDir = mkdtempSync(join(tmpdir(), 'sqlc-differential-'));
  const options = { serviceUrl: service.url, cacheDir };
  withRules = await sqlcBackend({ ...options, disabledRules: [] });
  withoutRules = await sqlcBackend({ ...options, disabledRules: allRules.map((rule) => rule.name) });
  for (const sql of SETUP) {
    await withRules.statement(sql);
    await withoutRules.statement(sql);
  }
});

afterAll(async () => {
  await withRules?.close();
  await withoutRules?.close();
  await service?.close(0);
  rmSync(cacheDir, { recursive: true, force: true });
});

describe(`rules change no answer (seed ${seed})`, () => {
  const generator = new QueryGenerator(seed);
  const queries = Array.from({ length: count }, () => generator.query());
  for (let from = 0; from < count; from += PER_TEST) {
    const some = queries.slice(from, from + PER_TEST);
    test(`queries ${from + 1} to ${from + some.length}`, { timeout: 60_000 }, async () => {
      const different: string[] = [];
      let answered = 0;
      for (const { sql, ordered } of some) {
        const [left, right] = await Promise.all([
          outcome(withRules, sql, ordered),
          outcome(withoutRules, sql, ordered),
        ]);
        if (!left.startsWith('error')) answered++;
        if (left !== right || left.startsWith('error internal')) {
          different.push(`${sql}\n-- with rules\n${left}\n-- without\n${right}`);
        }
      }
      expect(different.join('\n\n')).toBe('');
      // A generator whose queries all fail proves nothing.
      expect(answered).toBeGreaterThan(some.length * 0.9);
    });
  }
});

/** The rows as text, or the error. */
async function outcome(backend: Backend | undefined, sql: string, ordered: boolean): Promise<string> {
  if (backend === undefined) throw new Error('the backend is not open');
  try {
    const { rows } = await backend.query(sql);
    return resultLines(rows, ordered ? 'nosort' : 'rowsort', 0).join('\n');
  } catch (failure) {
    if (failure instanceof SqlcError) return renderError(failure);
    throw failure;
  }
}
