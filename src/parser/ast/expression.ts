// Expressions.

import type { Identifier, Node, ObjectName, TypeName } from './names.ts';
import type { Query } from './query.ts';

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or';

export type Expression =
  | ColumnReference
  | Star
  | NumberLiteral
  | StringLiteral
  | BinaryLiteral
  | NullLiteral
  | BooleanLiteral
  | DefaultValue
  | Parameter
  | SystemVariable
  | NextValue
  | Unary
  | Binary
  | IsNull
  | IsDistinct
  | Between
  | InList
  | InQuery
  | Like
  | Exists
  | Quantified
  | Case
  | Cast
  | Collate
  | AtTimeZone
  | Row
  | FunctionCall
  | ScalarQuery
  | ListLiteral
  | StructLiteral
  | FieldAccess
  | MethodCall
  | Subscript;

/** `a`, `t.a`, `dbo.t.a`, `t.s.f`: what is table, column and struct field is the binder's matter. */
export interface ColumnReference extends Node {
  readonly kind: 'column';
  readonly parts: readonly Identifier[];
}
/** `*` and `t.*`, in a select list and in COUNT(*); in a list with `EXCLUDE (a)` and `REPLACE (a + 1 AS a)`. */
export interface Star extends Node {
  readonly kind: 'star';
  readonly qualifier: readonly Identifier[];
  readonly exclude: readonly Identifier[];
  readonly replace: readonly { readonly expression: Expression; readonly name: Identifier }[];
}
/** Text as written: `1`, `1.50`, `.5`, `1e3`, `$12.50` without the `$` and `money` set. */
export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly text: string;
  readonly money: boolean;
}
/** Value with doubled quotes undone; `national` for N'…'. */
export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
  readonly national: boolean;
}
/** `0xAB`: hex digits without 0x, an odd number gets a leading 0. */
export interface BinaryLiteral extends Node {
  readonly kind: 'binary-literal';
  readonly hex: string;
}
export interface NullLiteral extends Node {
  readonly kind: 'null';
}
/** TRUE and FALSE, an extension. */
export interface BooleanLiteral extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}
/** DEFAULT as a value of INSERT and UPDATE; nowhere else. */
export interface DefaultValue extends Node {
  readonly kind: 'default';
}
/** `@x`, a variable of the batch or a parameter of the call: name without the @. */
export interface Parameter extends Node {
  readonly kind: 'parameter';
  readonly name: string;
}
/** `@@ROWCOUNT`: name without the @@, in lower case. */
export interface SystemVariable extends Node {
  readonly kind: 'system-variable';
  readonly name: string;
}
/** `NEXT VALUE FOR sequence [OVER (ORDER BY …)]`. */
export interface NextValue extends Node {
  readonly kind: 'next-value';
  readonly sequence: ObjectName;
  readonly over: WindowSpec | undefined;
}
export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | '~' | 'not';
  readonly operand: Expression;
}
export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface IsNull extends Node {
  readonly kind: 'is-null';
  readonly operand: Expression;
  readonly negated: boolean;
}
export interface IsDistinct extends Node {
  readonly kind: 'is-distinct';
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
}
export interface Between extends Node {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}
export interface InList extends Node {
  readonly kind: 'in-list';
  readonly operand: Expression;
  readonly items: readonly Expression[];
  readonly negated: boolean;
}
export interface InQuery extends Node {
  readonly kind: 'in-query';
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
}
/** LIKE and ILIKE. */
export interface Like extends Node {
  readonly kind: 'like';
  readonly ignoreCase: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly negated: boolean;
}
export interface Exists extends Node {
  readonly kind: 'exists';
  readonly query: Query;
}
/** `x > ALL (SELECT …)`; SOME is `any`. */
export interface Quantified extends Node {
  readonly kind: 'quantified';
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly quantifier: 'all' | 'any';
  readonly operand: Expression;
  readonly query: Query;
}
/** Simple CASE has an operand, searched CASE none. */
export interface Case extends Node {
  readonly kind: 'case';
  readonly operand: Expression | undefined;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression | undefined;
}
/** CAST, `x::type`, CONVERT, PARSE and their TRY_ forms. */
export interface Cast extends Node {
  readonly kind: 'cast';
  readonly method: 'cast' | 'convert' | 'parse';
  readonly operand: Expression;
  readonly type: TypeName;
  /** The third argument of CONVERT. */
  readonly style: Expression | undefined;
  /** `USING culture` of PARSE. */
  readonly culture: Expression | undefined;
  readonly onError: 'fail' | 'null';
}
export interface Collate extends Node {
  readonly kind: 'collate';
  readonly operand: Expression;
  readonly collation: Identifier;
}
export interface AtTimeZone extends Node {
  readonly kind: 'at-time-zone';
  readonly operand: Expression;
  readonly zone: Expression;
}
/** `(a, b)` of two values or more: the left side and the items of IN, and of comparisons. */
export interface Row extends Node {
  readonly kind: 'row';
  readonly items: readonly Expression[];
}
/** Any call by name, aggregates and windows too. `TRIM(LEADING c FROM s)` is TRIM with `trim` set and args [s, c]. */
export interface FunctionCall extends Node {
  readonly kind: 'call';
  /** As written, last part; schema-qualified calls keep the qualifier. */
  readonly name: Identifier;
  readonly qualifier: readonly Identifier[];
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  /** `USING SERVICE name` inside the parentheses. */
  readonly service: Identifier | undefined;
  /** `USE MODEL name [PARAMETERS json]` inside the parentheses. */
  readonly model: { readonly name: Identifier; readonly parameters: Expression | undefined } | undefined;
  /** JSON_OBJECT('a': 1): args are key, value, key, value … */
  readonly keyed: boolean;
  /** `RETURNING type` of JSON_VALUE; the other JSON functions return json whether it is written or not. */
  readonly returning: TypeName | undefined;
  /** `WITH ARRAY WRAPPER` of JSON_QUERY. */
  readonly arrayWrapper: boolean;
  /** `NULL ON NULL` and `ABSENT ON NULL` of the JSON constructors. */
  readonly jsonNulls: 'null' | 'absent' | undefined;
  readonly trim: 'leading' | 'trailing' | 'both' | undefined;
  /** WITHIN GROUP (ORDER BY …), or ORDER BY inside the parentheses. */
  readonly withinGroup: readonly OrderItem[] | undefined;
  readonly nulls: 'ignore' | 'respect' | undefined;
  readonly over: WindowSpec | undefined;
  /** `{fn name(…)}`: a function of ODBC. EXTRACT has the part and what it is of as arguments. */
  readonly odbc?: true;
}
export interface ScalarQuery extends Node {
  readonly kind: 'scalar-query';
  readonly query: Query;
}
/** `[1, 2]` of literals, `ARRAY[a, b]` of anything. */
export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}
/** `{'a': 1}`. */
export interface StructLiteral extends Node {
  readonly kind: 'struct';
  readonly fields: readonly { readonly name: string; readonly value: Expression }[];
}
/** `(expr).name`, `f(x).name`. A dotted name stays a ColumnReference. */
export interface FieldAccess extends Node {
  readonly kind: 'field';
  readonly operand: Expression;
  readonly field: Identifier;
}
/** `(expr).name(args)`, `@x.name()`, `f(x).name()`. A call on a dotted name stays a FunctionCall. */
export interface MethodCall extends Node {
  readonly kind: 'method-call';
  readonly operand: Expression;
  readonly name: Identifier;
  readonly args: readonly Expression[];
}
/** `expr[1]`, 1-based, `expr['key']`; no blank before the bracket. */
export interface Subscript extends Node {
  readonly kind: 'subscript';
  readonly operand: Expression;
  readonly index: Expression;
}

/** `OVER w` has only a base, `OVER (w ORDER BY a)` more. */
export interface WindowSpec extends Node {
  /** A window of the WINDOW clause that this one extends. */
  readonly base: Identifier | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: WindowFrame | undefined;
}
export interface WindowFrame extends Node {
  readonly unit: 'rows' | 'range';
  readonly start: FrameBound;
  readonly end: FrameBound | undefined;
}
export type FrameBound =
  | { readonly kind: 'unbounded-preceding' | 'unbounded-following' | 'current-row' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expression };

export interface OrderItem extends Node {
  readonly expression: Expression;
  readonly descending: boolean;
}
