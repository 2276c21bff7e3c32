// Grammar layer 1: names of objects and types, and lists of names.

import type { TokenType } from 'chevrotain';
import { error } from '../common/errors.ts';
import type { Identifier, ObjectName, TypeName } from './ast.ts';
import { Kit, type Rule } from './kit.ts';
import { identifierOf } from './literals.ts';
import { CLOSES_LIST, unexpected } from './syntax-error.ts';
import { endOf, spanOf } from './token-span.ts';
import * as T from './tokens.ts';

/** Second words of type names, by the words before them. */
const TYPE_CONTINUES: ReadonlyMap<string, readonly string[]> = new Map<string, string[]>([
  ['double', ['PRECISION']],
  ['national', ['CHARACTER', 'CHAR', 'TEXT']],
  ...['binary', 'char', 'character', 'nchar', 'national character', 'national char'].map((name): [string, string[]] => [
    name,
    ['VARYING'],
  ]),
]);

export abstract class Names extends Kit {
  readonly identifier: Rule<Identifier> = this.rule('identifier', () => {
    const token = this.CONSUME(T.Name);
    return this.ACTION(() => identifierOf(token));
  });

  /** A name after a dot: right behind it even a reserved word is one. */
  readonly memberName: Rule<Identifier> = this.rule('memberName', () =>
    this.branch(
      0,
      () => !this.isA(T.Name) && this.here() === endOf(this.LA(0)),
      () => {
        const token = this.CONSUME(T.AnyWord);
        return this.ACTION(() => identifierOf(token));
      },
      () => this.SUBRULE(this.identifier),
    ),
  );

  /** `a`, `s.a`, `d.s.a`, `d..a`. */
  readonly objectName: Rule<ObjectName> = this.rule('objectName', () => {
    const start = this.here();
    const parts: Identifier[] = [];
    // `.d.s.a`: the server is left out.
    this.MANY1(() => {
      this.CONSUME1(T.Dot);
      parts.push(this.ACTION(() => this.nothing()));
    });
    parts.push(this.SUBRULE(this.identifier));
    this.MANY(() => {
      this.CONSUME(T.Dot);
      parts.push(
        this.branch(
          0,
          () => !this.next(T.Dot),
          () => this.SUBRULE(this.memberName),
          () => this.ACTION(() => this.nothing()),
        ),
      );
    });
    return this.ACTION(() => ({ parts, span: this.since(start) }));
  });

  readonly columnList: Rule<Identifier[]> = this.rule('columnList', () => {
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => this.SUBRULE(this.identifier));
    this.closeList();
    return columns;
  });

  /** `decimal(10, 2)`, `nvarchar(max)`, `double precision`, `[sys].[int]`. */
  readonly typeName: Rule<TypeName> = this.rule('typeName', () => {
    const start = this.here();
    const { parts } = this.SUBRULE(this.objectName);
    let name = this.ACTION(() => typeText(parts)) ?? '';
    this.MANY({
      GATE: () => TYPE_CONTINUES.get(name)?.includes(this.word()) === true,
      DEF: () => {
        const more = this.CONSUME(T.Name);
        name = `${name} ${more.image.toLowerCase()}`;
      },
    });
    const parameters = this.OPTION(() => this.SUBRULE(this.typeParameters)) ?? [];
    return this.ACTION(() => ({ name, parameters, span: this.since(start) }));
  });

  readonly typeParameters: Rule<(number | 'max')[]> = this.rule('typeParameters', () => {
    this.CONSUME(T.LeftParen);
    const parameters: (number | 'max')[] = [];
    this.list(() =>
      this.OR([
        { ALT: () => parameters.push(Number(this.CONSUME(T.Integer).image)) },
        { ALT: () => this.CONSUME(T.K.MAX) && parameters.push('max') },
        { ALT: () => this.elementType() },
      ]),
    );
    this.closeList();
    return parameters;
  });

  /** `vector(3, float32)`: what vectors are made of here. */
  private elementType(): void {
    const token = this.CONSUME(T.Word);
    this.ACTION(() => {
      const word = token.image.toUpperCase();
      if (word === 'FLOAT32') return;
      if (word === 'FLOAT16') throw error('not-supported', { what: 'vectors of float16' }, { span: spanOf(token) });
      throw unexpected(token, undefined, 'a whole number or MAX');
    });
  }

  /** What is left out between two dots. */
  private nothing(): Identifier {
    const end = endOf(this.LA(0));
    return { name: '', quoted: false, span: { start: end, end } };
  }

  protected closeList(): void {
    this.CONSUME(T.RightParen, { ERR_MSG: CLOSES_LIST });
  }

  /** An error for what is in the language but not built yet, at the coming token. */
  protected refuse(what: string, tokens = 1): never {
    const start = this.here();
    throw error('not-supported', { what }, { span: { start, end: endOf(this.LA(tokens)) } });
  }

  /** The same when the coming token is one of those that start such a thing. */
  protected refuseIf(starts: ReadonlyMap<TokenType, string>): void {
    const what = starts.get(this.LA(1).tokenType);
    if (what !== undefined) this.refuse(what);
  }
}

function typeText(parts: readonly Identifier[]): string {
  const named = parts[0]?.name.toLowerCase() === 'sys' && parts.length > 1 ? parts.slice(1) : parts;
  return named.map((part) => part.name.toLowerCase()).join('.');
}
