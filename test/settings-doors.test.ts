// Every setting through every door it has, and the nearest wins: for each door, whatever is farther says `other` and the
// door says `given`; what is seen is what `given` does.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { type EngineOptions, openSession } from '../src/engine/open.ts';
import { DEFAULT_SETTINGS, type Settings } from '../src/engine/settings.ts';
import { type Answering, answers, refusal, startTextService } from './support/text-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlc-settings-'));
const open: { close(): Promise<unknown> }[] = [];
let folders = 0;

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** From the farthest to the nearest. `--set` is `open` (test/cli/settings-file.sql). */
const DOORS = ['file', 'environment', 'open', 'set', 'option'] as const;
type Door = (typeof DOORS)[number];
type Value = string | number;

interface Opened {
  readonly options: EngineOptions;
  /** Statements before the query. */
  readonly set: string;
  /** After the query. */
  readonly option: string;
}

interface Case {
  readonly name: keyof Settings;
  readonly given: Value;
  /** Does something else. */
  readonly other: Value;
  readonly doors: readonly Door[];
  readonly see: (opened: Opened) => Promise<unknown>;
  /** What is seen of `given`. */
  readonly seen: unknown;
}

function through(name: string, values: ReadonlyMap<Door, Value>): Opened {
  folders += 1;
  const settingsFile = join(folder, `${folders}.json`);
  const of = (door: Door) => values.get(door);
  const [file, environment, opening, set, option] = DOORS.map(of);
  if (file !== undefined) writeFileSync(settingsFile, JSON.stringify({ [name.toUpperCase()]: file }));
  const cacheDir = name === 'cache_dir' ? {} : { cache_dir: join(folder, String(folders)) };
  return {
    options: {
      settingsFile,
      env: environment === undefined ? {} : { [`SQLC_${name.toUpperCase()}`]: String(environment) },
      settings: { ...cacheDir, ...(opening === undefined ? {} : { [name]: opening }) },
    },
    set: set === undefined ? '' : `SET ${name} = '${set}';`,
    option: option === undefined ? '' : `${name.toUpperCase()} ${option}`,
  };
}

const WITHOUT_CACHE = 'CACHE OFF';
const ASK = "SELECT SENTIMENT(t) AS mood FROM (VALUES ('a'), ('refuse')) AS v (t)";

/** What a statement comes to against a service. */
function asking(answering: () => Answering, options: readonly string[] = [WITHOUT_CACHE]) {
  return async ({ options: opening, set, option }: Opened): Promise<string> => {
    const service = await startTextService(answering());
    open.push(service);
    const engine = await Engine.open(opening);
    open.push(engine);
    const location = `TYPE = LANGUAGE, LOCATION = '${service.url}', PRICE_PER_1000 = 1000`;
    await engine.execute(`CREATE EXTERNAL SERVICE text WITH (${location}); ${set}`);
    const all = [...options, option].filter((one) => one !== '');
    try {
      const result = await engine.query(`${ASK} ${all.length === 0 ? '' : `OPTION (${all.join(', ')})`}`);
      return JSON.stringify(await result.toArray());
    } catch (failure) {
      if (failure instanceof SqlcError) return `${failure.code}: ${failure.message}`;
      throw failure;
    }
  };
}

/** The first request is never answered, the others are. */
function silentAtFirst(): Answering {
  return answers({ hold: ({ number }) => number === 1 });
}

async function settled({ options }: Opened) {
  const session = await openSession(options);
  open.push(session);
  return session;
}

const SESSION: readonly Door[] = ['file', 'environment', 'open', 'set'];
const OPENING: readonly Door[] = ['file', 'environment', 'open'];
const silent = () => answers({ hold: () => true });

