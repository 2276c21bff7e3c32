// npm run slt -- [--strict] [--duckdb] FILE or FOLDER …: replays sqllogictest files; `--strict` as the tests do, types
// of columns and texts of errors included, `--duckdb` on the relational engine alone.

import { withSource } from './import-source.mjs';

process.exitCode = await withSource(
  'test/support/slt-run.ts',
  ({ runSlt }) => runSlt(process.argv.slice(2), (line) => console.log(line)),
  { external: true },
);
