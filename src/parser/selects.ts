// Grammar layer 5: SELECT itself, from its list to HAVING.

import { error, type SqlcError } from '../common/errors.ts';
import { type Span, spanning } from '../common/span.ts';
import type {
  Expression,
  GroupingElement,
  GroupingSet,
  GroupingSets,
  Identifier,
  NamedWindow,
  Select,
  SelectItem,
  Star,
  TableSource,
  Top,
} from './ast.ts';
import type { Rule } from './kit.ts';
import { aliasOf, numberOf } from './literals.ts';
import { compounded } from './operators.ts';
import { Sources } from './sources.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

type SelectHead = Pick<Select, 'distinct' | 'top' | 'items' | 'into'>;

interface SelectStart {
  readonly head: SelectHead | undefined;
  readonly from: readonly TableSource[];
}

interface Groups {
  readonly elements: readonly GroupingElement[];
  readonly all: boolean;
}

export abstract class Selects extends Sources {
  readonly select: Rule<Select> = this.rule('select', () => {
    const start = this.here();
    const { head, from } = this.branch<SelectStart>(
      0,
      () => this.next(T.K.FROM),
      () => {
        const sources = this.SUBRULE(this.from);
        return { head: this.when(1, T.K.SELECT, () => this.SUBRULE(this.selectHead)), from: sources };
      },
      () => {
        const list = this.SUBRULE1(this.selectHead);
        return { head: list, from: this.when(2, T.K.FROM, () => this.SUBRULE1(this.from)) ?? [] };
      },
    );
    const where = this.OPTION3(() => {
      this.CONSUME(T.K.WHERE);
      return this.SUBRULE(this.expression);
    });
    const groups = this.OPTION4(() => this.SUBRULE(this.groupBy));
    const having = this.OPTION5(() => {
      this.CONSUME(T.K.HAVING);
      return this.SUBRULE1(this.expression);
    });
    const windows = this.OPTION6(() => this.SUBRULE(this.windowClause)) ?? [];
    const qualify = this.OPTION7(() => {
      this.CONSUME(T.K.QUALIFY);
      return this.SUBRULE2(this.expression);
    });
    return this.ACTION(() => ({
      kind: 'select',
      ...(head ?? everything(this.since(start))),
      from,
      where,
      groupBy: groups?.elements ?? [],
      groupByAll: groups?.all === true,
      having,
      windows,
      qualify,
      span: this.since(start),
    }));
  });

