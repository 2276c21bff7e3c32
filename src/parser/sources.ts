// Grammar layer 4: the FROM clause.

import { error } from '../common/errors.ts';
import { type Span, spanning } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';
import type {
  Apply,
  ColumnReference,
  Expression,
  Identifier,
  Join,
  NamedArgument,
  ObjectName,
  OpenRowset,
  Pivot,
  SchemaColumn,
  StringLiteral,
  TableReference,
  TableSample,
  TableSource,
  TableVariable,
  Unpivot,
} from './ast.ts';
import { Expressions } from './expressions.ts';
import type { Rule } from './kit.ts';
import { aliasOf, identifierOf, stringOf } from './literals.ts';
import { type Arguments, checkNamed, KNOWN_ARGUMENTS } from './named-arguments.ts';
import { openRowsetOf, type RawRowsetOption } from './open-rowset.ts';
import type { RawValue } from './options.ts';
import { spanOf } from './token-span.ts';
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

/** Functions of FROM that T-SQL has and we do not. */
const REFUSED_SOURCES: ReadonlySet<string> = new Set([
  ...['OPENQUERY', 'OPENDATASOURCE', 'OPENXML', 'CHANGETABLE', 'CONTAINSTABLE', 'FREETEXTTABLE'],
  ...['SEMANTICKEYPHRASETABLE', 'SEMANTICSIMILARITYTABLE', 'SEMANTICSIMILARITYDETAILSTABLE'],
]);
/** Functions with `NAME = value` arguments. */
const NAMED_ARGUMENTS: ReadonlySet<string> = new Set(Object.keys(KNOWN_ARGUMENTS));
/** Functions with a schema after WITH. */
const WITH_SCHEMA: ReadonlySet<string> = new Set(['OPENJSON', 'PREDICT']);

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
      source = this.OR<TableSource>([
        { ALT: () => this.SUBRULE(this.pivot, { ARGS: [left] }) },
        { ALT: () => this.SUBRULE(this.unpivot, { ARGS: [left] }) },
        { ALT: () => this.SUBRULE(this.join, { ARGS: [left] }) },
      ]);
    });
    this.ACTION(() => this.openJoins--);
    return source;
  });

  readonly join: Rule<Join | Apply, [left: TableSource]> = this.rule('join', (left) =>
    this.OR<Join | Apply>([
      {
        ALT: () => {
          this.CONSUME(T.K.CROSS);
          return this.OR1<Join | Apply>({
            ERR_MSG: 'JOIN or APPLY',
            DEF: [
              {
                ALT: () => {
                  this.CONSUME(T.K.JOIN);
                  const right = this.SUBRULE(this.tablePrimary);
                  return this.ACTION(() => {
                    const span = spanning(left.span, right.span);
                    return { kind: 'join', type: 'cross', left, right, on: undefined, using: undefined, span };
                  });
                },
              },
              { ALT: () => this.SUBRULE(this.apply, { ARGS: [left, 'cross'] }) },
            ],
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.OUTER);
          return this.SUBRULE1(this.apply, { ARGS: [left, 'outer'] });
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

  readonly apply: Rule<Apply, [left: TableSource, type: Apply['type']]> = this.rule('apply', (left, type) => {
    this.CONSUME(T.K.APPLY);
    const right = this.SUBRULE(this.tablePrimary);
    return this.ACTION(() => ({ kind: 'apply', type, left, right, span: spanning(left.span, right.span) }));
  });

  /** `PIVOT (SUM(v) FOR k IN ([2019], [2020])) AS p`. */
  readonly pivot: Rule<Pivot, [source: TableSource]> = this.rule('pivot', (source) => {
    this.CONSUME(T.K.PIVOT);
    this.CONSUME(T.LeftParen);
    const name = this.SUBRULE(this.objectName);
    const aggregate = this.SUBRULE(this.callTail, { ARGS: [name?.parts ?? []] });
    this.CONSUME(T.K.FOR);
    const column = this.SUBRULE(this.pivotedColumn);
    this.CONSUME(T.K.IN);
    this.CONSUME1(T.LeftParen);
    const values = this.list(() => {
      const token = this.OR({
        ERR_MSG: 'a name',
        DEF: [{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringText) }],
      });
      return this.ACTION(() => aliasOf(token));
    });
    this.closeList();
    this.CONSUME1(T.RightParen);
    const named = this.SUBRULE(this.sourceAlias);
    return this.ACTION(() => ({
      kind: 'pivot',
      source,
      aggregate,
      column,
      values,
      ...named,
      span: this.since(source.span.start),
    }));
  });

  /** `UNPIVOT (v FOR k IN (a, b)) AS u`. */
  readonly unpivot: Rule<Unpivot, [source: TableSource]> = this.rule('unpivot', (source) => {
    this.CONSUME(T.K.UNPIVOT);
    this.CONSUME(T.LeftParen);
    const value = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.FOR);
    const name = this.SUBRULE1(this.identifier);
    this.CONSUME(T.K.IN);
    this.CONSUME1(T.LeftParen);
    const from = this.list(() => this.SUBRULE(this.pivotedColumn));
    this.closeList();
    this.CONSUME1(T.RightParen);
    const named = this.SUBRULE(this.sourceAlias);
    return this.ACTION(() => ({
      kind: 'unpivot',
      source,
      value,
      name,
      from,
      ...named,
      span: this.since(source.span.start),
    }));
  });

  readonly pivotedColumn: Rule<ColumnReference> = this.rule('pivotedColumn', () => {
    const { parts, span } = this.SUBRULE(this.objectName);
    return this.ACTION(() => ({ kind: 'column', parts, span }));
  });

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

  readonly tablePrimary: Rule<TableSource> = this.rule('tablePrimary', () =>
    this.OR<TableSource>({
      ERR_MSG: 'a table or "("',
      DEF: [
        {
          GATE: () => this.next(T.LeftParen, 2),
          ALT: () => this.SUBRULE(this.openRowset),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.namedSource) },
        { ALT: () => this.SUBRULE(this.tableVariable) },
        { ALT: () => this.SUBRULE(this.parenthesisedSource) },
      ],
    }),
  );

  /** `t`, `s.t AS x`, `f(1) AS t(c)`. */
  readonly namedSource: Rule<TableSource> = this.rule('namedSource', () => {
    const start = this.here();
    const name = this.SUBRULE(this.objectName);
    const called = this.ACTION(() => {
      this.refuseSpecialSource(name);
      if (this.next(T.K.FOR) && this.word(2) === 'SYSTEM_TIME') this.refuse('FOR SYSTEM_TIME', 2);
      return name.parts.length === 1 ? (name.parts[0]?.name.toUpperCase() ?? '') : '';
    });
    const args = this.OPTION({
      GATE: () => !this.oldHintsFollow(),
      DEF: () => this.SUBRULE(this.sourceArguments, { ARGS: [NAMED_ARGUMENTS.has(called)] }),
    });
    const schema = this.OPTION1({
      GATE: () => args !== undefined && this.next(T.LeftParen, 2) && WITH_SCHEMA.has(called),
      DEF: () => this.SUBRULE(this.schema),
    });
    const hinted = this.OPTION2({
      GATE: () => schema === undefined && this.next(T.LeftParen, 2),
      DEF: () => this.SUBRULE(this.tableHints),
    });
    const sampled = this.OPTION5(() => this.SUBRULE(this.tableSample));
    const named = this.SUBRULE(this.sourceAlias);
    const sample = this.OPTION3(() => this.SUBRULE1(this.tableSample)) ?? sampled;
    this.OPTION6({ GATE: () => this.oldHintsFollow(), DEF: () => this.SUBRULE(this.hintList) });
    this.OPTION4({
      GATE: () => hinted === undefined && this.next(T.LeftParen, 2),
      DEF: () => this.SUBRULE1(this.tableHints),
    });
    return this.ACTION(() => {
      const span = this.since(start);
      if (args === undefined) return { kind: 'table', name, sample, ...named, span };
      checkNamed(called, args, span);
      if (sample !== undefined) throw notSampled('a table function', sample.span);
      return { kind: 'table-function', name, ...args, schema, ...named, span };
    });
  });

  /** `@t AS x`. */
  readonly tableVariable: Rule<TableVariable> = this.rule('tableVariable', () => {
    const start = this.here();
    const variable = this.CONSUME(T.Variable);
    this.ACTION(() => {
      if (this.next(T.Dot)) this.refuse('a method of a variable');
    });
    const named = this.SUBRULE(this.sourceAlias);
    return this.ACTION(() => {
      this.refuseSample('a table variable');
      return { kind: 'table-variable', name: variable.image.slice(1), ...named, span: this.since(start) };
    });
  });

  /** `TABLESAMPLE [SYSTEM] (10 PERCENT) [REPEATABLE (1)]`. */
  readonly tableSample: Rule<TableSample> = this.rule('tableSample', () => {
    const start = this.here();
    this.CONSUME(T.K.TABLESAMPLE);
    this.OPTION(() => this.CONSUME(T.K.SYSTEM));
    this.CONSUME(T.LeftParen);
    const count = this.SUBRULE(this.operation);
    const unit = this.OPTION1(() =>
      this.OR<TableSample['unit']>([
        { ALT: () => this.CONSUME(T.K.PERCENT) && 'percent' },
        { ALT: () => this.CONSUME(T.K.ROWS) && 'rows' },
      ]),
    );
    this.CONSUME(T.RightParen);
    const seed = this.OPTION2(() => {
      this.CONSUME(T.K.REPEATABLE);
      this.CONSUME1(T.LeftParen);
      const value = this.SUBRULE1(this.operation);
      this.CONSUME1(T.RightParen);
      return value;
    });
    return this.ACTION(() => ({ count, unit: unit ?? 'percent', seed, span: this.since(start) }));
  });

  /** @throws SqlcError syntax/sample-source (475) where what was read is no table */
  private refuseSample(what: string): void {
    if (this.next(T.K.TABLESAMPLE)) throw notSampled(what, spanOf(this.LA(1)));
  }

  readonly sourceArguments: Rule<Arguments, [named: boolean]> = this.rule('sourceArguments', (isNamed) => {
    this.CONSUME(T.LeftParen);
    const args: Expression[] = [];
    const named: NamedArgument[] = [];
    this.list(() => {
      this.branch(
        0,
        () => isNamed && this.next(T.Equal, 2),
        () => named.push(this.SUBRULE(this.namedArgument)),
        () => args.push(this.SUBRULE(this.expression)),
      );
    }, T.RightParen);
    this.closeList();
    return { args, named };
  });

  /** `CHUNK_SIZE = 100`, `TABLE = t AS a`. */
  readonly namedArgument: Rule<NamedArgument> = this.rule('namedArgument', () => {
    const start = this.here();
    const name = this.CONSUME(T.AnyWord);
    const isTable = this.ACTION(() => ['TABLE', 'DATA'].includes(name.image.toUpperCase()));
    this.CONSUME(T.Equal);
    const value = this.branch<Expression | TableReference>(
      0,
      () => isTable && !this.next(T.Variable),
      () => this.SUBRULE(this.argumentTable),
      () => this.SUBRULE(this.expression),
    );
    return this.ACTION(() => ({ name: name.image.toUpperCase(), value, span: this.since(start) }));
  });

  readonly argumentTable: Rule<TableReference> = this.rule('argumentTable', () => {
    const start = this.here();
    const name = this.SUBRULE(this.objectName);
    const named = this.SUBRULE(this.sourceAlias);
    return this.ACTION(() => ({ kind: 'table', name, sample: undefined, ...named, span: this.since(start) }));
  });

  /** `WITH (name type [COLLATE c] [ordinal | 'path'] [AS JSON], …)`. */
  readonly schema: Rule<SchemaColumn[]> = this.rule('schema', () => {
    this.CONSUME(T.K.WITH);
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => this.SUBRULE(this.schemaColumn));
    this.closeList();
    return columns;
  });

  readonly schemaColumn: Rule<SchemaColumn> = this.rule('schemaColumn', () => {
    const start = this.here();
    const name = this.SUBRULE(this.identifier);
    const type = this.SUBRULE(this.typeName);
    const collation = this.OPTION(() => {
      this.CONSUME(T.K.COLLATE);
      return this.SUBRULE1(this.identifier);
    });
    const place = this.OPTION1(() =>
      this.OR([{ ALT: () => this.CONSUME(T.Integer) }, { ALT: () => this.CONSUME(T.StringText) }]),
    );
    const json = this.OPTION2(() => {
      this.CONSUME(T.K.AS);
      return this.CONSUME(T.K.JSON);
    });
    return this.ACTION(() => ({
      name,
      type,
      collation,
      path: place?.tokenType === T.StringText ? stringOf(place) : undefined,
      ordinal: place?.tokenType === T.Integer ? Number(place.image) : undefined,
      asJson: json !== undefined,
      span: this.since(start),
    }));
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
        this.ACTION(() => this.refuseSample('a derived table'));
        const named = this.SUBRULE(this.sourceAlias);
        return this.ACTION(() => {
          this.refuseSample('a derived table');
          return { kind: 'derived', query, ...named, span: this.since(start) };
        });
      },
      () => {
        const inner = this.SUBRULE(this.tableSource);
        this.CONSUME1(T.RightParen);
        return this.ACTION(() => {
          this.refuseSample('a source in parentheses');
          return { ...inner, span: this.since(start) };
        });
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
    const columns =
      this.OPTION1({
        GATE: () => alias !== undefined && !this.oldHintsFollow(),
        DEF: () => this.SUBRULE(this.columnList),
      }) ?? [];
    return { alias, columns };
  });

  /** `OPENROWSET (BULK 'a.csv', FORMAT = 'CSV') WITH (…) AS r`. */
  readonly openRowset: Rule<OpenRowset> = this.rule('openRowset', () => {
    const start = this.here();
    this.CONSUME(T.K.OPENROWSET);
    this.CONSUME(T.LeftParen);
    this.ACTION(() => {
      if (this.next(T.StringText) || this.next(T.K.PROVIDER)) this.refuse('OPENROWSET without BULK');
    });
    this.CONSUME(T.K.BULK);
    const paths = this.SUBRULE(this.rowsetPaths);
    const options: RawRowsetOption[] = [];
    this.MANY(() => {
      this.CONSUME(T.Comma);
      options.push(this.SUBRULE(this.rowsetOption));
    });
    this.closeList();
    const schema = this.OPTION({ GATE: () => this.next(T.LeftParen, 2), DEF: () => this.SUBRULE(this.schema) });
    const named = this.SUBRULE(this.sourceAlias);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'openrowset', paths, options: openRowsetOf(options, schema, span), schema, ...named, span };
    });
  });

  readonly rowsetPaths: Rule<StringLiteral[]> = this.rule('rowsetPaths', () =>
    this.branch<StringLiteral[]>(
      0,
      () => this.next(T.LeftParen),
      () => {
        this.CONSUME(T.LeftParen);
        const paths = this.list(() => stringOf(this.CONSUME(T.StringText)));
        this.closeList();
        return paths;
      },
      () => [stringOf(this.CONSUME1(T.StringText))],
    ),
  );

  /** `NAME = value`, `SINGLE_CLOB`. */
  readonly rowsetOption: Rule<RawRowsetOption> = this.rule('rowsetOption', () => {
    const start = this.here();
    return this.OR<RawRowsetOption>([
      {
        ALT: () => {
          const name = this.CONSUME(T.Name);
          const value = this.OPTION(() => {
            this.CONSUME(T.Equal);
            return this.SUBRULE(this.rowsetValue);
          });
          return this.ACTION(() => ({ name: identifierOf(name), value }));
        },
      },
      {
        ALT: () => {
          const name = this.CONSUME(T.K.ORDER);
          this.SUBRULE(this.ignored);
          this.OPTION1(() => this.CONSUME(T.K.UNIQUE));
          return this.ACTION(() => {
            const value: RawValue = { kind: 'names', names: [], span: this.since(start) };
            return { name: identifierOf(name), value };
          });
        },
      },
    ]);
  });

  /** A string or a number, as the value of an option. */
  readonly literalOption: Rule<RawValue> = this.rule('literalOption', () => {
    const start = this.here();
    return this.OR<RawValue>([
      {
        ALT: () => {
          const token = this.CONSUME(T.StringText);
          return this.ACTION(() => ({ kind: 'string', literal: stringOf(token), span: spanOf(token) }));
        },
      },
      {
        ALT: () => {
          const minus = this.OPTION(() => this.CONSUME(T.Minus));
          const token = this.CONSUME(T.Numeric);
          return this.ACTION(() => {
            const text = minus === undefined ? token.image : `-${token.image}`;
            return { kind: 'number', text, span: this.since(start) };
          });
        },
      },
    ]);
  });

  readonly rowsetValue: Rule<RawValue> = this.rule('rowsetValue', () =>
    this.OR<RawValue>({
      ERR_MSG: 'a string, a number or a word',
      DEF: [
        { ALT: () => this.SUBRULE(this.literalOption) },
        {
          ALT: () => {
            const token = this.CONSUME(T.AnyWord);
            return this.ACTION(() => ({
              kind: 'word',
              name: identifierOf(token),
              arguments: undefined,
              span: spanOf(token),
            }));
          },
        },
      ],
    }),
  );

  /** `WITH (NOLOCK, INDEX (1))`: read, checked against T-SQL's list and dropped. */
  readonly tableHints: Rule<true> = this.rule('tableHints', () => {
    this.CONSUME(T.K.WITH);
    this.SUBRULE(this.hintList);
    return true;
  });

  /** `(NOLOCK, INDEX (1))`, in old scripts without WITH. */
  readonly hintList: Rule<void> = this.rule('hintList', () => {
    this.CONSUME(T.LeftParen);
    this.SUBRULE(this.tableHint);
    this.MANY(() => {
      this.OPTION(() => this.CONSUME(T.Comma));
      this.SUBRULE1(this.tableHint);
    });
    this.CONSUME(T.RightParen);
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
    if (REFUSED_SOURCES.has(last) && this.next(T.LeftParen))
      throw error('not-supported', { what: last }, { span: name.span });
  }

  /** `(NOLOCK)` right after a table or its alias. */
  private oldHintsFollow(): boolean {
    return (
      this.next(T.LeftParen) &&
      TABLE_HINTS.has(this.word(2)) &&
      (this.next(T.RightParen, 3) || this.next(T.Comma, 3) || this.next(T.LeftParen, 3) || this.next(T.Equal, 3))
    );
  }

  private enterJoin(): void {
    if (++this.openJoins > MAX_OPEN_JOINS) {
      throw error('syntax/too-deep', { limit: MAX_OPEN_JOINS }, { span: spanOf(this.LA(1)) });
    }
  }
}

function notSampled(what: string, span: Span) {
  return error('syntax/sample-source', { what }, { span });
}
