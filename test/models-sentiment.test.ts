import { expect, test } from 'vitest';
import { localTextModels } from '../src/emulator/models/local-text-models.ts';
import { readWeights, storeWeights } from '../src/emulator/models/sentiment-weights.ts';
import type { DocumentSentiment } from '../src/emulator/models/text-models.ts';

const models = localTextModels();

async function sentimentOf(text: string): Promise<DocumentSentiment> {
  return (await models.sentiment()).analyze(text, 'en');
}

/** The label and, in hundredths, the scores. */
async function summary(text: string): Promise<string> {
  const { sentiment, scores } = await sentimentOf(text);
  return `${sentiment} ${[scores.positive, scores.neutral, scores.negative].map((score) => Math.round(score * 100)).join('/')}`;
}

test('the model names itself and its language, and loads once', async () => {
  const model = await models.sentiment();
  expect([model.version, model.languages]).toEqual(['sqlc-sentiment-1', ['en']]);
  expect(await models.sentiment()).toBe(model);
});

test('a clear sentence, whole', async () => {
  const scores = { positive: 0.99, neutral: 0.01, negative: 0 };
  expect(await sentimentOf('I love this wonderful hotel')).toEqual({
    sentiment: 'positive',
    scores,
    sentences: [{ text: 'I love this wonderful hotel', offset: 0, length: 27, sentiment: 'positive', scores }],
  });
});

test('negation turns the sign', async () => {
  expect(await summary('The room is good.')).toBe('positive 74/22/4');
  expect(await summary('The room is not good.')).toBe('negative 0/8/92');
  expect(await summary('not good')).toBe('negative 0/3/97');
});

test('plain statements are neutral', async () => {
  expect(await summary('The train leaves at nine.')).toBe('neutral 11/50/39');
  expect(await summary('He lives in Paris.')).toBe('neutral 20/54/26');
});

test('a document whose sentences disagree is mixed; its scores are weighted by length', async () => {
  expect(await sentimentOf('The room was lovely.  The breakfast was awful!')).toEqual({
    sentiment: 'mixed',
    scores: { positive: 0.35, neutral: 0.2, negative: 0.45 },
    sentences: [
      {
        text: 'The room was lovely.',
        offset: 0,
        length: 20,
        sentiment: 'positive',
        scores: { positive: 0.72, neutral: 0.21, negative: 0.07 },
      },
      {
        text: 'The breakfast was awful!',
        offset: 22,
        length: 24,
        sentiment: 'negative',
        scores: { positive: 0.04, neutral: 0.19, negative: 0.77 },
      },
    ],
  });
});

test('nothing to judge is neutral', async () => {
  expect(await sentimentOf(' \n')).toEqual({
    sentiment: 'neutral',
    scores: { positive: 0, neutral: 1, negative: 0 },
    sentences: [],
  });
  expect(await summary('!!!')).toBe('neutral 0/100/0');
});

test('emoji count', async () => {
  expect(await summary('😀')).toBe('positive 75/15/10');
  expect(await summary('😡')).toBe('negative 10/15/75');
});

test('scores are two decimals that sum to 1, and a sentence has the label of its highest score', async () => {
  const text =
    'Great, another crash. It is blue. I hate it! Never again? The staff helped. Terrible service, lovely view.';
  const { scores, sentences } = await sentimentOf(text);
  expect(sentences.map((sentence) => sentence.text).join(' ')).toBe(text);
  for (const { positive, neutral, negative } of [scores, ...sentences.map((sentence) => sentence.scores)]) {
    const hundredths = [positive, neutral, negative].map((score) => Math.round(score * 100));
    expect([positive, neutral, negative]).toEqual(hundredths.map((score) => score / 100));
    expect(hundredths.reduce((sum, score) => sum + score, 0)).toBe(100);
  }
  for (const sentence of sentences) {
    expect(text.slice(sentence.offset, sentence.offset + sentence.length)).toBe(sentence.text);
    expect(sentence.scores[sentence.sentiment]).toBe(Math.max(...Object.values(sentence.scores)));
  }
});

test('5,000 characters without a stop give one sentence, the same answer twice', async () => {
  const text = 'the hotel was very nice and the staff were helpful and '.repeat(100).slice(0, 5000);
  const first = await sentimentOf(text);
  expect(first.sentences.map(({ length, sentiment }) => [length, sentiment])).toEqual([[5000, 'positive']]);
  expect(await sentimentOf(text)).toEqual(first);
});

test('weights are stored in whole units, sorted, without those that round to nothing', () => {
  const terms = new Map([
    ['good', 1.04],
    ['bad', -0.96],
    ['of', 0.02],
  ]);
  const stored = storeWeights({ bias: -0.5, compound: 1, balance: 2, terms }, 'whose', 0.1);
  expect(stored).toEqual({
    notice: 'whose',
    unit: 0.1,
    bias: -5,
    compound: 10,
    balance: 20,
    terms: 'bad\ngood',
    weights: [-10, 10],
  });
  expect(readWeights(stored)).toEqual({
    bias: -0.5,
    compound: 1,
    balance: 2,
    terms: new Map([
      ['bad', -1],
      ['good', 1],
    ]),
  });
});
