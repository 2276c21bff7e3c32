// The part of the untyped package `vader-sentiment` that the sentiment model uses.

declare module 'vader-sentiment' {
  interface VaderScores {
    readonly compound: number;
    readonly pos: number;
    readonly neu: number;
    readonly neg: number;
  }
  const vader: { readonly SentimentIntensityAnalyzer: { polarity_scores(text: string): VaderScores } };
  export default vader;
}
