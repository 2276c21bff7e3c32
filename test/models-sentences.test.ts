import { expect, test } from 'vitest';
import { splitSentences } from '../src/emulator/models/sentences.ts';

const texts = (text: string): string[] => splitSentences(text).map((sentence) => sentence.text);

test('a sentence ends at a mark followed by a blank, or at the end of a line', () => {
  expect(texts('It rains. Does it? Yes!\nA title\nThe end')).toEqual([
    'It rains.',
    'Does it?',
    'Yes!',
    'A title',
    'The end',
  ]);
});

test('closing quotes belong to the sentence', () => {
  expect(texts('He said "no." (Really!) Then he left.')).toEqual(['He said "no."', '(Really!)', 'Then he left.']);
});

test('abbreviations, initials, decimals and a small letter after the period do not end it', () => {
  expect(texts('Dr. J. Smith paid 3.50 approx. ten times, e.g. in Paris. I did. So did I. Done.')).toEqual([
    'Dr. J. Smith paid 3.50 approx. ten times, e.g. in Paris.',
    'I did.',
    'So did I.',
    'Done.',
  ]);
});

test('offsets are UTF-16 units and skip the white space between sentences', () => {
  expect(splitSentences('  😀 Good.   Bad…  ')).toEqual([
    { text: '😀 Good.', offset: 2 },
    { text: 'Bad…', offset: 13 },
  ]);
});

test('blanks hold no sentence', () => {
  expect(splitSentences('')).toEqual([]);
  expect(splitSentences(' \t\r\n ')).toEqual([]);
});
