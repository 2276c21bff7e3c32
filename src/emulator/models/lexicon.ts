// The VADER lexicon as the sentiment model consults it; the package loads on first use.

import type { Lexicon } from './sentiment-features.ts';

export async function loadLexicon(): Promise<Lexicon> {
  const { default: vader } = await import('vader-sentiment');
  return (text) => vader.SentimentIntensityAnalyzer.polarity_scores(text);
}
