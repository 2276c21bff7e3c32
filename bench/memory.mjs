// Memory does not grow with the table: SENTIMENT over ten million rows of a million distinct texts of 200 bytes, beside as
// many texts in a tenth of the rows; each through the command line, in a process of its own, under memory_limit_mb.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numbers } from './digits.mjs';
import { CLI, runChildOk } from './measure.mjs';
import { startNullService } from './null-service.mjs';

const LIMIT_MB = 512;
const PEAK_TARGET_MB = 1536;
const GROWTH_TARGET = 1.25;

export async function bench({ short }) {
  const digits = short ? [5, 6] : [6, 7];
  const distinct = 10 ** digits[0];
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  const service = await startNullService();
  try {
    const runs = [];
    for (const each of digits) runs.push(await run({ digits: each, distinct, folder, url: service.url }));
    return report(runs);
  } finally {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run({ digits, distinct, folder, url }) {
  const here = join(folder, String(digits));
  const env = { XDG_CACHE_HOME: here, LANGUAGE_ENDPOINT: url };
  const sqlc = (sql, ...options) =>
    runChildOk(process.execPath, [CLI, 'query', '--database', join(here, 'database'), ...options, sql], { env });
  await sqlc(
    `CREATE TABLE reviews AS SELECT id, CAST('customer ' AS nvarchar(400))
       + RIGHT('00000000000' + CAST(id % ${distinct} AS nvarchar(20)), 11)
       + REPLICATE(' wrote that it arrived in time', 6) AS t FROM ${numbers(digits)}`,
  );
  const reported = join(here, 'report.json');
  const { ms, peakRssMb } = await sqlc(
    'SELECT id, SENTIMENT(t) AS mood FROM reviews',
    ...['--set', `memory_limit_mb=${LIMIT_MB}`, '--report', reported],
    ...['--format', 'csv', '--output', join(here, 'out.csv')],
  );
  const [{ rows, operations }] = JSON.parse(readFileSync(reported, 'utf8')).statements;
  if (rows !== 10 ** digits) throw new Error(`${rows} rows`);
  if (operations[0].documents !== distinct)
    throw new Error(`${operations[0].documents} documents for ${distinct} texts`);
  return { rows, distinct, requests: operations[0].requests, ms, peakRssMb };
}

function report(runs) {
  const [few, many] = runs;
  const known = few.peakRssMb !== undefined && many.peakRssMb !== undefined;
  return {
    columns: ['rows', 'distinct texts', 'requests', 'ms', 'rows/s', 'peak MB'],
    rows: runs.map(({ rows, distinct, requests, ms, peakRssMb }) => {
      return [rows, distinct, requests, ms, Math.round((1000 * rows) / ms), peakRssMb];
    }),
    notes: [
      `memory_limit_mb = ${LIMIT_MB}; peak resident memory of the engine's process, the service is in another`,
      ...(known ? [] : ['no /proc here: the peak is not known']),
    ],
    targets: known
      ? [
          { what: `peak MB, ${many.rows} rows`, found: many.peakRssMb, atMost: PEAK_TARGET_MB },
          { what: 'ten times the rows over the peak', found: many.peakRssMb / few.peakRssMb, atMost: GROWTH_TARGET },
        ]
      : [],
  };
}
