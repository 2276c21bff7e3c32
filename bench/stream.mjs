// Large results through the command line: the first line comes at once, memory does not grow with the rows, also with
// a call on every row. The bound of memory is fixed; everything else is reported beside it.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numbers } from './digits.mjs';
import { startFakeService } from './fake-service.mjs';
import { CLI, runChildOk } from './measure.mjs';

const ROWS = 5_000_000;
const CALLED_ROWS = 1_000_000;
/** Prime: no wave of rows holds a whole number of batches by chance. */
const CALLED_DISTINCT = 99_991;
const BATCH = 10;
const PEAK_RSS_TARGET_MB = 500;
const HEAD_TARGET = 0.2;
const REQUESTS_TARGET = 1.02;

/** 200 bytes that differ from row to row. */
const textOf = (id) =>
  `CAST('customer ' AS nvarchar(400)) + RIGHT('000000000' + CAST(${id} * 7919 % 999983 AS nvarchar(20)), 9)
    + REPLICATE(' wrote that it arrived in time', 6)`;

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(folder) {
  const database = join(folder, 'database');
  const output = join(folder, 'out.csv');
  const sqlc = (sql, args = [], options = {}) => {
    const env = { XDG_CACHE_HOME: folder, ...options.env };
    return runChildOk(process.execPath, [CLI, 'query', '--format', 'csv', ...args, sql], { ...options, env });
  };
  const generated = `SELECT id, ${textOf('id')} AS t FROM ${numbers(7)} WHERE id < ${ROWS}`;
  await sqlc(`CREATE TABLE big AS ${generated}`, ['--database', database]);
  await sqlc(
    `CREATE TABLE called AS SELECT id, ${textOf(`(id % ${CALLED_DISTINCT})`)} AS t FROM ${numbers(6)}
     WHERE id < ${CALLED_ROWS}`,
    ['--database', database],
  );

  const rows = [];
  const targets = [];
  const report = (name, count, run) => {
    const perSecond = count === undefined ? undefined : Math.round(count / (run.ms / 1000));
    rows.push([name, run.ms, run.firstByteMs, perSecond, run.peakRssMb]);
  };
  const bounded = (name, run) => {
    if (run.peakRssMb !== undefined)
      targets.push({ what: `peak MB, ${name}`, found: run.peakRssMb, atMost: PEAK_RSS_TARGET_MB });
  };

  const idle = await sqlc('SELECT 1');
  report('SELECT 1', undefined, idle);

  const big = 'SELECT id, t FROM big';
  for (const [name, sql, args] of [
    ['5 M rows of a table', big, ['--database', database]],
    ['5 M rows made by the query', generated, []],
  ]) {
    const whole = await sqlc(sql, [...args, '--output', output]);
    expectBytes(output, ROWS);
    report(`${name} > file`, ROWS, whole);
    bounded(name, whole);
    const head = await sqlc(sql, args, { closeAfterBytes: 1 });
    report(`${name} | head -1`, undefined, head);
    targets.push({ what: `time of | head -1 over the whole, ${name}`, found: head.ms / whole.ms, atMost: HEAD_TARGET });
  }
  const small = await sqlc(big, ['--database', database, '--set', 'memory_limit_mb=300', '--output', output]);
  report('5 M rows of a table > file, memory_limit_mb=300', ROWS, small);

  const service = await startFakeService();
  const env = { LANGUAGE_ENDPOINT: service.url };
  const call = 'SELECT id, SENTIMENT(t) AS mood FROM called';
  const called = await sqlc(call, ['--database', database, '--output', output], { env });
  const { requests } = await service.take();
  report('1 M rows, 99,991 distinct calls > file', CALLED_ROWS, called);
  const head = await sqlc(call, ['--database', database], { env, closeAfterBytes: 1 });
  const { requests: headRequests } = await service.take();
  report('1 M rows, 99,991 distinct calls | head -1', undefined, head);
  await service.close();
  targets.push({
    what: 'requests over the bound',
    found: requests / Math.ceil(CALLED_DISTINCT / BATCH),
    atMost: REQUESTS_TARGET,
  });
  return {
    columns: ['what', 'ms', 'first byte ms', 'rows/s', 'peak MB'],
    rows,
    notes: [`with calls: ${requests} requests whole, ${headRequests} until head had its line`],
    targets,
  };
}

function expectBytes(file, rows) {
  const { size } = statSync(file);
  if (size < rows * 200) throw new Error(`${size} bytes for ${rows} rows`);
}
