// Kills statements, and databases that are being changed, as `kill -9` does and goes on: --n kills of each (200), from --seed.
import { parseArgs } from 'node:util';
import { vitest } from './vitest.mjs';

const { seed, n } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, n: { type: 'string', default: '200' } },
}).values;
vitest(['test/crash.test.ts', 'test/database-crash.test.ts'], { SQLC_SEED: seed, SQLC_CRASHES: n });
