import { NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { CognitiveFunction } from '../function.ts';
import { sentiment as operation } from '../operations/sentiment.ts';

export const sentiment: CognitiveFunction = {
  name: 'SENTIMENT',
  operation,
  params: [
    { name: 'text', type: NVARCHAR_MAX, optional: false },
    { name: 'language', type: NVARCHAR_MAX, optional: true },
  ],
  returns: NVARCHAR_MAX,
  projection: { kind: 'field', field: 'sentiment' },
  doc: 'The mood of a text: positive, negative, neutral, or mixed where sentences disagree.',
  example: "SELECT SENTIMENT('I love this wonderful hotel')",
};
