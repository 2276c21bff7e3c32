// Calls over joins: a dimension that keeps little of a fact table, a dimension whose rows multiply, outer joins. How many
// documents are bought, beside the distinct inputs of the rows that survive, and beside a plan that leaves calls where
// they were written, on their side of the join.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerHash } from './answer-hash.mjs';
import { numbers } from './digits.mjs';
import { startEmulator } from './emulator.mjs';

const SERVICE = { latency: 0, null: true };
/** Without it calls stay below joins, while cheap conditions are pushed down as any engine does. */
const PUSH_DOWN = ['pull-up', 'group-first'];
const ALL_RULES = ['cheap-first', 'pull-up', 'rank-order', 'limit-below-cognitive', 'group-first', 'share', 'prune'];
const TARGET = 1;
/** Of the rows, for the row-by-row plan. */
const SAMPLE = 20;

/** The fact's own text is called on in a derived table, as a view would have it. */
const FACT = '(SELECT id, product, day, topic, body, SENTIMENT(body) AS mood FROM facts) AS f';

/** `inputs`: the calls' inputs of the rows that survive, without a call. */
const QUERIES = [
  {
    what: 'a dimension keeps 0.3 %',
    sql: `SELECT f.id, f.mood FROM ${FACT} JOIN days AS d ON d.id = f.day WHERE d.kind = 'holiday'`,
    inputs: ["SELECT f.body AS input FROM facts AS f JOIN days AS d ON d.id = f.day WHERE d.kind = 'holiday'"],
  },
  {
    what: 'the same, grouped by the answer',
    sql: `SELECT f.mood, COUNT(*) AS n FROM ${FACT} JOIN days AS d ON d.id = f.day WHERE d.kind = 'holiday' GROUP BY f.mood`,
    inputs: ["SELECT f.body AS input FROM facts AS f JOIN days AS d ON d.id = f.day WHERE d.kind = 'holiday'"],
  },
  {
    what: '1:500, a call on the one side',
    sql: `SELECT f.id, p.mood FROM facts AS f JOIN (SELECT id, kind, SENTIMENT(note) AS mood FROM products) AS p
      ON p.id = f.product WHERE p.kind <> 'rare'`,
    inputs: ["SELECT p.note AS input FROM facts AS f JOIN products AS p ON p.id = f.product WHERE p.kind <> 'rare'"],
  },
  {
    what: '1:500, filtered by the many side',
    sql: `SELECT f.id, p.mood FROM facts AS f JOIN (SELECT id, SENTIMENT(note) AS mood FROM products) AS p
      ON p.id = f.product WHERE f.topic = 7`,
    inputs: ['SELECT p.note AS input FROM facts AS f JOIN products AS p ON p.id = f.product WHERE f.topic = 7'],
  },
  {
    what: 'LEFT JOIN, a call on either side',
    sql: `SELECT f.id, f.mood, p.mood AS note FROM ${FACT} LEFT JOIN (SELECT id, kind, SENTIMENT(note) AS mood FROM products) AS p
      ON p.id = f.product AND p.kind = 'rare' WHERE f.topic = 7`,
    inputs: [
      'SELECT body AS input FROM facts WHERE topic = 7',
      "SELECT p.note AS input FROM facts AS f JOIN products AS p ON p.id = f.product AND p.kind = 'rare' WHERE f.topic = 7",
    ],
  },
  {
    what: 'RIGHT JOIN, the fact made up where nothing matches',
    sql: `SELECT p.id, f.mood FROM ${FACT} RIGHT JOIN products AS p ON p.id = f.product AND f.topic = 7 WHERE p.kind = 'rare'`,
    inputs: [
      "SELECT f.body AS input FROM facts AS f JOIN products AS p ON p.id = f.product AND f.topic = 7 WHERE p.kind = 'rare'",
    ],
  },
  {
    what: 'FULL JOIN',
    sql: `SELECT f.id, p.id AS product, f.mood FROM (SELECT * FROM ${FACT} WHERE topic = 7) AS f
      FULL JOIN (SELECT id FROM products WHERE kind = 'rare') AS p ON p.id = f.product`,
    inputs: ['SELECT body AS input FROM facts WHERE topic = 7'],
  },
];

