// The rules that move calls across joins, filters and groups, against the same engine without them: random queries over
// two small tables with NULLs and repeated texts answer the same, and never send more documents. The seed is printed in
// the name of the test; SQLC_SEED and SQLC_QUERIES repeat or lengthen a run.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import type { EmulatorServer } from '../src/emulator/server.ts';
import { Engine } from '../src/engine/engine.ts';
import { parse } from '../src/parser/parse.ts';
import type { LogicalPlan } from '../src/planner/plan.ts';
import { printPlan } from '../src/planner/print-plan.ts';
import type { Rule } from '../src/planner/rule.ts';
import { allRules } from '../src/planner/rules/index.generated.ts';
import { GoldenCatalog } from './support/golden-catalog.ts';
import { planGolden } from './support/golden-plan.ts';
import { startFakeService } from './support/slt-backends.ts';

const seed = Number(process.env.SQLC_SEED ?? 20240611);
const count = Number(process.env.SQLC_QUERIES ?? 240);
const PER_TEST = 40;

// `lang` is a language the service refuses in one row; `pid` and `id` repeat, miss each other and are NULL.
const TABLES = [
  `CREATE TABLE r (id, body, title, lang, pid, n, d) AS SELECT * FROM (VALUES
    (1, N'good food', N'bad', 'en', 10, 5, CAST('2024-01-01' AS date)), (2, N'bad room', N'a table', 'fr', 10, NULL, NULL),
    (3, N'good food', N'great', NULL, 11, 7, CAST('2024-01-02' AS date)), (4, NULL, N'bad', 'en', 12, 5, NULL),
    (5, N'', NULL, 'en', NULL, 2, CAST('2024-01-01' AS date)), (6, N'a table', N'bonjour', 'xx', 99, NULL, NULL),
    (7, N'awful noise', N'bad', 'en', 11, 7, NULL), (8, N'bad room', N'great', 'fr', NULL, 1, CAST('2024-01-03' AS date)),
    (9, N'Good. bad.', N'good food', NULL, 10, 5, NULL), (10, N'good food', NULL, 'en', 98, -3, NULL))
    AS v (id, body, title, lang, pid, n, d)`,
  `CREATE TABLE s (id, note, label, k) AS SELECT * FROM (VALUES
    (10, N'great', N'positive', 1), (10, N'bad', N'negative', 2), (11, NULL, NULL, 5), (12, N'bonjour', N'neutral', NULL),
    (13, N'good food', N'mixed', 5), (NULL, N'awful noise', N'positive', 7), (14, N'', N'fr', 2)) AS v (id, note, label, k)`,
];

interface Variant {
  readonly label: string;
  readonly disabled: readonly string[];
}

// rank-order learns from run to run, and what it learns changes what is sent.
const variants: readonly Variant[] = [
  { label: 'both', disabled: ['rank-order'] },
  { label: 'without pull-up', disabled: ['rank-order', 'pull-up'] },
  { label: 'without group-first', disabled: ['rank-order', 'group-first'] },
  { label: 'neither', disabled: ['rank-order', 'pull-up', 'group-first'] },
  { label: 'no rules', disabled: allRules.map((rule) => rule.name) },
];

const engines: { readonly label: string; readonly engine: Engine }[] = [];
let service: EmulatorServer | undefined;
let scratch = '';

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-rules-differential-'));
  service = await startFakeService();
  for (const { label, disabled } of variants) {
    const engine = await Engine.open({
      env: { LANGUAGE_ENDPOINT: service.url },
      settings: { cache_dir: scratch, cache: 'OFF' },
      disabledRules: disabled,
    });
    for (const sql of TABLES) await engine.execute(sql);
    engines.push({ label, engine });
  }
});

afterAll(async () => {
  for (const { engine } of engines) await engine.close();
  await service?.close(0);
  rmSync(scratch, { recursive: true, force: true });
});

