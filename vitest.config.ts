// How the tests run: in processes of their own, two files at a time, ending with one plain line. The package is tried
// after everything else, because packing builds `dist` anew under the feet of the tests that run it.

import { configDefaults, defineConfig } from 'vitest/config';
import { PlainSummary } from './test/support/reporter.ts';

const packaging = 'test/package.test.ts';

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: process.env.SQLC_SHUFFLE === undefined ? [] : ['test/support/shuffled-scheduling.ts'],
    reporters: ['default', new PlainSummary()],
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlc',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, packaging],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'package', include: [packaging], sequence: { groupOrder: 1 } } },
    ],
  },
});
