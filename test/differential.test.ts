// The invariants of the rules (docs/adr/0019), on random queries over a deterministic service; nothing is learnt before
// each but what is said. Answers are equal with any rule switched off; no rule buys more documents; how the conditions
// of a conjunction are written decides nothing. `npm run differential -- --seed N --n N` is the long form.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import type { EmulatorServer } from '../src/emulator/server.ts';
import { Engine } from '../src/engine/engine.ts';
import { LearntStatistics } from '../src/engine/learnt.ts';
import { parse } from '../src/parser/parse.ts';
import type { LogicalPlan } from '../src/planner/plan.ts';
import { printPlan } from '../src/planner/print-plan.ts';
import type { Rule } from '../src/planner/rule.ts';
import { allRules } from '../src/planner/rules/index.generated.ts';
import { GoldenCatalog } from './support/golden-catalog.ts';
import { planGolden } from './support/golden-plan.ts';
import { CALL_TABLES, callQueries } from './support/random-call-query.ts';
import { CONJUNCTION_TABLES, conjunctions, type RandomConjunction } from './support/random-conjunction.ts';
import { QueryGenerator, SETUP } from './support/random-query.ts';
import { seeded } from './support/seeded.ts';
import { startFakeService } from './support/slt-backends.ts';

const seed = Number(process.env.SQLC_SEED ?? 20_240_611);
const count = Number(process.env.SQLC_QUERIES ?? 60);
const PER_TEST = 25;
const BATCH = 10;
const WITHIN = 1.15;
/** Of one conjunction's, evenly drawn. */
const MOST_ORDERS = 6;

const ruleNames = allRules.map((rule) => rule.name);
const WITHOUT_ALL = 'without any rule';
const variants = [
  ...ruleNames.map((name) => ({ label: `without ${name}`, disabledRules: [name] })),
  { label: WITHOUT_ALL, disabledRules: ruleNames },
];
const WITHOUT_RANK = 'without rank-order';

/** Beside these rules, whatever they are off with, no plan asks for less: the rest is the choice of an order. */
const NEVER_DEARER = [
  WITHOUT_ALL,
  ...ruleNames.filter((name) => name !== 'rank-order').map((name) => `without ${name}`),
];

let service: EmulatorServer;
let scratch = '';
let optimised: Engine;
const others = new Map<string, Engine>();
let learnt: LearntStatistics;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-differential-'));
  learnt = new LearntStatistics(scratch);
  service = await startFakeService();
  const open = async (disabledRules: readonly string[]) => {
    const settings = { cache_dir: scratch, cache: 'OFF' };
    const engine = await Engine.open({ env: { LANGUAGE_ENDPOINT: service.url }, settings, disabledRules, learnt });
    for (const sql of [...SETUP, ...CALL_TABLES, ...CONJUNCTION_TABLES]) await engine.execute(sql);
    return engine;
  };
  optimised = await open([]);
  for (const { label, disabledRules } of variants) others.set(label, await open(disabledRules));
});

afterAll(async () => {
  for (const engine of [optimised, ...others.values()]) await engine.close();
  await service.close(0);
  rmSync(scratch, { recursive: true, force: true });
});

interface Outcome {
  /** The rows, as a bag unless their order is total; of an error, its code. */
  readonly text: string;
  readonly documents: number;
  readonly failed: boolean;
}

