// Results: every .slt file is replayed with all rules, with none, and, where it is marked relational, on bare DuckDB.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmulatorServer } from '../src/emulator/server.ts';
import { allRules } from '../src/planner/rules/index.generated.ts';
import { replaySlt } from './support/slt.ts';
import { DUCKDB_NAMES, duckdbBackend, SQLC_NAMES, sqlcBackend, startFakeService } from './support/slt-backends.ts';
import { readSlt } from './support/slt-file.ts';
import { resultLines } from './support/slt-record.ts';

const folder = fileURLToPath(new URL('./slt', import.meta.url));
const rewrite = process.env.SQLC_REWRITE === '1';
const everyRule = allRules.map((rule) => rule.name);
let service: EmulatorServer | undefined;
let cacheDir = '';

beforeAll(async () => {
  service = await startFakeService();
  cacheDir = mkdtempSync(join(tmpdir(), 'sqlc-slt-'));
});

afterAll(async () => {
  await service?.close(0);
  rmSync(cacheDir, { recursive: true, force: true });
});

function openSqlc(disabledRules: readonly string[], collation: string | undefined) {
  return sqlcBackend({ serviceUrl: service?.url ?? '', cacheDir, disabledRules, collation });
}

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.slt'));
for (const name of names.sort()) {
  const file = readSlt(join(folder, name));
  replaySlt(file, name, { mode: 'all rules', names: SQLC_NAMES, open: () => openSqlc([], file.collation), rewrite });
  if (rewrite) continue;
  replaySlt(file, name, {
    mode: 'no rules',
    names: SQLC_NAMES,
    open: () => openSqlc(everyRule, file.collation),
    rewrite,
  });
  if (file.relational) replaySlt(file, name, { mode: 'duckdb', names: DUCKDB_NAMES, open: duckdbBackend, rewrite });
}

describe('lines of a result', () => {
  const rows = [
    ['2', 'b'],
    ['1', ''],
  ];
  test('are rows in their order, or sorted, or single values sorted', () => {
    expect(resultLines(rows, 'nosort', 0)).toEqual(['2\tb', '1\t(empty)']);
    expect(resultLines(rows, 'rowsort', 0)).toEqual(['1\t(empty)', '2\tb']);
    expect(resultLines(rows, 'valuesort', 0)).toEqual(['(empty)', '1', '2', 'b']);
  });
  test('are one hash above the threshold', () => {
    expect(resultLines([['1'], ['2']], 'nosort', 1)).toEqual(['2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0']);
    expect(resultLines(rows, 'nosort', 4)).toEqual(['2\tb', '1\t(empty)']);
  });
});