describe(`pull-up and group-first change no answer and cost nothing (seed ${seed})`, () => {
  const generate = queries(seed);
  const all = Array.from({ length: count }, generate);
  const failed: string[] = [];

  for (let from = 0; from < count; from += PER_TEST) {
    const some = all.slice(from, from + PER_TEST);
    test(`queries ${from + 1} to ${from + some.length}`, { timeout: 60_000 }, async () => {
      const wrong: string[] = [];
      for (const sql of some) wrong.push(...(await complaintsAbout(sql, failed)));
      expect(wrong.join('\n\n')).toBe('');
    });
  }

  test('the rules fire, in any order', { timeout: 60_000 }, async () => {
    const catalog = new GoldenCatalog();
    await catalog.define(TABLES.map((sql) => sql.replace(/\n\s+/g, ' ')).join('\n'));
    const fired = new Map<string, number>();
    for (const sql of all) {
      const [plan, reversed] = await Promise.all([
        planned(sql, catalog, allRules),
        planned(sql, catalog, allRules.toReversed()),
      ]);
      for (const rule of new Set(plan.steps.map((s) => s.rule))) fired.set(rule, (fired.get(rule) ?? 0) + 1);
      expect(shapeOf(reversed.logical), `rules reversed: ${sql}`).toBe(shapeOf(plan.logical));
    }
    // A generator whose queries fail or stay as they are proves nothing.
    expect(failed.length, failed.join('\n')).toBeLessThan(count / 10);
    expect(fired.get('pull-up') ?? 0).toBeGreaterThan(count / 4);
    expect(fired.get('group-first') ?? 0).toBeGreaterThan(count / 8);
  });
});

function planned(sql: string, catalog: GoldenCatalog, rules: readonly Rule[]) {
  const [statement] = parse(sql);
  if (statement?.kind !== 'select-statement') throw new Error(`not a query: ${sql}`);
  return planGolden(statement.query, catalog.snapshot, { rules });
}

/** The plan with its columns numbered as they are met, since rules draw new ids in the order they run. */
function shapeOf(plan: LogicalPlan): string {
  const ids = new Map<string, number>();
  return printPlan(plan).replace(/#(\d+)/g, (_, id: string) => {
    if (!ids.has(id)) ids.set(id, ids.size + 1);
    return `#${ids.get(id)}`;
  });
}

async function complaintsAbout(sql: string, failed: string[]): Promise<string[]> {
  const wrong: string[] = [];
  const [both, ...others] = await Promise.all(
    engines.map(async ({ label, engine }) => ({ label, ...(await run(engine, sql)) })),
  );
  if (both?.text.startsWith('error')) failed.push(`${both.text}: ${sql}`);
  for (const other of others) {
    // The other rules take a refused document's error away with its row; these two must not.
    if (other.label === 'no rules' && sql.includes('ON_ERROR FAIL')) continue;
    if (both === undefined || both.text.startsWith('error internal')) return [`${sql}\n${both?.text}`];
    if (other.text !== both.text) wrong.push(`${sql}\n-- both\n${both.text}\n-- ${other.label}\n${other.text}`);
    if (other.text === both.text && !both.text.startsWith('error') && both.documents > other.documents)
      wrong.push(`${sql}\n-- both: ${both.documents} documents, ${other.label}: ${other.documents}`);
  }
  return wrong;
}

/** The rows, as a bag unless their order is total, or the error; and what it cost. */
async function run(engine: Engine, sql: string): Promise<{ text: string; documents: number }> {
  try {
    const result = await engine.query(sql);
    const rows = (await result.toArray()).map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
    const documents = result.stats.operations.reduce((sum, o) => sum + o.documents, 0);
    return { text: (sql.includes(' ORDER BY t.c') ? rows : rows.sort()).join('\n'), documents };
  } catch (failure) {
    if (!(failure instanceof SqlcError)) throw failure;
    // A statement that fails stops asking somewhere on its way.
    return { text: `error ${failure.code}: ${failure.message}`, documents: 0 };
  }
}

// --- queries

interface Source {
  readonly from: string;
  /** Columns by what can be done with them; all qualified. */
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly answers: readonly string[];
}

