// A process of its own that writes and reads a result cache others use as well.
//
//   write FOLDER LIMIT SEED COUNT   puts COUNT batches and prints the number of each once it is kept
//   read FOLDER LIMIT SEED COUNT    looks the same batches up once; prints how many answers it saw
//
// Notices are printed as `notice: …`, an answer that is not the one written as `wrong: …`.

import { writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { openResultCache } from '../../src/udf/result-cache.ts';
import { batchOf } from './cache-batches.ts';

const [mode, folder = '', limit = '', seed = '', count = ''] = process.argv.slice(2);
const print = (line: string) => writeSync(1, `${line}\n`);

const cache = await openResultCache({
  folder,
  limitBytes: Number(limit),
  onNotice: (text) => print(`notice: ${text}`),
});

if (mode === 'write') {
  for (let i = 0; i < Number(count); i++) {
    await cache.putMany(batchOf(Number(seed), i));
    print(String(i));
  }
} else {
  let seen = 0;
  for (let i = 0; i < Number(count); i++) {
    const batch = batchOf(Number(seed), i);
    const found = cache.getMany(batch.map(({ key }) => key));
    for (const [j, outcome] of found.entries()) {
      if (outcome === undefined) continue;
      seen++;
      if (!isDeepStrictEqual(outcome, batch[j]?.outcome)) print(`wrong: ${seed}/${i}/${j}`);
    }
    // The next look then sees what others wrote meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
  }
  print(String(seen));
}
await cache.close();
