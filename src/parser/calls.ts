// Grammar layer 2: what stands before or after parentheses in an expression: CASE, conversions, function calls and
// their windows.

import { invariant } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type {
  Case,
  Cast,
  Expression,
  FrameBound,
  FunctionCall,
  Identifier,
  OrderItem,
  WindowFrame,
  WindowSpec,
} from './ast.ts';
import { type Rule, spanOf } from './kit.ts';
import { identifierOf } from './literals.ts';
import { Names } from './names.ts';
import * as T from './tokens.ts';

type Branch = Case['branches'][number];
type Nulls = FunctionCall['nulls'];

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
    const args = this.list(() => this.argument(), T.RightParen);
    const innerNulls = this.OPTION1(() => this.SUBRULE(this.nullTreatment));
    const service = this.OPTION2(() => {
      this.CONSUME(T.K.USING);
      this.CONSUME(T.K.SERVICE);
      return this.SUBRULE(this.identifier);
    });
    this.closeList();
    const withinGroup = this.OPTION3(() => this.SUBRULE(this.withinGroup));
    const nulls = this.OPTION4(() => this.SUBRULE1(this.nullTreatment));
    const over = this.OPTION5(() => this.SUBRULE(this.over));
    return this.ACTION(() => ({
      ...plainCall(name, args, this.since(name[0]?.span.start ?? 0)),
      distinct: distinct === true,
      service,
      withinGroup,
      nulls: nulls ?? innerNulls,
      over,
    }));
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
    this.ACTION(() => {
      if (!this.next(T.LeftParen)) this.refuseNamedWindow();
    });
    this.CONSUME(T.LeftParen);
    const partitionBy = this.OPTION(() => this.SUBRULE(this.partitionBy)) ?? [];
    const orderBy = this.OPTION1(() => this.SUBRULE(this.orderBy)) ?? [];
    const frame = this.OPTION2(() => this.SUBRULE(this.frame));
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({ base: undefined, partitionBy, orderBy, frame, span: this.since(start) }));
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

  /** The star of COUNT(*), or an expression. */
  private argument(): Expression {
    return this.branch<Expression>(
      1,
      () => this.next(T.Star),
      () => {
        const star = this.CONSUME(T.Star);
        return this.ACTION(() => ({ kind: 'star', qualifier: [], exclude: [], replace: [], span: spanOf(star) }));
      },
      () => this.SUBRULE(this.expression),
    );
  }

  private refuseNamedWindow(): void {
    if (/^[\p{L}_["]/u.test(this.LA(1).image)) this.refuse('a named window');
  }
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
    trim: undefined,
    withinGroup: undefined,
    nulls: undefined,
    over: undefined,
    span,
  };
}
