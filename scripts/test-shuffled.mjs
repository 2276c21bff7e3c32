// Runs tests with what statements wait for coming back in another order, drawn from --seed (1). Other arguments are
// names of test files; by default those that compare answers.
import { parseArgs } from 'node:util';
import { vitest } from './vitest.mjs';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const answers = ['golden', 'slt', 'differential'].map((name) => `test/${name}.test.ts`);
vitest(positionals.length === 0 ? answers : positionals, { SQLC_SHUFFLE: values.seed });
