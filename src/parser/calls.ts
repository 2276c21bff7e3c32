// Grammar layer 2: what stands before or after parentheses in an expression: CASE, conversions, function calls and
// their windows.

import { error, invariant } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type {
  Case,
  Cast,
  Expression,
  FrameBound,
  FunctionCall,
  Identifier,
  OrderItem,
  TypeName,
  WindowFrame,
  WindowSpec,
} from './ast.ts';
import type { Rule } from './kit.ts';
import { identifierOf } from './literals.ts';
import { Names } from './names.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

type Branch = Case['branches'][number];
type Nulls = FunctionCall['nulls'];

type CallOptions = {
  -readonly [K in 'service' | 'model' | 'jsonNulls' | 'nulls' | 'returning']: FunctionCall[K];
} & { orderBy: OrderItem[] | undefined; arrayWrapper: boolean };

const BOUND = 'UNBOUNDED, CURRENT ROW or a number of rows';

export abstract class Calls extends Names {
  abstract readonly expression: Rule<Expression>;
  /** An expression without AND, OR, NOT and predicates, for where AND means something else. */
  abstract readonly operation: Rule<Expression>;

  readonly caseExpression: Rule<Case> = this.rule('caseExpression', () => {
    const start = this.here();
    this.CONSUME(T.K.CASE);
    const operand = this.OPTION(() => this.SUBRULE(this.expression));
    const branches: Branch[] = [];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(T.K.WHEN);
      const when = this.SUBRULE1(this.expression);
      this.CONSUME(T.K.THEN);
      branches.push({ when, then: this.SUBRULE2(this.expression) });
    });
    const otherwise = this.OPTION1(() => {
      this.CONSUME(T.K.ELSE);
      return this.SUBRULE3(this.expression);
    });
    this.CONSUME(T.K.END, { ERR_MSG: otherwise === undefined ? 'WHEN, ELSE or END' : 'END' });
    return this.ACTION(() => ({ kind: 'case', operand, branches, otherwise, span: this.since(start) }));
  });

  /** `CAST(x AS type)` and TRY_CAST. */
  readonly cast: Rule<Cast> = this.rule('cast', () => {
    const start = this.here();
    const onError = this.OR<Cast['onError']>([
      { ALT: () => this.CONSUME(T.K.CAST) && 'fail' },
      { ALT: () => this.CONSUME(T.K.TRY_CAST) && 'null' },
    ]);
    this.CONSUME(T.LeftParen);
    const operand = this.SUBRULE(this.expression);
    this.CONSUME(T.K.AS);
    const type = this.SUBRULE(this.typeName);
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({
      kind: 'cast',
      method: 'cast',
      operand,
      type,
      style: undefined,
      culture: undefined,
      onError,
      span: this.since(start),
    }));
  });

  /** `CONVERT(type, x [, style])` and TRY_CONVERT. */
  readonly convert: Rule<Cast> = this.rule('convert', () => {
    const start = this.here();
    const onError = this.OR<Cast['onError']>([
      { ALT: () => this.CONSUME(T.K.CONVERT) && 'fail' },
      { ALT: () => this.CONSUME(T.K.TRY_CONVERT) && 'null' },
    ]);
    this.CONSUME(T.LeftParen);
    const type = this.SUBRULE(this.typeName);
    this.CONSUME(T.Comma);
    const operand = this.SUBRULE(this.expression);
    const style = this.OPTION(() => {
      this.CONSUME1(T.Comma);
      return this.SUBRULE1(this.expression);
    });
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({
      kind: 'cast',
      method: 'convert',
      operand,
      type,
      style,
      culture: undefined,
      onError,
      span: this.since(start),
    }));
  });

  /** `PARSE(x AS type [USING culture])` and TRY_PARSE. */
  readonly parse: Rule<Cast> = this.rule('parse', () => {
    const start = this.here();
    const onError = this.OR<Cast['onError']>([
      { ALT: () => this.CONSUME(T.K.PARSE) && 'fail' },
      { ALT: () => this.CONSUME(T.K.TRY_PARSE) && 'null' },
    ]);
    this.CONSUME(T.LeftParen);
    const operand = this.SUBRULE(this.expression);
    this.CONSUME(T.K.AS);
    const type = this.SUBRULE(this.typeName);
    const culture = this.OPTION(() => {
      this.CONSUME(T.K.USING);
      return this.SUBRULE1(this.expression);
    });
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({
      kind: 'cast',
      method: 'parse',
      operand,
      type,
      style: undefined,
      culture,
      onError,
      span: this.since(start),
    }));
  });

  /** `TRIM([LEADING | TRAILING | BOTH] [characters FROM] s)`. */
  readonly trim: Rule<FunctionCall> = this.rule('trim', () => {
    const start = this.here();
    const name = this.CONSUME(T.K.TRIM);
    this.CONSUME(T.LeftParen);
    const side = this.OPTION({
      GATE: () =>
        !this.next(T.RightParen, 2) && !this.next(T.Comma, 2) && !this.next(T.Dot, 2) && !this.next(T.K.FROM, 2),
      DEF: () =>
        this.OR([
          { ALT: () => this.CONSUME(T.K.LEADING) },
          { ALT: () => this.CONSUME(T.K.TRAILING) },
          { ALT: () => this.CONSUME(T.K.BOTH) },
        ]),
    });
    const args = [this.SUBRULE(this.expression)];
    this.OPTION1(() => {
      this.OR1([
        {
          ALT: () => {
            this.CONSUME(T.K.FROM);
            args.unshift(this.SUBRULE1(this.expression));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Comma);
            args.push(this.SUBRULE2(this.expression));
          },
        },
      ]);
    });
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({
      ...plainCall([identifierOf(name)], args, this.since(start)),
      trim: side?.image.toLowerCase() as FunctionCall['trim'], // one of the three keywords above
    }));
  });

  /** `(args) [WITHIN GROUP …] [IGNORE NULLS] [OVER …]` after a function's name. */
  readonly callTail: Rule<FunctionCall, [name: readonly Identifier[]]> = this.rule('callTail', (name) => {
    this.CONSUME(T.LeftParen);
    const distinct = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(T.K.DISTINCT) && true }, { ALT: () => this.CONSUME(T.K.ALL) && false }]),
    );
    const args: Expression[] = [];
    let keyed = false;
    // JSON_OBJECT(NULL ON NULL) has no argument.
    const isEmpty = this.ACTION(() => this.next(T.K.ON, 2));
    this.when(
      6,
      () => !isEmpty,
      () =>
        this.list(() => {
          args.push(this.argument());
          this.when(7, T.Colon, () => {
            this.CONSUME(T.Colon);
            keyed = true;
            args.push(this.SUBRULE1(this.expression));
          });
        }, T.RightParen),
    );
    const inside = this.when(
      1,
      () => !this.next(T.RightParen),
      () => this.SUBRULE(this.callOptions),
    );
    this.closeList();
    const withinGroup = this.OPTION3(() => this.SUBRULE(this.withinGroup));
    const nulls = this.OPTION4(() => this.SUBRULE1(this.nullTreatment));
    const over = this.OPTION5(() => this.SUBRULE(this.over));
    return this.ACTION(() => ({
      ...plainCall(name, args, this.since(name[0]?.span.start ?? 0)),
      distinct: distinct === true,
      keyed,
      service: inside?.service,
      model: inside?.model,
      jsonNulls: inside?.jsonNulls,
      arrayWrapper: inside?.arrayWrapper === true,
      returning: returningOf(name, inside?.returning),
      withinGroup: withinGroup ?? inside?.orderBy,
      nulls: nulls ?? inside?.nulls,
      over,
    }));
  });

  /** What stands after the arguments, inside the parentheses. */
  readonly callOptions: Rule<CallOptions> = this.rule('callOptions', () => {
    const options = noCallOptions();
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            options.nulls = this.SUBRULE(this.nullTreatment);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.USING);
            this.CONSUME(T.K.SERVICE);
            options.service = this.SUBRULE(this.identifier);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.USE);
            this.CONSUME(T.K.MODEL);
            const name = this.SUBRULE1(this.identifier);
            const parameters = this.OPTION(() => {
              this.CONSUME(T.K.PARAMETERS);
              return this.SUBRULE(this.expression);
            });
            options.model = { name, parameters };
          },
        },
        {
          GATE: () => this.next(T.K.ON, 2) && this.next(T.K.NULL, 3),
          ALT: () => {
            options.jsonNulls = this.SUBRULE(this.jsonNulls);
          },
        },
        {
          ALT: () => {
            options.orderBy = this.SUBRULE(this.orderBy);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.RETURNING);
            options.returning = this.SUBRULE(this.typeName);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.WITH);
            this.CONSUME(T.K.ARRAY);
            this.CONSUME(T.K.WRAPPER);
            options.arrayWrapper = true;
          },
        },
      ]);
    });
    return options;
  });

  /** `NULL ON NULL`, `ABSENT ON NULL`. */
  readonly jsonNulls: Rule<FunctionCall['jsonNulls']> = this.rule('jsonNulls', () => {
    const treatment = this.OR<FunctionCall['jsonNulls']>([
      { ALT: () => this.CONSUME(T.K.NULL) && 'null' },
      { ALT: () => this.CONSUME(T.K.ABSENT) && 'absent' },
    ]);
    this.CONSUME(T.K.ON);
    this.CONSUME1(T.K.NULL);
    return treatment;
  });

  readonly nullTreatment: Rule<Nulls> = this.rule('nullTreatment', () => {
    const treatment = this.OR<Nulls>([
      { ALT: () => this.CONSUME(T.K.IGNORE) && 'ignore' },
      { ALT: () => this.CONSUME(T.K.RESPECT) && 'respect' },
    ]);
    this.CONSUME(T.K.NULLS);
    return treatment;
  });

  readonly withinGroup: Rule<OrderItem[]> = this.rule('withinGroup', () => {
    this.CONSUME(T.K.WITHIN);
    this.CONSUME(T.K.GROUP);
    this.CONSUME(T.LeftParen);
    const items = this.SUBRULE(this.orderBy);
    this.CONSUME(T.RightParen);
    return items;
  });

  readonly orderBy: Rule<OrderItem[]> = this.rule('orderBy', () => {
    this.CONSUME(T.K.ORDER);
    this.CONSUME(T.K.BY);
    return this.list(() => this.SUBRULE(this.orderItem));
  });

  readonly orderItem: Rule<OrderItem> = this.rule('orderItem', () => {
    const start = this.here();
    const expression = this.SUBRULE(this.expression);
    const descending = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(T.K.ASC) && false }, { ALT: () => this.CONSUME(T.K.DESC) && true }]),
    );
    return this.ACTION(() => ({ expression, descending: descending === true, span: this.since(start) }));
  });

  readonly over: Rule<WindowSpec> = this.rule('over', () => {
    const start = this.here();
    this.CONSUME(T.K.OVER);
    const spec = this.OR<WindowSpec>({
      ERR_MSG: '"(" or a name',
      DEF: [
        { ALT: () => this.SUBRULE(this.window) },
        {
          ALT: () => {
            const base = this.SUBRULE(this.identifier);
            return this.ACTION(() => ({ base, partitionBy: [], orderBy: [], frame: undefined, span: base.span }));
          },
        },
      ],
    });
    return this.ACTION(() => ({ ...spec, span: this.since(start) }));
  });

  /** `([w] [PARTITION BY …] [ORDER BY …] [frame])`. */
  readonly window: Rule<WindowSpec> = this.rule('window', () => {
    const start = this.here();
    this.CONSUME(T.LeftParen);
    const base = this.OPTION3({ GATE: () => this.baseFollows(), DEF: () => this.SUBRULE(this.identifier) });
    const partitionBy = this.OPTION(() => this.SUBRULE(this.partitionBy)) ?? [];
    const orderBy = this.OPTION1(() => this.SUBRULE(this.orderBy)) ?? [];
    const frame = this.OPTION2(() => this.SUBRULE(this.frame));
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({ base, partitionBy, orderBy, frame, span: this.since(start) }));
  });

  readonly partitionBy: Rule<Expression[]> = this.rule('partitionBy', () => {
    this.CONSUME(T.K.PARTITION);
    this.CONSUME(T.K.BY);
    return this.list(() => this.SUBRULE(this.expression));
  });

  readonly frame: Rule<WindowFrame> = this.rule('frame', () => {
    const start = this.here();
    const unit = this.OR<'rows' | 'range'>([
      { ALT: () => this.CONSUME(T.K.ROWS) && 'rows' },
      { ALT: () => this.CONSUME(T.K.RANGE) && 'range' },
    ]);
    const bounds = this.OR1<Pick<WindowFrame, 'start' | 'end'>>({
      ERR_MSG: `BETWEEN, ${BOUND}`,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.BETWEEN);
            const low = this.SUBRULE(this.frameBound);
            this.CONSUME(T.K.AND);
            return { start: low, end: this.SUBRULE1(this.frameBound) };
          },
        },
        { ALT: () => ({ start: this.SUBRULE2(this.frameBound), end: undefined }) },
      ],
    });
    return this.ACTION(() => ({ unit, ...bounds, span: this.since(start) }));
  });

  readonly frameBound: Rule<FrameBound> = this.rule('frameBound', () =>
    this.OR<FrameBound>({
      ERR_MSG: BOUND,
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.UNBOUNDED);
            const side = this.SUBRULE(this.frameSide);
            return { kind: side === 'following' ? 'unbounded-following' : 'unbounded-preceding' };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.CURRENT);
            this.CONSUME(T.K.ROW);
            return { kind: 'current-row' };
          },
        },
        {
          ALT: () => {
            const offset = this.SUBRULE(this.operation);
            return { kind: this.SUBRULE1(this.frameSide), offset };
          },
        },
      ],
    }),
  );

  readonly frameSide: Rule<'preceding' | 'following'> = this.rule('frameSide', () =>
    this.OR<'preceding' | 'following'>([
      { ALT: () => this.CONSUME(T.K.PRECEDING) && 'preceding' },
      { ALT: () => this.CONSUME(T.K.FOLLOWING) && 'following' },
    ]),
  );

  /** The star of COUNT(*), the DEFAULT of a user's function, or an expression. */
  private argument(): Expression {
    return this.branch<Expression>(
      1,
      () => this.next(T.Star),
      () => {
        const star = this.CONSUME(T.Star);
        return this.ACTION(() => ({ kind: 'star', qualifier: [], exclude: [], replace: [], span: spanOf(star) }));
      },
      () =>
        this.branch<Expression>(
          2,
          () => this.next(T.K.DEFAULT),
          () => {
            const token = this.CONSUME(T.K.DEFAULT);
            return this.ACTION(() => ({ kind: 'default', span: spanOf(token) }));
          },
          () => this.SUBRULE(this.expression),
        ),
    );
  }

  /** A name that does not start PARTITION BY or a frame. */
  private baseFollows(): boolean {
    if (this.next(T.K.PARTITION)) return !this.next(T.K.BY, 2);
    if (this.next(T.K.ROWS) || this.next(T.K.RANGE)) return this.next(T.RightParen, 2);
    return true;
  }
}

