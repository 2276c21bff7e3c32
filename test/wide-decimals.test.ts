// Quotients and products of wide decimals against BigInt: random digits of a printed seed.
// Results: "precision, scale, and length" of the T-SQL reference; quotients are cut, products rounded half away.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';

const SEED = Number(process.env.SQLC_SEED ?? 5);
const CASES = 60;
const LIMIT = 10n ** 38n;

interface Shape {
  readonly precision: number;
  readonly scale: number;
}
const SHAPES: readonly (readonly [Shape, Shape])[] = [
  [
    { precision: 38, scale: 10 },
    { precision: 38, scale: 10 },
  ],
  [
    { precision: 38, scale: 20 },
    { precision: 38, scale: 4 },
  ],
  [
    { precision: 38, scale: 0 },
    { precision: 38, scale: 0 },
  ],
  [
    { precision: 28, scale: 14 },
    { precision: 20, scale: 19 },
  ],
  [
    { precision: 38, scale: 30 },
    { precision: 38, scale: 25 },
  ],
];

let engine: Engine | undefined;
beforeAll(async () => {
  engine = await Engine.open({ settings: { cache: 'OFF' } });
});
afterAll(() => engine?.close());

/** A generator of numbers from 0 to 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function randomDigits(random: () => number, precision: number): bigint {
  const length = 1 + Math.floor(random() * precision);
  const digits = Array.from({ length }, () => Math.floor(random() * 10)).join('');
  return (random() < 0.5 ? -1n : 1n) * BigInt(digits);
}

function textOf(digits: bigint, scale: number): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const shown = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  return digits < 0n ? `-${shown}` : shown;
}

/** Rounded half away from zero. */
function dropped(digits: bigint, places: number): bigint {
  if (places <= 0) return digits;
  const half = 5n * 10n ** BigInt(places - 1);
  return (digits + (digits < 0n ? -half : half)) / 10n ** BigInt(places);
}

function capped(precision: number, scale: number): number {
  if (precision <= 38) return scale;
  return precision - scale > 32 ? Math.min(scale, 6) : Math.min(scale, 38 - (precision - scale));
}

async function answer(sql: string): Promise<string> {
  const result = await engine?.query(sql);
  const [row] = (await result?.toArray()) ?? [];
  return String(Object.values(row ?? {})[0]);
}

for (const [x, y] of SHAPES) {
  const cast = (digits: bigint, { precision, scale }: Shape) =>
    `CAST('${textOf(digits, scale)}' AS decimal(${precision},${scale}))`;
  describe(`decimal(${x.precision},${x.scale}) and decimal(${y.precision},${y.scale}), seed ${SEED}`, () => {
    const random = randomOf(SEED + x.scale * 100 + y.scale);
    const pairs = Array.from(
      { length: CASES },
      () => [randomDigits(random, x.precision), randomDigits(random, y.precision)] as const,
    );

    test('quotients', async () => {
      const wanted = Math.max(6, x.scale + y.precision + 1);
      const scale = capped(x.precision - x.scale + y.scale + wanted, wanted);
      for (const [a, b] of pairs) {
        if (b === 0n) continue;
        const shift = scale + y.scale - x.scale;
        const exact = shift >= 0 ? (a * 10n ** BigInt(shift)) / b : a / (b * 10n ** BigInt(-shift));
        const sql = `SELECT ${cast(a, x)} / ${cast(b, y)}`;
        if (exact >= LIMIT || exact <= -LIMIT) await expect(answer(sql), sql).rejects.toMatchObject({ number: 8115 });
        else expect(await answer(sql), sql).toBe(textOf(exact, scale));
      }
    });

    test('products', async () => {
      const scale = capped(x.precision + y.precision + 1, x.scale + y.scale);
      for (const [a, b] of pairs) {
        const exact = dropped(a * b, x.scale + y.scale - scale);
        const sql = `SELECT ${cast(a, x)} * ${cast(b, y)}`;
        if (exact >= LIMIT || exact <= -LIMIT) await expect(answer(sql), sql).rejects.toMatchObject({ number: 8115 });
        else expect(await answer(sql), sql).toBe(textOf(exact, scale));
      }
    });
  });
}
