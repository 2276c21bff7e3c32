// The simulated service of the benches: `sqlc emulator` in a process of its own, so that its work is not counted as the
// engine's. Its quotas and faults are switches; its counts are the referee.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CLI } from './measure.mjs';

/** What 6-bench calls the default service: 100 ms and 1 ms a document, 20 requests at a time, 100 a second. */
export const SERVICE = { latency: 100, 'per-document': 1, connections: 20, rps: 100, null: true };

/** @param {Record<string, number | boolean>} switches of `sqlc emulator` */
export async function startEmulator(switches) {
  const options = Object.entries(switches).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const child = spawn(process.execPath, [CLI, 'emulator', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const url = line.split(' ').at(-1);
  const control = async (path, init) => (await fetch(`${url}/emulator/${path}`, init)).json();
  return {
    url,
    pid: child.pid,
    stats: () => control('stats'),
    /** Counts, quotas and draws begin anew; what is not named stays as it is. */
    reset: (changed = {}) => control('reset', { method: 'POST', body: JSON.stringify(changed) }),
    /** The same, while counts go on. */
    change: (changed) => control('switches', { method: 'POST', body: JSON.stringify(changed) }),
    async close() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