async function run(engine: Engine | undefined, sql: string, ordered: boolean): Promise<Outcome> {
  if (engine === undefined) throw new Error('no such engine');
  try {
    const result = await engine.query(sql);
    const rows = (await result.toArray()).map((row) =>
      JSON.stringify(Object.values(row), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
    const documents = result.stats.operations.reduce((sum, o) => sum + o.documents, 0);
    return { text: (ordered ? rows : rows.sort()).join('\n'), documents, failed: false };
  } catch (failure) {
    if (!(failure instanceof SqlcError)) throw failure;
    // A statement that fails stops asking somewhere on its way; which of several documents it names is left to chance.
    const named = failure.code === REFUSED ? '' : `: ${failure.message}`;
    return { text: `error ${failure.code}${named}`, documents: 0, failed: true };
  }
}

const REFUSED = 'service/document';

/** Under ON_ERROR FAIL a rule may spare a document, and with it its error; it never adds one. */
function agree(best: Outcome, other: Outcome): boolean {
  return other.text === best.text || (other.text === `error ${REFUSED}` && !best.failed);
}

interface Tally {
  asked: number;
  failed: string[];
  readonly wrong: string[];
}

async function checkRules({ sql, ordered }: { sql: string; ordered: boolean }, tally: Tally): Promise<void> {
  learnt.forget();
  const first = await run(optimised, sql, ordered);
  tally.asked++;
  if (first.failed) tally.failed.push(`${first.text}: ${sql}`);
  if (first.text.startsWith('error internal')) tally.wrong.push(`${sql}\n${first.text}`);
  // What the first run measured is known to all that follow.
  const best = await run(optimised, sql, ordered);
  if (best.text !== first.text) tally.wrong.push(`${sql}\n-- first\n${first.text}\n-- again\n${best.text}`);
  // Every rule's turn comes; all of them for each query would take as much longer as there are rules.
  const off = `without ${ruleNames[tally.asked % ruleNames.length]}`;
  for (const label of [off, WITHOUT_ALL]) {
    const other = await run(others.get(label), sql, ordered);
    if (!agree(best, other)) tally.wrong.push(`${sql}\n-- with rules\n${best.text}\n-- ${label}\n${other.text}`);
    const comparable = NEVER_DEARER.includes(label) && !best.failed && !other.failed;
    if (comparable && best.documents > other.documents)
      tally.wrong.push(`${sql}\n-- ${best.documents} documents, ${label} ${other.documents}`);
  }
}

async function checkOrders({ conjuncts, sqlOf }: RandomConjunction, tally: Tally): Promise<void> {
  const texts = permutations(conjuncts)
    .map(sqlOf)
    .filter((_, i, all) => i % Math.ceil(all.length / MOST_ORDERS) === 0);
  const [text = ''] = texts;
  const outcomes: Outcome[] = [];
  const inTextOrder: number[] = [];
  for (const sql of texts) {
    learnt.forget();
    outcomes.push(await run(optimised, sql, false));
    inTextOrder.push((await run(others.get(WITHOUT_RANK), sql, false)).documents);
  }
  learnt.forget();
  const again = await run(optimised, text, false);
  tally.asked++;
  const [first = again] = outcomes;
  if (first.failed) tally.failed.push(`${first.text}: ${text}`);
  const differing = [...outcomes, again].findIndex((o) => o.text !== first.text || o.documents !== first.documents);
  if (differing >= 0) {
    const { text: found, documents } = [...outcomes, again][differing] ?? first;
    tally.wrong.push(
      `${text}\n-- ${first.documents} documents\n${first.text}\n-- ${texts[differing] ?? 'again'}\n-- ${documents} documents\n${found}`,
    );
  }
  if (first.failed) return;
  const batches = BATCH * (text.match(CALLS)?.length ?? 0);
  const best = Math.min(...inTextOrder);
  if (first.documents > WITHIN * best + batches)
    tally.wrong.push(`${text}\n-- ${first.documents} documents, in the best order ${best}`);
  // Each condition alone teaches its selectivity.
  learnt.forget();
  for (const conjunct of conjuncts) await run(optimised, sqlOf([conjunct]), false);
  const known = await run(optimised, text, false);
  const unruly = await run(others.get(WITHOUT_ALL), text, false);
  if (known.text !== first.text || !agree(first, unruly))
    tally.wrong.push(`${text}\n-- known\n${known.text}\n${unruly.text}`);
  if (!unruly.failed && known.documents > unruly.documents)
    tally.wrong.push(`${text}\n-- known: ${known.documents} documents, ${WITHOUT_ALL} ${unruly.documents}`);
}

const CALLS = /\b(SENTIMENT|SENTIMENT_SCORE|DETECT_LANGUAGE|KEY_PHRASES)\(/g;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

// --- what is drawn

const below = seeded(seed);
const drawCall = callQueries(() => below(2 ** 31) / 2 ** 31);
const shapes = new QueryGenerator(seed);
const drawConjunction = conjunctions(seeded(seed));
const calls = Array.from({ length: Math.ceil(count / 2) }, drawCall);
const conjunctionsDrawn = Array.from({ length: Math.ceil(count / 20) }, drawConjunction);

const ORDERED = / ORDER BY t\.c/;
const KINDS: readonly { readonly what: string; readonly checks: readonly ((tally: Tally) => Promise<void>)[] }[] = [
  {
    what: 'calls where rules move them',
    checks: calls.map((sql) => (tally) => checkRules({ sql, ordered: ORDERED.test(sql) }, tally)),
  },
  {
    what: 'every shape of query',
    checks: Array.from({ length: Math.ceil(count / 2) }, () => {
      const query = shapes.query();
      return (tally: Tally) => checkRules(query, tally);
    }),
  },
  {
    what: 'conjunctions in every order',
    checks: conjunctionsDrawn.map((conjunction) => (tally) => checkOrders(conjunction, tally)),
  },
];

describe.each(KINDS)(`$what (seed ${seed})`, ({ checks }) => {
  for (let from = 0; from < checks.length; from += PER_TEST) {
    const some = checks.slice(from, from + PER_TEST);
    test(`${from + 1} to ${from + some.length}`, { timeout: 600_000 }, async () => {
      const tally: Tally = { asked: 0, failed: [], wrong: [] };
      for (const check of some) await check(tally);
      expect(tally.wrong.join('\n\n')).toBe('');
      // A generator whose queries fail proves nothing.
      expect(tally.failed.length, tally.failed.join('\n')).toBeLessThan(some.length / 4);
    });
  }
});

test('the rules fire, in any order', { timeout: 600_000 }, async () => {
  const catalog = new GoldenCatalog();
  await catalog.define([...CALL_TABLES, ...CONJUNCTION_TABLES].map((sql) => sql.replace(/\n\s+/g, ' ')).join('\n'));
  const fired = new Map<string, number>();
  for (const sql of [...calls, ...conjunctionsDrawn.map(({ conjuncts, sqlOf }) => sqlOf(conjuncts))]) {
    const [plan, reversed] = await Promise.all([
      planned(sql, catalog, allRules),
      planned(sql, catalog, allRules.toReversed()),
    ]);
    for (const rule of new Set(plan.steps.map((s) => s.rule))) fired.set(rule, (fired.get(rule) ?? 0) + 1);
    expect(shapeOf(reversed.logical), `rules reversed: ${sql}`).toBe(shapeOf(plan.logical));
  }
  // A generator whose queries stay as they are proves nothing.
  expect(fired.get('pull-up') ?? 0).toBeGreaterThan(calls.length / 4);
  expect(fired.get('group-first') ?? 0).toBeGreaterThan(calls.length / 8);
  expect(fired.get('rank-order') ?? 0).toBeGreaterThan(conjunctionsDrawn.length / 4);
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
