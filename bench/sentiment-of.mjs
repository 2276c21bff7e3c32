// The answers of the benches' service: a pure function of the text, so that an oracle can know them without asking.

/** @returns {number} uniform in [0, 1), by a hash of the text */
export function fractionOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** @param {number} share of all texts that are negative */
export function sentimentOf(text, share) {
  return fractionOf(text) < share ? 'negative' : 'positive';
}
