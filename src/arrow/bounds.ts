/** Of the values of a column, in units of its last place. */
export interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** The narrowest bounds around all of them, of which there is at least one. */
export function hull(all: readonly Bounds[]): Bounds {
  let { low, high } = all[0] ?? { low: 0n, high: 0n };
  for (const b of all) {
    if (b.low < low) low = b.low;
    if (b.high > high) high = b.high;
  }
  return { low, high };
}
