// The command line as a real child process, in a folder of its own and with no environment but what a test gives.
// Every process is the leader of a group, so that a test can tell whether anything of it is left.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Longer than anything a test waits for; a process that is still there then is killed and the test fails. */
const PATIENCE_MS = 60_000;

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, or the name of the signal that ended it. */
  readonly status: number | NodeJS.Signals;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; without it there is none. */
  readonly input?: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with the text so far, once standard output or standard error holds `text`. */
  until(text: string): Promise<string>;
  readonly ended: Promise<Outcome>;
  /** Whether a process of its group is left. */
  groupLives(): boolean;
}

/** A temporary folder with files in it: a working folder, a home and a cache of its own for each test. */
export interface Workspace {
  readonly path: string;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  read(name: string): Promise<string>;
  has(name: string): boolean;
  run(args: readonly string[], options?: CliOptions): Promise<Outcome>;
  start(args: readonly string[], options?: CliOptions): Started;
  /** Runs a line of shell in which `sqlc` is the command. */
  shell(line: string, options?: CliOptions): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param from a folder whose files are copied in */
export async function openWorkspace(from?: string): Promise<Workspace> {
  if (!existsSync(CLI)) throw new Error('dist/cli.js is missing: run `npm run build`');
  const root = await mkdtemp(join(tmpdir(), 'sqlc-cli-'));
  const path = join(root, 'work');
  await mkdir(path);
  if (from !== undefined) await cp(from, path, { recursive: true });
  const running = new Set<ChildProcess>();
  const launch = (command: string, args: readonly string[], options: CliOptions) => {
    const env = environment(root, options.env);
    const started = start(command, args, { ...options, cwd: options.cwd ?? path, env });
    running.add(started.child);
    started.ended.finally(() => running.delete(started.child)).catch(() => {});
    return started;
  };
  return {
    path,
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), content);
      }
    },
    read: (name) => readFile(join(path, name), 'utf8'),
    has: (name) => existsSync(join(path, name)),
    run: (args, options = {}) => launch(process.execPath, [CLI, ...args], options).ended,
    start: (args, options = {}) => launch(process.execPath, [CLI, ...args], options),
    shell: (line, options = {}) =>
      launch('/bin/sh', ['-c', `sqlc() { "$NODE" "$SQLC_CLI" "$@"; }\n${line}`], {
        ...options,
        env: { NODE: process.execPath, SQLC_CLI: CLI, ...options.env },
      }).ended,
    close: async () => {
      for (const child of running) killGroup(child.pid ?? 0);
      await rm(root, { recursive: true, force: true });
    },
  };
}

function environment(root: string, given: CliOptions['env']): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: root, SQLC_CACHE_DIR: join(root, 'cache'), LC_ALL: 'C.UTF-8', ...given };
}

function start(command: string, args: readonly string[], { cwd, env, input }: CliOptions): Started {
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // A process that ends without reading all of its input is its own affair.
  child.stdin?.on('error', () => {}).end(input);
  const heard = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const { pid = 0 } = child;
  const ended = endOf(child, heard);
  // Whoever waits for the end hears of it; nobody has to.
  ended.catch(() => {});
  return {
    child,
    pid,
    ended,
    groupLives: () => isAlive(-pid),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!heard.stdout.includes(text) && !heard.stderr.includes(text)) return;
          listeners.delete(look);
          resolve(heard.stdout + heard.stderr);
        };
        listeners.add(look);
        look();
        ended.then(({ stdout, stderr }) => {
          look();
          reject(new Error(`ended before it said "${text}":\n${stdout}${stderr}`));
        }, reject);
      }),
  };
}

async function endOf(child: ChildProcess, heard: { stdout: string; stderr: string }): Promise<Outcome> {
  const kill = () => killGroup(child.pid ?? 0);
  const clock = setTimeout(kill, PATIENCE_MS);
  // A test that ran out of time never comes to its clean-up.
  process.once('exit', kill);
  try {
    const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { ...heard, status: status ?? signal ?? 'SIGKILL' };
  } finally {
    clearTimeout(clock);
    process.removeListener('exit', kill);
  }
}

/** @param id a process, or minus a group */
export function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

function killGroup(pid: number): void {
  if (pid > 0 && isAlive(-pid)) process.kill(-pid, 'SIGKILL');
}
