// Key phrases of a text, Text Analytics v3.1. One answer is the list of phrases, in the service's order.

import { list, NVARCHAR_MAX, struct } from '../../arrow/sql-type.ts';
import { AnswerFault, arrayAt } from '../answer-json.ts';
import { longTexts } from '../cut-text.ts';
import type { AnsweredPiece, WireOperation } from '../operation.ts';
import { DOCUMENT_ELEMENTS, decodeDocuments, encodeDocuments, textLimits, textRecords } from '../text-documents.ts';

export const keyPhrases: WireOperation = {
  id: 'language/key-phrases',
  service: 'language',
  inputs: [
    { name: 'text', type: NVARCHAR_MAX, optional: false },
    { name: 'language', type: NVARCHAR_MAX, optional: true },
  ],
  answer: struct({ phrases: list(NVARCHAR_MAX) }),
  limits: textLimits(10),
  billedUnits: textRecords,
  long: longTexts(DOCUMENT_ELEMENTS, union),
  encode: (inputs, settings) => encodeDocuments('/text/analytics/v3.1/keyPhrases', inputs, settings),
  decode: (response, inputs) =>
    decodeDocuments(response, inputs, (document, { name }) => ({
      phrases: arrayAt(document, 'keyPhrases', name).map((phrase) => {
        if (typeof phrase !== 'string') throw new AnswerFault(`a phrase of ${name} is not a string`);
        return phrase;
      }),
    })),
};

type KeyPhrases = { readonly phrases: readonly string[] };

/** In the order they are first met. */
function union(pieces: readonly AnsweredPiece<KeyPhrases>[]): KeyPhrases {
  return { phrases: [...new Set(pieces.flatMap(({ value }) => value.phrases))] };
}
