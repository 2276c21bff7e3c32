// Finds noun phrases in a run of tagged English words: first mends the tagger's usual mistakes, then reads
// (ADJ)*(NOUN|PROPN)+. Knows words and tags only; where the tags come from is key-phrases.ts.

export interface TaggedWord {
  readonly text: string;
  /** Universal part of speech: `NOUN`, `PROPN`, `ADJ`, `DET` … */
  readonly pos: string;
  /** Where it stands in the input, UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** From the start of the first to the end of the last word of a phrase. */
export interface PhraseSpan {
  readonly start: number;
  readonly end: number;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

// Bare forms that are as often a noun as a verb; the tagger guesses these by frequency alone.
const NOUN_OR_VERB = words(
  'account act address age aim answer appeal attack attempt balance ban bank benefit bill blame block board bond book ' +
    'boost brake break bridge budget cable call cap care cause challenge change charge check claim clash coach code ' +
    'comment contact control cost cover crash cut damage date deal debate delay demand design detail display doubt ' +
    'dream drink drive drop effect end estimate exercise experience export face fear feature feel fight file film ' +
    'finish fire fit fix flight flow focus force form fry fuel function fund gain guide hack head heat help hike hire ' +
    'hold hope host house impact import increase influence interest issue judge jump kick kill lack land launch lead ' +
    'leak lease level lift light limit link list load loan lock look loss love map mark market match measure mention ' +
    'mind mix move name need note notice offer order pack page paint part pass patch pause pay permit phone pick place ' +
    'plan plant play point post praise press price print process produce profit program progress project promise ' +
    'protest pull purchase push question race raise range rank rate reach record refund release remark rent repair ' +
    'reply report request rescue research reset result return review reward ride ring rise risk rule run rush sale ' +
    'score search seat sense serve set shadow shape share shift shop show sign sleep slice smell smoke sound source ' +
    'spread stage start state stay step stock stop store storm stress strike struggle study supply support survey ' +
    'swim switch talk target taste tax test threat ticket tip top touch tour track trade train transfer travel treat ' +
    'trip trust try turn update upgrade use value view visit vote wait walk warm warn waste watch water wave win wish ' +
    'wonder work worry',
);
// Plurals that stand before another noun ("sales report"), so that the second is no verb.
const PLURAL_MODIFIERS = words(
  'sales sports news arms savings earnings goods customs systems operations politics games',
);
// Adjectives by the dictionary, nouns where no noun follows.
const NOUN_OR_ADJECTIVE = words('final individual original professional potential native adult patient');
const POSSESSIVES = words('my your his her its our their');
const QUANTIFIERS = words(
  'many much few several more most other another own such same various certain enough less fewer least extra only',
);
const WEAK_HEADS = words(
  'lot lots bit kind sort number couple dozen dozens hundred hundreds thousand thousands million millions billion ' +
    'billions percent rest thing things way ways part time times moment second ' +
    'seconds minute minutes hour hours day days night nights morning mornings afternoon evening evenings week weeks ' +
    'weekend month months year years monday tuesday wednesday thursday friday saturday sunday anything something ' +
    'everything nothing front top addition case fact',
);
const ADVERBS_OF_TIME = words('today tomorrow yesterday tonight');
const WEAK_MODIFIERS = words('last next past previous following first second third whole entire every each');

/** Noun phrases in order of appearance, without the leading articles and words of quantity. */
export function nounPhrases(input: readonly TaggedWord[]): PhraseSpan[] {
  const tagged = mendTags(joinHyphens(input));
  const phrases: PhraseSpan[] = [];
  let at = 0;
  while (at < tagged.length) {
    const end = phraseEnd(tagged, at);
    const span = end > at ? spanOf(tagged.slice(at, end)) : undefined;
    if (span !== undefined) phrases.push(span);
    at = Math.max(end, at + 1);
  }
  return phrases;
}

/** Index after the phrase that starts at `from`, or `from` if none does. */
function phraseEnd(tagged: readonly TaggedWord[], from: number): number {
  let at = from;
  while (posAt(tagged, at) === 'ADJ') at += 1;
  if (!isNominal(tagged, at)) return from;
  while (isNominal(tagged, at) || continuesPhrase(tagged, at)) at += 1;
  return at;
}

/** "type 2 diabetes", "Bank of England". */
function continuesPhrase(tagged: readonly TaggedWord[], at: number): boolean {
  if (!isNominal(tagged, at + 1)) return false;
  if (posAt(tagged, at) === 'NUM') return true;
  const isName = posAt(tagged, at - 1) === 'PROPN' && posAt(tagged, at + 1) === 'PROPN';
  return isName && wordAt(tagged, at) === 'of';
}

function spanOf(phrase: readonly TaggedWord[]): PhraseSpan | undefined {
  const first = phrase.findIndex((word) => !QUANTIFIERS.has(word.text.toLowerCase()));
  const head = phrase.at(-1);
  const start = phrase[first];
  if (head === undefined || start === undefined || !/\p{L}/u.test(head.text)) return undefined;
  const modifiers = phrase.slice(first, -1);
  const isWeak =
    WEAK_HEADS.has(head.text.toLowerCase()) && modifiers.every(({ text }) => WEAK_MODIFIERS.has(text.toLowerCase()));
  return isWeak ? undefined : { start: start.start, end: head.end };
}

/** "low-cost" and "built-in" become one word: a noun if the last part is one and nothing nominal follows. */
function joinHyphens(input: readonly TaggedWord[]): TaggedWord[] {
  const joined: TaggedWord[] = [];
  for (let at = 0; at < input.length; at++) {
    const word = input[at];
    const last = joined.at(-1);
    const next = input[at + 1];
    if (word === undefined) continue;
    const isInside = last?.end === word.start && next?.start === word.end && /^\p{L}/u.test(next.text);
    if (word.text !== '-' || !isInside || last === undefined || next === undefined || !/\p{L}$/u.test(last.text)) {
      joined.push(word);
      continue;
    }
    const modifies = isNominal(input, at + 2) || posAt(input, at + 2) === 'ADJ';
    const isNoun = next.pos === 'NOUN' || next.pos === 'PROPN';
    const pos = modifies || !isNoun ? 'ADJ' : next.pos;
    joined[joined.length - 1] = { text: `${last.text}-${next.text}`, pos, start: last.start, end: next.end };
    at += 1;
  }
  return joined;
}

function mendTags(input: readonly TaggedWord[]): TaggedWord[] {
  const mended = [...input];
  for (let at = 0; at < mended.length; at++) {
    const word = mended[at];
    // Reads the words before with their mended tags, those after as they came.
    if (word !== undefined) mended[at] = { ...word, pos: mendedPos(mended, at, word) };
  }
  return mended;
}

function mendedPos(tagged: readonly TaggedWord[], at: number, word: TaggedWord): string {
  if (ADVERBS_OF_TIME.has(wordAt(tagged, at))) return 'ADV';
  // "Regular physical activity": the capital of a first word is taken for a name.
  const isFirst = at === 0 || /^[.!?]/.test(wordAt(tagged, at - 1));
  if (word.pos === 'PROPN' && isFirst && posAt(tagged, at + 1) === 'ADJ' && isNominal(tagged, at + 2)) return 'ADJ';
  if (word.pos === 'NOUN' || word.pos === 'PROPN') return isMistakenNoun(tagged, at) ? 'VERB' : word.pos;
  if (word.pos === 'VERB') return mendedVerb(tagged, at);
  const isNounHere = NOUN_OR_ADJECTIVE.has(wordAt(tagged, at)) && posAt(tagged, at - 1) === 'NOUN';
  return word.pos === 'ADJ' && isNounHere && endsPhrase(tagged, at + 1) ? 'NOUN' : word.pos;
}

function isMistakenNoun(tagged: readonly TaggedWord[], at: number): boolean {
  const word = wordAt(tagged, at);
  const startsClause = at === 0 || ['PUNCT', 'CCONJ'].includes(posAt(tagged, at - 1) ?? '');
  // "Slice the onions", "rescued a family": no noun stands right before a determiner.
  if (isDeterminer(tagged, at + 1) && (startsClause || word.endsWith('ed'))) return true;
  // "users report crashes", "rooms smell of smoke".
  const subject = wordAt(tagged, at - 1);
  const hasPluralSubject = isNominal(tagged, at - 1) && /[^s]s$/.test(subject) && !PLURAL_MODIFIERS.has(subject);
  return hasPluralSubject && NOUN_OR_VERB.has(word) && !isFiniteVerb(posAt(tagged, at + 1));
}

function mendedVerb(tagged: readonly TaggedWord[], at: number): string {
  const word = wordAt(tagged, at);
  const before = posAt(tagged, at - 1);
  const isParticiple = /(?:ing|ed|en)$/.test(word);
  const nounFollows = isNominal(tagged, at + 1) || (posAt(tagged, at + 1) === 'ADJ' && isNominal(tagged, at + 2));
  // "a carrying case", "her broken phone".
  if (isParticiple && nounFollows && (isDeterminer(tagged, at - 1) || before === 'ADJ')) return 'ADJ';
  // "machine learning models": a bare singular noun is no subject.
  const isBare = before === 'NOUN' && !isDeterminer(tagged, at - 2) && posAt(tagged, at - 2) !== 'ADJ';
  if (word.endsWith('ing') && nounFollows && isBare && !wordAt(tagged, at - 1).endsWith('s')) return 'NOUN';
  // "the latest firmware update": a bare verb does not agree with a singular subject.
  const afterSingular = before === 'NOUN' && !wordAt(tagged, at - 1).endsWith('s');
  const isNounHere = afterSingular || before === 'ADJ' || isDeterminer(tagged, at - 1);
  return NOUN_OR_VERB.has(word) && isNounHere && endsPhrase(tagged, at + 1) ? 'NOUN' : 'VERB';
}

function isNominal(tagged: readonly TaggedWord[], at: number): boolean {
  const pos = posAt(tagged, at);
  return pos === 'NOUN' || pos === 'PROPN';
}

function isDeterminer(tagged: readonly TaggedWord[], at: number): boolean {
  return posAt(tagged, at) === 'DET' || POSSESSIVES.has(wordAt(tagged, at));
}

function isFiniteVerb(pos: string | undefined): boolean {
  return pos === 'VERB' || pos === 'AUX';
}

function endsPhrase(tagged: readonly TaggedWord[], at: number): boolean {
  const pos = posAt(tagged, at);
  return pos === undefined || isFiniteVerb(pos) || ['PUNCT', 'ADP', 'CCONJ', 'SCONJ', 'PART'].includes(pos);
}

function posAt(tagged: readonly TaggedWord[], at: number): string | undefined {
  return tagged[at]?.pos;
}

function wordAt(tagged: readonly TaggedWord[], at: number): string {
  return tagged[at]?.text.toLowerCase() ?? '';
}