const CASES: readonly Case[] = [
  {
    name: 'max_calls',
    given: 0,
    other: 9,
    doors: DOORS,
    see: asking(answers),
    seen: 'budget/calls: max_calls is 0: 0 requests were sent, and at least 1 are needed',
  },
  {
    name: 'max_documents',
    given: 1,
    other: 9,
    doors: DOORS,
    see: asking(answers),
    seen: 'budget/documents: max_documents is 1: 0 documents were sent, and at least 2 are needed',
  },
  {
    name: 'max_cost',
    given: 1.5,
    other: 9,
    doors: DOORS,
    see: asking(answers),
    seen: 'budget/cost: max_cost is 1.5: 0 was spent, and at least 2 is needed',
  },
  {
    name: 'timeout',
    given: 0.05,
    other: 20,
    doors: DOORS,
    see: asking(silent),
    seen: 'exec/timeout: the statement ran longer than 0.05 s',
  },
  {
    name: 'on_error',
    given: 'FAIL',
    other: 'NULL',
    doors: DOORS,
    see: asking(answers),
    seen: 'service/document: a document was refused: InvalidDocument: The document is refused.',
  },
  {
    name: 'max_errors',
    given: '20 PERCENT',
    other: 5,
    doors: DOORS,
    see: asking(answers),
    seen: 'service/max-errors: 1 of 2 distinct inputs failed, more than max_errors allows (20 percent)',
  },
  {
    name: 'cache',
    given: 'READ',
    other: 'OFF',
    doors: DOORS,
    see: asking(answers, []),
    seen: 'cache/miss: 2 answers of language/sentiment are not in the cache, and cache is READ',
  },
  {
    name: 'request_timeout',
    given: 0.1,
    other: 20,
    doors: SESSION,
    see: asking(silentAtFirst, [WITHOUT_CACHE, 'TIMEOUT 15']),
    seen: '[{"mood":"positive"},{"mood":null}]',
  },
  {
    name: 'max_wait',
    given: 5,
    other: 6,
    doors: SESSION,
    see: asking(() => () => refusal(429, '429', 'Slow down.', { 'retry-after': '60' })),
    seen: expect.stringMatching(/^service\/max-wait: text asks to wait 60 s, longer than max_wait \(5 s\);/),
  },
  {
    name: 'max_stall',
    given: 0.05,
    other: 20,
    doors: SESSION,
    see: asking(silent, [WITHOUT_CACHE, 'TIMEOUT 15']),
    seen: expect.stringMatching(/^service\/stalled: text answered nothing for 0.05 s \(max_stall\);/),
  },
  {
    name: 'explain_scan_seconds',
    given: 0,
    other: 5,
    doors: SESSION,
    see: async ({ options, set }) => {
      const engine = await Engine.open(options);
      open.push(engine);
      await engine.execute(`${set} CREATE TABLE t AS SELECT 1 AS n`);
      const { json } = await engine.explain('SELECT SENTIMENT(CAST(n AS varchar(9))) AS mood FROM t');
      return json.calls;
    },
    seen: [expect.objectContaining({ distinct: undefined, exact: false })],
  },
  {
    name: 'maxrecursion',
    given: 3,
    other: 9,
    doors: ['option'],
    see: async ({ options, option }) => {
      const engine = await Engine.open(options);
      open.push(engine);
      const rounds = 'SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5';
      const result = await engine.query(`WITH c (n) AS (${rounds}) SELECT COUNT(*) AS n FROM c OPTION (${option})`);
      return result.toArray().catch(({ code }) => code);
    },
    seen: 'exec/recursion',
  },
  {
    name: 'cache_dir',
    given: join(folder, 'given'),
    other: join(folder, 'other'),
    doors: OPENING,
    see: async (opened) => (await settled(opened)).settings.cache_dir,
    seen: join(folder, 'given'),
  },
  {
    name: 'cache_size_mb',
    given: 64,
    other: 65,
    doors: OPENING,
    see: async (opened) => (await settled(opened)).settings.cache_size_mb,
    seen: 64,
  },
  {
    name: 'memory_limit_mb',
    given: 64,
    other: 200,
    doors: OPENING,
    see: async (opened) => {
      const connection = await (await settled(opened)).parts.database.connect();
      const limit = await connection.rows("SELECT current_setting('memory_limit')");
      connection.close();
      return limit;
    },
    // Three quarters: the rest is ours.
    seen: [['48.0 MiB']],
  },
  {
    name: 'collation',
    given: 'CI_AS',
    other: 'BIN2_UTF8',
    doors: OPENING,
    see: async (opened) => (await (await settled(opened)).parts.store.snapshot()).collation,
    seen: 'CI_AS',
  },
];

test('there is a case for every setting', () => {
  expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(DEFAULT_SETTINGS).sort());
});

describe.each(CASES)('$name', ({ name, given, other, doors, see, seen }) => {
  test.each(doors)('through %s, nearer than what is farther', async (door) => {
    const farther = doors.slice(0, doors.indexOf(door));
    const values = new Map<Door, Value>([...farther.map((one) => [one, other] as const), [door, given]]);
    expect(await see(through(name, values))).toEqual(seen);
  });
});
