import { expect, test } from 'vitest';
import { localTextModels } from '../src/emulator/models/local-text-models.ts';
import { nounPhrases } from '../src/emulator/models/noun-phrases.ts';

const models = localTextModels();

async function keyPhrasesOf(text: string): Promise<readonly string[]> {
  return (await models.keyPhrases()).analyze(text, 'en');
}

test('the model names itself and its language', async () => {
  const { version, languages } = await models.keyPhrases();
  expect([version, languages]).toEqual(['sqlc-keyphrases-1', ['en']]);
});

test.each([
  ['The food was delicious and there were wonderful staff', ['food', 'wonderful staff']],
  ['We spent last week at the Bank of England.', ['Bank of England']],
  [
    'Users report random crashes after the latest firmware update.',
    ['Users', 'random crashes', 'latest firmware update'],
  ],
  ['Slice the onions and heat the olive oil.', ['onions', 'olive oil']],
  ['The built-in module reads 12 JSON files.', ['built-in module', 'JSON files']],
  ['Many other people like it.', ['people']],
  ['A 🐈 sat on the old mat', ['old mat']],
])('%s', async (text, phrases) => {
  expect(await keyPhrasesOf(text)).toEqual(phrases);
});

test('phrases that differ in case only are given once, as first written', async () => {
  expect(await keyPhrasesOf('The food. THE FOOD! Our food?')).toEqual(['food']);
});

test('texts without a noun have none', async () => {
  for (const text of ['', '   ', '😀🎉', '...', '\ud800', 'so it was']) expect(await keyPhrasesOf(text)).toEqual([]);
});

test('5,000 characters, the same answer twice', async () => {
  const text = 'The quiet room had a small balcony and fresh towels. '.repeat(100).slice(0, 5000);
  const first = await keyPhrasesOf(text);
  expect(first).toEqual(['quiet room', 'small balcony', 'fresh towels']);
  expect(await keyPhrasesOf(text)).toEqual(first);
});

test('spans are those of the input', () => {
  const words = [
    { text: 'low', pos: 'ADJ', start: 2, end: 5 },
    { text: '-', pos: 'PUNCT', start: 5, end: 6 },
    { text: 'cost', pos: 'NOUN', start: 6, end: 10 },
    { text: 'sensors', pos: 'NOUN', start: 12, end: 19 },
  ];
  expect(nounPhrases(words)).toEqual([{ start: 2, end: 19 }]);
});
