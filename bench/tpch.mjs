// The 22 queries of TPC-H, with the standard's validation parameters, in sqlc's dialect over external tables; beside
// them the same queries in DuckDB's own SQL, through @duckdb/node-api in the same process, over the same Parquet files.
// Either side reads its whole answer as columns: record batches here, chunks there.

import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { median } from './measure.mjs';
import { difference } from './tpch/same-answer.mjs';
import { declarations, queriesOf, tpchFiles, views } from './tpch/tables.mjs';

const DATA = fileURLToPath(new URL('tpch/data/', import.meta.url));
const TARGETS = { ratio: 1.05, planMs: 5 };

export async function bench({ short, sf = short ? 0.01 : 1 }) {
  const { folder, by } = await tpchFiles(DATA, sf);
  const { Engine } = await import('../dist/index.js');
  const engine = await Engine.open({ env: {} });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await engine.execute(declarations(folder));
    await connection.run(views(folder));
    const runs = short ? 3 : 7;
    const measured = await interleaved(engine, connection, runs);
    // Below a second's worth of data it is the start of a statement that is measured.
    return report(measured, { runs, sf, by, timed: sf >= 1 });
  } finally {
    connection.closeSync();
    instance.closeSync();
    await engine.close();
  }
}

async function interleaved(engine, connection, runs) {
  const theirs = queriesOf('duckdb');
  const queries = queriesOf('sqlc').map(({ name, sql }, i) => ({
    name,
    sqlc: sql,
    duckdb: theirs[i].sql,
    rows: 0,
    ms: [],
    duckdbMs: [],
    planMs: [],
  }));
  // The first run of each is where the answers are compared; files and code are warm from then on.
  for (const query of queries) {
    const answer = await (await engine.query(query.sqlc)).toArray();
    const expected = (await connection.runAndReadAll(query.duckdb)).getRowsJson();
    const found = difference(answer, expected);
    if (found !== undefined) throw new Error(`${query.name}: the answers differ: ${found}`);
    query.rows = answer.length;
  }
  for (let run = 0; run < runs; run++) {
    for (const query of queries) {
      const sides = [
        async () => {
          const started = performance.now();
          const result = await engine.query(query.sqlc);
          for await (const _ of result.batches());
          query.ms.push(performance.now() - started);
          query.planMs.push(result.stats.planMs);
        },
        async () => {
          const started = performance.now();
          await connection.runAndReadAll(query.duckdb);
          query.duckdbMs.push(performance.now() - started);
        },
      ];
      for (const side of run % 2 === 0 ? sides : sides.reverse()) await side();
    }
  }
  return queries;
}

function report(queries, { runs, sf, by, timed }) {
  const rows = queries.map(({ name, rows, ms, duckdbMs, planMs }) => ({
    name,
    rows,
    ms: median(ms),
    duckdbMs: median(duckdbMs),
    ratio: median(ms) / median(duckdbMs),
    planMs: median(planMs),
  }));
  const geometricMean = Math.exp(rows.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / rows.length);
  const slowestPlan = rows.reduce((a, b) => (a.planMs >= b.planMs ? a : b));
  const ratio = { what: 'time over DuckDB, geometric mean', found: geometricMean, atMost: TARGETS.ratio };
  return {
    columns: ['query', 'rows', 'sqlc ms', 'DuckDB ms', 'ratio', 'plan ms'],
    rows: rows.map((row) => [row.name, row.rows, row.ms, row.duckdbMs, row.ratio, row.planMs]),
    notes: [
      `scale factor ${sf}, files by ${by}; medians of ${runs} interleaved runs after one of each; the answers are equal`,
      `geometric mean of the ratios ${geometricMean.toFixed(3)}`,
    ],
    targets: [
      ...(timed ? [ratio] : []),
      { what: `ms to plan the slowest, ${slowestPlan.name}`, found: slowestPlan.planMs, atMost: TARGETS.planMs },
    ],
  };
}
