// The local sentiment model: a logistic regression over each sentence, a neutral gate, and the document as the
// length-weighted mean of its sentences. English only. It knows nothing of requests or of how its weights were made.

import { loadLexicon } from './lexicon.ts';
import { splitSentences } from './sentences.ts';
import type { Lexicon, SentimentFeatures } from './sentiment-features.ts';
import { sentimentFeatures } from './sentiment-features.ts';
import type { SentimentWeights } from './sentiment-weights.ts';
import { readWeights } from './sentiment-weights.ts';
import type { DocumentSentiment, Model, Scores, SentenceSentiment, SentimentLabel } from './text-models.ts';

const EMOJI_WEIGHT = 2;
// The training sentences are all positive or negative, so neutral is a rule: without a word of the lexicon a logit
// within 2 x 0.85 is neutral, and the more the lexicon has to say, the narrower that band.
const NEUTRAL_LOGIT = 0.85;
const NEUTRAL_FADE = 1.5;

/** Loads lexicon and weights; tens of milliseconds, once. */
export async function loadSentimentModel(): Promise<Model<DocumentSentiment>> {
  const [lexicon, stored] = await Promise.all([
    loadLexicon(),
    import('./sentiment-weights.generated.json', { with: { type: 'json' } }),
  ]);
  return createSentimentModel(readWeights(stored.default), lexicon);
}

/** A model over given weights; `npm run quality` uses it with weights trained on part of the data. */
export function createSentimentModel(weights: SentimentWeights, lexicon: Lexicon): Model<DocumentSentiment> {
  return {
    version: 'sqlc-sentiment-1',
    languages: ['en'],
    analyze: (text) => documentSentiment(text, weights, lexicon),
  };
}

/** The logit of a sentence: above 0 for positive. */
function logitOf(features: SentimentFeatures, weights: SentimentWeights): number {
  let logit = weights.compound * features.compound + weights.balance * features.balance;
  if (features.terms.size > 0) logit += weights.bias;
  for (const term of features.terms) logit += weights.terms.get(term) ?? 0;
  return logit + EMOJI_WEIGHT * features.emoji;
}

function documentSentiment(text: string, weights: SentimentWeights, lexicon: Lexicon): DocumentSentiment {
  const mean = { positive: 0, neutral: 0, negative: 0 };
  let weighed = 0;
  const sentences = splitSentences(text).map(({ text: sentence, offset }): SentenceSentiment => {
    const exact = sentenceScores(sentimentFeatures(sentence, lexicon), weights);
    mean.positive += exact.positive * sentence.length;
    mean.neutral += exact.neutral * sentence.length;
    mean.negative += exact.negative * sentence.length;
    weighed += sentence.length;
    const scores = inHundredths(exact);
    return { text: sentence, offset, length: sentence.length, sentiment: labelOf(scores), scores };
  });
  if (weighed === 0) return { sentiment: 'neutral', scores: { positive: 0, neutral: 1, negative: 0 }, sentences };
  const scores = inHundredths({
    positive: mean.positive / weighed,
    neutral: mean.neutral / weighed,
    negative: mean.negative / weighed,
  });
  const has = (label: SentimentLabel): boolean => sentences.some(({ sentiment }) => sentiment === label);
  return { sentiment: has('positive') && has('negative') ? 'mixed' : labelOf(scores), scores, sentences };
}

function sentenceScores(features: SentimentFeatures, weights: SentimentWeights): Scores {
  const logit = logitOf(features, weights);
  // Nothing but signs: no word, no emoji, no emoticon.
  const isSilent = features.terms.size === 0 && features.compound === 0 && features.emoji === 0;
  if (isSilent) return { positive: 0, neutral: 1, negative: 0 };
  const evidence = Math.max(Math.abs(features.compound), Math.abs(features.emoji));
  const positive = Math.exp(logit / 2);
  const negative = Math.exp(-logit / 2);
  const neutral = Math.exp(NEUTRAL_LOGIT - NEUTRAL_FADE * evidence);
  const sum = positive + negative + neutral;
  return { positive: positive / sum, neutral: neutral / sum, negative: negative / sum };
}

/** The largest score; at a tie neutral, then positive. */
function labelOf({ positive, neutral, negative }: Scores): SentimentLabel {
  if (neutral >= positive && neutral >= negative) return 'neutral';
  return positive >= negative ? 'positive' : 'negative';
}

/** Two decimals by largest remainder: they sum to 1 and keep the order of the exact scores. */
function inHundredths(exact: Scores): Scores {
  const parts = (['positive', 'neutral', 'negative'] as const).map((label) => ({
    label,
    whole: Math.floor(exact[label] * 100),
    rest: exact[label] * 100 - Math.floor(exact[label] * 100),
  }));
  const missing = 100 - parts.reduce((sum, part) => sum + part.whole, 0);
  const byRest = [...parts].sort((a, b) => b.rest - a.rest);
  const rounded = { positive: 0, neutral: 0, negative: 0 };
  byRest.forEach((part, rank) => {
    rounded[part.label] = (part.whole + (rank < missing ? 1 : 0)) / 100;
  });
  return rounded;
}
