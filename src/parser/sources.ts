// Grammar layer 4: the FROM clause.

import type { TokenType } from 'chevrotain';
import { error } from '../common/errors.ts';
import { spanning } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';
import type { Expression, Identifier, Join, ObjectName, TableSource } from './ast.ts';
import { Expressions } from './expressions.ts';
import { type Rule, spanOf } from './kit.ts';
import { identifierOf } from './literals.ts';
import * as T from './tokens.ts';

/** `a JOIN b JOIN c … ON … ON …` nests without parentheses. */
const MAX_OPEN_JOINS = 100;

const JOIN_HINTS: ReadonlySet<string> = new Set([
  'LOOP',
  'HASH',
  'MERGE',
  'REMOTE',
  'REDUCE',
  'REPLICATE',
  'REDISTRIBUTE',
]);

/** T-SQL's own; none of them changes an answer here. */
const TABLE_HINTS: ReadonlySet<string> = new Set([
  ...['NOEXPAND', 'INDEX', 'FORCESEEK', 'FORCESCAN', 'HOLDLOCK', 'NOLOCK', 'NOWAIT', 'PAGLOCK', 'READCOMMITTED'],
  ...['READCOMMITTEDLOCK', 'READPAST', 'READUNCOMMITTED', 'REPEATABLEREAD', 'ROWLOCK', 'SERIALIZABLE', 'SNAPSHOT'],
  ...['SPATIAL_WINDOW_MAX_CELLS', 'TABLOCK', 'TABLOCKX', 'UPDLOCK', 'XLOCK'],
]);

/** Functions of FROM with a syntax of their own. */
const SPECIAL_SOURCES: ReadonlySet<string> = new Set([
  ...[
    'OPENROWSET',
    'OPENQUERY',
    'OPENDATASOURCE',
    'OPENXML',
    'CHANGETABLE',
    'PREDICT',
    'CONTAINSTABLE',
    'FREETEXTTABLE',
  ],
]);

const REFUSED_SOURCES: ReadonlyMap<TokenType, string> = new Map([[T.Variable, 'a table variable']]);
const REFUSED_AFTER_SOURCE: ReadonlyMap<TokenType, string> = new Map([
  [T.K.PIVOT, 'PIVOT'],
  [T.K.UNPIVOT, 'UNPIVOT'],
  [T.K.TABLESAMPLE, 'TABLESAMPLE'],
  [T.K.OUTER, 'OUTER APPLY'],
]);

interface Alias {
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}

export abstract class Sources extends Expressions {
  private openJoins = 0;

  override reset(): void {
    super.reset();
    this.openJoins = 0;
  }

  readonly from: Rule<TableSource[]> = this.rule('from', () => {
    this.CONSUME(T.K.FROM);
    return this.list(() => this.SUBRULE(this.tableSource));
  });

  readonly tableSource: Rule<TableSource> = this.rule('tableSource', () => {
    this.ACTION(() => this.enterJoin());
    let source = this.SUBRULE(this.tablePrimary);
    this.MANY(() => {
      const left = source;
      source = this.SUBRULE(this.join, { ARGS: [left] });
    });
    this.ACTION(() => this.openJoins--);
    return source;
  });

  readonly join: Rule<Join, [left: TableSource]> = this.rule('join', (left) =>
    this.OR<Join>([
      {
        ALT: () => {
          this.CONSUME(T.K.CROSS);
          this.ACTION(() => {
            if (this.next(T.K.APPLY)) this.refuse('CROSS APPLY');
          });
          this.CONSUME(T.K.JOIN);
          const right = this.SUBRULE(this.tablePrimary);
          return this.ACTION(() => {
            const span = spanning(left.span, right.span);
            return { kind: 'join', type: 'cross', left, right, on: undefined, using: undefined, span };
          });
        },
      },
      {
        ALT: () => {
          const type = this.SUBRULE(this.joinType);
          const right = this.SUBRULE(this.tableSource);
          const condition = this.SUBRULE(this.joinCondition);
          return this.ACTION(() => ({
            kind: 'join',
            type,
            left,
            right,
            ...condition,
            span: this.since(left.span.start),
          }));
        },
      },
    ]),
  );

  /** `JOIN`, `INNER JOIN`, `LEFT OUTER HASH JOIN`. */
  readonly joinType: Rule<Join['type']> = this.rule('joinType', () => {
    const type = this.OPTION(() => {
      const written = this.OR<Join['type']>([
        { ALT: () => this.CONSUME(T.K.INNER) && 'inner' },
        { ALT: () => this.SUBRULE(this.outerType) },
      ]);
      this.OPTION1({ GATE: () => JOIN_HINTS.has(this.word()), DEF: () => this.CONSUME(T.AnyWord) });
      return written;
    });
    this.CONSUME(T.K.JOIN);
    return type ?? 'inner';
  });

  readonly outerType: Rule<Join['type']> = this.rule('outerType', () => {
    const type = this.OR<Join['type']>([
      { ALT: () => this.CONSUME(T.K.LEFT) && 'left' },
      { ALT: () => this.CONSUME(T.K.RIGHT) && 'right' },
      { ALT: () => this.CONSUME(T.K.FULL) && 'full' },
    ]);
    this.OPTION(() => this.CONSUME(T.K.OUTER));
    return type;
  });

