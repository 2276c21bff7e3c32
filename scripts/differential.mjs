// Checks the rules' invariants on random queries: --n queries (3000), drawn from --seed.
import { parseArgs } from 'node:util';
import { vitest } from './vitest.mjs';

const { seed, n } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, n: { type: 'string', default: '3000' } },
}).values;
vitest(['test/differential.test.ts'], { SQLC_SEED: seed, SQLC_QUERIES: n });
