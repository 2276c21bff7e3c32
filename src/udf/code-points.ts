// Positions in a text: services count UTF-16 units where we ask for them, sqlc's answers count code points.

/**
 * Converts UTF-16 offsets of a text to code points.
 *
 * @returns a function from an offset (0 to `text.length`; beyond it counts as the end) to the code points before it.
 *   An offset inside a surrogate pair counts as the start of its character.
 */
export function codePointsBefore(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => Math.min(offset, text.length);
  const before = new Uint32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; count += 1) {
    const width = (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    before.fill(count, at, at + width);
    at += width;
  }
  before[text.length] = count;
  return (offset) => before[Math.min(offset, text.length)] ?? count;
}
