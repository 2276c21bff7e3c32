import { expect, test } from 'vitest';
import { hanScript } from '../src/emulator/models/han-script.ts';
import { localTextModels } from '../src/emulator/models/local-text-models.ts';
import type { DetectedLanguage } from '../src/emulator/models/text-models.ts';

const models = localTextModels();
const unknown = { name: '(Unknown)', iso: '(Unknown)', confidence: 0 };

async function languageOf(text: string): Promise<DetectedLanguage> {
  return (await models.language()).analyze(text, '');
}

test('the model names itself and takes any language', async () => {
  const { version, languages } = await models.language();
  expect([version, languages]).toEqual(['sqlc-language-1', undefined]);
});

test.each([
  ['Das ist ein schönes Haus am See', 'de', 'German'],
  ['I love this wonderful hotel', 'en', 'English'],
  ['これは日本語の文章です', 'ja', 'Japanese'],
  ['我们在学习中文', 'zh_chs', 'Chinese_Simplified'],
  ['我們在學習中文', 'zh_cht', 'Chinese_Traditional'],
  ['Kumusta ka na, kaibigan ko?', 'tl', 'Tagalog'],
])('%s', async (text, iso, name) => {
  expect(await languageOf(text)).toEqual({ name, iso, confidence: 1 });
});

test('composed and decomposed letters are the same language', async () => {
  const vietnamese = 'Mọi người đều có quyền';
  expect((await languageOf(vietnamese.normalize('NFD'))).iso).toBe('vi');
  expect((await languageOf(vietnamese.normalize('NFC'))).iso).toBe('vi');
});

test.each(['', ' \n', '123 + 456', '😀', '\ud800'])('%j has no language', async (text) => {
  expect(await languageOf(text)).toEqual(unknown);
});

test('letters that fit no language are unknown, a single word is doubtful', async () => {
  expect(await languageOf('asdf qwer')).toEqual(unknown);
  expect(await languageOf('Nice')).toEqual({ name: 'English', iso: 'en', confidence: 0.5 });
});

test('5,000 characters, the same answer twice', async () => {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(120).slice(0, 5000);
  const first = await languageOf(text);
  expect(first).toEqual({ name: 'English', iso: 'en', confidence: 1 });
  expect(await languageOf(text)).toEqual(first);
});

test('characters that both scripts use tell nothing', () => {
  expect(hanScript('人人生而自由')).toBe('simplified');
  expect(hanScript('電话')).toBe('simplified');
  expect(hanScript('電話与')).toBe('traditional');
});
