// The promise of every rule: the same answer without it, never more documents with it, and no say in which of a
// phase's rules comes first.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';
import { parse } from '../src/parser/parse.ts';
import { NO_TERMS } from '../src/planner/call-terms.ts';
import { NOTHING_LEARNT } from '../src/planner/learnt-calls.ts';
import { printPlan } from '../src/planner/print-plan.ts';
import type { Rule } from '../src/planner/rule.ts';
import { allRules } from '../src/planner/rules/index.generated.ts';
import { GoldenCatalog } from './support/golden-catalog.ts';
import { planGolden } from './support/golden-plan.ts';

const TABLES = [
  `CREATE TABLE reviews AS SELECT * FROM (VALUES
     (1, N'I love this hotel', N'great', 'FR', 1, 10), (2, N'I hate the awful room', N'bad', 'FR', 9, 11),
     (3, N'I love this hotel', N'wonderful place', 'DE', 7, 10), (4, NULL, N'nothing', 'DE', 6, NULL),
     (5, N'', N'awful', 'US', 3, 12), (6, N'It is a room on Tuesday', N'I love this hotel', NULL, 5, 11),
     (7, N'I LOVE THIS HOTEL', N'great', 'FR', 2, 10), (8, N'Das Zimmer war sehr schlecht', NULL, 'DE', 8, 13),
     (9, N'The staff was rude and slow', N'bad', 'US', NULL, 12)) v (id, body, title, country, x, pid)`,
  `CREATE TABLE products AS SELECT * FROM (VALUES
     (10, N'Ritz', N'I love this hotel'), (11, N'Savoy', N'The staff was rude and slow'), (12, NULL, N'cheap'),
     (99, N'Nobody', NULL)) v (id, name, note)`,
];

