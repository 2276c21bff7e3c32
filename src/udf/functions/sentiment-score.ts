import { FLOAT, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { CognitiveFunction } from '../function.ts';
import { sentiment as operation } from '../operations/sentiment.ts';

export const sentimentScore: CognitiveFunction = {
  name: 'SENTIMENT_SCORE',
  operation,
  params: [
    { name: 'text', type: NVARCHAR_MAX, optional: false },
    { name: 'language', type: NVARCHAR_MAX, optional: true },
  ],
  returns: FLOAT,
  projection: {
    kind: 'weighted-sum',
    terms: [
      { field: 'positive', weight: 1 },
      { field: 'neutral', weight: 0.5 },
    ],
    digits: 3,
  },
  doc: 'The mood of a text as a number from 0 (negative) to 1 (positive): positive + neutral/2.',
  example: "SELECT SENTIMENT_SCORE('The room was cold and dirty')",
};
