// Grammar layer 6: queries, and the parser of statements that are queries.

import type { IToken } from 'chevrotain';
import { error } from '../common/errors.ts';
import { type Span, spanning } from '../common/span.ts';
import type {
  CommonTable,
  Explain,
  Expression,
  ForJson,
  Identifier,
  OptionValue,
  OrderItem,
  Query,
  QueryBody,
  QueryOption,
  SelectStatement,
  SetOperation,
  Values,
} from './ast.ts';
import type { Outcome, Reading, Rule } from './kit.ts';
import { identifierOf, textOf } from './literals.ts';
import { Selects } from './selects.ts';
import { endOf, spanOf } from './token-span.ts';
import * as T from './tokens.ts';

/** First words of T-SQL's hints of several words: `HASH JOIN`, `OPTIMIZE FOR UNKNOWN`. Their name is all the words. */
const HINT_HEADS: ReadonlySet<string> = new Set([
  ...['ALTERCOLUMN', 'BYPASS', 'CHECKCONSTRAINTS', 'CONCAT', 'DISABLE', 'EXPAND', 'FORCE', 'HASH', 'KEEP', 'KEEPFIXED'],
  ...['LOOP', 'MERGE', 'OPTIMIZE', 'ORDER', 'PARAMETERIZATION', 'ROBUST', 'SHRINKDB', 'TABLE', 'USE'],
]);

interface Limits {
  limit: Expression | undefined;
  offset: Expression | undefined;
  /** The word that set each: LIMIT or FETCH, and OFFSET. */
  readonly words: Map<'limit' | 'offset', { readonly word: string; readonly span: Span }>;
}

interface ForJsonOptions {
  root: { readonly name: string } | undefined;
  includeNulls: Span | undefined;
  withoutArrayWrapper: Span | undefined;
}

interface SetTerm {
  readonly operator: SetOperation['operator'];
  readonly all: boolean;
  readonly right: QueryBody;
}

export class QueryParser extends Selects {
  /**
   * Reads one query statement.
   *
   * @throws SqlcError syntax/*, not-supported
   */
  readStatement(tokens: IToken[], from: number, reading: Reading): Outcome<SelectStatement | Explain> {
    return this.read(this.queryStatement, tokens, from, reading);
  }

  /**
   * Reads one query inside a statement.
   *
   * @throws SqlcError syntax/*, not-supported
   */
  readQuery(tokens: IToken[], from: number, reading: Reading): Outcome<Query> {
    return this.read(this.query, tokens, from, reading);
  }

  readonly queryStatement: Rule<SelectStatement | Explain> = this.rule('queryStatement', () => {
    const start = this.here();
    const explain = this.OPTION(() => this.SUBRULE(this.explain));
    const statement = this.SUBRULE(this.selectStatement);
    return this.ACTION(() =>
      explain === undefined
        ? statement
        : { kind: 'explain', analyze: explain === 'analyze', statement, span: this.since(start) },
    );
  });

  readonly explain: Rule<'plan' | 'analyze'> = this.rule('explain', () => {
    this.CONSUME(T.K.EXPLAIN);
    return this.OPTION(() => this.CONSUME(T.K.ANALYZE) && 'analyze') ?? 'plan';
  });

  readonly selectStatement: Rule<SelectStatement> = this.rule('selectStatement', () => {
    const start = this.here();
    const query = this.SUBRULE(this.query);
    const options = this.OPTION(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => ({ kind: 'select-statement', query, options, span: this.since(start) }));
  });

  readonly query: Rule<Query> = this.rule('query', () => {
    const start = this.here();
    const known = this.ACTION(() => this.readQueries.get(start));
    if (known !== undefined) {
      this.importLexerState(known.next - 1);
      return known.node;
    }
    const ctes = this.OPTION(() => this.SUBRULE(this.commonTables)) ?? [];
    let body = this.SUBRULE(this.queryBody);
    let orderBy = this.OPTION1(() => this.SUBRULE(this.orderBy)) ?? [];
    this.MANY1(() => {
      const ordered = this.ACTION(() => orderedOperand(body, orderBy));
      const terms = this.SUBRULE(this.setTerms);
      body = this.ACTION(() => combined(ordered, terms));
      orderBy = this.OPTION3(() => this.SUBRULE1(this.orderBy)) ?? [];
    });
    const limits: Limits = { limit: undefined, offset: undefined, words: new Map() };
    this.MANY(() => this.SUBRULE(this.limitClause, { ARGS: [limits] }));
    const forJson = this.when(2, T.K.FOR, () => this.SUBRULE(this.forJson));
    return this.ACTION(() => {
      const { limit, offset } = limits;
      checkTop(body, limits);
      return { kind: 'query', ctes, body, orderBy, limit, offset, forJson, span: this.since(start) };
    });
  });

