// The interactive shell, on a pseudo terminal.

import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkspace, type Workspace } from './support/cli.ts';
import { noTerminal, onTerminal, type Step } from './support/terminal.ts';
import { answers, startTextService, type TextService } from './support/text-service.ts';

let workspace: Workspace;
let service: TextService;

beforeEach(async () => {
  workspace = await openWorkspace();
  service = await startTextService(answers({ hold: ({ documents }) => documents.some(({ text: t }) => t === 'wait') }));
});
afterEach(async () => {
  await workspace.close();
  await service.close();
});

async function typed(steps: readonly Step[], args: readonly string[] = []) {
  const { shown, stderr, status } = await onTerminal(args, {
    steps,
    cwd: workspace.path,
    env: { SQLC_CACHE_DIR: `${workspace.path}/cache`, LANGUAGE_ENDPOINT: service.url },
  });
  return { shown: stripVTControlCharacters(shown).replaceAll('\r', ''), stderr, status };
}

const ENTER = '\r';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const PROMPT = 'sqlc> ';

describe.skipIf(noTerminal !== undefined)(`on a terminal ${noTerminal ?? ''}`, () => {
  test('a statement over several lines, results as tables, and exit', { timeout: 60_000 }, async () => {
    const { shown, status } = await typed([
      [PROMPT, `SELECT 1 AS one,${ENTER}`],
      ['... ', `2 AS two;${ENTER}`],
      ['(1 row)', ''],
      [PROMPT, `exit${ENTER}`],
    ]);
    expect(status).toBe(0);
    expect(shown).toContain('End a statement with ";". Leave with exit or Ctrl-D.\n');
    expect(shown).toContain('┌─────┬─────┐\n│ one │ two │\n├─────┼─────┤\n│   1 │   2 │\n└─────┴─────┘\n(1 row)\n');
  });

  test('an error shows its place and keeps the shell', { timeout: 60_000 }, async () => {
    const { shown, status } = await typed([
      [PROMPT, `SELECT nope;${ENTER}`],
      ['^^^^', ''],
      [PROMPT, `SELECT 'still' AS here;${ENTER}`],
      ['│ still │', ''],
      [PROMPT, CTRL_D],
    ]);
    // On a terminal every error has been read; leaving is done.
    expect(status).toBe(0);
    expect(shown).toContain('error bind/unknown-column (207): column "nope" does not exist\n');
    expect(shown).toContain('SELECT nope;\n             ^^^^\n');
  });

  test('Ctrl-C cancels a statement that runs and keeps the shell', { timeout: 60_000 }, async () => {
    const digits = 'WITH d AS (SELECT n FROM (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS v(n))';
    const names = 'a b c e f g h i j k l m'.split(' ');
    const endless = `${digits} SELECT COUNT(*) AS n FROM d ${names.join(' CROSS JOIN d ')} WHERE a.n + b.n * c.n <> m.n - l.n`;
    const { shown, status } = await typed([
      [PROMPT, `SELECT 'ready' AS a;${ENTER}`],
      ['│ ready │', ''],
      [PROMPT, `${endless};${ENTER}`],
      ['l.n;', CTRL_C],
      ['cancelled', ''],
      [PROMPT, `SELECT 'alive' AS a;${ENTER}`],
      ['│ alive │', ''],
      [PROMPT, `quit${ENTER}`],
    ]);
    expect({ shown, status }).toEqual({ shown: expect.stringContaining('cancelled'), status: 0 });
  });

  test('Ctrl-C cancels a service call and keeps the shell', { timeout: 60_000 }, async () => {
    const asked = service.asked(1).then(() => workspace.write({ asked: '' }));
    const { status } = await typed([
      [PROMPT, `SELECT SENTIMENT('wait') AS m;${ENTER}`],
      ['@asked', CTRL_C],
      ['cancelled', ''],
      [PROMPT, `SELECT SENTIMENT('go') AS m;${ENTER}`],
      ['│ positive │', ''],
      [PROMPT, CTRL_D],
    ]);
    expect(status).toBe(0);
    await asked;
  });

  test('Ctrl-C forgets a statement that is half typed', { timeout: 60_000 }, async () => {
    const { shown, status } = await typed([
      [PROMPT, `SELECT 'never closed${ENTER}`],
      ['... ', CTRL_C],
      [PROMPT, `SELECT 'fresh' AS a;${ENTER}`],
      ['│ fresh │', ''],
      [PROMPT, `exit;${ENTER}`],
    ]);
    expect(status).toBe(0);
    expect(shown).not.toContain('error');
  });

  test('a summary of what was asked, on the terminal', { timeout: 60_000 }, async () => {
    const { shown, status } = await typed([
      [PROMPT, `SELECT SENTIMENT('go') AS m;${ENTER}`],
      ['distinct input', ''],
      [PROMPT, CTRL_D],
    ]);
    expect(status).toBe(0);
    expect(shown).toContain(
      `language/sentiment: 1 distinct input, 1 request to ${new URL(service.url).host}, model 2025-01-01\n`,
    );
  });

  test('a persistent database', { timeout: 60_000 }, async () => {
    const args = ['--database', 'db'];
    await typed(
      [
        [PROMPT, `CREATE TABLE t AS SELECT 42 AS a;${ENTER}`],
        [PROMPT, CTRL_D],
      ],
      args,
    );
    const { shown } = await typed(
      [
        [PROMPT, `SELECT a FROM t;${ENTER}`],
        ['(1 row)', ''],
        [PROMPT, CTRL_D],
      ],
      args,
    );
    expect(shown).toContain('│ 42 │');
  });
});
