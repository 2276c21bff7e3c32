// An analyst's session: eight queries over the same reviews, each in a process of its own, that share inputs. What is
// bought in all of it is what the union of them needs; beside it every query from scratch. The bound and the answers
// come from the row-by-row plan, evaluated here in JavaScript.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerHash } from './answer-hash.mjs';
import { SERVICE, startEmulator } from './emulator.mjs';
import { CLI, runChildOk } from './measure.mjs';
import { nullAnswers } from './null-answers.mjs';
import { keyOf, reviewOf, reviewRows } from './reviews.mjs';

const TARGET = 1;
const NO_HURRY = { latency: 0, 'per-document': 0, rps: 0, connections: 0 };

/**
 * The rows a query reads, what it says of each (nothing where it leaves it out), and how the rows become its answer.
 * `ask(operation)` gives the service's answer and counts the input as needed.
 */
const queries = (unit) => [
  {
    sql: `SELECT id, SENTIMENT(text) AS mood FROM reviews WHERE id < ${2 * unit}`,
    reads: (id) => id < 2 * unit,
    row: (id, ask) => [id, moodOf(ask)],
  },
  {
    sql: `SELECT id, SENTIMENT_SCORE(text) AS score FROM reviews WHERE id >= ${unit} AND id < ${3 * unit}`,
    reads: (id) => id >= unit && id < 3 * unit,
    row: (id, ask) => [id, scoreOf(ask)],
  },
  {
    sql: `SELECT SENTIMENT(text) AS mood, COUNT(*) AS n FROM reviews WHERE id < ${3 * unit} GROUP BY SENTIMENT(text)`,
    reads: (id) => id < 3 * unit,
    row: (_, ask) => [moodOf(ask)],
    answer: (rows) => Object.entries(countBy(rows)),
  },
  {
    sql: `SELECT id, KEY_PHRASES(text) AS topics FROM reviews WHERE id < ${2 * unit} AND SENTIMENT(text) = 'negative'`,
    reads: (id) => id < 2 * unit,
    row: (id, ask) => (moodOf(ask) === 'negative' ? [id, ask('keyPhrases').keyPhrases] : undefined),
  },
  {
    sql: `SELECT DISTINCT DETECT_LANGUAGE(text) AS language FROM reviews WHERE id >= ${3 * unit}`,
    reads: (id) => id >= 3 * unit,
    row: (_, ask) => [languageOf(ask)],
    answer: (rows) => Array.from(new Set(rows.map(([language]) => language)), (language) => [language]),
  },
  {
    sql: `SELECT a.id, SENTIMENT(a.text) AS mood FROM reviews a JOIN reviews b ON b.id = a.id + ${unit} WHERE b.id % 3 = 0`,
    reads: (id, rows) => id + unit < rows && (id + unit) % 3 === 0,
    row: (id, ask) => [id, moodOf(ask)],
  },
  {
    sql: `SELECT id, CASE WHEN id % 2 = 0 THEN SENTIMENT(text) ELSE DETECT_LANGUAGE(text) END AS said FROM reviews WHERE id >= ${2 * unit}`,
    reads: (id) => id >= 2 * unit,
    row: (id, ask) => [id, id % 2 === 0 ? moodOf(ask) : languageOf(ask)],
  },
  {
    sql: `SELECT TOP 10 id, SENTIMENT_SCORE(text) AS score FROM reviews WHERE id >= ${unit} ORDER BY score DESC, id`,
    reads: (id) => id >= unit,
    row: (id, ask) => [id, scoreOf(ask)],
    answer: (rows) => rows.sort(([a, x], [b, y]) => y - x || a - b).slice(0, 10),
  },
];

const moodOf = (ask) => ask('sentiment').sentiment;
const languageOf = (ask) => ask('language').detectedLanguage.iso6391Name;
function scoreOf(ask) {
  const { positive, neutral } = ask('sentiment').confidenceScores;
  return Math.round((positive + neutral / 2) * 1000) / 1000;
}

