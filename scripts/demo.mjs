// The main job on real text, with no key and no network: each script of examples/ through `sqlc run`, one database.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeExampleData } from './example-data.mjs';
import { root } from './import-source.mjs';

const started = Date.now();
await writeExampleData();
const work = mkdtempSync(join(tmpdir(), 'sqlc-demo-'));
try {
  for (const name of readdirSync(join(root, 'examples'))
    .filter((f) => f.endsWith('.sql'))
    .sort()) {
    const script = join('examples', name);
    const title = readFileSync(join(root, script), 'utf8').match(/^(?:-- ?.*\n)+/)?.[0] ?? '';
    console.log(`\n== ${script}\n${title.replace(/^-- ?/gm, '').trim()}\n`);
    const args = [
      'dist/cli.js',
      'run',
      script,
      '--all-results',
      '--quiet',
      '--format',
      'table',
      '--database',
      join(work, 'db'),
    ];
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, LANGUAGE_ENDPOINT: '' },
    });
    if (status !== 0) process.exit(status ?? 1);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(
  `\ndone in ${((Date.now() - started) / 1000).toFixed(1)} s; run one yourself: node dist/cli.js run examples/1-tables.sql`,
);
