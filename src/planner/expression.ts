// Bound expressions: names are column ids, every node has a type, implicit conversions are explicit casts.
// Nothing here knows DuckDB; the unparser spells operators for it.

import { NULL, type SqlType } from '../arrow/sql-type.ts';
import type { Span } from '../common/span.ts';
import type { LogicalPlan } from './plan.ts';

/** Unique in the whole query, subqueries included. */
export type ColumnId = number;

export interface Column {
  readonly id: ColumnId;
  readonly name: string;
  readonly type: SqlType;
}

/** Exact numerics beyond int are decimal text; dates are ISO text. */
export type LiteralValue = null | string | number | bigint | boolean | Uint8Array;

/** Which number of a date is which. */
export type DateOrder = 'mdy' | 'dmy' | 'ymd' | 'ydm' | 'myd' | 'dym';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Expr =
  | ColumnExpr
  | LiteralExpr
  | ParameterExpr
  | OperatorExpr
  | ExternalCall
  | CaseExpr
  | CastExpr
  | FieldExpr
  | SubqueryExpr
  | AggregateExpr
  | WindowExpr;

export interface ColumnExpr {
  readonly kind: 'column';
  readonly id: ColumnId;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
export interface LiteralExpr {
  readonly kind: 'literal';
  readonly value: LiteralValue;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
/** A value that came from outside; bound, never pasted into SQL text. */
export interface ParameterExpr {
  readonly kind: 'parameter';
  readonly name: string;
  readonly value: LiteralValue;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
/** One of our own scalar operators and functions; operators.ts lists them, the dialect spells them. */
export interface OperatorExpr {
  readonly kind: 'operator';
  readonly op: string;
  readonly args: readonly Expr[];
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
/** A function of the relational engine, passed through by the allowlist under its own name. */
export interface ExternalCall {
  readonly kind: 'external';
  readonly name: string;
  readonly args: readonly Expr[];
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
export interface CaseExpr {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
  readonly otherwise: Expr | undefined;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
export interface CastExpr {
  readonly kind: 'cast';
  readonly operand: Expr;
  readonly type: SqlType;
  /** `null`: TRY_CAST. */
  readonly onError: 'fail' | 'null';
  /** Of CONVERT; absent where the type's own default holds. */
  readonly style?: number | undefined;
  /** Of a text that becomes a date without a style, where SET DATEFORMAT said another than `mdy`. */
  readonly dateOrder?: DateOrder | undefined;
  readonly span?: Span | undefined;
}
export interface FieldExpr {
  readonly kind: 'field';
  readonly operand: Expr;
  readonly name: string;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
export interface SubqueryExpr {
  readonly kind: 'subquery';
  readonly form: 'scalar' | 'exists' | 'in' | 'all' | 'any';
  readonly operand: Expr | undefined;
  readonly comparison: Comparison | undefined;
  readonly plan: LogicalPlan;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
/** Only as a column of an aggregate node. */
export interface AggregateExpr {
  readonly kind: 'aggregate';
  readonly fn: string;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly orderBy: readonly SortKey[];
  readonly type: SqlType;
  readonly span?: Span | undefined;
}
/** Only as a column of a window node. */
export interface WindowExpr {
  readonly kind: 'window';
  readonly fn: string;
  readonly args: readonly Expr[];
  readonly nulls: 'ignore' | 'respect';
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
  readonly frame: Frame | undefined;
  readonly type: SqlType;
  readonly span?: Span | undefined;
}

export interface SortKey {
  readonly expr: Expr;
  readonly descending: boolean;
}

export interface Frame {
  readonly unit: 'rows' | 'range';
  readonly start: Bound;
  readonly end: Bound | undefined;
}
export type Bound =
  | { readonly kind: 'unbounded-preceding' | 'unbounded-following' | 'current-row' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expr };

export function column(source: Column, span?: Span): ColumnExpr {
  return { kind: 'column', id: source.id, type: source.type, span };
}
export function literal(value: LiteralValue, type: SqlType, span?: Span): LiteralExpr {
  return { kind: 'literal', value, type, span };
}
export function nullLiteral(span?: Span): LiteralExpr {
  return literal(null, NULL, span);
}
export function operator(op: string, args: readonly Expr[], type: SqlType, span?: Span): OperatorExpr {
  return { kind: 'operator', op, args, type, span };
}
export function isNullLiteral(expr: Expr): boolean {
  return expr.kind === 'literal' && expr.value === null && expr.type.kind === 'null';
}
