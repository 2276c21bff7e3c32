// What `sqlc query "SELECT 1"` costs beside a bare process that loads DuckDB and runs the same: interleaved runs, medians.

import { fileURLToPath } from 'node:url';
import { CLI, median, runChildOk } from './measure.mjs';

const RUNS = 21;
const TARGET = 2;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const BARE = `
import { DuckDBInstance } from '@duckdb/node-api';
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const reader = await connection.runAndReadAll('SELECT 1');
process.stdout.write(reader.getRows()[0][0] + '\\n');
connection.closeSync();
instance.closeSync();
`;

const CONTESTANTS = {
  'node -e 0': ['-e', '0'],
  'DuckDB alone': ['--input-type=module', '-e', BARE],
  'sqlc --version': [CLI, '--version'],
  'sqlc query "SELECT 1"': [CLI, 'query', 'SELECT 1'],
};

export async function bench() {
  const times = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]));
  for (let run = 0; run <= RUNS; run++) {
    for (const [name, args] of Object.entries(CONTESTANTS)) {
      const { ms } = await runChildOk(process.execPath, args, { cwd: ROOT });
      // The first round fills the file cache.
      if (run > 0) times[name].push(ms);
    }
  }
  const base = median(times['DuckDB alone']);
  const rows = Object.entries(times).map(([name, ms]) => [name, median(ms), Math.min(...ms), median(ms) / base]);
  const found = median(times['sqlc query "SELECT 1"']) / base;
  return {
    columns: ['process', 'median ms', 'min ms', 'of DuckDB alone'],
    rows,
    notes: [`medians of ${RUNS} interleaved runs`],
    targets: [{ what: 'sqlc query "SELECT 1" over DuckDB alone', found, atMost: TARGET }],
  };
}
