// What a statement is, by looking ahead from its first token.

import type { IToken } from 'chevrotain';
import * as T from './tokens.ts';

/** The token some places after the first; undefined or without a place past the end. */
export type Ahead = (places: number) => IToken | undefined;

export const CHANGES: ReadonlySet<unknown> = new Set([T.K.INSERT, T.K.UPDATE, T.K.DELETE, T.K.MERGE]);

/** Whether the WITH at the start introduces a statement that changes rows. */
export function changesRows(ahead: Ahead): boolean {
  let depth = 0;
  for (let at = 1; ; at++) {
    const token = ahead(at);
    if (token === undefined || Number.isNaN(token.startOffset) || token.tokenType === T.Separator) return false;
    if (token.tokenType === T.LeftParen) depth++;
    else if (token.tokenType === T.RightParen) depth--;
    else if (depth === 0 && CHANGES.has(token.tokenType)) return true;
    else if (depth === 0 && token.tokenType === T.K.SELECT) return false;
  }
}
