// Grammar layer 5: SELECT itself, from its list to HAVING.

import type { Expression, Identifier, Select, SelectItem, Star, Top } from './ast.ts';
import { type Rule, spanOf } from './kit.ts';
import { aliasOf, numberOf } from './literals.ts';
import { Sources } from './sources.ts';
import * as T from './tokens.ts';

export abstract class Selects extends Sources {
  readonly select: Rule<Select> = this.rule('select', () => {
    const start = this.here();
    this.CONSUME(T.K.SELECT);
    const distinct = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(T.K.DISTINCT) && true }, { ALT: () => this.CONSUME(T.K.ALL) && false }]),
    );
    const top = this.OPTION1(() => this.SUBRULE(this.top));
    const items = this.list(() => this.SUBRULE(this.selectItem));
    this.ACTION(() => {
      if (this.next(T.K.INTO)) this.refuse('SELECT INTO');
    });
    const from = this.OPTION2(() => this.SUBRULE(this.from)) ?? [];
    const where = this.OPTION3(() => {
      this.CONSUME(T.K.WHERE);
      return this.SUBRULE(this.expression);
    });
    const groupBy = this.OPTION4(() => this.SUBRULE(this.groupBy)) ?? [];
    const having = this.OPTION5(() => {
      this.CONSUME(T.K.HAVING);
      return this.SUBRULE1(this.expression);
    });
    return this.ACTION(() => {
      if (this.next(T.K.WINDOW) || this.next(T.K.QUALIFY)) this.refuse(this.word());
      const isDistinct = distinct === true;
      return {
        kind: 'select',
        distinct: isDistinct,
        top,
        items,
        into: undefined,
        from,
        where,
        groupBy,
        groupByAll: false,
        having,
        windows: [],
        qualify: undefined,
        span: this.since(start),
      };
    });
  });

  /** `TOP n`, `TOP (expression) [PERCENT] [WITH TIES]`. */
  readonly top: Rule<Top> = this.rule('top', () => {
    const start = this.here();
    this.CONSUME(T.K.TOP);
    const count = this.OR<Expression>({
      ERR_MSG: 'a number, a parameter or "("',
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(T.Numeric);
            return this.ACTION(() => numberOf(token));
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(T.Variable);
            return this.ACTION(() => ({ kind: 'parameter', name: token.image.slice(1), span: spanOf(token) }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.LeftParen);
            const inner = this.SUBRULE(this.expression);
            this.CONSUME(T.RightParen);
            return inner;
          },
        },
      ],
    });
    const percent = this.OPTION(() => this.CONSUME(T.K.PERCENT)) !== undefined;
    const withTies = this.OPTION1(() => {
      this.CONSUME(T.K.WITH);
      this.CONSUME(T.K.TIES);
      return true;
    });
    return this.ACTION(() => ({ count, percent, withTies: withTies === true, span: this.since(start) }));
  });

  readonly selectItem: Rule<SelectItem> = this.rule('selectItem', () => {
    const start = this.here();
    this.ACTION(() => {
      if (this.next(T.Variable) && this.next(T.Equal, 2)) this.refuse('assigning a variable in SELECT', 2);
    });
    const parts = this.OR<Pick<SelectItem, 'expression' | 'alias'>>({
      IGNORE_AMBIGUITIES: true,
      ERR_MSG: 'a column, a value or "*"',
      DEF: [
        { GATE: () => this.starFollows(), ALT: () => ({ expression: this.SUBRULE(this.star), alias: undefined }) },
        {
          GATE: () => this.next(T.Equal, 2),
          ALT: () => {
            const before = this.OR1([{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringText) }]);
            this.CONSUME(T.Equal);
            return { expression: this.SUBRULE(this.expression), alias: this.ACTION(() => aliasOf(before)) };
          },
        },
        {
          ALT: () => {
            const expression = this.SUBRULE1(this.expression);
            return { expression, alias: this.OPTION(() => this.SUBRULE(this.itemAlias)) };
          },
        },
      ],
    });
    return this.ACTION(() => ({ ...parts, variable: undefined, span: this.since(start) }));
  });

  /** `*`, `t.*`, `s.t.*`. */
  readonly star: Rule<Star> = this.rule('star', () => {
    const start = this.here();
    const qualifier: Identifier[] = [];
    this.MANY(() => {
      qualifier.push(this.SUBRULE(this.identifier));
      this.CONSUME(T.Dot);
    });
    this.CONSUME(T.Star);
    return this.ACTION(() => ({ kind: 'star', qualifier, exclude: [], replace: [], span: this.since(start) }));
  });

  /** `AS a`, `a`, `AS 'a'`, `'a'`. */
  readonly itemAlias: Rule<Identifier> = this.rule('itemAlias', () => {
    const token = this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.AS);
          return this.OR1({
            ERR_MSG: 'a name',
            DEF: [{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringText) }],
          });
        },
      },
      { ALT: () => this.CONSUME(T.BareName) },
      { ALT: () => this.CONSUME1(T.StringText) },
    ]);
    return this.ACTION(() => aliasOf(token));
  });

  readonly groupBy: Rule<Expression[]> = this.rule('groupBy', () => {
    this.CONSUME(T.K.GROUP);
    this.CONSUME(T.K.BY);
    this.ACTION(() => {
      if (this.next(T.K.ALL)) this.refuse('GROUP BY ALL');
    });
    const keys = this.list(() => {
      this.ACTION(() => this.refuseGroupingSet());
      return this.SUBRULE(this.expression);
    });
    this.ACTION(() => {
      if (this.next(T.K.WITH) && ['ROLLUP', 'CUBE'].includes(this.word(2))) this.refuse(`WITH ${this.word(2)}`, 2);
    });
    return keys;
  });

  private starFollows(): boolean {
    let ahead = 1;
    while (this.next(T.Dot, ahead + 1)) ahead += 2;
    return this.next(T.Star, ahead);
  }

  private refuseGroupingSet(): void {
    const word = this.word();
    if ((word === 'ROLLUP' || word === 'CUBE') && this.next(T.LeftParen, 2)) this.refuse(word);
    if (word === 'GROUPING' && this.word(2) === 'SETS') this.refuse('GROUPING SETS', 2);
    if (this.next(T.LeftParen) && this.next(T.RightParen, 2)) this.refuse('GROUP BY ()', 2);
  }
}
