// POST /text/analytics/v3.1/languages over the local language detector, which has no use for a country hint.

import { twoDecimals } from '../scores.ts';
import { textOperation } from '../text-batch.ts';

export const language = textOperation({
  id: 'language/language',
  name: 'Languages',
  path: '/text/analytics/v3.1/languages',
  documents: 1000,
  hint: 'countryHint',
  model: (models) => models.language(),
  options: () => ({}),
  fields: ({ name, iso, confidence }) => ({
    detectedLanguage: { name, iso6391Name: iso, confidenceScore: twoDecimals(confidence) },
  }),
});
