// One bench in a process of its own: what one leaves behind in memory does not weigh on the next. A bench file exports
// `bench({ short, sf })`, which gives `{ columns, rows, notes, targets: { what, found, atMost | atLeast }[] }`.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);

export async function runBench(name, options) {
  const child = fork(SELF, [name, JSON.stringify(options)], { serialization: 'advanced' });
  let figures;
  child.on('message', (message) => {
    figures = message;
  });
  const [status] = await once(child, 'exit');
  if (figures === undefined) throw new Error(`bench ${name} ended with status ${status} and no figures`);
  return figures;
}

if (process.argv[1] === SELF) {
  const { bench } = await import(`./${process.argv[2]}.mjs`);
  const figures = await bench(JSON.parse(process.argv[3] ?? '{}'));
  process.send(figures, () => process.disconnect());
}
