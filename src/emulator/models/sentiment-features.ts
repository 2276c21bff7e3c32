// What the sentiment model sees of a sentence: marked words, pairs of words, and the verdict of the VADER lexicon.
// Training (scripts/train-sentiment.mjs) and answering run this same code; neither weights nor labels are known here.

/** Part of what `vader-sentiment` answers: `compound` in -1..1, the others in 0..1. */
export interface LexiconScores {
  readonly compound: number;
  readonly pos: number;
  readonly neg: number;
}

export type Lexicon = (text: string) => LexiconScores;

export interface SentimentFeatures {
  /** Distinct terms, none without a word; a word under negation is marked `-word`, a pair is `word word`. */
  readonly terms: ReadonlySet<string>;
  /** VADER's compound score and the balance of its positive and negative shares, each -1..1. */
  readonly compound: number;
  readonly balance: number;
  /** Happy minus sad emoji, held within -2..2. The training sentences have none, so this is no trained feature. */
  readonly emoji: number;
}

const TOKEN = /[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*|[!?]+|[.,;:()]/gu;
const NEGATION =
  /^(?:not|no|never|none|nor|nothing|neither|cannot|without|hardly|barely|(?:ca|do|does|did|wo|is|was)nt|.*n't)$/;
const NEGATED_WORDS = 2;
const HAPPY = /[😀-😃😄😁😆😂🤣😊😇🙂😍🥰😘😋😎🤩🥳👍👏🙌🎉❤💕💖💯]|\u{1F60C}/gu;
const SAD = /[😞😟😠😡🤬😢😭😤😩😫😖😣☹🙁👎🤮🤢💔😒😑😕😔]/gu;

// VADER takes more than linear time in the length of what it is shown.
const LEXICON_WINDOW = 800;

/** Features of one sentence. Pure: the same sentence and lexicon give the same features. */
export function sentimentFeatures(sentence: string, lexicon: Lexicon): SentimentFeatures {
  const scores = lexiconScores(sentence, lexicon);
  const happy = sentence.match(HAPPY)?.length ?? 0;
  const sad = sentence.match(SAD)?.length ?? 0;
  return {
    terms: termsOf(sentence),
    compound: scores.compound,
    balance: scores.pos - scores.neg,
    emoji: Math.max(-2, Math.min(2, happy - sad)),
  };
}

function termsOf(sentence: string): Set<string> {
  const terms = new Set<string>();
  let negated = 0;
  let words = 0;
  let previous = '^';
  for (const token of sentence.toLowerCase().replace(/[’`]/g, "'").match(TOKEN) ?? []) {
    if (/^[.,;:()!?]/.test(token)) {
      const isMark = token.startsWith('!') || token.startsWith('?');
      previous = isMark ? token.slice(0, 1) : '.';
      if (isMark) terms.add(previous);
      negated = 0;
      continue;
    }
    if (token === 'but' || token === 'although') negated = 0;
    words += 1;
    const word = /^\p{N}/u.test(token) ? '#' : token;
    terms.add(negated > 0 ? `-${word}` : word);
    terms.add(`${previous} ${word}`);
    negated = NEGATION.test(token) ? NEGATED_WORDS : Math.max(0, negated - 1);
    previous = word;
  }
  return words === 0 ? new Set() : terms;
}

/** VADER over the sentence, or the mean over its windows when it is long. */
function lexiconScores(sentence: string, lexicon: Lexicon): LexiconScores {
  if (sentence.length <= LEXICON_WINDOW) return lexicon(sentence);
  const sum = { compound: 0, pos: 0, neg: 0 };
  const windows = windowsOf(sentence);
  for (const window of windows) {
    const { compound, pos, neg } = lexicon(window);
    sum.compound += compound / windows.length;
    sum.pos += pos / windows.length;
    sum.neg += neg / windows.length;
  }
  return sum;
}

function windowsOf(sentence: string): string[] {
  const windows: string[] = [];
  let start = 0;
  while (start < sentence.length) {
    const limit = start + LEXICON_WINDOW;
    const blank = limit < sentence.length ? sentence.lastIndexOf(' ', limit) : sentence.length;
    const end = blank > start ? blank : limit;
    windows.push(sentence.slice(start, end));
    start = end;
  }
  return windows;
}
