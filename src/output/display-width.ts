// How wide text stands in a terminal, and cutting it to a width: wide characters (CJK, emoji) take two columns,
// combining ones none; control characters are spelled out, so that a cell cannot move the cursor.

const PLAIN = /^[\x20-\x7e]*$/;
/** What would act instead of showing: controls, line separators, and marks that reorder the text of the line. */
const ACTING = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;
const WIDTHLESS = /^[\p{Mn}\p{Me}\p{Cf}]/u;

export interface Shown {
  readonly text: string;
  /** Terminal columns. */
  readonly width: number;
}

/** Measures and cuts; made once per table, because a segmenter is costly to make. */
export class Display {
  private readonly graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

  /** The text as it can be shown, cut to `limit` columns; what is cut ends in `…`. */
  fit(text: string, limit: number): Shown {
    // No grapheme of a sane text is longer than this many units, so the rest cannot matter.
    const visible = escaped(text.slice(0, limit * 16 + 16));
    if (PLAIN.test(visible)) {
      if (visible.length <= limit) return { text: visible, width: visible.length };
      return { text: `${visible.slice(0, Math.max(0, limit - 1))}…`, width: Math.max(1, limit) };
    }
    return this.fitGraphemes(visible, limit);
  }

  private fitGraphemes(text: string, limit: number): Shown {
    let width = 0;
    let kept = 0;
    let keptWidth = 0;
    for (const { segment, index } of this.graphemes.segment(text)) {
      const next = width + graphemeWidth(segment);
      if (next > limit) return { text: `${text.slice(0, kept)}…`, width: keptWidth + 1 };
      width = next;
      if (width < limit) {
        kept = index + segment.length;
        keptWidth = width;
      }
    }
    return { text, width };
  }
}

function escaped(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replaceAll('\r\n', '\n').replace(ACTING, (character) => {
    switch (character) {
      case '\n':
        return '⏎';
      case '\r':
        return '\\r';
      case '\t':
        return '\\t';
      default:
        return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
    }
  });
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme) || WIDE.test(grapheme)) return 2;
  return WIDTHLESS.test(grapheme) ? 0 : 1;
}
