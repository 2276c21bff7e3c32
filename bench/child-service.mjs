// A service of a bench in a process of its own, so that its work is not counted as the engine's. The process is the
// service's own file, started with `serve`; it sends its port first, and its counts when it is told to `take` them.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} file the service's `import.meta.url`
 * @returns `take` gives what was counted since it was last called; `close` ends the process
 */
export async function startChildService(file, ...options) {
  const child = fork(fileURLToPath(file), ['serve', ...options.map(String)]);
  const [{ port }] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    async take() {
      child.send('take');
      const [counts] = await once(child, 'message');
      return counts;
    },
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
