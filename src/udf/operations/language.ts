// Language of a text, Text Analytics v3.1. "(Unknown)" is NULL; v3.1 does not tell the script, later versions do.

import { FLOAT, NVARCHAR_MAX, struct } from '../../arrow/sql-type.ts';
import { numberAt, objectAt, textAt } from '../answer-json.ts';
import type { WireOperation } from '../operation.ts';
import { decodeDocuments, encodeDocuments, textLimits, textRecords } from '../text-documents.ts';

export const language: WireOperation = {
  id: 'language/language',
  service: 'language',
  inputs: [{ name: 'text', type: NVARCHAR_MAX, optional: false }],
  answer: struct({ name: NVARCHAR_MAX, iso: NVARCHAR_MAX, confidence: FLOAT, script: NVARCHAR_MAX }),
  limits: textLimits(1000),
  billedUnits: textRecords,
  encode: (inputs, settings) =>
    encodeDocuments(
      '/text/analytics/v3.1/languages',
      inputs.map(([text]) => [text ?? null]),
      settings,
    ),
  decode: (response, inputs) =>
    decodeDocuments(response, inputs, (document, { name }) => {
      const detected = objectAt(document, 'detectedLanguage', name);
      return {
        name: known(textAt(detected, 'name', name)),
        iso: known(textAt(detected, 'iso6391Name', name)),
        confidence: numberAt(detected, 'confidenceScore', name),
        script: null,
      };
    }),
};

function known(name: string): string | null {
  return name === '' || name.toLowerCase() === '(unknown)' ? null : name;
}