// Ordered where a limit makes the order count; else compared as bags.
const QUERIES = [
  'SELECT id, SENTIMENT(body) AS mood FROM reviews',
  "SELECT id FROM reviews WHERE SENTIMENT(body) = 'negative' AND country = 'US'",
  "SELECT id FROM reviews WHERE SENTIMENT(body) = 'positive' OR x > 6",
  "SELECT id FROM reviews WHERE NOT (SENTIMENT(body) = 'positive' AND x > 2)",
  "SELECT id FROM reviews WHERE SENTIMENT(body) = 'negative' AND DETECT_LANGUAGE(body) = 'de' AND x > 3",
  'SELECT SENTIMENT(body) AS mood, COUNT(*) AS n FROM reviews GROUP BY SENTIMENT(body)',
  "SELECT SENTIMENT(body) AS mood, SENTIMENT_SCORE(body) AS score FROM reviews WHERE SENTIMENT(body) <> 'neutral'",
  'SELECT TOP 3 id, SENTIMENT(body) AS mood FROM reviews ORDER BY id DESC',
  'SELECT TOP 2 id FROM reviews ORDER BY SENTIMENT_SCORE(body) DESC, id',
  "SELECT TOP 1 id FROM reviews WHERE SENTIMENT(body) = 'negative' ORDER BY id",
  'SELECT id, SENTIMENT(body) AS mood FROM reviews ORDER BY x, id LIMIT 3 OFFSET 2',
  'SELECT id FROM (SELECT id, SENTIMENT(body) AS mood, x * 2 AS y FROM reviews) d',
  "SELECT id FROM (SELECT id, country, SENTIMENT(body) AS mood FROM reviews) d WHERE country = 'FR'",
  "SELECT c, mood FROM (SELECT LOWER(country) AS c, SENTIMENT(body) AS mood FROM reviews) d WHERE c = 'fr'",
  'SELECT COUNT(*) AS n FROM (SELECT DISTINCT SENTIMENT(body) AS mood FROM reviews) d',
  "SELECT id, CASE WHEN x > 5 THEN SENTIMENT(body) END AS m, SENTIMENT(body) AS n FROM reviews WHERE country = 'FR'",
  'SELECT id, COALESCE(country, SENTIMENT(body)) AS m FROM reviews',
  "SELECT r.id, p.name FROM reviews r JOIN products p ON p.id = r.pid WHERE SENTIMENT(r.body) = 'positive'",
  'SELECT r.id, p.id AS p FROM reviews r JOIN products p ON SENTIMENT(r.body) = SENTIMENT(p.note)',
  "SELECT r.id, p.name FROM reviews r LEFT JOIN products p ON p.id = r.pid AND SENTIMENT(p.note) = 'positive'",
  'SELECT r.id FROM reviews r LEFT JOIN (SELECT id, name, SENTIMENT(note) AS m FROM products) p ON p.id = r.pid WHERE p.name IS NULL',
  "SELECT d.id, d.m FROM products p RIGHT JOIN (SELECT id, pid, x, SENTIMENT(body) AS m FROM reviews) d ON p.id = d.pid WHERE d.x > 4 AND d.m = 'negative'",
  'SELECT d.id, p.id AS p FROM (SELECT id, pid, country, SENTIMENT(body) AS m FROM reviews) d FULL JOIN products p ON p.id = d.pid WHERE d.country IS NULL',
  "SELECT id FROM reviews WHERE pid IN (SELECT id FROM products WHERE SENTIMENT(note) = 'positive') AND SENTIMENT(title) <> 'negative'",
  "SELECT id FROM reviews r WHERE EXISTS (SELECT 1 FROM products p WHERE p.id = r.pid AND SENTIMENT(p.note) = 'negative')",
  'SELECT id, (SELECT MAX(SENTIMENT_SCORE(note)) FROM products) AS m FROM reviews WHERE x < 3',
  "WITH m AS (SELECT id, country, SENTIMENT(body) AS mood FROM reviews) SELECT a.id, b.id AS other FROM m a JOIN m b ON a.mood = b.mood AND a.id < b.id WHERE a.country = 'FR'",
  'SELECT SENTIMENT(body) AS m FROM reviews UNION SELECT SENTIMENT(note) FROM products',
  "SELECT * FROM (SELECT id, SENTIMENT(body) AS m FROM reviews UNION ALL SELECT id, SENTIMENT(note) FROM products) d WHERE id > 8 AND m = 'negative'",
  "SELECT * FROM (SELECT id, SENTIMENT(body) AS m FROM reviews EXCEPT SELECT id, 'positive' FROM reviews) d WHERE id < 5",
  'SELECT id, UNNEST(KEY_PHRASES(body)) AS phrase FROM reviews WHERE x > 2',
  'SELECT phrase, COUNT(*) AS n FROM (SELECT country, UNNEST(KEY_PHRASES(body)) AS phrase FROM reviews) d WHERE country IS NOT NULL GROUP BY phrase',
  'SELECT COUNT(*) AS n FROM (SELECT id, UNNEST(KEY_PHRASES(body)) AS phrase FROM reviews) d',
  'SELECT id, RANK() OVER (PARTITION BY SENTIMENT(body) ORDER BY x) AS k FROM reviews',
  'SELECT n FROM (SELECT country, COUNT(*) AS n, MAX(SENTIMENT(body)) AS m FROM reviews GROUP BY country) d',
  "SELECT country, AVG(SENTIMENT_SCORE(body)) AS s FROM reviews GROUP BY country HAVING MIN(SENTIMENT(body)) <> 'x'",
  'SELECT country, SENTIMENT(MAX(title)) AS m FROM reviews GROUP BY country',
  'SELECT SENTIMENT(body, DETECT_LANGUAGE(body)) AS m, id FROM reviews',
  'SELECT SUM(CASE WHEN x > 5 THEN SENTIMENT_SCORE(body) END) AS s, COUNT(SENTIMENT(title)) AS n FROM reviews',
  'SELECT ANALYZE_SENTIMENT(body).positive AS p, SENTIMENT(body) AS m FROM reviews WHERE body IS NOT NULL AND SENTIMENT_SCORE(body) > 0.1',
  'SELECT TOP 4 id, m FROM (SELECT TOP 6 id, country, SENTIMENT(body) AS m FROM reviews ORDER BY id) d WHERE country IS NOT NULL ORDER BY id',
  "SELECT id, m FROM (SELECT id, x, SENTIMENT(body) AS m, DETECT_LANGUAGE(title) AS l FROM reviews) d WHERE x > 2 AND l = 'en' ORDER BY id",
];

