// Regular expressions against another engine: random patterns of what RE2 and JavaScript have in common, the answers
// worked out by JavaScript. Matches, their places and their groups must be the same.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';

const SEED = 777;
const PATTERNS = 60;

let engine: Engine | undefined;
beforeAll(async () => {
  engine = await Engine.open({ settings: { cache: 'OFF' } });
});
afterAll(() => engine?.close());

test(`${PATTERNS} random patterns, seed ${SEED}`, async () => {
  const draw = draws(SEED);
  for (let i = 0; i < PATTERNS; i++) {
    const pattern = alternatives(draw, 0);
    const text = Array.from({ length: draw(9) }, () => ['a', 'b', 'c', ' ', 'é', '😀'][draw(6)]).join('');
    const nth = 1 + draw(3);
    expect({ pattern, text, nth, ...(await answers(pattern, text, nth)) }).toEqual({
      pattern,
      text,
      nth,
      ...expected(pattern, text, nth),
    });
  }
}, 60_000);

/** The pattern once as a literal, once as a value of the row. */
async function answers(pattern: string, text: string, nth: number) {
  const [p, s] = [pattern, text].map((t) => `N'${t}'`);
  const [row] = await rowsOf(
    `SELECT REGEXP_COUNT(${s}, ${p}) AS counted, REGEXP_REPLACE(${s}, ${p}, '<&>') AS replaced, REGEXP_REPLACE(${s}, p, '<&>') AS replacedByRow, REGEXP_INSTR(${s}, ${p}, 1, ${nth}) AS first, REGEXP_INSTR(${s}, p, 1, ${nth}, 1) AS behind, REGEXP_SUBSTR(${s}, p, 1, ${nth}) AS part FROM (VALUES (${p})) AS v (p)`,
  );
  const matches = await rowsOf(`SELECT * FROM REGEXP_MATCHES(${s}, ${p}) ORDER BY match_id`);
  return {
    ...row,
    matches: matches.map((m) => [m.start_position, m.match_value, JSON.parse(String(m.substring_matches))]),
  };
}

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  const result = await engine?.query(sql);
  return ((await result?.toArray()) ?? []) as Record<string, unknown>[];
}

function expected(pattern: string, text: string, nth: number) {
  const found = [...text.matchAll(new RegExp(pattern, 'gud'))];
  const placeOf = (unit: number) => [...text.slice(0, unit)].length + 1;
  const groups = (m: RegExpExecArray) =>
    m.slice(1).flatMap((value, i) => {
      const at = m.indices?.[i + 1]?.[0];
      return at === undefined ? [] : [{ value, start: placeOf(at), length: [...value].length }];
    });
  const replaced = text.replace(new RegExp(pattern, 'gu'), (m) => `<${m}>`);
  const hit = found[nth - 1];
  return {
    counted: found.length,
    replaced,
    replacedByRow: replaced,
    first: hit === undefined ? 0 : placeOf(hit.index),
    behind: hit === undefined ? 0 : placeOf(hit.index + hit[0].length),
    part: hit?.[0] ?? null,
    matches: found.map((m) => [placeOf(m.index), m[0], groups(m)]),
  };
}

// --- patterns

type Draw = (below: number) => number;

function draws(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

const PLAIN = ['a', 'b', '.', '[ab]', '[^a]'];
const QUANTIFIERS = ['', '', '', '*', '+', '?', '{1,2}', '*?'];

function alternatives(draw: Draw, depth: number): string {
  return draw(4) === 0 ? `${sequence(draw, depth)}|${sequence(draw, depth)}` : sequence(draw, depth);
}

function sequence(draw: Draw, depth: number): string {
  return Array.from({ length: 1 + draw(3) }, () => piece(draw, depth)).join('');
}

/** Groups are not repeated: JavaScript forgets those of earlier repetitions, RE2 does not. */
function piece(draw: Draw, depth: number): string {
  const kind = depth > 2 ? 0 : draw(10);
  if (kind === 9) return ['^', '$'][draw(2)] ?? '';
  if (kind > 6) return `(${kind === 7 ? '?:' : ''}${alternatives(draw, depth + 1)})`;
  return `${PLAIN[draw(PLAIN.length)]}${QUANTIFIERS[draw(QUANTIFIERS.length)]}`;
}
