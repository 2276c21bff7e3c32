// Text to tokens, cut into batches at GO.
// Written by hand because comments nest, strings join lines and keywords depend on their neighbour;
// it also sees how deep the text is nested, before any rule could recurse that far.

import type { IToken, TokenType } from 'chevrotain';
import { error, type SqlcError } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import { endOf } from './token-span.ts';
import * as T from './tokens.ts';

/** What may follow GO on its line; the first group is how often the batch runs. */
export const AFTER_GO = /^[^\S\n]*(\d+)?[^\S\n]*;?[^\S\n]*(?:--.*)?$/;

/** Parentheses and CASE may nest this deep; deeper text would overflow the stack of the rules. */
export const MAX_DEPTH = 250;
/** A window in parentheses takes several times the stack of an expression. */
export const MAX_WINDOW_DEPTH = 60;
/** So does a query: every so many levels one is read on its own, before what is around it. */
const QUERIES_AT_ONCE = 30;

export interface Scan {
  readonly text: string;
  /** The tokens between GO lines, ";" among them; none is empty. */
  readonly batches: readonly ScannedBatch[];
  /** The token after the parenthesis that closes the one opened at an offset. */
  readonly afterClosing: ReadonlyMap<number, IToken>;
}

export interface ScannedBatch {
  readonly tokens: IToken[];
  /** Where queries start, as indexes into the tokens, that are nested too deep to be read with what is around them. */
  readonly deepQueries: readonly number[];
  /** The number after GO, else 1. */
  readonly repeat: number;
}

interface Opened {
  readonly token: IToken;
  holds: 'query' | 'window' | undefined;
}

export const STARTS_QUERY: ReadonlySet<TokenType> = new Set([T.K.SELECT, T.K.WITH, T.K.VALUES, T.K.FROM]);
/** T-SQL reads an amount after any of them: `€12.50`. */
const CURRENCY = /\p{Sc}/u;
/** What a bracket may subscript. */
const SUBSCRIPTED: ReadonlySet<TokenType> = new Set([T.Word, T.QuotedName, T.RightParen, T.RightBracket]);

const SINGLE: ReadonlyMap<string, TokenType> = new Map([
  ['+', T.Plus],
  ['-', T.Minus],
  ['*', T.Star],
  ['/', T.Slash],
  ['%', T.Modulo],
  ['&', T.BitAnd],
  ['|', T.BitOr],
  ['^', T.BitXor],
  ['~', T.Tilde],
  ['=', T.Equal],
  ['<', T.Less],
  ['>', T.Greater],
  ['(', T.LeftParen],
  [')', T.RightParen],
  [',', T.Comma],
  ['.', T.Dot],
  [';', T.Separator],
  ['{', T.LeftBrace],
  ['}', T.RightBrace],
  [':', T.Colon],
  [']', T.RightBracket],
]);
const DOUBLE: ReadonlyMap<string, TokenType> = new Map([
  ['||', T.Concat],
  ['<>', T.NotEqual],
  ['!=', T.NotEqual],
  ['<=', T.LessEqual],
  ['!>', T.LessEqual],
  ['>=', T.GreaterEqual],
  ['!<', T.GreaterEqual],
  ['::', T.DoubleColon],
  ['<<', T.ShiftLeft],
  ['>>', T.ShiftRight],
  ...['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='].map((image): [string, TokenType] => [image, T.CompoundAssign]),
]);

/**
 * Cuts a script into tokens.
 *
 * @throws SqlcError for an unclosed string, comment or quoted name, and for text nested too deep
 */
export function scan(text: string): Scan {
  return new Scanner(text).run();
}

