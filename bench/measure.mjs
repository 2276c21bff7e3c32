// What the benches share: medians, and child processes with their time and peak memory. Figures of one run are only
// comparable with each other; nothing here compares with another machine.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const MEMORY_POLL_MS = 20;

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, closeAfterBytes?: number }} options `closeAfterBytes`: its
 *   standard output is closed once that much was read, as `| head` does.
 * @returns {Promise<{ ms: number, firstByteMs: number | undefined, peakRssMb: number | undefined, bytes: number,
 *   status: number | null, stdout: string, stderr: string }>} `peakRssMb` where /proc tells it; the first 64 KB of
 *   `stdout`
 */
export function runChild(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, args, { env: { ...process.env, ...options.env }, cwd: options.cwd });
    let peakRssMb;
    const poll = setInterval(() => {
      peakRssMb = peakRssOf(child.pid) ?? peakRssMb;
    }, MEMORY_POLL_MS);
    let firstByteMs;
    let bytes = 0;
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      firstByteMs ??= performance.now() - started;
      bytes += chunk.length;
      if (stdout.length < 65_536) stdout += chunk.toString('utf8');
      if (bytes >= (options.closeAfterBytes ?? Number.POSITIVE_INFINITY)) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(poll);
      resolve({ ms: performance.now() - started, firstByteMs, peakRssMb, bytes, status, stdout, stderr });
    });
  });
}

/** Like runChild, for a program whose failure ends the bench. */
export async function runChildOk(program, args, options = {}) {
  const done = await runChild(program, args, options);
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: status ${done.status}\n${done.stderr}`);
  return done;
}

function peakRssOf(pid) {
  try {
    const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+) kB/) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
