// Answers that can be made again from a number: what a worker wrote, its parent can check.

import { cacheKeys } from '../../src/udf/cache-key.ts';
import type { CachePut } from '../../src/udf/result-cache.ts';

/** Some answers of a few bytes, some that fill several pages. */
export function batchOf(seed: number, index: number): readonly CachePut[] {
  const key = cacheKeys({ operation: 'test/batches', identity: String(seed) });
  const puts: CachePut[] = [];
  for (let j = 0; j <= (seed + index * 7) % 20; j++) {
    const n = (seed * 31 + index * 17 + j * 7) % 97;
    const text = `${seed}/${index}/${j} `.repeat(n % 10 === 0 ? n * 10 : n % 8);
    puts.push({ key: key([`${index}`, `${j}`]), outcome: { ok: true, value: { index, text, score: n / 97 } } });
  }
  return puts;
}