/** @throws SqlcError syntax/unexpected-token for another type than json of another function than JSON_VALUE */
function returningOf(name: readonly Identifier[], type: TypeName | undefined): FunctionCall['returning'] {
  const isValue = name.at(-1)?.name.toUpperCase() === 'JSON_VALUE';
  if (type === undefined || isValue) return type;
  if (type.name === 'json') return undefined;
  throw error('syntax/unexpected-token', { found: `"${type.name}"`, expected: 'JSON' }, { span: type.span });
}

function noCallOptions(): CallOptions {
  return {
    returning: undefined,
    service: undefined,
    model: undefined,
    jsonNulls: undefined,
    nulls: undefined,
    orderBy: undefined,
    arrayWrapper: false,
  };
}

/** A call with nothing but arguments. */
export function plainCall(parts: readonly Identifier[], args: readonly Expression[], span: Span): FunctionCall {
  const name = parts.at(-1);
  invariant(name !== undefined, 'call without a name');
  return {
    kind: 'call',
    name,
    qualifier: parts.slice(0, -1),
    args,
    distinct: false,
    service: undefined,
    model: undefined,
    keyed: false,
    jsonNulls: undefined,
    arrayWrapper: false,
    returning: undefined,
    trim: undefined,
    withinGroup: undefined,
    nulls: undefined,
    over: undefined,
    span,
  };
}
