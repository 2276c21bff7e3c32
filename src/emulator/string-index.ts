// The three units in which the service counts text: graphemes ("text elements", its default), code points, UTF-16.
// Intl.Segmenter follows a newer Unicode than the service's version 8; they differ on recent emoji sequences only.

export type StringIndexType = 'TextElement_v8' | 'UnicodeCodePoint' | 'Utf16CodeUnit';

/** Where this is not found every UTF-16 unit is one grapheme: below U+0300 nothing combines, save CR with LF. */
const COMPLEX = /\r|[\u0300-\uffff]/;

/**
 * Graphemes of a text.
 *
 * @param enough counting stops once it is passed.
 */
export function countTextElements(text: string, enough = Number.POSITIVE_INFINITY): number {
  if (!COMPLEX.test(text)) return text.length;
  let count = 0;
  for (const _ of segmentsOf(text)) {
    count += 1;
    if (count > enough) break;
  }
  return count;
}

/** Converts a UTF-16 offset of the text to the unit. An offset inside a character counts as its start. */
export function offsetIn(unit: StringIndexType, text: string): (offset: number) => number {
  if (unit === 'Utf16CodeUnit' || !COMPLEX.test(text)) return (offset) => offset;
  const before = new Uint32Array(text.length + 1);
  let at = 0;
  let count = 0;
  for (const character of unit === 'UnicodeCodePoint' ? text : segmentsOf(text)) {
    before.fill(count, at, at + character.length);
    at += character.length;
    count += 1;
  }
  before[text.length] = count;
  return (offset) => before[Math.min(offset, text.length)] ?? count;
}

function* segmentsOf(text: string): Generator<string> {
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) yield segment;
}