  readonly joinCondition: Rule<Pick<Join, 'on' | 'using'>> = this.rule('joinCondition', () =>
    this.OR<Pick<Join, 'on' | 'using'>>({
      ERR_MSG: 'ON or USING',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.ON);
            return { on: this.SUBRULE(this.expression), using: undefined };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.USING);
            return { on: undefined, using: this.SUBRULE(this.columnList) };
          },
        },
      ],
    }),
  );

  readonly tablePrimary: Rule<TableSource> = this.rule('tablePrimary', () => {
    this.ACTION(() => this.refuseIf(REFUSED_SOURCES));
    const made = this.OR<TableSource>({
      ERR_MSG: 'a table or "("',
      DEF: [{ ALT: () => this.SUBRULE(this.namedSource) }, { ALT: () => this.SUBRULE(this.parenthesisedSource) }],
    });
    this.ACTION(() => this.refuseIf(REFUSED_AFTER_SOURCE));
    return made;
  });

  /** `t`, `s.t AS x`, `f(1) AS t(c)`. */
  readonly namedSource: Rule<TableSource> = this.rule('namedSource', () => {
    const start = this.here();
    const name = this.SUBRULE(this.objectName);
    this.ACTION(() => this.refuseSpecialSource(name));
    const args = this.OPTION(() => this.SUBRULE(this.sourceArguments));
    const hinted = this.OPTION1({ GATE: () => this.next(T.LeftParen, 2), DEF: () => this.SUBRULE(this.tableHints) });
    const named = this.SUBRULE(this.sourceAlias);
    this.OPTION2({
      GATE: () => hinted === undefined && this.next(T.LeftParen, 2),
      DEF: () => this.SUBRULE1(this.tableHints),
    });
    return this.ACTION(() => {
      const span = this.since(start);
      return args === undefined
        ? { kind: 'table', name, sample: undefined, ...named, span }
        : { kind: 'table-function', name, args, named: [], schema: undefined, ...named, span };
    });
  });

  readonly sourceArguments: Rule<Expression[]> = this.rule('sourceArguments', () => {
    this.CONSUME(T.LeftParen);
    const args = this.list(() => this.SUBRULE(this.expression), T.RightParen);
    this.closeList();
    this.ACTION(() => {
      if (this.next(T.K.WITH) && this.next(T.LeftParen, 2)) this.refuse('a schema of a table function');
    });
    return args;
  });

  /** A derived table, or joins in parentheses. */
  readonly parenthesisedSource: Rule<TableSource> = this.rule('parenthesisedSource', () => {
    const start = this.here();
    const isQuery = this.ACTION(() => this.queryFollows(1));
    this.CONSUME(T.LeftParen);
    return this.branch<TableSource>(
      0,
      () => isQuery,
      () => {
        const query = this.SUBRULE(this.query);
        this.CONSUME(T.RightParen);
        const named = this.SUBRULE(this.sourceAlias);
        return this.ACTION(() => ({ kind: 'derived', query, ...named, span: this.since(start) }));
      },
      () => {
        const inner = this.SUBRULE(this.tableSource);
        this.CONSUME1(T.RightParen);
        return this.ACTION(() => ({ ...inner, span: this.since(start) }));
      },
    );
  });

  /** `[AS] t [(a, b)]`, or nothing. */
  readonly sourceAlias: Rule<Alias> = this.rule('sourceAlias', () => {
    const alias = this.OPTION(() => {
      const token = this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.AS);
            return this.CONSUME(T.Name);
          },
        },
        { ALT: () => this.CONSUME(T.BareName) },
      ]);
      return this.ACTION(() => identifierOf(token));
    });
    const columns = this.OPTION1({ GATE: () => alias !== undefined, DEF: () => this.SUBRULE(this.columnList) }) ?? [];
    return { alias, columns };
  });

  /** `WITH (NOLOCK, INDEX (1))`: read, checked against T-SQL's list and dropped. */
  readonly tableHints: Rule<true> = this.rule('tableHints', () => {
    this.CONSUME(T.K.WITH);
    this.CONSUME(T.LeftParen);
    this.SUBRULE(this.tableHint);
    this.MANY(() => {
      this.OPTION(() => this.CONSUME(T.Comma));
      this.SUBRULE1(this.tableHint);
    });
    this.CONSUME(T.RightParen);
    return true;
  });

  readonly tableHint: Rule<void> = this.rule('tableHint', () => {
    const name = this.CONSUME(T.AnyWord);
    this.ACTION(() => {
      if (TABLE_HINTS.has(name.image.toUpperCase())) return;
      const hint = didYouMean(name.image, TABLE_HINTS);
      throw error(
        'syntax/unknown-option',
        { name: name.image, statement: 'WITH after a table' },
        { span: spanOf(name), hint },
      );
    });
    this.OPTION(() => {
      this.CONSUME(T.Equal);
      this.OR([{ ALT: () => this.CONSUME(T.Numeric) }, { ALT: () => this.CONSUME(T.Name) }]);
    });
    this.OPTION1(() => this.SUBRULE(this.ignored));
  });

  /** Parentheses with anything in them, for hints that are dropped. */
  readonly ignored: Rule<void> = this.rule('ignored', () => {
    this.CONSUME(T.LeftParen);
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(T.Filler) }, { ALT: () => this.SUBRULE(this.ignored) }]);
    });
    this.CONSUME(T.RightParen);
  });

  protected refuseSpecialSource(name: ObjectName): void {
    const last = name.parts.at(-1)?.name.toUpperCase() ?? '';
    if (SPECIAL_SOURCES.has(last) && this.next(T.LeftParen))
      throw error('not-supported', { what: last }, { span: name.span });
  }

  private enterJoin(): void {
    if (++this.openJoins > MAX_OPEN_JOINS) {
      throw error('syntax/too-deep', { limit: MAX_OPEN_JOINS }, { span: spanOf(this.LA(1)) });
    }
  }
}
