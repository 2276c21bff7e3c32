// POST /text/analytics/v3.1/sentiment over the local sentiment model. The model finds no opinions: where they are asked
// for, `targets` and `assessments` are there and empty.

import type { Scores, SentenceSentiment } from '../models/text-models.ts';
import { readChoice, readFlag } from '../query.ts';
import { twoDecimals } from '../scores.ts';
import { offsetIn, type StringIndexType } from '../string-index.ts';
import { textOperation } from '../text-batch.ts';

const UNITS: readonly [StringIndexType, ...StringIndexType[]] = ['TextElement_v8', 'UnicodeCodePoint', 'Utf16CodeUnit'];

export const sentiment = textOperation({
  id: 'language/sentiment',
  name: 'Sentiment',
  path: '/text/analytics/v3.1/sentiment',
  documents: 10,
  hint: 'language',
  model: (models) => models.sentiment(),
  options: (query) => ({
    unit: readChoice(query, 'stringIndexType', UNITS),
    opinionMining: readFlag(query, 'opinionMining'),
  }),
  fields: (answer, text, { unit, opinionMining }) => {
    const offsetOf = offsetIn(unit, text);
    const opinions = opinionMining ? { targets: [], assessments: [] } : {};
    return {
      sentiment: answer.sentiment,
      confidenceScores: rounded(answer.scores),
      sentences: answer.sentences.map((sentence) => ({ ...sentenceOf(sentence, offsetOf), ...opinions })),
    };
  },
});

function sentenceOf(sentence: SentenceSentiment, offsetOf: (offset: number) => number) {
  const offset = offsetOf(sentence.offset);
  return {
    sentiment: sentence.sentiment,
    confidenceScores: rounded(sentence.scores),
    offset,
    length: offsetOf(sentence.offset + sentence.length) - offset,
    text: sentence.text,
  };
}

function rounded({ positive, neutral, negative }: Scores) {
  return { positive: twoDecimals(positive), neutral: twoDecimals(neutral), negative: twoDecimals(negative) };
}
