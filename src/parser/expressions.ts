// Grammar layer 3: expressions. Operators are collected flat and become trees in operators.ts, so precedence costs
// no recursion; only parentheses, CASE and calls nest.

import type { IOrAlt, IToken, TokenType } from 'chevrotain';
import { error } from '../common/errors.ts';
import type { Expression, Query, StructLiteral } from './ast.ts';
import { Calls, plainCall } from './calls.ts';
import type { Rule } from './kit.ts';
import { aliasOf, binaryOf, escapedValue, identifierOf, moneyOf, numberOf, stringOf } from './literals.ts';
import { OperatorStack, relationOf } from './operators.ts';
import { MAX_DEPTH, STARTS_QUERY } from './scan.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

const OPERAND = 'a column, a value or "("';

export abstract class Expressions extends Calls {
  abstract readonly query: Rule<Query>;

  readonly expression: Rule<Expression> = this.rule('expression', () => {
    const stack = new OperatorStack();
    this.SUBRULE(this.term, { ARGS: [stack] });
    this.repeat(0, CONTINUES_EXPRESSION, () => {
      const first = this.LA(1);
      this.OR([
        {
          ALT: () => {
            const operator = this.CONSUME(T.Comparison);
            this.branch(
              1,
              () => QUANTIFIERS.has(this.LA(1).tokenType),
              () => this.SUBRULE(this.quantified, { ARGS: [operator, stack] }),
              () => this.infix(operator, stack),
            );
          },
        },
        {
          ALT: () => {
            const operator = this.CONSUME(T.Infix);
            this.ACTION(() => stack.infix(operator));
            this.SUBRULE2(this.term, { ARGS: [stack] });
          },
        },
        { ALT: () => this.predicated(stack, first, (left) => this.SUBRULE(this.isPredicate, { ARGS: [left] })) },
        {
          ALT: () => {
            const negated = this.when(0, T.K.NOT, () => this.CONSUME(T.K.NOT)) !== undefined;
            this.predicated(stack, first, (left) =>
              this.OR2<Expression>({
                ERR_MSG: 'BETWEEN, IN, LIKE or ILIKE',
                DEF: [
                  { ALT: () => this.SUBRULE(this.between, { ARGS: [left, negated] }) },
                  { ALT: () => this.SUBRULE(this.inPredicate, { ARGS: [left, negated] }) },
                  { ALT: () => this.SUBRULE(this.like, { ARGS: [left, negated] }) },
                ],
              }),
            );
          },
        },
      ]);
    });
    return this.ACTION(() => stack.result());
  });

  readonly operation: Rule<Expression> = this.rule('operation', () => {
    const stack = new OperatorStack();
    this.SUBRULE(this.term, { ARGS: [stack] });
    this.MANY(() => {
      const operator = this.CONSUME(T.Arithmetic);
      this.ACTION(() => stack.infix(operator));
      this.SUBRULE1(this.term, { ARGS: [stack] });
    });
    return this.ACTION(() => stack.result());
  });

  /** `ALL (SELECT …)` after a comparison. */
  readonly quantified: Rule<void, [operator: IToken, stack: OperatorStack]> = this.rule(
    'quantified',
    (operator, stack) => {
      const quantifier = this.OR<'all' | 'any'>([
        { ALT: () => this.CONSUME(T.K.ALL) && 'all' },
        { ALT: () => this.CONSUME(T.K.ANY) && 'any' },
        { ALT: () => this.CONSUME(T.K.SOME) && 'any' },
      ]);
      this.CONSUME(T.LeftParen);
      const query = this.SUBRULE(this.query);
      this.CONSUME(T.RightParen);
      this.ACTION(() => {
        const operand = stack.left(operator);
        const span = this.since(operand.span.start);
        stack.operand({ kind: 'quantified', operator: relationOf(operator), quantifier, operand, query, span });
      });
    },
  );

