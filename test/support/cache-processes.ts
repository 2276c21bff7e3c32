// Starts cache-worker.ts as processes of their own.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the worker. The caller removes the script. */
export async function buildWorker(): Promise<string> {
  const script = join(process.cwd(), 'node_modules', '.cache', `cache-worker-${process.pid}-${performance.now()}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'cache-worker.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  return script;
}

export interface WorkerEnd {
  /** Whole lines of standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface WorkerOptions {
  readonly uid?: number;
  readonly gid?: number;
  /** Kills the worker, as `kill -9`, when it has printed so many lines. */
  readonly killAfterLines?: number;
}

export async function runWorker(
  script: string,
  args: readonly (string | number)[],
  { killAfterLines, ...user }: WorkerOptions = {},
): Promise<WorkerEnd> {
  const child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'], ...user });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (killAfterLines !== undefined && stdout.split('\n').length > killAfterLines) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ lines: stdout.split('\n').slice(0, -1), stderr, code, signal }));
  });
}
