// WHERE with one cheap condition and two or three on answers, in every order they can be written: how many documents are
// bought, beside text order (no rules) and beside the best order there is, which is reckoned from all answers.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerHash } from './answer-hash.mjs';
import { numbers } from './digits.mjs';
import { startEmulator } from './emulator.mjs';
import { median } from './measure.mjs';

const BATCH = 10;
const STATISTICS = 'statistics';
/** Where nothing is asked twice, the documents are what counts: the service answers at once, by a hash. */
const SERVICE = { latency: 0, null: true };
const RULES = ['cheap-first', 'pull-up', 'rank-order', 'limit-below-cognitive', 'group-first'];
const TARGETS = { known: 1.05, learnt: 1.15 };

const CONDITIONS = {
  score: { sql: 'SENTIMENT_SCORE(body) > 0.7', column: 'body', holds: ({ score }) => score > 0.7 },
  french: { sql: "DETECT_LANGUAGE(body) = 'fr'", column: 'body', holds: ({ iso }) => iso === 'fr' },
  title: { sql: "SENTIMENT(title) <> 'positive'", column: 'title', holds: ({ mood }) => mood !== 'positive' },
};
const CONJUNCTIONS = [
  ['score', 'french'],
  ['score', 'french', 'title'],
];

export async function bench({ short }) {
  const size = short
    ? { rows: 20_000, bodies: 1_999, titles: 499, shares: [0.01, 1] }
    : { rows: 200_000, bodies: 9_973, titles: 1_999, shares: [0.001, 0.01, 0.1, 1] };
  const emulator = await startEmulator(SERVICE);
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(emulator, folder, size);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(emulator, folder, { rows: count, bodies, titles, shares }) {
  const { Engine } = await import('../dist/index.js');
  const database = join(folder, 'database');
  let runs = 0;

  /** One statement in a process's worth of its own: nothing is cached, `kept` are the statistics it begins with. */
  async function run(sql, { kept, disabledRules = [], keep } = {}) {
    const cache = join(folder, `run ${runs++}`);
    if (kept !== undefined) cpSync(kept, join(cache, STATISTICS), { recursive: true });
    const engine = await Engine.open({
      database,
      env: { LANGUAGE_ENDPOINT: emulator.url },
      settings: { cache_dir: cache, cache: 'OFF' },
      disabledRules,
    });
    await emulator.reset();
    const started = performance.now();
    const found = await (await engine.query(sql)).toArray();
    const ms = performance.now() - started;
    const { documents } = await emulator.stats();
    await engine.close();
    if (keep !== undefined) cpSync(join(cache, STATISTICS), keep, { recursive: true });
    rmSync(cache, { recursive: true, force: true });
    return { found, documents, ms };
  }

  const setUp = await Engine.open({ database, env: {} });
  await setUp.execute(tableOf(count, bodies, titles));
  await setUp.close();
  const answers = {
    body: await byInput(run, 'SELECT body AS input, SENTIMENT_SCORE(body) AS score, DETECT_LANGUAGE(body) AS iso'),
    title: await byInput(run, 'SELECT title AS input, SENTIMENT(title) AS mood'),
  };
  const { found: table } = await run('SELECT id, cheap, body, title FROM reviews');

  const rows = [];
  const targets = [];
  for (const names of CONJUNCTIONS) {
    for (const share of shares) {
      const cheap = `cheap < ${Math.round(share * SPREAD)}`;
      const conditions = names.map((name) => CONDITIONS[name]);
      const wanted = table.filter((row) => row.cheap < Math.round(share * SPREAD));
      const best = Math.min(...permutations(conditions).map((order) => documentsOf(order, wanted, answers)));
      const query = (parts) => `SELECT id FROM reviews WHERE ${parts.join(' AND ')}`;
      const texts = permutations([cheap, ...conditions.map(({ sql }) => sql)]).map(query);

      const textOrder = await run(texts.at(-1), { disabledRules: RULES });
      const statistics = join(folder, `kept ${names.length} ${share}`);
      await run(texts[0], { keep: statistics });
      const contestants = { learnt: {}, known: { kept: statistics } };
      const hashes = new Set([answerHash(textOrder.found.map(Object.values))]);
      for (const [name, options] of Object.entries(contestants)) {
        const bought = [];
        const times = [];
        for (const sql of texts) {
          const { found, documents, ms } = await run(sql, options);
          hashes.add(answerHash(found.map(Object.values)));
          bought.push(documents);
          times.push(ms);
        }
        const [least, most] = [Math.min(...bought), Math.max(...bought)];
        const allowed = name === 'learnt' ? BATCH * names.length : 0;
        rows.push([
          names.length,
          share,
          name,
          texts.length,
          textOrder.documents,
          best,
          most,
          most / best,
          most - least,
          textOrder.ms / median(times),
          [...hashes].join(' '),
        ]);
        const what = `${names.length} calls at ${share}, selectivity ${name}`;
        targets.push({
          what: `documents over the best order, ${what}`,
          found: (most - allowed) / best,
          atMost: TARGETS[name],
        });
        targets.push({ what: `documents between orders of the text, ${what}`, found: most - least, atMost: 0 });
      }
      if (hashes.size > 1) throw new Error(`the answers differ: ${[...hashes].join(', ')}`);
    }
  }
  return {
    columns: [
      'calls',
      'cheap',
      'selectivity',
      'texts',
      'text order',
      'best',
      'documents',
      'of best',
      'spread',
      'faster',
      'answer',
    ],
    rows,
    notes: [
      `${count} rows of ${bodies} bodies and ${titles} titles; every order of the conditions is run, the worst is shown.`,
      'Text order: the same without its rules, which is the row-by-row plan whose answers all must equal.',
      `Learnt: nothing is known before; ${BATCH} documents a call are taken off before the ratio. Known: the statement ran once.`,
    ],
    targets,
  };
}

const SPREAD = 100_000;

/** Bodies, titles and the cheap column have nothing to do with each other. */
function tableOf(rows, bodies, titles) {
  const spread = (factor, modulus) => `(id * ${factor} % 1000003) * 7919 % ${modulus}`;
  const text = (word, value) => `CAST('${word} ' + CAST(${value} AS nvarchar(20)) + ' of the house' AS nvarchar(100))`;
  return `CREATE TABLE reviews AS SELECT id, ${spread(48271, SPREAD)} AS cheap,
    ${text('review', spread(16807, bodies))} AS body, ${text('title', spread(69621, titles))} AS title
    FROM ${numbers(6)} WHERE id < ${rows}`;
}

async function byInput(run, sql) {
  const { found } = await run(`${sql} FROM reviews`);
  return new Map(found.map((row) => [row.input, row]));
}

/** Each call is asked about the distinct inputs that those before it left. */
function documentsOf(order, table, answers) {
  let left = table;
  let documents = 0;
  for (const { column, holds } of order) {
    documents += new Set(left.map((row) => row[column])).size;
    left = left.filter((row) => holds(answers[column].get(row[column])));
  }
  return documents;
}

function permutations(items) {
  if (items.length <= 1) return [items];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
