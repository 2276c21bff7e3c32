// The trained weights of the sentiment model: how they are written down and read back.
// Written by scripts/train-sentiment.mjs; where the numbers come from is that script's business.

/** As stored in `sentiment-weights.generated.json`. */
export interface StoredSentimentWeights {
  readonly notice: string;
  /** What one unit of a stored weight is worth on the logit. */
  readonly unit: number;
  readonly bias: number;
  readonly compound: number;
  readonly balance: number;
  /** Terms in code-unit order, one a line. */
  readonly terms: string;
  /** One for each line of `terms`. */
  readonly weights: readonly number[];
}

/** On the logit: above 0 speaks for positive. */
export interface SentimentWeights {
  readonly bias: number;
  readonly compound: number;
  readonly balance: number;
  readonly terms: ReadonlyMap<string, number>;
}

/** Weights below one unit are dropped; most rare terms go this way. */
export function storeWeights(weights: SentimentWeights, notice: string, unit: number): StoredSentimentWeights {
  const kept = [...weights.terms]
    .map(([term, weight]): [string, number] => [term, Math.round(weight / unit)])
    .filter(([, weight]) => weight !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    notice,
    unit,
    bias: Math.round(weights.bias / unit),
    compound: Math.round(weights.compound / unit),
    balance: Math.round(weights.balance / unit),
    terms: kept.map(([term]) => term).join('\n'),
    weights: kept.map(([, weight]) => weight),
  };
}

export function readWeights(stored: StoredSentimentWeights): SentimentWeights {
  const terms = new Map<string, number>();
  stored.terms.split('\n').forEach((term, index) => {
    terms.set(term, (stored.weights[index] ?? 0) * stored.unit);
  });
  return {
    bias: stored.bias * stored.unit,
    compound: stored.compound * stored.unit,
    balance: stored.balance * stored.unit,
    terms,
  };
}
