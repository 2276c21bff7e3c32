// Cuts a text that is too long for one document into pieces that are not: at the last end of a sentence that fits, else
// at the last white space, else between two graphemes. White space around a piece stays behind.

import { afterGraphemes } from './graphemes.ts';
import type { AnsweredPiece, AnswerValue, Input, LongInputs } from './operation.ts';

/**
 * For inputs of the form (text[, …]): pieces of the text, with the other arguments.
 *
 * @param merge of answers as the operation decodes them
 */
export function longTexts<Answer extends AnswerValue>(
  documentElements: number,
  merge: (pieces: readonly AnsweredPiece<Answer>[]) => Answer,
): LongInputs {
  return {
    cut: ([text, ...others]: Input) => {
      if (typeof text !== 'string') return undefined;
      return cutText(text, documentElements)?.map(({ text: piece, offset, length }) => {
        return { input: [piece, ...others], offset, length };
      });
    },
    merge: (pieces) => merge(pieces as readonly AnsweredPiece<Answer>[]), // the operation itself decoded them
  };
}

export interface TextPiece {
  readonly text: string;
  /** Code points before it. */
  readonly offset: number;
  /** Code points. */
  readonly length: number;
}

/**
 * @param most graphemes a piece may have
 * @returns one piece or more, in text order, no two of which overlap; `undefined` when the text has no more than `most`
 */
export function cutText(text: string, most: number): TextPiece[] | undefined {
  if (text.length <= most || afterGraphemes(text, 0, most) === text.length) return undefined;
  const pieces: TextPiece[] = [];
  const last = text.trimEnd().length;
  let counted = 0;
  let offset = 0;
  for (let from = afterBlanks(text, 0); from < last; ) {
    const end = Math.min(afterGraphemes(text, from, most), last);
    const to = end === last ? last : (sentenceEnd(text, from, end) ?? blankBefore(text, from, end) ?? end);
    const piece = text.slice(from, to);
    const length = codePoints(piece);
    offset += codePoints(text.slice(counted, from));
    pieces.push({ text: piece, offset, length });
    offset += length;
    counted = to;
    from = afterBlanks(text, to);
  }
  // Nothing but white space is the service's to judge.
  return pieces.length > 0 ? pieces : [{ text: text.slice(0, most), offset: 0, length: most }];
}

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
/** UTF-16 units behind a sentence's end that may tell it is none. */
const LOOK_AHEAD = 200;

/** Where the last sentence ends whose words end by `end`. */
function sentenceEnd(text: string, from: number, end: number): number | undefined {
  let found: number | undefined;
  const window = text.slice(from, end + LOOK_AHEAD);
  for (const { segment, index } of sentences.segment(window)) {
    const at = from + index + segment.trimEnd().length;
    if (at > end || from + index + segment.length === from + window.length) break;
    if (at > from) found = at;
  }
  return found;
}

/** Where the words end before the last white space at or before `end`. */
function blankBefore(text: string, from: number, end: number): number | undefined {
  let at = end;
  while (at > from && !isBlank(text, at)) at--;
  const words = text.slice(from, at).trimEnd().length;
  return words > 0 ? from + words : undefined;
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text, at)) at++;
  return at;
}

/** White space on its own: one that carries an accent is none. */
function isBlank(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at)) && !/^[\p{M}\u200d]/u.test(text.slice(at + 1, at + 3));
}

function codePoints(text: string): number {
  let pairs = 0;
  for (const _ of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) pairs++;
  return text.length - pairs;
}