  readonly isPredicate: Rule<Expression, [operand: Expression]> = this.rule('isPredicate', (operand) => {
    this.CONSUME(T.K.IS);
    const negated = this.OPTION(() => this.CONSUME(T.K.NOT)) !== undefined;
    return this.OR<Expression>({
      ERR_MSG: 'NULL, NOT NULL or DISTINCT FROM',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.NULL);
            return this.ACTION(() => ({ kind: 'is-null', operand, negated, span: operand.span }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.DISTINCT);
            this.CONSUME(T.K.FROM);
            const right = this.SUBRULE(this.operation);
            return this.ACTION(() => ({ kind: 'is-distinct', left: operand, right, negated, span: operand.span }));
          },
        },
      ],
    });
  });

  readonly between: Rule<Expression, [operand: Expression, negated: boolean]> = this.rule(
    'between',
    (operand, negated) => {
      this.CONSUME(T.K.BETWEEN);
      const low = this.SUBRULE(this.operation);
      this.CONSUME(T.K.AND);
      const high = this.SUBRULE1(this.operation);
      return this.ACTION(() => ({ kind: 'between', operand, low, high, negated, span: operand.span }));
    },
  );

  readonly inPredicate: Rule<Expression, [operand: Expression, negated: boolean]> = this.rule(
    'inPredicate',
    (operand, negated) => {
      this.CONSUME(T.K.IN);
      const isQuery = this.ACTION(() => this.next(T.LeftParen) && this.queryFollows(1));
      this.CONSUME(T.LeftParen);
      return this.branch<Expression>(
        0,
        () => isQuery,
        () => {
          const query = this.SUBRULE(this.query);
          this.CONSUME1(T.RightParen);
          return this.ACTION(() => ({ kind: 'in-query', operand, query, negated, span: operand.span }));
        },
        () => {
          const items = this.list(() => this.SUBRULE(this.expression));
          this.closeList();
          return this.ACTION(() => ({ kind: 'in-list', operand, items, negated, span: operand.span }));
        },
      );
    },
  );

  readonly like: Rule<Expression, [operand: Expression, negated: boolean]> = this.rule('like', (operand, negated) => {
    const ignoreCase = this.OR([
      { ALT: () => this.CONSUME(T.K.LIKE) && false },
      { ALT: () => this.CONSUME(T.K.ILIKE) && true },
    ]);
    const pattern = this.SUBRULE(this.operation);
    const escapedBy = this.OPTION(() => {
      const brace = this.OPTION1(() => this.CONSUME(T.LeftBrace));
      this.CONSUME(T.K.ESCAPE);
      const character = this.SUBRULE1(this.operation);
      this.OPTION2({ GATE: () => brace !== undefined, DEF: () => this.CONSUME(T.RightBrace) });
      return character;
    });
    return this.ACTION(() => ({
      kind: 'like',
      ignoreCase,
      operand,
      pattern,
      escape: escapedBy,
      negated,
      span: operand.span,
    }));
  });

  /** An operand with its prefixes and postfixes, put on the stack. */
  readonly term: Rule<void, [stack: OperatorStack]> = this.rule('term', (stack) => {
    this.repeat(0, PREFIXES, () => {
      const prefix = this.CONSUME(T.Prefix);
      this.ACTION(() => stack.prefix(prefix));
    });
    let operand = this.OR<Expression>({ ERR_MSG: OPERAND, DEF: this.operands });
    let depth = 0;
    this.repeat(1, POSTFIXES, () => {
      const inner = operand;
      this.ACTION(() => {
        if (++depth > MAX_DEPTH) throw error('syntax/too-deep', { limit: MAX_DEPTH }, { span: spanOf(this.LA(1)) });
      });
      operand = this.SUBRULE(this.postfix, { ARGS: [inner] });
    });
    this.ACTION(() => stack.operand(operand));
  });

  // The alternatives of an operand are part of the rule `term`, not a rule of their own: one level of nesting less.
  private readonly operands: IOrAlt<Expression>[] = [
    {
      GATE: () => this.next(T.K.FOR, 3) && this.word(2) === 'VALUE',
      ALT: () => this.SUBRULE(this.nextValue),
      IGNORE_AMBIGUITIES: true,
    },
    { ALT: () => this.reference() },
    { ALT: () => this.leaf(this.CONSUME(T.Numeric), numberOf) },
    { ALT: () => this.leaf(this.CONSUME(T.StringText), stringOf) },
    { ALT: () => this.leaf(this.CONSUME(T.K.NULL), (token) => ({ kind: 'null', span: spanOf(token) })) },
    { ALT: () => this.leaf(this.CONSUME(T.Variable), variableOf) },
    { ALT: () => this.parenthesised() },
    { ALT: () => this.SUBRULE(this.caseExpression) },
    { ALT: () => this.SUBRULE(this.cast) },
    { ALT: () => this.SUBRULE(this.convert) },
    { ALT: () => this.SUBRULE(this.trim) },
    { ALT: () => this.SUBRULE(this.parse) },
    { ALT: () => this.SUBRULE(this.listLiteral) },
    { ALT: () => this.SUBRULE(this.braces) },
    { ALT: () => this.SUBRULE(this.exists) },
    { ALT: () => this.leaf(this.CONSUME(T.K.TRUE), (token) => booleanOf(token, true)) },
    { ALT: () => this.leaf(this.CONSUME(T.K.FALSE), (token) => booleanOf(token, false)) },
    { ALT: () => this.leaf(this.CONSUME(T.Money), moneyOf) },
    { ALT: () => this.leaf(this.CONSUME(T.Binary), binaryOf) },
    {
      ALT: () =>
        this.leaf(this.CONSUME(T.NiladicFunction), (name) => plainCall([identifierOf(name)], [], spanOf(name))),
    },
  ];

  readonly exists: Rule<Expression> = this.rule('exists', () => {
    const start = this.here();
    this.CONSUME(T.K.EXISTS);
    this.CONSUME(T.LeftParen);
    const query = this.SUBRULE(this.query);
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({ kind: 'exists', query, span: this.since(start) }));
  });

  /** `=`, `+=`. */
  readonly assignOperator: Rule<IToken> = this.rule('assignOperator', () =>
    this.OR({
      ERR_MSG: '"="',
      DEF: [{ ALT: () => this.CONSUME(T.Equal) }, { ALT: () => this.CONSUME(T.CompoundAssign) }],
    }),
  );

  /** A value of INSERT and UPDATE. */
  readonly valueOrDefault: Rule<Expression> = this.rule('valueOrDefault', () =>
    this.OR<Expression>({
      ERR_MSG: OPERAND,
      DEF: [
        { ALT: () => this.leaf(this.CONSUME(T.K.DEFAULT), (token) => ({ kind: 'default', span: spanOf(token) })) },
        { ALT: () => this.SUBRULE(this.expression) },
      ],
    }),
  );

  /** Literals and variables. */
  protected readonly constants: IOrAlt<Expression>[] = [
    { ALT: () => this.leaf(this.CONSUME8(T.Numeric), numberOf) },
    { ALT: () => this.leaf(this.CONSUME8(T.StringText), stringOf) },
    { ALT: () => this.leaf(this.CONSUME8(T.Variable), variableOf) },
    {
      ALT: () => {
        const start = this.here();
        this.CONSUME8(T.Minus);
        const operand = this.leaf(this.CONSUME9(T.Numeric), numberOf);
        return this.ACTION(() => ({ kind: 'unary', operator: '-', operand, span: this.since(start) }));
      },
    },
  ];

  /** `NEXT VALUE FOR s [OVER (…)]`. */
  readonly nextValue: Rule<Expression> = this.rule('nextValue', () => {
    const start = this.here();
    this.CONSUME(T.K.NEXT);
    this.CONSUME(T.K.VALUE);
    this.CONSUME(T.K.FOR);
    const sequence = this.SUBRULE(this.objectName);
    const over = this.OPTION(() => this.SUBRULE(this.over));
    return this.ACTION(() => ({ kind: 'next-value', sequence, over, span: this.since(start) }));
  });

  /** `[1, 2]`, `ARRAY[a, b]`. */
  readonly listLiteral: Rule<Expression> = this.rule('listLiteral', () => {
    const start = this.here();
    this.CONSUME(T.ListStart);
    const items = this.list(() => this.SUBRULE(this.expression), T.RightBracket);
    this.CONSUME(T.RightBracket, { ERR_MSG: '"," or "]"' });
    return this.ACTION(() => ({ kind: 'list', items, span: this.since(start) }));
  });

  /** `{'a': 1}`, and the ODBC escapes `{d '2020-01-01'}`, `{fn LCASE('A')}`. */
  readonly braces: Rule<Expression> = this.rule('braces', () => {
    const start = this.here();
    const isEscape = this.ACTION(() => !this.next(T.Colon, 3) && ODBC_WORDS.has(this.word(2)));
    this.CONSUME(T.LeftBrace);
    const inner = this.branch<Expression>(
      0,
      () => isEscape,
      () => this.SUBRULE(this.odbcEscape),
      () => {
        const fields = this.list(() => this.SUBRULE(this.structField), T.RightBrace);
        return this.ACTION(() => ({ kind: 'struct', fields, span: this.since(start) }));
      },
    );
    this.CONSUME(T.RightBrace, { ERR_MSG: isEscape ? '"}"' : '"," or "}"' });
    return this.ACTION(() => ({ ...inner, span: this.since(start) }));
  });

  /** `'a': 1`, `a: 1`. */
  readonly structField: Rule<StructLiteral['fields'][number]> = this.rule('structField', () => {
    const key = this.OR({
      ERR_MSG: 'the name of a field',
      DEF: [{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringText) }],
    });
    this.CONSUME(T.Colon);
    const value = this.SUBRULE(this.expression);
    return this.ACTION(() => ({ name: aliasOf(key).name, value }));
  });

  readonly methodArguments: Rule<Expression[]> = this.rule('methodArguments', () => {
    this.CONSUME(T.LeftParen);
    const args = this.list(() => this.SUBRULE(this.expression), T.RightParen);
    this.closeList();
    return args;
  });

  readonly odbcEscape: Rule<Expression> = this.rule('odbcEscape', () => {
    const start = this.here();
    const word = this.CONSUME(T.Name);
    return this.branch<Expression>(
      0,
      () => word.image.toUpperCase() === 'FN',
      () => this.SUBRULE(this.odbcFunction),
      () => {
        const text = this.CONSUME(T.StringText);
        return this.ACTION(() => escapedValue(word, text, this.since(start)));
      },
    );
  });

  /** `LCASE('A')`, `CURRENT_DATE`, `CURRENT_TIME(3)`, `TRUNCATE(a, 2)`, `EXTRACT(hour FROM a)`. */
  readonly odbcFunction: Rule<Expression> = this.rule('odbcFunction', () => {
    const start = this.here();
    const name = this.CONSUME(T.AnyWord, { ERR_MSG: 'the name of a function' });
    const args: Expression[] = [];
    this.OPTION(() => {
      this.CONSUME(T.LeftParen);
      this.list(() => {
        args.push(this.SUBRULE(this.expression));
        this.OPTION1({
          GATE: () => name.image.toUpperCase() === 'EXTRACT',
          DEF: () => {
            this.CONSUME(T.K.FROM);
            args.push(this.SUBRULE1(this.expression));
          },
        });
      }, T.RightParen);
      this.closeList();
    });
    return this.ACTION(() => ({ ...plainCall([identifierOf(name)], args, this.since(start)), odbc: true }));
  });

  /** The time zone of AT TIME ZONE. */
  readonly timeZone: Rule<Expression> = this.rule('timeZone', () =>
    this.OR<Expression>({
      ERR_MSG: 'a time zone',
      DEF: [...this.constants, { ALT: () => this.reference() }, { ALT: () => this.parenthesised() }],
    }),
  );

  /** `::type`, `.field`, `[1]`, `COLLATE c`, `AT TIME ZONE z`. */
  readonly postfix: Rule<Expression, [operand: Expression]> = this.rule('postfix', (operand) =>
    this.OR<Expression>([
      {
        ALT: () => {
          this.CONSUME(T.DoubleColon);
          this.ACTION(() => {
            if (this.next(T.LeftParen, 2) && !this.next(T.Integer, 3) && !this.next(T.K.MAX, 3))
              this.refuse('a method of a type');
          });
          const type = this.SUBRULE(this.typeName);
          return this.ACTION(() => {
            const span = this.since(operand.span.start);
            return {
              kind: 'cast',
              method: 'cast',
              operand,
              type,
              style: undefined,
              culture: undefined,
              onError: 'fail',
              span,
            };
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Dot);
          const field = this.SUBRULE(this.memberName);
          const args = this.when(0, T.LeftParen, () => this.SUBRULE(this.methodArguments));
          return this.ACTION(() => {
            const span = this.since(operand.span.start);
            return args === undefined
              ? { kind: 'field', operand, field, span }
              : { kind: 'method-call', operand, name: field, args, span };
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.SubscriptStart);
          const index = this.SUBRULE(this.expression);
          this.CONSUME(T.RightBracket);
          return this.ACTION(() => ({ kind: 'subscript', operand, index, span: this.since(operand.span.start) }));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.COLLATE);
          const collation = this.SUBRULE1(this.identifier);
          return this.ACTION(() => ({ kind: 'collate', operand, collation, span: this.since(operand.span.start) }));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.AT);
          this.CONSUME(T.K.TIME);
          this.CONSUME(T.K.ZONE);
          const zone = this.SUBRULE(this.timeZone);
          return this.ACTION(() => ({ kind: 'at-time-zone', operand, zone, span: this.since(operand.span.start) }));
        },
      },
    ]),
  );

  /**
   * Whether the parenthesis some tokens ahead holds a query. `((SELECT 1) + 2)` does not, `((SELECT 1) UNION …)` does:
   * what decides is what follows each closing parenthesis, from the inside out.
   */
  protected queryFollows(ahead: number): boolean {
    let inner = ahead;
    while (this.next(T.LeftParen, inner + 1)) inner++;
    const first = this.LA(inner + 1).tokenType;
    if (!STARTS_QUERY.has(first)) return false;
    for (let at = inner; at > ahead; at--) {
      const after = this.closing(at)?.tokenType;
      if (after !== undefined && !CONTINUES_QUERY.has(after)) return false;
    }
    return true;
  }

  /** A column, or a call when "(" follows. */
  private reference(): Expression {
    const start = this.here();
    const parts = [this.SUBRULE(this.identifier)];
    this.repeat(2, DOTS, () => {
      this.CONSUME(T.Dot);
      parts.push(this.SUBRULE(this.memberName));
    });
    const call = this.when(0, T.LeftParen, () => this.SUBRULE(this.callTail, { ARGS: [parts] }));
    return this.ACTION(() => call ?? { kind: 'column', parts, span: this.since(start) });
  }

  /** A query used as a value, or an expression in parentheses. */
  private parenthesised(): Expression {
    const start = this.here();
    const isQuery = this.ACTION(() => this.queryFollows(1));
    this.CONSUME(T.LeftParen);
    const inner = this.branch<Expression>(
      1,
      () => isQuery,
      () => {
        const query = this.SUBRULE(this.query);
        return this.ACTION(() => ({ kind: 'scalar-query', query, span: query.span }));
      },
      () => this.SUBRULE(this.expression),
    );
    const items = [inner];
    this.repeat(3, COMMAS, () => {
      this.CONSUME(T.Comma);
      items.push(this.SUBRULE4(this.expression));
    });
    this.CONSUME(T.RightParen);
    return this.ACTION(() => {
      const span = this.since(start);
      return items.length === 1 ? { ...inner, span } : { kind: 'row', items, span };
    });
  }

  private infix(operator: IToken, stack: OperatorStack): void {
    this.ACTION(() => stack.infix(operator));
    this.SUBRULE1(this.term, { ARGS: [stack] });
  }

  /** Takes the left operand off the stack and puts the predicate made of it there. */
  private predicated(stack: OperatorStack, first: IToken, make: (left: Expression) => Expression): void {
    const left = this.ACTION(() => stack.left(first));
    const made = make(left);
    this.ACTION(() => stack.operand({ ...made, span: this.since(left.span.start) }));
  }

  protected leaf(token: IToken, make: (token: IToken) => Expression): Expression {
    return this.ACTION(() => make(token));
  }
}

