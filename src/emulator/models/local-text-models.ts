// The text models that answer without a service: each loads on first use, once, and stays.

import { loadKeyPhraseModel } from './key-phrases.ts';
import { loadLanguageModel } from './language.ts';
import { loadSentimentModel } from './sentiment.ts';
import type { TextModels } from './text-models.ts';

/** Names the models together: counts up when any of them would answer differently. */
export const LOCAL_MODELS = 'sqlc-local-1';

/** Loads nothing yet; every caller of the same value shares its models. */
export function localTextModels(): TextModels {
  return {
    sentiment: once(loadSentimentModel),
    keyPhrases: once(loadKeyPhraseModel),
    language: once(loadLanguageModel),
  };
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}
