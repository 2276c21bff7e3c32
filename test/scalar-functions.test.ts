// The manual of the scalar functions: every function has a well-formed signature and an example that gives what it says.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';
import { shapeOf } from '../src/planner/bind/functions/scalar-function.ts';
import { LAZY_FUNCTIONS } from '../src/planner/bind/lazy-functions.ts';
import { RESERVED_FUNCTIONS } from '../src/planner/bind/reserved-functions.ts';
import { SCALAR_FUNCTIONS } from '../src/planner/bind/scalar-functions.ts';
import { firstValue } from './support/first-value.ts';

const all = [...SCALAR_FUNCTIONS.values(), ...LAZY_FUNCTIONS.values()];
let engine: Engine | undefined;
beforeAll(async () => {
  engine = await Engine.open({ settings: { cache: 'OFF' } });
});
afterAll(() => engine?.close());

describe('examples of the manual', () => {
  for (const { signature, example } of all) {
    const [sql, gives] = example;
    test(`${signature}: ${sql}`, async () => {
      expect(await firstValue(engine, `SELECT ${sql}`)).toBe(gives);
    });
  }
});

test('a signature says how many arguments there are', () => {
  const bind = () => expect.fail('not called');
  const arity = (signature: string) => shapeOf({ signature, doc: '', example: ['', ''], bind });
  expect(arity('PI()')).toEqual({ name: 'PI', min: 0, max: 0 });
  expect(arity('STR(number[, length[, decimals]])')).toEqual({ name: 'STR', min: 1, max: 3 });
  expect(arity('CONCAT(value, value, ...)')).toEqual({ name: 'CONCAT', min: 2, max: 254 });
  expect(arity('RAND([seed])')).toEqual({ name: 'RAND', min: 0, max: 1 });
});

test('what is modelled is not reserved', () => {
  const names = [...SCALAR_FUNCTIONS.keys(), ...LAZY_FUNCTIONS.keys()];
  expect(names.filter((name) => RESERVED_FUNCTIONS.has(name))).toEqual([]);
});