  /** SELECT with its list and INTO. */
  readonly selectHead: Rule<SelectHead> = this.rule('selectHead', () => {
    this.CONSUME(T.K.SELECT);
    const distinct = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(T.K.DISTINCT) && true }, { ALT: () => this.CONSUME(T.K.ALL) && false }]),
    );
    const top = this.OPTION1(() => this.SUBRULE(this.top));
    const items = this.list(() => this.SUBRULE(this.selectItem));
    const into = this.OPTION2(() => {
      this.CONSUME(T.K.INTO);
      this.OPTION4({ GATE: () => this.word() === 'UNLOGGED' && this.isA(T.Name, 2), DEF: () => this.CONSUME(T.Word) });
      return this.SUBRULE(this.objectName);
    });
    this.OPTION3(() => {
      this.CONSUME(T.K.ON);
      this.SUBRULE(this.identifier);
    });
    return this.ACTION(() => {
      checkVariables(items);
      return { distinct: distinct === true, top, items, into };
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
            const isQuery = this.ACTION(() => this.queryFollows(1));
            this.CONSUME(T.LeftParen);
            const inner = this.branch<Expression>(
              2,
              () => isQuery,
              () => {
                const query = this.SUBRULE(this.query);
                return this.ACTION(() => ({ kind: 'scalar-query', query, span: query.span }));
              },
              () => this.SUBRULE(this.expression),
            );
            this.CONSUME(T.RightParen);
            return inner;
          },
        },
      ],
    });
    const percent = this.OPTION(() => this.CONSUME(T.K.PERCENT)) !== undefined;
    const withTies = this.OPTION1(() => {
      this.CONSUME(T.K.WITH);
      // An exact answer is a good approximation.
      return this.OR1([
        { ALT: () => this.CONSUME(T.K.TIES) && true },
        { ALT: () => this.CONSUME(T.K.APPROXIMATE) && false },
      ]);
    });
    return this.ACTION(() => ({ count, percent, withTies: withTies === true, span: this.since(start) }));
  });

  readonly selectItem: Rule<SelectItem> = this.rule('selectItem', () => {
    const start = this.here();
    const parts = this.OR<Omit<SelectItem, 'span'>>({
      IGNORE_AMBIGUITIES: true,
      ERR_MSG: 'a column, a value or "*"',
      DEF: [
        {
          GATE: () => this.starFollows(),
          ALT: () => ({ expression: this.SUBRULE(this.star), alias: undefined, variable: undefined }),
        },
        {
          GATE: () => this.next(T.Equal, 2) || this.next(T.CompoundAssign, 2),
          ALT: () => {
            const variable = this.CONSUME(T.Variable);
            const operator = this.SUBRULE(this.assignOperator);
            const written = this.SUBRULE2(this.expression);
            return this.ACTION(() => {
              const name = variable.image.slice(1);
              const old: Expression = { kind: 'parameter', name, span: spanOf(variable) };
              return { expression: compounded(operator, old, written), alias: undefined, variable: name };
            });
          },
        },
        {
          GATE: () => this.next(T.Equal, 2),
          ALT: () => {
            const before = this.OR1([{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringText) }]);
            this.CONSUME(T.Equal);
            const expression = this.SUBRULE(this.expression);
            return { expression, alias: this.ACTION(() => aliasOf(before)), variable: undefined };
          },
        },
        {
          ALT: () => {
            const expression = this.SUBRULE1(this.expression);
            return { expression, alias: this.OPTION(() => this.SUBRULE(this.itemAlias)), variable: undefined };
          },
        },
      ],
    });
    return this.ACTION(() => ({ ...parts, span: this.since(start) }));
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
    const exclude = this.OPTION(() => {
      this.CONSUME(T.K.EXCLUDE);
      return this.branch(
        0,
        () => this.next(T.LeftParen),
        () => this.SUBRULE(this.columnList),
        () => [this.SUBRULE1(this.identifier)],
      );
    });
    const replace = this.OPTION1(() => this.SUBRULE(this.starReplace));
    return this.ACTION(() => ({
      kind: 'star',
      qualifier,
      exclude: exclude ?? [],
      replace: replace ?? [],
      span: this.since(start),
    }));
  });

  /** `REPLACE (a + 1 AS a)`. */
  readonly starReplace: Rule<Star['replace'][number][]> = this.rule('starReplace', () => {
    this.CONSUME(T.K.REPLACE);
    this.CONSUME(T.LeftParen);
    const replaced = this.list(() => {
      const expression = this.SUBRULE(this.expression);
      this.CONSUME(T.K.AS);
      return { expression, name: this.SUBRULE(this.identifier) };
    });
    this.closeList();
    return replaced;
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

  readonly groupBy: Rule<Groups> = this.rule('groupBy', () => {
    this.CONSUME(T.K.GROUP);
    this.CONSUME(T.K.BY);
    return this.branch<Groups>(
      0,
      () => this.next(T.K.ALL),
      () => {
        this.CONSUME(T.K.ALL);
        const groups = this.when(
          1,
          () => this.isA(T.BareName) || this.next(T.LeftParen),
          () => this.SUBRULE1(this.groupingElements, { ARGS: [true] }),
        );
        return groups ?? { elements: [], all: true };
      },
      () => this.SUBRULE(this.groupingElements, { ARGS: [false] }),
    );
  });

  /** @throws SqlcError syntax/clause-combination for ROLLUP, CUBE and GROUPING SETS after ALL */
  readonly groupingElements: Rule<Groups, [isAll: boolean]> = this.rule('groupingElements', (isAll) => {
    const start = this.here();
    const elements = this.list(() => this.SUBRULE(this.groupingElement));
    const written = this.OPTION({
      GATE: () => !this.next(T.LeftParen, 2) && !this.next(T.K.CHECK, 2),
      DEF: () => {
        this.CONSUME(T.K.WITH);
        return this.OR({
          ERR_MSG: 'ROLLUP or CUBE',
          DEF: [{ ALT: () => this.CONSUME(T.K.ROLLUP) }, { ALT: () => this.CONSUME(T.K.CUBE) }],
        });
      },
    });
    this.OPTION1({
      GATE: () => this.word(3) === 'DISTRIBUTED_AGG',
      DEF: () => {
        this.CONSUME1(T.K.WITH);
        this.SUBRULE(this.ignored);
      },
    });
    return this.ACTION(() => {
      const all = elements.flatMap((element): readonly GroupingElement[] =>
        element.kind === 'row' ? element.items : [element],
      );
      const withSets = all.find(isGroupingSets);
      if (isAll && withSets !== undefined) throw notWithAll(setsName(withSets), withSets.span);
      if (isAll && written !== undefined) throw notWithAll(`WITH ${written.image.toUpperCase()}`, spanOf(written));
      if (written === undefined) return { elements: all, all: isAll };
      const kind = written.tokenType === T.K.CUBE ? 'cube' : 'rollup';
      const sets = all.map((element): GroupingSet => {
        if (isNothing(element)) return { kind: 'columns', expressions: [], span: element.span };
        if (!isGroupingSets(element)) return { kind: 'columns', expressions: [element], span: element.span };
        const params = { first: `WITH ${kind.toUpperCase()}`, second: setsName(element) };
        throw error('syntax/clause-combination', params, { span: spanOf(written) });
      });
      return { elements: [{ kind, sets, span: this.since(start) }], all: false };
    });
  });

  readonly groupingElement: Rule<GroupingElement> = this.rule('groupingElement', () =>
    this.branch<GroupingElement>(
      0,
      () => this.groupingSetsFollow(),
      () => this.SUBRULE(this.groupingSets),
      () => this.SUBRULE(this.expression),
    ),
  );

  /** `ROLLUP (…)`, `CUBE (…)`, `GROUPING SETS (…)`, and `()` for the one set of nothing. */
  readonly groupingSets: Rule<GroupingSets> = this.rule('groupingSets', () => {
    const start = this.here();
    const kind = this.OR<GroupingSets['kind']>([
      { ALT: () => this.CONSUME(T.K.ROLLUP) && 'rollup' },
      { ALT: () => this.CONSUME(T.K.CUBE) && 'cube' },
      { ALT: () => this.CONSUME(T.K.GROUPING) && this.CONSUME(T.K.SETS) && 'grouping-sets' },
      { ALT: () => 'grouping-sets' },
    ]);
    this.CONSUME(T.LeftParen);
    const sets = this.list(() => this.SUBRULE(this.groupingSet), T.RightParen);
    this.closeList();
    return this.ACTION(() => {
      const span = this.since(start);
      const nothing: GroupingSet = { kind: 'columns', expressions: [], span };
      return { kind, sets: sets.length === 0 ? [nothing] : sets, span };
    });
  });

  readonly groupingSet: Rule<GroupingSet> = this.rule('groupingSet', () => {
    const isSets = this.ACTION(() => this.groupingSetsFollow());
    return this.branch<GroupingSet>(
      0,
      () => isSets,
      () => {
        const sets = this.SUBRULE(this.groupingSets);
        return this.ACTION(() =>
          sets.kind === 'grouping-sets' && sets.sets.length === 1 ? (sets.sets[0] ?? sets) : sets,
        );
      },
      () => {
        const expression = this.SUBRULE(this.expression);
        return this.ACTION(() => {
          const expressions = expression.kind === 'row' ? expression.items : [expression];
          return { kind: 'columns', expressions, span: expression.span };
        });
      },
    );
  });

  /** `WINDOW w AS (…), …`. */
  readonly windowClause: Rule<NamedWindow[]> = this.rule('windowClause', () => {
    this.CONSUME(T.K.WINDOW);
    return this.list(() => this.SUBRULE(this.namedWindow));
  });

  readonly namedWindow: Rule<NamedWindow> = this.rule('namedWindow', () => {
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.AS);
    const window = this.SUBRULE(this.window);
    return this.ACTION(() => ({ name, window, span: spanning(name.span, window.span) }));
  });

  private starFollows(): boolean {
    let ahead = 1;
    while (this.next(T.Dot, ahead + 1)) ahead += 2;
    return this.next(T.Star, ahead);
  }

  private groupingSetsFollow(): boolean {
    const word = this.word();
    if (word === 'ROLLUP' || word === 'CUBE') return this.next(T.LeftParen, 2);
    if (word === 'GROUPING') return this.next(T.K.SETS, 2);
    return this.next(T.LeftParen) && this.next(T.RightParen, 2);
  }
}