/** The same seed gives the same queries (mulberry32). */
function queries(start: number): () => string {
  let state = start >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const chance = (probability: number) => random() < probability;
  const pick = <T>(choices: readonly T[]): T => {
    const chosen = choices[Math.floor(random() * choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  };
  const some = (low: number, high: number, make: () => string) =>
    Array.from({ length: low + Math.floor(random() * (high - low + 1)) }, make);

  const call = (text: string): string =>
    pick([
      `SENTIMENT(${text})`,
      `SENTIMENT(${text})`,
      `DETECT_LANGUAGE(${text})`,
      `SENTIMENT(UPPER(${text}))`,
      `SENTIMENT(CONCAT(${text}, ' x'))`,
      `SENTIMENT(COALESCE(${text}, 'good'))`,
      `SENTIMENT(${text}, DETECT_LANGUAGE(${text}))`,
      `SENTIMENT('good')`,
    ]);
  const label = () => pick(["'positive'", "'negative'", "'neutral'", "'en'"]);
  /** What a derived table makes of a call. */
  const projection = (text: string, number: string): string =>
    pick([
      () => call(text),
      () => call(text),
      () => `UPPER(${call(text)})`,
      () => `COALESCE(${call(text)}, 'none')`,
      () => `CASE WHEN ${number} > 3 THEN ${call(text)} END`,
      () => `CASE WHEN ${number} > 3 THEN ${call(text)} ELSE 'other' END`,
      () => `IIF(${call(text)} = ${label()}, 'yes', NULL)`,
      () => `CASE WHEN COGNITIVE_ERROR(${call(text)}) IS NULL THEN 'asked' END`,
    ])();
  const cheap = (text: string, number: string): string =>
    pick([`${number} > 3`, `${number} IS NOT NULL`, `${text} LIKE '%o%'`, `${text} IS NULL OR ${number} < 6`]);

  const reviews = (alias: string): Source => {
    const answer = projection(pick(['body', 'body', 'title']), 'n');
    const more = chance(0.4) ? projection(pick(['body', 'title']), 'id') : 'lang';
    const window = chance(0.25) ? 'ROW_NUMBER() OVER (PARTITION BY pid ORDER BY id DESC)' : 'n + 1';
    const conditions = [
      ...(chance(0.3) ? [`${call('body')} <> ${label()}`] : []),
      ...(chance(0.2) ? [cheap('title', 'n')] : []),
    ];
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(chance(0.8) ? ' AND ' : ' OR ')}`;
    const refused = chance(0.25) ? 'SENTIMENT(body, lang)' : answer;
    return {
      from: `(SELECT id, pid, n, LOWER(title) AS title, body, ${refused} AS mood, ${more} AS other, ${window} AS w FROM r${where}) ${alias}`,
      texts: [`${alias}.body`, `${alias}.title`],
      numbers: [`${alias}.id`, `${alias}.n`, `${alias}.w`],
      answers: [`${alias}.mood`, `${alias}.other`],
    };
  };
  const products = (alias: string): Source => ({
    from: chance(0.5)
      ? `s ${alias}`
      : `(SELECT id, label, k, note, ${projection('note', 'k')} AS mood FROM s${chance(0.3) ? ` WHERE ${call('note')} = ${label()}` : ''}) ${alias}`,
    texts: [`${alias}.note`, `${alias}.label`],
    numbers: [`${alias}.id`, `${alias}.k`],
    answers: [],
  });
  const JOINS = ['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN'];
  const joined = (a: Source, b: Source, x: string, y: string, types = [...JOINS, ',']): Source => {
    const type = pick(types);
    const on = pick([`${y}.id = ${x}.pid`, `${y}.id = ${x}.pid`, `${y}.k = ${x}.n`, `${y}.label = ${x}.mood`]);
    const extra =
      type !== 'FULL JOIN' && chance(0.25)
        ? ` AND ${pick([`${x}.n > 2`, `${y}.k < ${x}.w`, `${x}.mood <> 'en'`])}`
        : '';
    const condition = type === ',' || type === 'CROSS JOIN' ? '' : ` ON ${on}${extra}`;
    const [l, r] = chance(0.5) || type === ',' ? [a, b] : [b, a];
    return {
      from: `${l.from} ${type} ${r.from}${condition}`,
      texts: [...a.texts, ...b.texts],
      numbers: [...a.numbers, ...b.numbers],
      answers: [...a.answers, ...b.answers],
    };
  };
  const source = (): Source =>
    pick([
      () => reviews('d'),
      () => joined(reviews('d'), products('p'), 'd', 'p'),
      () => joined(reviews('d'), products('p'), 'd', 'p'),
      () =>
        joined(joined(reviews('d'), products('p'), 'd', 'p', JOINS), products('q'), 'd', 'q', [
          'JOIN',
          'LEFT JOIN',
          ',',
        ]),
    ])();
  const condition = (from: Source): string =>
    pick([
      () => cheap(pick(from.texts), pick(from.numbers)),
      () => `${pick(from.answers)} = ${label()}`,
      () => `${pick(from.answers)} IS NULL`,
      () => `${pick(from.numbers)} IS NULL`,
      () => (/ p( |$)/.test(from.from) ? 'p.id = d.pid' : `${from.numbers.at(-1)} = 1`),
      () => `${call(pick(from.texts))} = ${label()}`,
      () => `${pick(from.numbers)} IN (SELECT k FROM s WHERE k IS NOT NULL)`,
      () => `EXISTS (SELECT 1 FROM s e WHERE e.id = ${pick(from.numbers)} AND SENTIMENT(e.note) = ${label()})`,
    ])();
  const where = (from: Source) => {
    const conditions = some(0, 3, () => condition(from)).map((c) => `(${c})`);
    return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  };
  const aggregate = (from: Source): string =>
    pick([
      () => 'COUNT(*)',
      () => 'COUNT_BIG(*)',
      () => `COUNT(${pick([...from.texts, ...from.numbers])})`,
      () => `SUM(${pick(from.numbers)})`,
      () => `SUM(CAST(${pick(from.numbers)} AS decimal(9,2)))`,
      () => `MIN(${pick(from.texts)})`,
      () => `MAX(${pick(from.numbers)} * 2)`,
      ...(chance(0.1) ? [() => `MAX(${pick(from.answers)})`, () => `AVG(${pick(from.numbers)})`] : []),
    ])();

  const option = () => (chance(0.25) ? ` OPTION (ON_ERROR ${pick(['FAIL', "DEFAULT 'none'"])})` : '');
  const rows = (): string => {
    const from = source();
    const text = pick(from.texts);
    const items = [...from.answers, text, pick(from.numbers)];
    // What a text of the row decides needs no place in the order; ties are whole rows then, and read the same.
    const decided = chance(0.5) ? [call(text)] : [];
    const list = [...items, ...decided].map((item, i) => `${item} AS c${i}`).join(', ');
    const select = `SELECT ${list} FROM ${from.from}${where(from)}`;
    if (!chance(0.25)) return `${select}${option()}`;
    const first = pick([0, 2]);
    const order = items.map((_, i) => `t.c${(i + first) % items.length}`).join(', ');
    return `SELECT TOP ${pick([1, 3, 6])} * FROM (${select}) t ORDER BY ${order}`;
  };
  const groups = (): string => {
    const from = chance(0.4) ? plain() : source();
    const keys = [
      ...some(0, 2, () => pick([...from.answers, call(pick(from.texts)), pick(from.texts), pick(from.numbers)])),
    ].filter((key, i, all) => all.indexOf(key) === i);
    const list = [...keys, ...some(1, 3, () => aggregate(from))].map((item, i) => `${item} AS c${i}`).join(', ');
    const having = chance(0.2) ? ' HAVING COUNT(*) > 1' : '';
    const by = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
    return `SELECT ${list} FROM ${from.from}${where(from)}${by}${having}${option()}`;
  };
  const plain = (): Source => ({
    from: 'r d',
    texts: ['d.body', 'd.title', 'd.lang'],
    numbers: ['d.n', 'd.pid'],
    answers: ['SENTIMENT(d.body)', 'DETECT_LANGUAGE(d.title)'],
  });

  return () => (chance(0.55) ? rows() : groups());
}
