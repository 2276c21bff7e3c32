// The interactive shell, on a pseudo terminal: Python's `pty` holds the other end, types when it sees what it waits
// for, and hands everything that was shown to the test.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLI, openWorkspace, type Workspace } from './support/cli.ts';
import { answers, startTextService, type TextService } from './support/text-service.ts';

const missing = spawnSync('python3', ['-c', 'import pty']).status === 0 ? undefined : 'skipped: python3 is absent';

/** Takes [wait, type] steps, where `@name` waits for a file instead of a text; ends with the status of the command, everything shown on stdout. */
const TYPIST = `
import json, os, pty, select, signal, sys, time
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, seen, deadline = b'', 0, time.time() + 40
def pump():
    global shown
    ready, _, _ = select.select([fd], [], [], 0.05)
    if not ready:
        return True
    try:
        data = os.read(fd, 65536)
    except OSError:
        return False
    shown += data
    return len(data) > 0
for wait, keys in steps:
    while not os.path.exists(wait[1:]) if wait.startswith('@') else shown.find(wait.encode(), seen) < 0:
        if not pump() or time.time() > deadline:
            sys.stdout.write('never shown: ' + wait + '\\n' + shown.decode(errors='replace'))
            os.kill(pid, signal.SIGKILL)
            sys.exit(99)
    if not wait.startswith('@'):
        seen = shown.find(wait.encode(), seen) + len(wait.encode())
    os.write(fd, keys.encode())
while pump() and time.time() < deadline:
    pass
sys.stdout.write(shown.decode(errors='replace'))
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`;

type Step = readonly [wait: string, keys: string];

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
  const child = spawn('python3', ['-c', TYPIST, JSON.stringify(steps), process.execPath, CLI, ...args], {
    cwd: workspace.path,
    env: {
      PATH: process.env.PATH,
      HOME: workspace.path,
      SQLC_CACHE_DIR: `${workspace.path}/cache`,
      LANGUAGE_ENDPOINT: service.url,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [shown, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { shown: stripVTControlCharacters(shown).replaceAll('\r', ''), stderr, status };
}

const ENTER = '\r';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const PROMPT = 'sqlc> ';

describe.skipIf(missing !== undefined)(`on a terminal ${missing ?? ''}`, () => {
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
      ['distinct inputs', ''],
      [PROMPT, CTRL_D],
    ]);
    expect(status).toBe(0);
    expect(shown).toContain(
      `language/sentiment: 1 distinct inputs in 1 request to ${new URL(service.url).host}, model 2025-01-01\n`,
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