/** What `FROM t` without SELECT selects. */
function everything({ start }: Span): SelectHead {
  const span = { start, end: start };
  const star: Star = { kind: 'star', qualifier: [], exclude: [], replace: [], span };
  const item = { expression: star, alias: undefined, variable: undefined, span };
  return { distinct: false, top: undefined, items: [item], into: undefined };
}

/** Either every item assigns a variable, or none does. */
function checkVariables(items: readonly SelectItem[]): void {
  const assigns = items.filter((item) => item.variable !== undefined).length;
  const other = items.find((item) => item.variable === undefined);
  if (assigns === 0 || other === undefined) return;
  throw error('syntax/variable-and-data', {}, { span: other.span });
}

function isGroupingSets(element: GroupingElement): element is GroupingSets {
  return element.kind === 'rollup' || element.kind === 'cube' || element.kind === 'grouping-sets';
}

/** `()`. */
function isNothing(element: GroupingElement): boolean {
  if (element.kind !== 'grouping-sets' || element.sets.length !== 1) return false;
  const [only] = element.sets;
  return only?.kind === 'columns' && only.expressions.length === 0;
}

function notWithAll(second: string, span: Span): SqlcError {
  return error('syntax/clause-combination', { first: 'GROUP BY ALL', second }, { span });
}

function setsName({ kind }: GroupingSets): string {
  return kind.toUpperCase().replace('-', ' ');
}
