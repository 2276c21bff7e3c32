// Runs the tests. --rewrite writes the golden files anew instead of checking them; other arguments are vitest's, such
// as the names of files.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const rewrite = given.includes('--rewrite');
const rest = given.filter((argument) => argument !== '--rewrite');

const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: rewrite ? { ...process.env, SQLC_REWRITE: '1' } : process.env,
});
// A Ctrl-C reaches the child too; it ends first and its status is ours.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (status, signal) => {
  process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 1);
});
