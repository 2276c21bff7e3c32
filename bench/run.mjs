// `npm run bench` runs every bench, `npm run bench -- NAME` one, `--short` with smaller numbers, `--sf N` tpch at that
// scale factor. Each runs in a process of its own, prints a table and leaves its figures in bench/results/; the status
// is 1 when a target is missed.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runBench } from './bench-process.mjs';
import { tableText } from './table.mjs';

const BENCHES = [
  'startup',
  'limit',
  'stream',
  'fanout',
  'session',
  'hostile',
  'tpch',
  'filters',
  'joins',
  'fusion',
  'service-limit',
  'memory',
  'parse',
];
const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

const { values: given, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, sf: { type: 'string' } },
});
const { short } = given;
const sf = given.sf === undefined ? undefined : Number(given.sf);
if (sf !== undefined && !(sf > 0)) {
  console.error(`--sf takes a number above 0, not ${given.sf}`);
  process.exit(2);
}
const unknown = asked.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`no bench named ${unknown.join(', ')}; there are ${BENCHES.join(', ')}`);
  process.exit(2);
}
mkdirSync(RESULTS, { recursive: true });
const missed = [];
for (const name of asked.length > 0 ? asked : BENCHES) {
  const { columns, rows, notes, targets } = await runBench(name, { short, sf });
  console.log(`\n${name}${short ? ' (short)' : ''}\n\n${tableText(columns, rows)}\n`);
  for (const note of notes) console.log(note);
  for (const { what, found, atMost, atLeast } of targets) {
    const met = atMost === undefined ? found >= atLeast : found <= atMost;
    const target = atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
    console.log(`${met ? 'met   ' : 'MISSED'}  ${what}: ${found.toFixed(2)}, target ${target}`);
    if (!met) missed.push(`${name}: ${what}`);
  }
  writeFileSync(
    `${RESULTS}${name}.json`,
    `${JSON.stringify({ name, short, columns, rows, notes, targets }, null, 2)}\n`,
  );
}
if (missed.length > 0) console.log(`\n${missed.length} missed`);
process.exitCode = missed.length > 0 ? 1 : 0;