  /** `FOR JSON PATH, ROOT ('r'), INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER`. */
  readonly forJson: Rule<ForJson> = this.rule('forJson', () => {
    const start = this.here();
    this.ACTION(() => this.refuseOtherFor());
    this.CONSUME(T.K.FOR);
    this.CONSUME(T.K.JSON);
    const mode = this.OR<ForJson['mode']>({
      ERR_MSG: 'PATH or AUTO',
      DEF: [{ ALT: () => this.CONSUME(T.K.PATH) && 'path' }, { ALT: () => this.CONSUME(T.K.AUTO) && 'auto' }],
    });
    const options: ForJsonOptions = { root: undefined, includeNulls: undefined, withoutArrayWrapper: undefined };
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.SUBRULE(this.forJsonOption, { ARGS: [options] });
    });
    return this.ACTION(() => {
      const { root, includeNulls, withoutArrayWrapper } = options;
      if (root !== undefined && withoutArrayWrapper !== undefined) {
        const params = { first: 'ROOT', second: 'WITHOUT_ARRAY_WRAPPER' };
        throw error('syntax/clause-combination', params, { span: withoutArrayWrapper });
      }
      return {
        kind: 'for-json',
        mode,
        root: root?.name,
        includeNulls: includeNulls !== undefined,
        withoutArrayWrapper: withoutArrayWrapper !== undefined,
        span: this.since(start),
      };
    });
  });

  readonly forJsonOption: Rule<void, [options: ForJsonOptions]> = this.rule(
    'forJsonOption',
    (options = { root: undefined, includeNulls: undefined, withoutArrayWrapper: undefined }) => {
      const first = this.LA(1);
      const once = (given: unknown) => {
        if (given === undefined) return spanOf(first);
        throw error('syntax/repeated-option', { name: first.image.toUpperCase() }, { span: spanOf(first) });
      };
      this.OR({
        ERR_MSG: 'ROOT, INCLUDE_NULL_VALUES or WITHOUT_ARRAY_WRAPPER',
        DEF: [
          {
            ALT: () => {
              this.CONSUME(T.K.ROOT);
              const name = this.OPTION(() => {
                this.CONSUME(T.LeftParen);
                const text = this.CONSUME(T.StringText);
                this.CONSUME(T.RightParen);
                return text;
              });
              this.ACTION(() => {
                once(options.root);
                options.root = { name: name === undefined ? 'root' : textOf(name) };
              });
            },
          },
          {
            ALT: () => {
              this.CONSUME(T.K.INCLUDE_NULL_VALUES);
              this.ACTION(() => {
                options.includeNulls = once(options.includeNulls);
              });
            },
          },
          {
            ALT: () => {
              this.CONSUME(T.K.WITHOUT_ARRAY_WRAPPER);
              this.ACTION(() => {
                options.withoutArrayWrapper = once(options.withoutArrayWrapper);
              });
            },
          },
        ],
      });
    },
  );

  readonly commonTables: Rule<CommonTable[]> = this.rule('commonTables', () => {
    this.CONSUME(T.K.WITH);
    const tables: CommonTable[] = [];
    this.list(() => {
      this.branch(
        0,
        () => this.next(T.K.CHANGE_TRACKING_CONTEXT) && !this.isA(T.Name, 3),
        () => {
          this.CONSUME(T.K.CHANGE_TRACKING_CONTEXT);
          this.SUBRULE(this.ignored);
        },
        () => tables.push(this.SUBRULE(this.commonTable)),
      );
    });
    return tables;
  });

  readonly commonTable: Rule<CommonTable> = this.rule('commonTable', () => {
    const start = this.here();
    const name = this.SUBRULE(this.identifier);
    const columns = this.OPTION(() => this.SUBRULE(this.columnList)) ?? [];
    this.CONSUME(T.K.AS);
    this.CONSUME(T.LeftParen);
    const query = this.SUBRULE(this.query);
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({ name, columns, query, span: this.since(start) }));
  });

  readonly queryBody: Rule<QueryBody> = this.rule('queryBody', () => {
    const first = this.SUBRULE(this.queryTerm);
    const terms = this.OPTION(() => this.SUBRULE(this.setTerms)) ?? [];
    return this.ACTION(() => combined(first, terms));
  });

  /** `UNION ALL SELECT …`, as often as there are. */
  readonly setTerms: Rule<SetTerm[]> = this.rule('setTerms', () => {
    const terms: SetTerm[] = [];
    this.AT_LEAST_ONE(() => {
      const operator = this.OR<SetOperation['operator']>([
        { ALT: () => this.CONSUME(T.K.UNION) && 'union' },
        { ALT: () => this.CONSUME(T.K.EXCEPT) && 'except' },
        { ALT: () => this.CONSUME(T.K.INTERSECT) && 'intersect' },
      ]);
      const all = this.OPTION(() => this.CONSUME(T.K.ALL)) !== undefined;
      terms.push({ operator, all, right: this.SUBRULE(this.queryTerm) });
    });
    return terms;
  });

  readonly queryTerm: Rule<QueryBody> = this.rule('queryTerm', () =>
    this.OR<QueryBody>({
      ERR_MSG: 'SELECT, VALUES or "("',
      DEF: [
        { ALT: () => this.SUBRULE(this.select) },
        { ALT: () => this.SUBRULE(this.values) },
        {
          ALT: () => {
            const start = this.here();
            this.CONSUME(T.LeftParen);
            const query = this.SUBRULE(this.query);
            this.CONSUME(T.RightParen);
            return this.ACTION(() => ({ kind: 'nested', query, parenthesised: true, span: this.since(start) }));
          },
        },
      ],
    }),
  );

  readonly values: Rule<Values> = this.rule('values', () => {
    const start = this.here();
    this.CONSUME(T.K.VALUES);
    const rows = this.list(() => this.SUBRULE(this.valuesRow));
    return this.ACTION(() => ({ kind: 'values', rows, span: this.since(start) }));
  });

  readonly valuesRow: Rule<Expression[]> = this.rule('valuesRow', () => {
    this.CONSUME(T.LeftParen);
    const row = this.list(() => this.SUBRULE(this.valueOrDefault));
    this.closeList();
    return row;
  });

  /** `LIMIT n`, `OFFSET n [ROWS]`, `FETCH NEXT n ROWS ONLY`. */
  readonly limitClause: Rule<void, [limits: Limits]> = this.rule('limitClause', (limits) => {
    const first = this.LA(1);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.LIMIT);
          const count = this.SUBRULE(this.expression);
          this.ACTION(() => setLimit(limits, 'limit', count, first));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.OFFSET);
          const count = this.SUBRULE1(this.expression);
          this.OPTION(() => this.SUBRULE(this.rowWord));
          this.ACTION(() => setLimit(limits, 'offset', count, first));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.FETCH);
          // An exact answer is a good approximation.
          this.OPTION1(() => this.CONSUME(T.K.APPROXIMATE));
          this.OR1([{ ALT: () => this.CONSUME(T.K.NEXT) }, { ALT: () => this.CONSUME(T.K.FIRST) }]);
          const count = this.SUBRULE2(this.expression);
          this.SUBRULE1(this.rowWord);
          this.CONSUME(T.K.ONLY);
          this.ACTION(() => setLimit(limits, 'limit', count, first));
        },
      },
    ]);
  });

  readonly rowWord: Rule<void> = this.rule('rowWord', () => {
    this.OR([{ ALT: () => this.CONSUME(T.K.ROWS) }, { ALT: () => this.CONSUME(T.K.ROW) }]);
  });

  /** `OPTION (name value, …)`. */
  readonly queryOptions: Rule<QueryOption[]> = this.rule('queryOptions', () => {
    this.CONSUME(T.K.OPTION);
    this.CONSUME(T.LeftParen);
    const options = this.list(() => this.SUBRULE(this.queryOption));
    this.closeList();
    return options;
  });

  readonly queryOption: Rule<QueryOption> = this.rule('queryOption', () => {
    const words = [this.CONSUME(T.AnyWord)];
    const isHint = this.ACTION(() => HINT_HEADS.has(words[0]?.image.toUpperCase() ?? ''));
    this.MANY({ GATE: () => isHint, DEF: () => words.push(this.CONSUME1(T.AnyWord)) });
    const name = this.ACTION(() => joinedName(words));
    const value = this.OPTION(() => {
      this.OPTION1(() => this.CONSUME(T.Equal));
      return this.SUBRULE(this.settingValue);
    });
    // ON_ERROR DEFAULT 'x', MAX_ERRORS 5 PERCENT: a value of two parts.
    const isFirst = this.ACTION(
      () => !isHint && (value?.kind === 'number' || String(value?.value).toUpperCase() === 'DEFAULT'),
    );
    const argument = this.OPTION3({ GATE: () => isFirst, DEF: () => this.SUBRULE1(this.settingValue) });
    this.OPTION2({ GATE: () => isHint, DEF: () => this.SUBRULE(this.ignored) });
    return this.ACTION(() => ({ name, value, argument, span: this.since(name.span.start) }));
  });

  /** `5`, `-1.5`, `'text'`, `ON`. */
  readonly settingValue: Rule<OptionValue> = this.rule('settingValue', () => {
    const start = this.here();
    return this.OR<OptionValue>({
      ERR_MSG: 'a number, a string or a word',
      DEF: [
        {
          ALT: () => {
            const minus = this.OPTION(() => this.CONSUME(T.Minus));
            const token = this.CONSUME(T.Numeric);
            return this.ACTION(() => {
              const value = Number(token.image);
              return { kind: 'number', value: minus === undefined ? value : -value, span: this.since(start) };
            });
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(T.StringText);
            return this.ACTION(() => ({ kind: 'string', value: textOf(token), span: spanOf(token) }));
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(T.AnyWord);
            return this.ACTION(() => ({ kind: 'word', value: identifierOf(token).name, span: spanOf(token) }));
          },
        },
      ],
    });
  });

  private refuseOtherFor(): void {
    const word = this.word(2);
    if (word === 'XML') {
      const span = spanning(spanOf(this.LA(1)), spanOf(this.LA(2)));
      const hint = "To glue strings together, use STRING_AGG(x, ',').";
      throw error('not-supported', { what: 'FOR XML' }, { span, hint });
    }
    if (word === 'BROWSE' || word === 'SYSTEM_TIME') this.refuse(`FOR ${word}`, 2);
  }
}

