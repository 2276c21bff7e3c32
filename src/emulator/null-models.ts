// Models that look at nothing but a hash of the text: answers of the right shape at no cost, for measuring all else.
// The version they state keeps anybody from taking them for an analysis.

import { hashText } from './draws.ts';
import type { DetectedLanguage, DocumentSentiment, Model, SentimentLabel, TextModels } from './models/text-models.ts';

const VERSION = 'sqlc-null-1';

const PHRASES: readonly string[] = ['alpha', 'beta', 'gamma'];
const LANGUAGES: readonly (readonly [name: string, iso: string])[] = [
  ['English', 'en'],
  ['French', 'fr'],
  ['German', 'de'],
  ['Spanish', 'es'],
  ['Italian', 'it'],
  ['Japanese', 'ja'],
];

export function nullTextModels(): TextModels {
  const sentiment = Promise.resolve(nullModel(sentimentOf));
  const keyPhrases = Promise.resolve(nullModel(keyPhrasesOf));
  const language = Promise.resolve(nullModel(languageOf));
  return { sentiment: () => sentiment, keyPhrases: () => keyPhrases, language: () => language };
}

function nullModel<Answer>(answerOf: (text: string, hash: number) => Answer): Model<Answer> {
  return { version: VERSION, languages: undefined, analyze: (text) => answerOf(text, hashText(text)) };
}

/** Positive is evenly 0..1, and the rest evenly divided, so that a condition on the score selects what one reckons. */
function sentimentOf(text: string, hash: number): DocumentSentiment {
  const positive = hash % 101;
  const negative = Math.floor(hash / 101) % (101 - positive);
  const neutral = 100 - positive - negative;
  const scores = { positive: positive / 100, neutral: neutral / 100, negative: negative / 100 };
  const sentiment = labelOf(positive, neutral, negative);
  return { sentiment, scores, sentences: [{ text, offset: 0, length: text.length, sentiment, scores }] };
}

function labelOf(positive: number, neutral: number, negative: number): SentimentLabel {
  if (positive >= neutral && positive >= negative) return 'positive';
  return negative >= neutral ? 'negative' : 'neutral';
}

function keyPhrasesOf(_text: string, hash: number): readonly string[] {
  return PHRASES.slice(0, hash % 4).map((phrase, index) => `${phrase} ${Math.floor(hash / 4 ** (index + 1)) % 1000}`);
}

function languageOf(_text: string, hash: number): DetectedLanguage {
  const [name, iso] = LANGUAGES[hash % LANGUAGES.length] ?? ['English', 'en'];
  return { name, iso, confidence: (50 + (Math.floor(hash / LANGUAGES.length) % 51)) / 100 };
}
