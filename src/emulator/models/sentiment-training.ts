// What training and measuring need of the sentiment model, for scripts that bundle src; the engine does not import it.

export { loadLexicon } from './lexicon.ts';
export { sentimentFeatures } from './sentiment-features.ts';
export { readWeights, storeWeights } from './sentiment-weights.ts';
