// What one writes the first time: a pool over the distinct texts in batches of ten, anything but a whole 200 waited out
// for a second and tried again. It keeps its answers in memory and writes them at the end. In a process of its own, to
// be killed: node hostile-loop.mjs URL DISTINCT OUTPUT

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { reviewOf } from './reviews.mjs';

const POOL = 20;
const BATCH = 10;
const WAIT_MS = 1000;
const TIMEOUT_MS = 5000;

const [url, distinct, output] = process.argv.slice(2);
const moods = Array.from({ length: Number(distinct) }, () => null);
let next = 0;

async function worker() {
  while (next < moods.length) {
    const from = next;
    next += BATCH;
    const documents = moods
      .slice(from, from + BATCH)
      .map((_, i) => ({ id: String(from + i), text: reviewOf(from + i) }));
    for (const { id, sentiment } of (await asked(documents)).documents) moods[Number(id)] = sentiment;
  }
}

async function asked(documents) {
  for (;;) {
    try {
      const response = await fetch(`${url}/text/analytics/v3.1/sentiment`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ documents }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return await response.json();
      await response.text();
    } catch {
      // a reset, a cut body, silence: as a 500
    }
    await sleep(WAIT_MS);
  }
}

await Promise.all(Array.from({ length: POOL }, worker));
writeFileSync(output, JSON.stringify(moods));