function countBy(rows) {
  const counts = {};
  for (const [value] of rows) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

export async function bench({ short }) {
  // Most texts stand in one row, so that the queries' inputs overlap in part.
  const size = short ? { rows: 1_000, distinct: 799 } : { rows: 8_000, distinct: 6_399 };
  const emulator = await startEmulator(SERVICE);
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(emulator, folder, size);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(emulator, folder, { rows, distinct }) {
  const database = join(folder, 'database');
  const output = join(folder, 'answer.ndjson');
  const asked = queries(rows / 5);
  const plans = await rowByRow(asked, emulator, { rows, distinct });
  const sqlc = (sql, cache) =>
    runChildOk(
      process.execPath,
      [CLI, 'query', sql, '--database', database, '--set', `cache_dir=${cache}`, '--output', output, '--quiet'].concat(
        sql.startsWith('SELECT') ? ['--format', 'ndjson'] : [],
      ),
      { env: { LANGUAGE_ENDPOINT: emulator.url } },
    );
  await sqlc(`CREATE TABLE reviews AS ${reviewRows(rows, distinct)}`, join(folder, 'none'));

  const contestants = { session: () => join(folder, 'session'), scratch: (i) => join(folder, `scratch-${i}`) };
  const found = { session: [], scratch: [] };
  for (const [i, { sql }] of asked.entries()) {
    for (const [name, cacheOf] of Object.entries(contestants)) {
      await emulator.reset();
      const { ms } = await sqlc(sql, cacheOf(i));
      const { documents, requests } = await emulator.stats();
      const hash = answerHash(linesOf(output).map(Object.values));
      if (hash !== plans[i].hash) throw new Error(`query ${i + 1}, ${name}: ${hash}, row by row ${plans[i].hash}`);
      found[name].push({ documents, requests, ms });
    }
  }
  const known = new Set();
  const fresh = plans.map(({ needed }) => {
    const before = known.size;
    for (const input of needed) known.add(input);
    return known.size - before;
  });
  const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);
  const totals = Object.fromEntries(
    Object.entries(found).map(([name, list]) => [
      name,
      { documents: sum(list, (f) => f.documents), requests: sum(list, (f) => f.requests), ms: sum(list, (f) => f.ms) },
    ]),
  );
  return {
    columns: [
      'query',
      'needs',
      'of them new',
      'documents',
      'from scratch',
      'requests',
      'from scratch',
      'ms',
      'from scratch',
      'answer',
    ],
    rows: [
      ...plans.map(({ needed, hash }, i) =>
        lineOf(String(i + 1), needed.size, fresh[i], found.session[i], found.scratch[i], hash),
      ),
      lineOf(
        'all',
        sum(plans, ({ needed }) => needed.size),
        known.size,
        totals.session,
        totals.scratch,
        '',
      ),
    ],
    notes: [
      `${rows} rows, ${distinct} distinct texts, three operations; each query in a process of its own, answers equal to the row-by-row`,
      `plan's. The union of all queries is ${known.size} (operation, input); from scratch: the same query with an empty cache.`,
    ],
    targets: [{ what: 'documents over the union', found: totals.session.documents / known.size, atMost: TARGET }],
  };
}

function lineOf(name, needs, fresh, ours, scratch, hash) {
  return [
    name,
    needs,
    fresh,
    ours.documents,
    scratch.documents,
    ours.requests,
    scratch.requests,
    ours.ms,
    scratch.ms,
    hash,
  ];
}

function linesOf(path) {
  const text = readFileSync(path, 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

/** Each query's answer, and the inputs it needs answered. */
async function rowByRow(asked, emulator, { rows, distinct }) {
  await emulator.reset(NO_HURRY);
  const texts = Array.from({ length: distinct }, (_, key) => reviewOf(key));
  const answers = {};
  for (const operation of ['sentiment', 'keyPhrases', 'language'])
    answers[operation] = await nullAnswers(emulator.url, operation, texts);
  await emulator.reset(SERVICE);
  return asked.map(({ reads, row, answer = (all) => all }) => {
    const needed = new Set();
    const found = [];
    for (let id = 0; id < rows; id++) {
      if (!reads(id, rows)) continue;
      const text = reviewOf(keyOf(id, distinct));
      const ask = (operation) => {
        needed.add(`${operation} ${text}`);
        return answers[operation].get(text);
      };
      const made = row(id, ask);
      if (made !== undefined) found.push(made);
    }
    return { needed, hash: answerHash(answer(found)) };
  });
}
