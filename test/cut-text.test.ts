// Where texts too long for one document are cut, in UTF-16, and what a grapheme is: held against Intl.Segmenter.

import { describe, expect, test } from 'vitest';
import { cutText } from '../src/udf/cut-text.ts';
import { afterGraphemes } from '../src/udf/graphemes.ts';

const FAMILY = '👩‍👩‍👧‍👦';
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function graphemes(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** The pieces as text, each after its place in code points. */
function cut(text: string, most: number): string[] | undefined {
  return cutText(text, most)?.map((piece) => `${piece.offset}: ${piece.text}`);
}

/** Deterministic draws from 0 to 1. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const ALPHABETS = [
  'a',
  'b',
  ' ',
  '.',
  '!',
  '\n',
  '\r\n',
  '\r',
  '\t',
  'é',
  'e\u0301',
  ' \u0301',
  '“',
  '’',
  'я',
  'Ω',
  '。',
  '文',
  'カ',
  '한',
  '\u1112\u1161\u11ab',
  '각\u11a8',
  'क्षि',
  'ก็',
  '\u0600',
  '\u00ad',
  '\u200d',
  '\u200b',
  '😀',
  '👍🏽',
  '🇫🇷',
  FAMILY,
  '\u{1d165}',
  '\u{10ffff}',
  '\u0000',
  `z${'\u0354'.repeat(80)}`,
  'Dr. ',
  'e.g. so',
  '? ',
];

function randomText(next: () => number, parts: number): string {
  return Array.from({ length: parts }, () => ALPHABETS[Math.floor(next() * ALPHABETS.length)]).join('');
}

describe('graphemes', () => {
  test('are those of Unicode, whatever stands together', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const text = randomText(draws(seed), 60);
      const found = graphemes(text);
      let end = 0;
      const bounds = found.map((grapheme) => {
        end += grapheme.length;
        return end;
      });
      const walked = found.map((_, i) => afterGraphemes(text, i === 0 ? 0 : (bounds[i - 1] ?? 0), 1));
      expect(walked, `seed ${seed}`).toEqual(bounds);
      expect(afterGraphemes(text, 0, found.length), `seed ${seed}`).toBe(text.length);
    }
  });
});

describe('a text', () => {
  test('that has no more graphemes than a document may is not cut, however many units it has', () => {
    expect(cut('', 5)).toBeUndefined();
    expect(cut('12345', 5)).toBeUndefined();
    expect(cut(FAMILY.repeat(5), 5)).toBeUndefined();
    expect(cut('e\u0301\u0302'.repeat(5), 5)).toBeUndefined();
    expect(cut(`${FAMILY.repeat(5)}.`, 5)).toEqual([`0: ${FAMILY.repeat(5)}`, '35: .']);
    expect(cut('123456', 5)).toEqual(['0: 12345', '5: 6']);
  });

  test.each([
    [
      'at the last end of a sentence that fits',
      'One two. Three four. Five six.',
      25,
      ['0: One two. Three four.', '21: Five six.'],
    ],
    ['where the words of a sentence end, not its blanks', 'One two.    Three.', 8, ['0: One two.', '12: Three.']],
    ['at sentences of other scripts', '一二三。四五六。七八', 9, ['0: 一二三。四五六。', '8: 七八']],
    ['at lines', 'one\ntwo\nthree', 9, ['0: one\ntwo', '8: three']],
    ['not within a number', 'It is 3.14 or so', 9, ['0: It is', '6: 3.14 or', '14: so']],
    ['else at white space', 'one two three four', 9, ['0: one two', '8: three', '14: four']],
    ['at white space that stands at the limit', 'one two three', 7, ['0: one two', '8: three']],
    ['else between graphemes', 'abcdefgh', 3, ['0: abc', '3: def', '6: gh']],
    ['never within one', `${FAMILY}${FAMILY}e\u0301🇫🇷x`, 2, [`0: ${FAMILY}${FAMILY}`, '14: e\u0301🇫🇷', '18: x']],
    ['not at a space that carries an accent', 'ab \u0301cd', 4, ['0: ab \u0301c', '5: d']],
    ['and white space that stands around a piece is not sent', `  ab${' '.repeat(9)}cd  `, 3, ['2: ab', '13: cd']],
    ['which may leave one piece', `${' '.repeat(9)}abc${' '.repeat(9)}`, 3, ['9: abc']],
    ['but for a text that is nothing else', ' '.repeat(9), 4, ['0:     ']],
  ])('is cut %s', (_, text, most, pieces) => {
    expect(cut(text, most)).toEqual(pieces);
  });

  test('loses nothing but white space, and no piece is too long', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const next = draws(seed);
      const text = randomText(next, 80);
      const most = 1 + Math.floor(next() * 20);
      const pieces = cutText(text, most);
      if (pieces === undefined) {
        expect(graphemes(text).length, `seed ${seed}`).toBeLessThanOrEqual(most);
        continue;
      }
      const points = [...text];
      let at = 0;
      let between = '';
      for (const piece of pieces) {
        expect(graphemes(piece.text).length, `seed ${seed}`).toBeLessThanOrEqual(most);
        expect(points.slice(piece.offset, piece.offset + piece.length).join(''), `seed ${seed}`).toBe(piece.text);
        between += points.slice(at, piece.offset).join('');
        at = piece.offset + piece.length;
      }
      expect((between + points.slice(at).join('')).trim(), `seed ${seed}`).toBe('');
    }
  });

  test('of a megabyte without any space is cut too', () => {
    const pieces = cutText('文'.repeat(1_000_000), 5120) ?? [];
    expect(pieces.length).toBe(196);
    expect(pieces.at(-1)).toMatchObject({ offset: 998_400, length: 1600 });
  });
});
