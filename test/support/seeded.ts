// Numbers that are random and the same each time: whoever uses them prints the seed.

/** Whole numbers from 0 and below what is asked for. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
