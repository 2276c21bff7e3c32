// Graphemes, the unit in which services limit a document. Walked a cluster at a time: Intl.Segmenter's iterator gets
// slower with the length of its text.

const WINDOW = 64;

/**
 * Index after the `most` graphemes that begin at `from`, a bound of graphemes; the text's length when there are fewer.
 * Time is linear in what is passed.
 */
export function afterGraphemes(text: string, from: number, most: number): number {
  let at = from;
  for (let passed = 0; passed < most && at < text.length; passed++) {
    at += isPlain(text, at) && (at + 1 === text.length || isPlain(text, at + 1)) ? 1 : clusterLength(text, at);
  }
  return at;
}

const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function clusterLength(text: string, at: number): number {
  for (let window = WINDOW; ; window *= 2) {
    const [first] = clusters.segment(text.slice(at, at + window));
    const length = first?.segment.length ?? 1;
    // The window may end within a surrogate pair.
    if (length < window - 1 || at + window >= text.length) return length;
  }
}

/** Of characters that never join a neighbour of the same class: Latin, Greek, Cyrillic, dashes and quotes, CJK. */
function isPlain(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 0x482) return unit !== 0x0d && (unit < 0x300 || unit >= 0x370);
  if (unit < 0x3041) return (unit >= 0x2010 && unit <= 0x2027) || (unit >= 0x3001 && unit <= 0x3029);
  return (
    unit <= 0x3096 ||
    (unit >= 0x30a1 && unit <= 0x30fa) ||
    (unit >= 0x4e00 && unit <= 0x9fff) ||
    (unit >= 0xac00 && unit <= 0xd7a3)
  );
}