class Scanner {
  private readonly text: string;
  private position = 0;
  private tokens: IToken[] = [];
  private readonly batches: ScannedBatch[] = [];
  private readonly afterClosing = new Map<number, IToken>();
  /** What is open: parentheses and CASE. */
  private open: Opened[] = [];
  private queries = 0;
  private windows = 0;
  private deepQueries: number[] = [];
  private closed: IToken | undefined;
  // Sticky expressions remember a place, so each scanner has its own.
  private readonly blank = /[\s\uFEFF]+/y;
  private readonly word = /[\p{L}_#][\p{L}\p{M}\p{N}_@$#]*/uy;
  private readonly variable = /@@?[\p{L}\p{M}\p{N}_@$#]+/uy;
  private readonly number = /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
  private readonly binary = /0[xX][0-9a-fA-F]*/y;
  /** `$action`. */
  private readonly pseudoColumn = /\$[\p{L}][\p{L}_]*/uy;
  private readonly money = /\p{Sc}(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+))?/uy;
  private readonly subscript = /\[\s*(?:-?\d+|@[\w@$#]+|'[^']*')\s*\]/y;
  /** Numbers and strings; one number alone is a name: `[2019]`. */
  private readonly literals =
    /\[\s*(?:'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?\s*(?=,))\s*(?:,\s*(?:'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?|NULL)\s*)*\]/iy;
  private readonly stringPiece = /[^']*(?:''[^']*)*/y;

  constructor(text: string) {
    this.text = text;
  }

  run(): Scan {
    const { text } = this;
    while (this.position < text.length) {
      if (this.match(this.blank) !== undefined) continue;
      if (text.startsWith('--', this.position)) this.skipLine();
      else if (text.startsWith('/*', this.position)) this.skipComment();
      else this.scanToken(text.charAt(this.position));
    }
    this.endBatch(1);
    return { text: this.text, batches: this.batches, afterClosing: this.afterClosing };
  }

  private scanToken(first: string): void {
    const quote = first === 'N' || first === 'n' ? this.position + 1 : this.position;
    if (this.text.charAt(quote) === "'") this.scanString(quote);
    else if (first === '[') this.scanBracket();
    else if (first === '"') this.scanQuoted('"');
    else if (!this.scanPattern(first) && !this.scanNumber() && !this.scanWord()) this.scanSymbol(first);
  }

  /** Tokens that their first character tells. */
  private scanPattern(first: string): boolean {
    if (first === '@') return this.push(T.Variable, this.variable);
    if (first === '$' && this.push(T.Word, this.pseudoColumn)) return true;
    if (first === '$' || CURRENCY.test(first)) return this.push(T.Money, this.money);
    return first === '0' && this.push(T.Binary, this.binary);
  }

  private scanSymbol(first: string): void {
    const start = this.position;
    const double = DOUBLE.get(this.text.slice(start, start + 2));
    const single = SINGLE.get(first);
    if (this.text.startsWith('||=', start)) {
      this.add(T.CompoundAssign, start, start + 3);
    } else if (double !== undefined) {
      this.add(double, start, start + 2);
    } else if (single === T.Separator) {
      this.add(T.Separator, start, start + 1);
      this.closeAll();
    } else {
      const width = (this.text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
      this.add(single ?? T.Unknown, start, start + width);
      if (single === T.LeftParen || single === T.LeftBrace) this.enter();
      else if (single === T.RightParen) this.leave(T.LeftParen);
      else if (single === T.RightBrace) this.leave(T.LeftBrace);
      else if (single === T.RightBracket) this.leave(T.ListStart, T.SubscriptStart);
    }
  }

  private scanNumber(): boolean {
    const start = this.position;
    const image = this.match(this.number);
    if (image === undefined) return false;
    this.add(/^\d+$/.test(image) ? T.Integer : T.Decimal, start, this.position);
    return true;
  }

  private scanWord(): boolean {
    const start = this.position;
    const image = this.match(this.word);
    if (image === undefined) return false;
    const upper = image.toUpperCase();
    if (upper === 'GO' && this.scanGo(start)) return true;
    this.add(this.typeOf(upper), start, this.position);
    if (upper === 'CASE') this.enter();
    else if (upper === 'END' && this.open.at(-1)?.token.tokenType === T.K.CASE) this.open.pop();
    return true;
  }

  private typeOf(upper: string): TokenType {
    const type = T.keywords.get(upper);
    if (type === undefined) return T.Word;
    if (T.callOnly.has(upper)) return this.beforeParen() ? type : T.Word;
    return T.functionToo.has(upper) && this.beforeParen() ? T.Word : type;
  }

  private beforeParen(): boolean {
    let at = this.position;
    while (/\s/.test(this.text.charAt(at))) at++;
    return this.text.charAt(at) === '(';
  }

  /** GO counts only alone on its line; it ends a batch. */
  private scanGo(start: number): boolean {
    const lineStart = this.text.lastIndexOf('\n', start - 1) + 1;
    const lineEnd = this.text.indexOf('\n', start);
    const rest = this.text.slice(this.position, lineEnd < 0 ? this.text.length : lineEnd);
    if (this.text.slice(lineStart, start).trim() !== '') return false;
    const alone = AFTER_GO.exec(rest);
    if (alone === null) return false;
    if (alone[1] !== undefined) this.position += alone[0].indexOf(alone[1]) + alone[1].length;
    this.endBatch(alone[1] === undefined ? 1 : Number(alone[1]));
    return true;
  }

  private scanString(quote: number): void {
    const start = this.position;
    this.position = quote + 1;
    this.match(this.stringPiece);
    if (this.text.charAt(this.position) !== "'")
      throw error('syntax/unclosed-string', {}, { span: this.lineFrom(start) });
    this.add(T.StringText, start, this.position + 1);
  }

  /** A quoted name, as in T-SQL; but `a[1]`, `f(x)['k']` without a blank, `[1, 'a']` of literals and `ARRAY[` are not. */
  private scanBracket(): void {
    const start = this.position;
    const last = this.tokens.at(-1);
    const isBeside = last !== undefined && endOf(last) === start;
    if (isBeside && SUBSCRIPTED.has(last.tokenType) && this.matches(this.subscript)) this.openBracket(T.SubscriptStart);
    else if (isBeside && last.image.toUpperCase() === 'ARRAY') this.arrayStart();
    else if (this.matches(this.literals)) this.openBracket(T.ListStart);
    else this.scanQuoted(']');
  }

  /** `ARRAY[` is one token. */
  private arrayStart(): void {
    const word = this.tokens.pop();
    if (word !== undefined) this.add(T.ListStart, word.startOffset, this.position + 1);
    this.enter();
  }

  private openBracket(type: TokenType): void {
    this.add(type, this.position, this.position + 1);
    this.enter();
  }

  private matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    return pattern.test(this.text);
  }

  private scanQuoted(close: string): void {
    const start = this.position;
    let end = this.text.indexOf(close, start + 1);
    while (end >= 0 && this.text.charAt(end + 1) === close) end = this.text.indexOf(close, end + 2);
    if (end < 0) throw error('syntax/unclosed-identifier', {}, { span: this.lineFrom(start) });
    this.add(T.QuotedName, start, end + 1);
  }

  private skipLine(): void {
    const end = this.text.indexOf('\n', this.position);
    this.position = end < 0 ? this.text.length : end;
  }

  private skipComment(): void {
    const start = this.position;
    const mark = /\/\*|\*\//g;
    let depth = 0;
    do {
      mark.lastIndex = this.position;
      const found = mark.exec(this.text);
      if (found === null) throw error('syntax/unclosed-comment', {}, { span: { start, end: start + 2 } });
      depth += found[0] === '/*' ? 1 : -1;
      this.position = found.index + 2;
    } while (depth > 0);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.position = pattern.lastIndex;
    return found[0];
  }

  private push(type: TokenType, pattern: RegExp): boolean {
    const start = this.position;
    if (this.match(pattern) === undefined) return false;
    this.add(type, start, this.position);
    return true;
  }

  private add(type: TokenType, start: number, end: number): void {
    const token: IToken = {
      image: this.text.slice(start, end),
      startOffset: start,
      endOffset: end - 1,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx ?? 0,
    };
    this.position = end;
    if (STARTS_QUERY.has(type)) this.enterQuery();
    this.tokens.push(token);
    if (this.closed !== undefined) this.afterClosing.set(this.closed.startOffset, token);
    this.closed = undefined;
  }

  private enter(): void {
    const token = this.tokens.at(-1);
    const before = this.tokens.at(-2)?.tokenType;
    if (token === undefined) return;
    this.open.push({ token, holds: undefined });
    if (this.open.length > MAX_DEPTH) throw tooDeep(token, MAX_DEPTH);
    if (before === T.K.OVER || before === T.K.GROUP) this.enterWindow(token);
  }

  /** Marks the innermost parenthesis as that of a query. */
  private enterQuery(): void {
    const holder = this.open.at(-1);
    if (holder === undefined || holder.holds !== undefined || this.tokens.at(-1) !== holder.token) return;
    holder.holds = 'query';
    if (++this.queries % QUERIES_AT_ONCE === 0) this.deepQueries.push(this.tokens.length);
  }

  private enterWindow(token: IToken): void {
    const holder = this.open.at(-1);
    if (holder !== undefined) holder.holds = 'window';
    if (++this.windows > MAX_WINDOW_DEPTH) throw tooDeep(token, MAX_WINDOW_DEPTH);
  }

  /** Closes the innermost of some kinds, and what was left open in it. */
  private leave(...kinds: readonly TokenType[]): void {
    let opened = this.open.pop();
    while (opened !== undefined && !kinds.includes(opened.token.tokenType)) opened = this.open.pop();
    this.closed = opened?.token;
    if (opened?.holds === 'query') this.queries--;
    if (opened?.holds === 'window') this.windows--;
  }

  private endBatch(repeat: number): void {
    const { tokens, deepQueries } = this;
    if (tokens.length > 0) this.batches.push({ tokens, deepQueries, repeat });
    this.tokens = [];
    this.deepQueries = [];
    this.closeAll();
  }

  private closeAll(): void {
    this.open = [];
    this.queries = 0;
    this.windows = 0;
    this.closed = undefined;
  }

  private lineFrom(start: number): Span {
    const lineEnd = this.text.indexOf('\n', start);
    return { start, end: lineEnd < 0 ? this.text.length : lineEnd };
  }
}

function tooDeep(token: IToken, limit: number): SqlcError {
  const span = { start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 };
  return error('syntax/too-deep', { limit }, { span });
}
