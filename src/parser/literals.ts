// Tokens to leaves of the tree: identifiers, strings, numbers. Pure functions.

import type { IToken } from 'chevrotain';
import type { Span } from '../common/span.ts';
import type { Cast, Expression, Identifier, NumberLiteral, StringLiteral } from './ast.ts';
import { spanOf } from './token-span.ts';
import { QuotedName } from './tokens.ts';

export function identifierOf(token: IToken): Identifier {
  const span = spanOf(token);
  const { image } = token;
  if (token.tokenType !== QuotedName) return { name: image, quoted: false, span };
  const inner = image.slice(1, -1);
  const name = image.startsWith('[') ? inner.replaceAll(']]', ']') : inner.replaceAll('""', '"');
  return { name, quoted: true, span };
}

export function stringOf(token: IToken): StringLiteral {
  const national = !token.image.startsWith("'");
  return { kind: 'string', value: textOf(token), national, span: spanOf(token) };
}

/** A string token's text: doubled quotes undone, and lines joined where a backslash ends them. */
export function textOf(token: IToken): string {
  const inner = token.image.slice(token.image.indexOf("'") + 1, -1);
  return inner.replaceAll("''", "'").replace(/\\\r?\n/g, '');
}

/** An alias written as a string. */
export function aliasOf(token: IToken): Identifier {
  return token.image.endsWith("'") ? { name: textOf(token), quoted: true, span: spanOf(token) } : identifierOf(token);
}

export function numberOf(token: IToken): NumberLiteral {
  return { kind: 'number', text: token.image, money: false, span: spanOf(token) };
}

/** `$12.50`, `$-3`, and a lone `$` for nothing. */
export function moneyOf(token: IToken): Expression {
  const span = spanOf(token);
  const digits = token.image.replace(/^\p{Sc}[+-]?/u, '');
  const amount: NumberLiteral = { kind: 'number', text: digits === '' ? '0' : digits, money: true, span };
  return token.image.charAt(1) === '-' ? { kind: 'unary', operator: '-', operand: amount, span } : amount;
}

export function binaryOf(token: IToken): Expression {
  const digits = token.image.slice(2);
  return { kind: 'binary-literal', hex: digits.length % 2 === 0 ? digits : `0${digits}`, span: spanOf(token) };
}

const ESCAPED_TYPES: Readonly<Record<string, string>> = {
  D: 'date',
  T: 'time',
  TS: 'datetime',
  GUID: 'uniqueidentifier',
};

/** `{d '2020-01-01'}` as the cast that it is. */
export function escapedValue(word: IToken, text: IToken, span: Span): Cast {
  const name = ESCAPED_TYPES[word.image.toUpperCase()] ?? 'datetime';
  const type = { name, parameters: [], span: spanOf(word) };
  const operand = stringOf(text);
  // Whatever SET DATEFORMAT says: `yyyy-mm-dd hh:mi:ss`.
  const style: NumberLiteral | undefined =
    name === 'datetime' ? { kind: 'number', text: '120', money: false, span: spanOf(word) } : undefined;
  return { kind: 'cast', method: 'cast', operand, type, style, culture: undefined, onError: 'fail', span };
}