/** `SELECT … ORDER BY a` where a set operator follows. */
function orderedOperand(body: QueryBody, orderBy: readonly OrderItem[]): QueryBody {
  const span = spanning(body.span, orderBy.at(-1)?.span ?? body.span);
  const query: Query = { ...NO_CLAUSES, body, orderBy, span };
  return { kind: 'nested', query, parenthesised: false, span };
}

const NO_CLAUSES = { kind: 'query', ctes: [], limit: undefined, offset: undefined, forJson: undefined } as const;

/** Set operations from left to right, INTERSECT first. */
function combined(first: QueryBody, terms: readonly SetTerm[]): QueryBody {
  const operands = [first];
  const waiting: SetTerm[] = [];
  for (const term of terms) {
    const last = operands.pop() ?? first;
    if (term.operator === 'intersect') {
      operands.push(setOperation(last, term, term.right));
    } else {
      operands.push(last, term.right);
      waiting.push(term);
    }
  }
  let [result = first] = operands;
  for (const [index, term] of waiting.entries()) {
    result = setOperation(result, term, operands[index + 1] ?? term.right);
  }
  return result;
}

function setOperation(left: QueryBody, { operator, all }: SetTerm, right: QueryBody): SetOperation {
  return { kind: 'set-operation', operator, all, left, right, span: spanning(left.span, right.span) };
}

function setLimit(limits: Limits, part: 'limit' | 'offset', count: Expression, token: IToken): void {
  const word = token.image.toUpperCase();
  const before = limits.words.get(part);
  if (before !== undefined) {
    const span = spanOf(token);
    const second = before.word === word ? `a second ${word}` : word;
    throw error('syntax/clause-combination', { first: before.word, second }, { span });
  }
  limits.words.set(part, { word, span: spanOf(token) });
  limits[part] = count;
}

/** TOP limits the same rows as LIMIT, OFFSET and FETCH would. */
function checkTop(body: QueryBody, limits: Limits): void {
  if (body.kind !== 'select' || body.top === undefined) return;
  const [clause] = limits.words.values();
  if (clause === undefined) return;
  throw error('syntax/clause-combination', { first: 'TOP', second: clause.word }, { span: clause.span });
}

/** The words of an option's name as one identifier. */
export function joinedName(words: readonly IToken[]): Identifier {
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return { name: '', quoted: false, span: { start: 0, end: 0 } };
  if (words.length === 1) return identifierOf(first);
  const name = words.map((word) => word.image).join(' ');
  return { name, quoted: false, span: { start: first.startOffset, end: endOf(last) } };
}
