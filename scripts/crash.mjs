// Kills statements as `kill -9` does and runs them again: --n kills (200), drawn from --seed.
import { parseArgs } from 'node:util';
import { vitest } from './vitest.mjs';

const { seed, n } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, n: { type: 'string', default: '200' } },
}).values;
vitest(['test/crash.test.ts'], { SQLC_SEED: seed, SQLC_CRASHES: n });
