// What the Azure surface asks of the local text models. Offsets and lengths are UTF-16 units of the input.
// Every method is pure and deterministic; models load on first use.

export type SentimentLabel = 'positive' | 'neutral' | 'negative';

export interface Scores {
  /** Each 0..1, two decimals, summing to 1. */
  readonly positive: number;
  readonly neutral: number;
  readonly negative: number;
}

export interface SentenceSentiment {
  readonly text: string;
  readonly offset: number;
  readonly length: number;
  readonly sentiment: SentimentLabel;
  readonly scores: Scores;
}

export interface DocumentSentiment {
  /** `mixed` when sentences disagree. */
  readonly sentiment: SentimentLabel | 'mixed';
  readonly scores: Scores;
  readonly sentences: readonly SentenceSentiment[];
}

export interface DetectedLanguage {
  /** English name; `(Unknown)` when nothing can be told. */
  readonly name: string;
  /** ISO 639-1, `zh_chs`/`zh_cht` for Chinese as the service spells them; `(Unknown)`. */
  readonly iso: string;
  /** 0..1, two decimals. */
  readonly confidence: number;
}

export interface Model<Answer> {
  /** Shown as `modelVersion`, so that no answer is taken for Azure's: `sqlc-sentiment-1`. */
  readonly version: string;
  /** Languages (ISO 639-1) the model takes; `undefined`: any. */
  readonly languages: readonly string[] | undefined;
  analyze(text: string, language: string): Answer;
}

export interface TextModels {
  sentiment(): Promise<Model<DocumentSentiment>>;
  keyPhrases(): Promise<Model<readonly string[]>>;
  language(): Promise<Model<DetectedLanguage>>;
}
