// Where a token stands.

import type { IToken } from 'chevrotain';
import type { Span } from '../common/span.ts';

export function endOf(token: IToken): number {
  return (token.endOffset ?? token.startOffset) + 1;
}

export function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: endOf(token) };
}
