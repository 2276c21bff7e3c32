// POST /text/analytics/v3.1/keyPhrases over the local key phrase model.

import { textOperation } from '../text-batch.ts';

export const keyPhrases = textOperation({
  id: 'language/key-phrases',
  name: 'KeyPhrases',
  path: '/text/analytics/v3.1/keyphrases',
  documents: 10,
  hint: 'language',
  model: (models) => models.keyPhrases(),
  options: () => ({}),
  fields: (phrases) => ({ keyPhrases: phrases }),
});