function variableOf(token: IToken): Expression {
  const span = spanOf(token);
  if (token.image.startsWith('@@')) return { kind: 'system-variable', name: token.image.slice(2).toLowerCase(), span };
  return { kind: 'parameter', name: token.image.slice(1), span };
}

/** EXTRACT is our DATEPART. */
function booleanOf(token: IToken, value: boolean): Expression {
  return { kind: 'boolean', value, span: spanOf(token) };
}

const ODBC_WORDS: ReadonlySet<string> = new Set(['FN', 'D', 'T', 'TS', 'GUID']);
const PREFIXES: ReadonlySet<TokenType> = new Set([T.K.NOT, T.Minus, T.Plus, T.Tilde]);
const POSTFIXES: ReadonlySet<TokenType> = new Set([T.DoubleColon, T.Dot, T.SubscriptStart, T.K.COLLATE, T.K.AT]);
const COMMAS: ReadonlySet<TokenType> = new Set([T.Comma]);
const DOTS: ReadonlySet<TokenType> = new Set([T.Dot]);
const QUANTIFIERS: ReadonlySet<TokenType> = new Set([T.K.ALL, T.K.ANY, T.K.SOME]);
const CONTINUES_EXPRESSION: ReadonlySet<TokenType> = new Set([
  ...[T.Plus, T.Minus, T.Star, T.Slash, T.Modulo, T.Concat, T.BitAnd, T.BitOr, T.BitXor, T.ShiftLeft],
  ...[T.ShiftRight, T.K.AND, T.K.OR],
  ...[T.Equal, T.NotEqual, T.Less, T.LessEqual, T.Greater, T.GreaterEqual],
  ...[T.K.IS, T.K.NOT, T.K.BETWEEN, T.K.IN, T.K.LIKE, T.K.ILIKE],
]);

const CONTINUES_QUERY: ReadonlySet<unknown> = new Set([
  ...[T.RightParen, T.K.UNION, T.K.EXCEPT, T.K.INTERSECT, T.K.ORDER, T.K.LIMIT, T.K.OFFSET, T.K.FETCH, T.K.FOR],
]);