export async function bench({ short }) {
  const emulator = await startEmulator(SERVICE);
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(emulator, folder, short ? 22_000 : 110_000);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(emulator, folder, facts) {
  const { Engine } = await import('../dist/index.js');
  /** The same tables; of the fact the first of so many rows. */
  const open = async (name, rows, disabledRules) => {
    const settings = { cache_dir: join(folder, name), cache: 'OFF' };
    const engine = await Engine.open({ env: { LANGUAGE_ENDPOINT: emulator.url }, settings, disabledRules });
    for (const sql of tablesOf(rows, facts)) await engine.execute(sql);
    return engine;
  };
  const run = async (engine, sql) => {
    await emulator.reset();
    const started = performance.now();
    const found = await (await engine.query(sql)).toArray();
    const ms = performance.now() - started;
    const { documents } = await emulator.stats();
    return { hash: answerHash(found.map(Object.values)), rows: found.length, documents, ms };
  };
  const engines = {
    sqlc: await open('sqlc', facts, []),
    pushDown: await open('push-down', facts, PUSH_DOWN),
    // Every row of the fact is asked about once for each query: on a part of it.
    sample: await open('sample', facts / SAMPLE, []),
    rowByRow: await open('row-by-row', facts / SAMPLE, ALL_RULES),
  };
  const rows = [];
  const targets = [];
  for (const { what, sql, inputs } of QUERIES) {
    const bound = await distinct(engines.sqlc, inputs);
    const [best, pushDown] = [await run(engines.sqlc, sql), await run(engines.pushDown, sql)];
    const [sample, rowByRow] = [await run(engines.sample, sql), await run(engines.rowByRow, sql)];
    if (best.hash !== pushDown.hash || sample.hash !== rowByRow.hash) throw new Error(`${what}: the answers differ`);
    rows.push([
      what,
      best.rows,
      bound,
      best.documents,
      bound === 0 ? 1 : best.documents / bound,
      pushDown.documents,
      pushDown.ms / best.ms,
      rowByRow.documents,
      best.hash,
    ]);
    targets.push({ what: `documents over the bound, ${what}`, found: best.documents / bound, atMost: TARGET });
  }
  for (const engine of Object.values(engines)) await engine.close();
  return {
    columns: [
      'join',
      'rows',
      'bound',
      'documents',
      'of bound',
      'push-down',
      'faster',
      `row by row, 1/${SAMPLE}`,
      'answer',
    ],
    rows,
    notes: [
      `${facts} rows of facts, a product each has 500 of; bound: distinct inputs of the rows that survive joins and cheap conditions.`,
      `Push-down: calls stay on their side of the join. Answers equal its own, and on 1/${SAMPLE} of the facts the row-by-row plan's.`,
    ],
    targets,
  };
}

/** A product has 500 facts; three days in a thousand are holidays. */
function tablesOf(rows, facts) {
  const products = Math.ceil(facts / 500);
  const text = (word, value) => `CAST('${word} ' + CAST(${value} AS nvarchar(20)) + ' of the house' AS nvarchar(100))`;
  return [
    `CREATE TABLE facts AS SELECT id, id * 7919 % ${products} AS product, id * 31 % 1000 AS day, id % 13 AS topic, ${text('review', 'id * 16807 % 99991')} AS body
      FROM ${numbers(6)} WHERE id < ${rows}`,
    `CREATE TABLE days AS SELECT id, CASE WHEN id % 333 = 7 THEN 'holiday' ELSE 'day' END AS kind
      FROM ${numbers(3)}`,
    `CREATE TABLE products AS SELECT id, CASE WHEN id % 100 = 7 THEN 'rare' ELSE 'common' END AS kind, ${text('product', 'id')} AS note
      FROM ${numbers(4)} WHERE id < ${products + 5}`,
  ];
}

async function distinct(engine, queries) {
  const counts = queries.map((sql) => `(SELECT COUNT(DISTINCT input) FROM (${sql}) AS i)`).join(' + ');
  const [{ n }] = await (await engine.query(`SELECT ${counts} AS n`)).toArray();
  return n;
}
