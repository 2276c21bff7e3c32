import { list, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { CognitiveFunction } from '../function.ts';
import { keyPhrases as operation } from '../operations/key-phrases.ts';

export const keyPhrases: CognitiveFunction = {
  name: 'KEY_PHRASES',
  operation,
  params: [
    { name: 'text', type: NVARCHAR_MAX, optional: false },
    { name: 'language', type: NVARCHAR_MAX, optional: true },
  ],
  returns: list(NVARCHAR_MAX),
  projection: { kind: 'field', field: 'phrases' },
  doc: 'What a text talks about, as a list of phrases; empty when there are none.',
  example: "SELECT KEY_PHRASES('The food was delicious and there were wonderful staff')",
};
