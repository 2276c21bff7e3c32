// Random queries over functions that can share a call: fused or not, whatever they are paid by, the answers are the
// same; and with only inputs paid, or nothing, fusion never asks for more. SQLC_SEED and SQLC_QUERIES repeat or lengthen a run.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { lookFunctions } from './support/look-functions.ts';
import { seeded } from './support/seeded.ts';

const seed = Number(process.env.SQLC_SEED ?? 20240611);
const count = Number(process.env.SQLC_QUERIES ?? 60);

const TABLE = `CREATE TABLE r (id, img, alt, x) AS SELECT * FROM (VALUES
  (1, N'i01', N'i09', 5), (2, N'i01', N'i03', NULL), (3, N'b02', NULL, 7), (4, NULL, N'i01', 5), (5, N'', N'i09', 2), (6, N'b!7', N'c40', NULL),
  (7, N'c40', N'b!7', 7), (8, N'i09', N'i09', 1), (9, N'I09', N'i01', 5), (10, N'i03', NULL, -3), (11, N'b!2', N'b02', 3)) AS v (id, img, alt, x)`;

const VARIANTS = [
  { label: 'apart', rules: ['fuse', 'rank-order'], prices: undefined },
  { label: 'together', rules: ['rank-order'], prices: undefined },
  { label: 'inputs paid', rules: ['rank-order'], prices: { calls: 0, rows: 1 } },
  { label: 'requests paid', rules: [], prices: { calls: 1, rows: 0 } },
  { label: 'both paid', rules: [], prices: { calls: 1, rows: 1 } },
];
/** Of these no more may be asked than apart; the others may buy more inputs for fewer requests. */
const NEVER_MORE = ['together', 'inputs paid'];

let scratch = '';
let engines: { readonly label: string; readonly engine: Engine }[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sqlc-fusion-differential-'));
  engines = await Promise.all(
    VARIANTS.map(async ({ label, rules, prices }) => {
      const settings = { cache_dir: join(scratch, label.replace(' ', '-')), cache: 'OFF' } as const;
      const engine = await Engine.open({ env: {}, settings, disabledRules: rules });
      engine.registerFunction(lookFunctions({ prices, batchSize: 2 }));
      await engine.execute(TABLE);
      return { label, engine };
    }),
  );
});
afterAll(async () => {
  for (const { engine } of engines) await engine.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe(`fusion changes no answer (seed ${seed})`, () => {
  const generate = queries();
  const all = Array.from({ length: count }, generate);
  const fused = new Set<string>();

  test.each(Array.from({ length: Math.ceil(count / 20) }, (_, i) => i * 20))(
    'queries from %i',
    { timeout: 120_000 },
    async (from) => {
      for (const sql of all.slice(from, from + 20)) {
        const [apart, ...others] = await Promise.all(
          engines.map(async (e) => ({ ...e, ...(await run(e.engine, sql)) })),
        );
        for (const other of others) {
          expect({ sql, by: other.label, text: other.text }).toEqual({ sql, by: other.label, text: apart?.text });
          if (other.fusion) fused.add(`${other.label} ${sql}`);
          if (NEVER_MORE.includes(other.label) && !other.text.startsWith('error'))
            expect(other.inputs, `${sql} by ${other.label}`).toBeLessThanOrEqual(apart?.inputs ?? 0);
        }
      }
    },
  );

  test('calls are fused', () => {
    // A generator whose calls stay apart proves nothing.
    expect(fused.size).toBeGreaterThan(count);
  });
});

/** The rows as a bag, or the error; what was asked, and whether anything of it together. */
async function run(engine: Engine, sql: string): Promise<{ text: string; inputs: number; fusion: boolean }> {
  try {
    const result = await engine.query(sql);
    const rows = (await result.toArray()).map((row) => JSON.stringify(row));
    const { operations } = result.stats;
    const inputs = operations.reduce((sum, o) => sum + o.distinct, 0);
    return { text: rows.sort().join('\n'), inputs, fusion: operations.some((o) => o.saved.fusion > 0) };
  } catch (failure) {
    if (!(failure instanceof SqlcError)) throw failure;
    return { text: `error ${failure.code}`, inputs: 0, fusion: false };
  }
}

function queries(): () => string {
  const random = seeded(seed);
  const chance = (share: number) => random(100) < share * 100;
  const pick = <T>(choices: readonly T[]): T => {
    const chosen = choices[random(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  };
  const input = () => pick(['img', 'img', 'img', 'alt', 'LOWER(img)', "COALESCE(alt, 'i01')"]);
  const text = (of: string) => pick([`TAGS(${of})`, `CAPTION(${of})`, `TAGS(${of})`]);
  const number = (of: string) => pick([`SIZE(${of})`, `SCORE(${of})`]);
  const item = (of: string): string =>
    pick([
      () => text(of),
      () => number(of),
      () => `CASE WHEN x > 3 THEN ${text(of)} END`,
      () => `CASE WHEN ${number(of)} > 0.03 THEN ${text(of)} ELSE 'none' END`,
      () => `COALESCE(${text(input())}, ${text(of)})`,
      () => `TAGS(${text(of)})`,
      () => `COGNITIVE_ERROR(CAPTION(${of})).code`,
    ])();
  const condition = (of: string): string =>
    pick([
      () => `${number(of)} < ${pick([0.02, 0.05, 3])}`,
      () => `${text(of)} <> ${pick(["'i'", "'B02'"])}`,
      () => `x > ${pick([0, 3, 6])}`,
      () => `(x > 5 OR ${text(of)} = 'i')`,
      () => `${number(of)} IS NOT NULL`,
    ])();
  const many = (low: number, high: number, make: () => string) =>
    Array.from({ length: low + random(high - low + 1) }, make);
  const option = () => (chance(0.2) ? ` OPTION (ON_ERROR ${pick(['FAIL', "DEFAULT '0'"])})` : '');
  return () => {
    const of = input();
    const where = many(0, 2, () => condition(chance(0.8) ? of : input()));
    const filter = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
    if (chance(0.25))
      return `SELECT ${text(of)} AS k, COUNT(*) AS n, MAX(${number(of)}) AS m FROM r${filter} GROUP BY ${text(of)}`;
    const list = many(2, 4, () => item(chance(0.85) ? of : input())).map((each, i) => `${each} AS c${i}`);
    const select = `SELECT id, ${list.join(', ')} FROM r${filter}`;
    if (chance(0.2)) return `SELECT TOP ${pick([1, 3, 20])} * FROM (${select}) t ORDER BY id${pick([' DESC', ''])}`;
    if (chance(0.2)) return `SELECT t.c0, t.c1, s.id FROM (${select}) t LEFT JOIN r s ON s.x = t.id`;
    return `${select}${chance(0.3) ? ` ORDER BY ${number(of)}, id` : ''}${option()}`;
  };
}
