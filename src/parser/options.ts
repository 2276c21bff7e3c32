// Option lists of CREATE statements: names are checked against what the statement knows, each given once, each value
// of its kind. Works on options as read; the grammar only knows `name = value` and `name (…)`.

import { error, type SqlcError } from '../common/errors.ts';
import { type Span, spanning } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';
import type { Identifier, StringLiteral } from './ast.ts';

export type RawValue =
  | { readonly kind: 'string'; readonly literal: StringLiteral; readonly span: Span }
  | { readonly kind: 'number'; readonly text: string; readonly span: Span }
  /** A name or keyword, with the names in parentheses that follow it. */
  | {
      readonly kind: 'word';
      readonly name: Identifier;
      readonly arguments: readonly Identifier[] | undefined;
      readonly span: Span;
    }
  /** `(a, b)`. */
  | { readonly kind: 'names'; readonly names: readonly Identifier[]; readonly span: Span }
  | { readonly kind: 'list'; readonly options: readonly RawOption[]; readonly span: Span }
  /** `('a', 'b')`. */
  | { readonly kind: 'strings'; readonly literals: readonly StringLiteral[]; readonly span: Span };

export interface RawOption {
  readonly name: Identifier;
  readonly value: RawValue;
}

/** The options of one list, by upper-case name. */
export class Options {
  private readonly given: ReadonlyMap<string, RawOption>;
  private readonly statement: string;
  private readonly span: Span;

  /**
   * @param statement how messages call the statement
   * @throws SqlcError syntax/unknown-option, syntax/repeated-option
   */
  constructor(statement: string, options: readonly RawOption[], known: readonly string[], span: Span) {
    const given = new Map<string, RawOption>();
    for (const option of options) {
      const { name } = option.name;
      const upper = name.toUpperCase();
      if (!known.includes(upper)) {
        const hint = didYouMean(name, known);
        throw error('syntax/unknown-option', { name, statement }, { span: option.name.span, hint });
      }
      if (given.has(upper)) throw error('syntax/repeated-option', { name: upper }, { span: option.name.span });
      given.set(upper, option);
    }
    this.given = given;
    this.statement = statement;
    this.span = span;
  }

  has(name: string): boolean {
    return this.given.has(name);
  }

  option(name: string): RawOption | undefined {
    return this.given.get(name);
  }

  /** Names of a set that were given, in the order of the text. */
  among(names: readonly string[]): Identifier[] {
    return [...this.given].filter(([name]) => names.includes(name)).map(([, option]) => option.name);
  }

  string(name: string): StringLiteral | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    if (option.value.kind !== 'string') throw this.wrongValue(option, 'a string');
    return option.value.literal;
  }

  /** A bare word out of a few, in lower case. */
  word<const W extends string>(name: string, allowed: readonly W[]): W | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    const { value } = option;
    const found = value.kind === 'word' && value.arguments === undefined ? value.name.name.toUpperCase() : undefined;
    const match = allowed.find((word) => word.toUpperCase() === found);
    if (match !== undefined) return match;
    const hint =
      found === undefined
        ? undefined
        : didYouMean(
            found,
            allowed.map((word) => word.toUpperCase()),
          );
    throw this.wrongValue(option, either(allowed.map((word) => word.toUpperCase())), hint);
  }

  /** The name of another object; a string is accepted only where published samples write one. */
  name(name: string, { allowString }: { readonly allowString: boolean }): Identifier | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    const { value } = option;
    if (value.kind === 'word' && value.arguments === undefined) return value.name;
    if (allowString && value.kind === 'string') {
      return { name: value.literal.value, quoted: true, span: value.span };
    }
    throw this.wrongValue(option, 'a name');
  }

  number(name: string): { readonly value: number; readonly span: Span } | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    if (option.value.kind !== 'number') throw this.wrongValue(option, 'a number');
    return { value: Number(option.value.text), span: option.value.span };
  }

  list(name: string): readonly RawOption[] | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    if (option.value.kind !== 'list') throw this.wrongValue(option, 'a list in parentheses');
    return option.value.options;
  }

  strings(name: string): readonly StringLiteral[] | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    if (option.value.kind !== 'strings') throw this.wrongValue(option, 'a list of strings in parentheses');
    return option.value.literals;
  }

  names(name: string): readonly Identifier[] | undefined {
    const option = this.given.get(name);
    if (option === undefined) return undefined;
    if (option.value.kind !== 'names') throw this.wrongValue(option, 'names in parentheses');
    return option.value.names;
  }

  /** The first name of a list that was not given is an error. */
  require(names: readonly string[]): void {
    const missing = names.find((name) => !this.given.has(name));
    if (missing === undefined) return;
    throw error('syntax/missing-option', { statement: this.statement, name: missing }, { span: this.span });
  }

  /** An option that does not go with another. */
  clash(name: string, other: string): SqlcError {
    const option = this.given.get(name);
    const span = option === undefined ? this.span : spanning(option.name.span, option.value.span);
    return error('syntax/option-combination', { name, other }, { span });
  }

  private wrongValue(option: RawOption, expected: string, hint?: string): SqlcError {
    const params = { name: option.name.name.toUpperCase(), found: described(option.value), expected };
    return error('syntax/option-value', params, { span: option.value.span, hint });
  }
}

export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Never the text of a string, which may be a secret. */
export function described(value: RawValue): string {
  switch (value.kind) {
    case 'string':
      return 'a string';
    case 'number':
      return value.text;
    case 'word':
      return value.name.quoted ? `the name "${value.name.name}"` : value.name.name;
    case 'list':
    case 'strings':
    case 'names':
      return 'a list';
    default:
      return value satisfies never;
  }
}

/** @throws SqlcError syntax/option-value for a string that is none of a few */
export function oneOf(name: string, literal: StringLiteral, allowed: readonly string[], anyCase = false): void {
  const { value, span } = literal;
  const same = anyCase
    ? (word: string) => word.toUpperCase() === value.toUpperCase()
    : (word: string) => word === value;
  if (allowed.some(same)) return;
  const expected = either(allowed.map((word) => `'${word}'`));
  throw error(
    'syntax/option-value',
    { name, found: `'${value}'`, expected },
    { span, hint: didYouMean(value, allowed) },
  );
}
