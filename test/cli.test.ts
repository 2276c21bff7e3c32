// `sqlc` end to end: each `test/cli/*.sql` says in `-- $` lines which commands to run, in a copy of that folder; what
// they print and how they end stands in the `.out` file beside it. With SQLC_REWRITE=1 those are written anew.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Outcome, openWorkspace } from './support/cli.ts';

const folder = fileURLToPath(new URL('./cli/', import.meta.url));
const rewrite = process.env.SQLC_REWRITE === '1';
const scripts = readdirSync(folder).filter((name) => name.endsWith('.sql'));

/** The commands a script asks for; one that asks for none is run. */
function commandsOf(name: string): string[] {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  const asked = lines.filter((line) => line.startsWith('-- $ ')).map((line) => line.slice(5));
  return asked.length === 0 ? [`sqlc run ${name}`] : asked;
}

function section(command: string, { stdout, stderr, status }: Outcome): string {
  const stream = (name: string, text: string) =>
    text === '' ? '' : `--- ${name}\n${text}${text.endsWith('\n') ? '' : '\n\\ no newline at the end\n'}`;
  return `$ ${command}\n${stream('stdout', stdout)}${stream('stderr', stderr)}--- status ${status}\n`;
}

describe.each(scripts)('%s', (name) => {
  test('prints and ends as written', { timeout: 180_000 }, async () => {
    const workspace = await openWorkspace(folder);
    try {
      const sections: string[] = [];
      for (const command of commandsOf(name)) {
        // Places of this machine are none of the answer.
        const masked = (text: string) => text.replaceAll(workspace.path, '$PWD');
        const { stdout, stderr, status } = await workspace.shell(command);
        sections.push(section(command, { stdout: masked(stdout), stderr: masked(stderr), status }));
      }
      const actual = sections.join('\n');
      const expected = join(folder, name.replace(/\.sql$/, '.out'));
      if (rewrite) writeFileSync(expected, actual);
      else expect(actual).toBe(readFileSync(expected, 'utf8'));
    } finally {
      await workspace.close();
    }
  });
});
