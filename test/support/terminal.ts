// A command on a pseudo terminal: Python's `pty` holds the other end, types when it sees what it waits for, and hands
// everything that was shown to the test.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { CLI } from './cli.ts';

/** Why tests that need a terminal are skipped. */
export const noTerminal =
  spawnSync('python3', ['-c', 'import pty']).status === 0 ? undefined : 'skipped: python3 is absent';

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

const ERASE = '\x1b[K';

/** Waits for the text, then types the keys. `@name` waits for a file. */
export type Step = readonly [wait: string, keys: string];

export interface OnTerminal {
  readonly steps: readonly Step[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs `sqlc` with everything it writes on the terminal; `shown` is that, escapes included. */
export async function onTerminal(args: readonly string[], { steps, cwd, env }: OnTerminal) {
  const child = spawn('python3', ['-c', TYPIST, JSON.stringify(steps), process.execPath, CLI, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'xterm', LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [shown, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { shown, stderr, status: Number(status) };
}

/** What is left on the screen: the lines, after carriage returns and erasures to the end of a line were obeyed. */
export function screenOf(shown: string): string[] {
  return shown.split('\n').map((line) => {
    let cells = '';
    let at = 0;
    const parts = stripVTControlCharacters(line.replaceAll(ERASE, '\0')).split(/(?<=[\r\0])|(?=[\r\0])/);
    for (const part of parts) {
      if (part === '\r') at = 0;
      else if (part === '\0') cells = cells.slice(0, at);
      else {
        cells = cells.slice(0, at) + part + cells.slice(at + part.length);
        at += part.length;
      }
    }
    return cells;
  });
}
