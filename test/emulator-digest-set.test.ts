import { expect, test } from 'vitest';
import { type Digest, DigestSet } from '../src/emulator/digest-set.ts';

test('remembers what was added, through growth and collisions', () => {
  const set = new DigestSet();
  // Few distinct low halves, so that most digests collide; zero is the empty slot's own value.
  const digests: Digest[] = Array.from({ length: 5000 }, (_, index) => ({ high: index, low: index % 7 }));
  expect(digests.map((digest) => set.has(digest)).includes(true)).toBe(false);
  expect(digests.every((digest) => set.add(digest))).toBe(true);
  expect(digests.some((digest) => set.add(digest))).toBe(false);
  expect(digests.every((digest) => set.has(digest))).toBe(true);
  expect([set.size, set.has({ high: 5000, low: 2 }), set.has({ high: 1, low: 2 })]).toEqual([5000, false, false]);
});
