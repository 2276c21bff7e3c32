// Chance that repeats: draws of a request, and hashes of texts, as pure functions of a seed.

const GOLDEN = 0x9e3779b1;
const TWO_TO_32 = 2 ** 32;

/** Gives the next draw, 0 <= draw < 1. */
export type Draw = () => number;

/** The draws of the `ordinal`-th request: the same for the same seed, whatever other requests drew. */
export function drawsOf(seed: number, ordinal: number): Draw {
  let state = mixed(mixed(seed) + Math.imul(ordinal + 1, GOLDEN));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mixed(state) / TWO_TO_32;
  };
}

/** A 32-bit hash of the UTF-16 units of a text. */
export function hashText(text: string, seed = 0): number {
  let hash = mixed(seed ^ GOLDEN);
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash ^= hash >>> 15;
  }
  return mixed(hash ^ text.length);
}

/** Where a text falls for a seed, 0 <= place < 1: below `share` for that share of the texts. */
export function placeOf(text: string, seed: number): number {
  return hashText(text, seed) / TWO_TO_32;
}

/** Every bit of the number moves every bit of the result: the finalizer of MurmurHash3. */
function mixed(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
