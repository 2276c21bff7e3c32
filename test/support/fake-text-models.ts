// Text models a test can predict by reading: labels and languages are words of the text, phrases its capitalised words.

import type {
  DetectedLanguage,
  DocumentSentiment,
  Model,
  Scores,
  SentenceSentiment,
  SentimentLabel,
  TextModels,
} from '../../src/emulator/models/text-models.ts';

const SCORES: Readonly<Record<SentimentLabel, Scores>> = {
  positive: { positive: 0.9, neutral: 0.09, negative: 0.01 },
  neutral: { positive: 0.1, neutral: 0.8, negative: 0.1 },
  negative: { positive: 0.02, neutral: 0.08, negative: 0.9 },
};

const LANGUAGES: readonly (readonly [RegExp, DetectedLanguage])[] = [
  [/bonjour/i, { name: 'French', iso: 'fr', confidence: 0.99 }],
  [/\p{L}/u, { name: 'English', iso: 'en', confidence: 1 }],
];

export interface FakeOptions {
  /** Called for every text that is analyzed. */
  readonly onAnalyze?: (text: string) => void;
}

export function fakeTextModels({ onAnalyze = () => {} }: FakeOptions = {}): TextModels {
  const model = <Answer>(
    version: string,
    languages: readonly string[] | undefined,
    analyze: (text: string) => Answer,
  ) =>
    Promise.resolve<Model<Answer>>({
      version,
      languages,
      analyze(text) {
        onAnalyze(text);
        return analyze(text);
      },
    });
  return {
    sentiment: () => model('fake-sentiment-1', ['en', 'fr'], analyzeSentiment),
    keyPhrases: () => model('fake-key-phrases-1', ['en'], (text) => text.match(/\p{Lu}\p{L}+/gu) ?? []),
    language: () => model('fake-language-1', undefined, detectLanguage),
  };
}

function analyzeSentiment(text: string): DocumentSentiment {
  const sentences = [...text.matchAll(/[^.!\s][^.!]*[.!]?/gu)].map((found) => sentenceOf(found[0], found.index));
  const labels = new Set(sentences.map(({ sentiment }) => sentiment).filter((label) => label !== 'neutral'));
  const [label = 'neutral'] = labels;
  return { sentiment: labels.size > 1 ? 'mixed' : label, scores: SCORES[label], sentences };
}

function sentenceOf(text: string, offset: number): SentenceSentiment {
  const sentiment = /good|great/i.test(text) ? 'positive' : /bad|awful/i.test(text) ? 'negative' : 'neutral';
  return { text, offset, length: text.length, sentiment, scores: SCORES[sentiment] };
}

function detectLanguage(text: string): DetectedLanguage {
  const found = LANGUAGES.find(([pattern]) => pattern.test(text));
  return found?.[1] ?? { name: '(Unknown)', iso: '(Unknown)', confidence: 0 };
}
