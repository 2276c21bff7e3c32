// The local key-phrase model: the noun phrases of a text, by the part-of-speech tags of wink-nlp. English only.

import type { TaggedWord } from './noun-phrases.ts';
import { nounPhrases } from './noun-phrases.ts';
import type { Model } from './text-models.ts';

/** Loads the tagger and its model (4 MB); about a hundred milliseconds, once. */
export async function loadKeyPhraseModel(): Promise<Model<readonly string[]>> {
  const [{ default: winkNlp }, { default: model }] = await Promise.all([
    import('wink-nlp'),
    import('wink-eng-lite-web-model'),
  ]);
  const nlp = winkNlp(model, ['sbd', 'pos']);
  const tag = (text: string): TaggedWord[] => {
    const tokens = nlp.readDoc(text).tokens();
    return placed(text, tokens.out(nlp.its.value), tokens.out(nlp.its.pos));
  };
  return {
    version: 'sqlc-keyphrases-1',
    languages: ['en'],
    analyze: (text) => distinct(nounPhrases(tag(text)).map(({ start, end }) => phraseText(text.slice(start, end)))),
  };
}

/** Finds each token in the text; the tagger keeps the characters but not their places. */
function placed(text: string, values: readonly string[], tags: readonly string[]): TaggedWord[] {
  const words: TaggedWord[] = [];
  let from = 0;
  values.forEach((value, index) => {
    const start = text.indexOf(value, from);
    if (start < 0) return;
    from = start + value.length;
    words.push({ text: value, pos: tags[index] ?? 'X', start, end: from });
  });
  return words;
}

function phraseText(slice: string): string {
  return slice.replace(/\s+/gu, ' ');
}

/** The first of those that differ in case only. */
function distinct(phrases: readonly string[]): string[] {
  const seen = new Set<string>();
  return phrases.filter((phrase) => {
    const key = phrase.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
