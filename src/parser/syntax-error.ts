// A rule's failure in the user's terms: what was found, what was expected, and the keyword probably meant.
// Never repeats the text of a string, since it may be a secret.

import type { IParserErrorMessageProvider, IRecognitionException, IToken, TokenType } from 'chevrotain';
import { error, type SqlcError } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import { nearest } from '../common/suggest.ts';
import * as T from './tokens.ts';

/** What a list goes on with. */
export const CLOSES_LIST = '"," or ")"';

/** Remembers what the failing rule could have gone on with; Chevrotain only offers it to its message provider. */
export class Expectation implements IParserErrorMessageProvider {
  types: readonly TokenType[] = [];

  buildMismatchTokenMessage({ expected }: { expected: TokenType }): string {
    return this.note([expected]);
  }
  buildNotAllInputParsedMessage(): string {
    return '';
  }
  buildNoViableAltMessage(options: { expectedPathsPerAlt: TokenType[][][]; customUserDescription?: string }): string {
    return this.note(firstOf(options.expectedPathsPerAlt.flat()), options.customUserDescription);
  }
  buildEarlyExitMessage(options: { expectedIterationPaths: TokenType[][]; customUserDescription?: string }): string {
    return this.note(firstOf(options.expectedIterationPaths), options.customUserDescription);
  }

  /** A message is the rule's own words for what it expected, better than a list, or nothing. */
  private note(types: readonly TokenType[], description = ''): string {
    this.types = types;
    return description;
  }
}

/** The error of a rule that stopped. */
export function syntaxError(
  failure: IRecognitionException,
  expectation: Expectation,
  tokens: IToken[],
  from: number,
): SqlcError {
  const at = tokens.indexOf(failure.token, from);
  const found = at < 0 || failure.token.tokenType === T.Separator ? undefined : tokens[at];
  const previous = at < 0 ? tokens.at(-1) : at === from ? undefined : tokens[at - 1];
  const expected = failure.message === '' ? listed(expectation.types) : failure.message;
  const inOptions = failure.context.ruleStack.at(-1) === 'optionList' && expected === CLOSES_LIST;
  const hint =
    inOptions && found !== undefined && isWord(found)
      ? `missing comma before "${found.image}"`
      : keywordHint(
          found,
          previous,
          expectation.types.map(keywordOf).filter((word) => word !== undefined),
        );
  return unexpected(found, previous, expected, hint);
}

/** The error of a token that starts nothing after a complete statement. */
export function leftover(found: IToken, previous: IToken | undefined): SqlcError {
  return unexpected(found, previous, 'the end of the statement', keywordHint(found, previous, []));
}

/** The error of a token where something else should stand. */
export function unexpected(
  found: IToken | undefined,
  previous: IToken | undefined,
  expected: string,
  hint?: string,
): SqlcError {
  if (found === undefined) {
    const end = previous === undefined ? 0 : (previous.endOffset ?? 0) + 1;
    return error('syntax/unexpected-end', { expected }, { span: { start: end, end }, hint });
  }
  const span: Span = { start: found.startOffset, end: (found.endOffset ?? found.startOffset) + 1 };
  if (found.tokenType === T.Unknown) {
    return error('syntax/unexpected-character', { found: `"${found.image}"` }, { span });
  }
  if (T.isReserved(found.tokenType)) {
    return error('syntax/unexpected-keyword', { found: found.image.toUpperCase(), expected }, { span, hint });
  }
  return error('syntax/unexpected-token', { found: described(found), expected }, { span, hint });
}

/** A token as a message names it. */
export function described(token: IToken): string {
  if (token.tokenType === T.StringText) return 'a string';
  if (token.tokenType === T.QuotedName) return token.image;
  return `"${token.image}"`;
}

const SHOWN = 5;

function listed(types: readonly TokenType[]): string {
  const labels = [...new Set(types.map((type) => type.LABEL ?? type.name))];
  const shown = labels.slice(0, SHOWN);
  const last = labels.length > SHOWN ? undefined : shown.pop();
  if (last === undefined) return `${shown.join(', ')} …`;
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}

function firstOf(paths: readonly TokenType[][]): TokenType[] {
  return paths.map((path) => path[0]).filter((type) => type !== undefined);
}

function keywordOf(type: TokenType): string | undefined {
  return T.keywords.has(type.name) ? type.name : undefined;
}

function isWord(token: IToken): boolean {
  return /^[\p{L}_]/u.test(token.image);
}

/** Words that continue or start a statement: what a name in the wrong place is compared with. */
const CONTINUING = [
  ...['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'UNION', 'EXCEPT', 'INTERSECT', 'JOIN', 'INNER', 'LEFT'],
  ...['RIGHT', 'FULL', 'CROSS', 'OUTER', 'LIMIT', 'OFFSET', 'FETCH', 'OPTION', 'BETWEEN', 'LIKE', 'AND', 'NOT'],
  ...['DISTINCT', 'WHEN', 'THEN', 'ELSE', 'END', 'OVER', 'ESCAPE', 'CASE', 'EXISTS', 'TOP', 'DESC', 'ASC'],
  ...['USING', 'WITH', 'INTO', 'WITHIN', 'PERCENT'],
];
const SHORTEST = 3;

/** A misspelt keyword is read as an alias, so the error often comes one word late. */
function keywordHint(found: IToken | undefined, previous: IToken | undefined, expected: string[]): string | undefined {
  const meant = meantBy(found, expected) ?? meantBy(found, CONTINUING);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const before = meantBy(previous, CONTINUING);
  return before === undefined || previous === undefined
    ? undefined
    : `did you mean "${before}" instead of "${previous.image}"?`;
}

function meantBy(token: IToken | undefined, candidates: readonly string[]): string | undefined {
  if (token === undefined || token.tokenType !== T.Word || token.image.length < SHORTEST) return undefined;
  const near = nearest(token.image, candidates);
  return near === token.image.toUpperCase() ? undefined : near;
}
