// What every grammar layer stands on: Chevrotain's parser set up for us, spans, and looking ahead.
// Knows tokens and nothing of SQL. Rules return typed nodes; a rule that fails throws a SqlcError from `outcome`.

import { EmbeddedActionsParser, type IToken, type ParserMethod, type TokenType, tokenMatcher } from 'chevrotain';
import type { Span } from '../common/span.ts';
import type { Query } from './ast.ts';
import { LazyLookahead } from './lookahead.ts';
import type { Scan } from './scan.ts';
import { Expectation, syntaxError } from './syntax-error.ts';
import { endOf } from './token-span.ts';
import { Comma, Separator, vocabulary } from './tokens.ts';

/** A grammar rule that takes `A` and returns `R`. */
export type Rule<R, A extends unknown[] = []> = ParserMethod<A, R>;

export interface KitOptions {
  /** Check the grammar for ambiguities while it is built; slow, for tests. */
  readonly validate?: boolean;
}

export interface Outcome<T> {
  readonly node: T;
  /** Index of the token after the node. */
  readonly next: number;
}

/** What is known of a batch when one of its statements is read. */
export interface Reading extends Pick<Scan, 'afterClosing'> {
  readonly readQueries: ReadonlyMap<number, Outcome<Query>>;
}

export abstract class Kit extends EmbeddedActionsParser {
  private readonly expectation: Expectation;
  private afterClosing: Scan['afterClosing'] = new Map();
  /** Queries that are read already, by where they start. */
  protected readQueries: ReadonlyMap<number, Outcome<Query>> = new Map();

  constructor(options: KitOptions = {}) {
    const expectation = new Expectation();
    super(vocabulary, {
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations: options.validate !== true,
      lookaheadStrategy: new LazyLookahead({ maxLookahead: 1 }),
      errorMessageProvider: expectation,
    });
    this.expectation = expectation;
  }

  /** Records the grammar; rules of all layers must be defined by now, so it cannot happen in a constructor. */
  ready(): this {
    this.performSelfAnalysis();
    return this;
  }

  /** RULE, with a return type that the body is checked against. */
  protected rule<R, A extends unknown[]>(name: string, body: (...args: A) => R): Rule<R, A> {
    return this.RULE(name, body);
  }

  /**
   * Reads one node from the tokens of a batch; more may follow it.
   *
   * @param from index of the node's first token
   * @throws SqlcError syntax/* at the first token that does not fit
   */
  protected read<T>(rule: Rule<T>, tokens: IToken[], from: number, scan: Reading): Outcome<T> {
    this.afterClosing = scan.afterClosing;
    this.readQueries = scan.readQueries;
    this.expectation.types = [];
    this.input = tokens;
    this.importLexerState(from - 1);
    const { length } = tokens;
    let node: T;
    try {
      node = rule.call(this);
    } finally {
      tokens.length = length;
    }
    const [failure] = this.errors;
    if (failure !== undefined) throw syntaxError(failure, this.expectation, tokens, from);
    return { node, next: this.exportLexerState() + 1 };
  }

  /** Where Chevrotain makes an error of every statement that another one follows, and removes what it padded the tokens with. */
  protected onAfterParse(): void {}

  // Chevrotain's own, which its type declarations leave out.
  declare protected readonly importLexerState: (index: number) => void;
  declare protected readonly exportLexerState: () => number;

  // The methods below are the DSL's OPTION, MANY, AT_LEAST_ONE_SEP, MANY_SEP and OR where one token or condition decides. Grammar
  // recording sees the DSL's; parsing takes half the stack frames, which is what lets MAX_DEPTH levels fit.

  /** The body when the next token is of a type, or a condition holds. */
  protected when<R>(index: number, test: TokenType | (() => boolean), body: () => R): R | undefined {
    if (this.RECORDING_PHASE) return this.option(index, body);
    return (typeof test === 'function' ? test() : this.next(test)) ? body() : undefined;
  }

  /** The body as often as the next token is one of some types. */
  protected repeat(index: number, types: ReadonlySet<TokenType>, body: () => void): void {
    if (this.RECORDING_PHASE) this.many(index, body);
    else while (types.has(this.LA(1).tokenType)) body();
  }

  /** Items with commas between them: at least one, or none when `close` follows at once. Once in a rule. */
  protected list<R>(item: () => R, close?: TokenType): R[] {
    const items: R[] = [];
    if (this.RECORDING_PHASE) {
      if (close === undefined) this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: item });
      else this.MANY_SEP({ SEP: Comma, DEF: item });
      return items;
    }
    if (close !== undefined && this.next(close)) return items;
    items.push(item());
    while (this.next(Comma)) {
      this.CONSUME9(Comma);
      items.push(item());
    }
    return items;
  }

  /** One of two bodies; the first when the condition holds. */
  protected branch<R>(index: number, condition: () => boolean, first: () => R, second: () => R): R {
    if (this.RECORDING_PHASE) return this.or<R>(index, [{ ALT: first }, { ALT: second, IGNORE_AMBIGUITIES: true }]);
    return condition() ? first() : second();
  }

  /** Where the next token starts. */
  protected here(): number {
    return this.LA(1).startOffset;
  }

  /** From an offset to the end of the token just read. */
  protected since(start: number): Span {
    return { start, end: endOf(this.LA(0)) };
  }

  /** Whether the statement's text ends here. */
  protected atEnd(): boolean {
    return this.next(Separator) || Number.isNaN(this.LA(1).startOffset);
  }

  protected next(type: TokenType, ahead = 1): boolean {
    return this.LA(ahead).tokenType === type;
  }

  /** Whether a coming token is of a class, such as a name. */
  protected isA(category: TokenType, ahead = 1): boolean {
    return tokenMatcher(this.LA(ahead), category);
  }

  /** The upper-case text of a coming token; a quoted name is none of our words. */
  protected word(ahead = 1): string {
    return this.LA(ahead).image.toUpperCase();
  }

  /** The token after the parenthesis that closes the one at a place ahead. */
  protected closing(ahead: number): IToken | undefined {
    return this.afterClosing.get(this.LA(ahead).startOffset);
  }
}
