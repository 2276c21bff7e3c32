// npm run fuzz -- [--seed N] [--n N]: N random statements of the grammar and N damaged ones of the tests and the corpus,
// parsed and planned. Text number I of seed S is text 0 of seed S + I.

import { parseArgs } from 'node:util';
import { withSource } from './import-source.mjs';

const { seed, n } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, n: { type: 'string', default: '10000' } },
}).values;

process.exitCode = await withSource(
  'test/support/fuzz/fuzz.ts',
  ({ runFuzz }) => runFuzz({ seed: Number(seed), n: Number(n) }, (line) => console.log(line)),
  { external: true },
);