const names = allRules.map((rule) => rule.name);
const variants: readonly { readonly label: string; readonly disabled: readonly string[] }[] = [
  { label: 'all rules', disabled: [] },
  ...names.map((name) => ({ label: `without ${name}`, disabled: [name] })),
  { label: 'no rules', disabled: names },
];

const engines = new Map<string, Engine>();
let scratch = '';

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-rules-'));
  for (const { label, disabled } of variants) {
    const settings = { cache_dir: scratch, cache: 'OFF' };
    const engine = await Engine.open({ env: {}, settings, disabledRules: disabled });
    engines.set(label, engine);
    for (const sql of TABLES) await engine.execute(sql);
  }
});

afterAll(async () => {
  for (const engine of engines.values()) await engine.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function answer(label: string, sql: string): Promise<{ rows: string[]; documents: number }> {
  const engine = engines.get(label);
  if (engine === undefined) throw new Error(`no engine ${label}`);
  const result = await engine.query(sql);
  const rows = (await result.toArray()).map((row) =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
  const documents = result.stats.operations.reduce((sum, o) => sum + o.documents, 0);
  return { rows: /ORDER BY [^)]*$/.test(sql) ? rows : rows.sort(), documents };
}

describe('rules on and off', () => {
  test.each(QUERIES)('%s', async (sql) => {
    const optimised = await answer('all rules', sql);
    for (const { label } of variants.slice(1)) {
      const { rows } = await answer(label, sql);
      expect({ label, rows }).toEqual({ label, rows: optimised.rows });
    }
    const textOrder = await answer('no rules', sql);
    expect(optimised.documents, 'documents sent with all rules').toBeLessThanOrEqual(textOrder.documents);
  });
});

describe('the order of rules', () => {
  const seed = Number(process.env.SQLC_SEED ?? 7);

  test(`does not matter within a phase (seed ${seed})`, async () => {
    const catalog = new GoldenCatalog();
    await catalog.define(TABLES.map((sql) => sql.replace(/\n\s+/g, ' ')).join('\n'));
    const random = generator(seed);
    for (const sql of QUERIES) {
      const expected = await shapeOf(sql, catalog, allRules);
      for (let round = 0; round < 4; round++) {
        const rules = shuffled(allRules, random);
        const order = rules.map((rule) => rule.name).join(', ');
        expect({ sql, order, plan: await shapeOf(sql, catalog, rules) }).toEqual({ sql, order, plan: expected });
      }
    }
  });

  test('rules come to rest: a second pass changes nothing', async () => {
    const catalog = new GoldenCatalog();
    await catalog.define(TABLES.map((sql) => sql.replace(/\n\s+/g, ' ')).join('\n'));
    for (const sql of QUERIES) {
      const { logical } = await planned(sql, catalog, allRules);
      const fixed = { learnt: NOTHING_LEARNT, terms: NO_TERMS, collation: 'BIN2_UTF8' as const };
      const context = { ...fixed, nextId: () => 1_000_000 };
      for (const rule of allRules)
        expect(printPlan(rule.apply(logical, { ...context, phase: rule.phases[0] })), `${rule.name} on ${sql}`).toBe(
          printPlan(logical),
        );
    }
  });
});

/** The plan with its columns numbered as they are met, since rules draw new ids in the order they run. */
async function shapeOf(sql: string, catalog: GoldenCatalog, rules: readonly Rule[]): Promise<string> {
  const ids = new Map<string, number>();
  return printPlan((await planned(sql, catalog, rules)).logical).replace(/#(\d+)/g, (_, id: string) => {
    if (!ids.has(id)) ids.set(id, ids.size + 1);
    return `#${ids.get(id)}`;
  });
}

function planned(sql: string, catalog: GoldenCatalog, rules: readonly Rule[]) {
  const [statement] = parse(sql);
  if (statement?.kind !== 'select-statement') throw new Error(`not a query: ${sql}`);
  return planGolden(statement.query, catalog.snapshot, { rules });
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
