// Cuts English text into sentences for the local text models; offsets are UTF-16 units of the input.
// Our own rules, not Intl.Segmenter: the same text must give the same answer on every Node version.

export interface Sentence {
  /** Without the white space around it: `input.slice(offset, offset + text.length)`. */
  readonly text: string;
  readonly offset: number;
}

const ABBREVIATIONS = new Set(
  'mr mrs ms dr prof sr jr st vs etc inc ltd co corp no vol fig al e.g i.e a.m p.m u.s u.k approx dept est gen gov sgt'.split(
    ' ',
  ),
);

// A run of terminators with closing quotes or brackets, or the end of a line.
const BREAK = /[.!?…]+["'”’)\]]*(?=\s)|[\r\n]+|[。！？]+/gu;

/**
 * Sentences of `text` in order; none for a text of blanks.
 *
 * @param text - any text; time is linear in its length
 */
export function splitSentences(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  for (const match of text.matchAll(BREAK)) {
    const end = match.index + match[0].length;
    if (match[0] === '.' && !endsSentence(text, start, match.index)) continue;
    append(sentences, text, start, end);
    start = end;
  }
  append(sentences, text, start, text.length);
  return sentences;
}

/** Whether the single period at `period` ends the sentence begun at `start`. */
function endsSentence(text: string, start: number, period: number): boolean {
  const next = /\S/u.exec(text.slice(period + 1, period + 40))?.[0];
  if (next !== undefined && /\p{Ll}/u.test(next)) return false;
  const word = /(?:^|[\s("'])([^\s("']+)$/u.exec(text.slice(Math.max(start, period - 12), period))?.[1];
  if (word === undefined) return true;
  const isInitial = /^\p{Lu}$/u.test(word) && word !== 'I';
  return !isInitial && !ABBREVIATIONS.has(word.toLowerCase());
}

function append(sentences: Sentence[], text: string, start: number, end: number): void {
  const raw = text.slice(start, end);
  const trimmed = raw.trim();
  if (trimmed === '') return;
  sentences.push({ text: trimmed, offset: start + raw.indexOf(trimmed) });
}
