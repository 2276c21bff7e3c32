// Long chains as trees that are not deep.

import { invariant } from '../../common/errors.ts';

/** Combines items in pairs, and the pairs in pairs; from left to right. There is at least one. */
export function balanced<T>(items: readonly T[], combine: (left: T, right: T) => T): T {
  let level = [...items];
  while (level.length > 1) {
    level = level.flatMap((left, i) => {
      const right = level[i + 1];
      return i % 2 === 1 ? [] : right === undefined ? [left] : [combine(left, right)];
    });
  }
  const [only] = level;
  invariant(only !== undefined, 'nothing to combine');
  return only;
}
