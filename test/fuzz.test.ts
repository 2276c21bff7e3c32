// A short run of both fuzzers; `npm run fuzz` runs longer ones.

import { expect, test } from 'vitest';
import { fuzzGrammar, fuzzMutations } from './support/fuzz/fuzz.ts';

const SEED = 20_261_121;
const N = 250;

test.each([
  ['random statements of the grammar', fuzzGrammar],
  ['damaged statements', fuzzMutations],
])(`%s end well (seed ${SEED})`, { timeout: 60_000 }, async (_, run) => {
  const { parsed, planned, failures } = await run({ seed: SEED, n: N });
  expect(failures).toEqual([]);
  expect(parsed).toBeGreaterThan(N / 10);
  expect(planned).toBeGreaterThan(0);
});
