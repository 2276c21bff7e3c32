import { NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { CognitiveFunction } from '../function.ts';
import { sentiment as operation } from '../operations/sentiment.ts';

export const analyzeSentiment: CognitiveFunction = {
  name: 'ANALYZE_SENTIMENT',
  operation,
  params: [
    { name: 'text', type: NVARCHAR_MAX, optional: false },
    { name: 'language', type: NVARCHAR_MAX, optional: true },
  ],
  returns: operation.answer,
  projection: { kind: 'whole' },
  doc: 'Everything the service says about the mood of a text: scores, sentences with their places, opinions.',
  example: "SELECT ANALYZE_SENTIMENT('Lovely rooms. Rude staff.').sentences",
};
