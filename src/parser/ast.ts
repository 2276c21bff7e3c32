// The syntax tree: what was written, with its place, and no meaning yet.
// Closed unions with literal kinds; shape.ts knows the children.

import type { Span } from '../common/span.ts';

interface Node {
  readonly span: Span;
}

/** A name as written. `quoted` names (`[a]`, `"a"`) are never keywords or functions by accident. */
export interface Identifier extends Node {
  readonly name: string;
  readonly quoted: boolean;
}

/** `db.schema.object` and shorter; `db..object` has an empty schema part. At least one part. */
export interface ObjectName extends Node {
  readonly parts: readonly Identifier[];
}

/** `decimal(10, 2)`, `nvarchar(max)`, `double precision`. Name in lower case. */
export interface TypeName extends Node {
  readonly name: string;
  readonly parameters: readonly (number | 'max')[];
}

// --- expressions

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
  | Parameter
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
  | FunctionCall
  | ScalarQuery
  | ListLiteral
  | StructLiteral
  | FieldAccess
  | Subscript;

/** `a`, `t.a`, `dbo.t.a`, `t.s.f`: what is table, column and struct field is the binder's matter. */
export interface ColumnReference extends Node {
  readonly kind: 'column';
  readonly parts: readonly Identifier[];
}
/** `*` and `t.*`, in a select list and in COUNT(*). */
export interface Star extends Node {
  readonly kind: 'star';
  readonly qualifier: readonly Identifier[];
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
/** `@x`: name without the @. */
export interface Parameter extends Node {
  readonly kind: 'parameter';
  readonly name: string;
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
export interface Like extends Node {
  readonly kind: 'like';
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
/** CAST, TRY_CAST, CONVERT, TRY_CONVERT. */
export interface Cast extends Node {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: TypeName;
  readonly style: Expression | undefined;
  readonly onError: 'fail' | 'null';
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
  readonly trim: 'leading' | 'trailing' | 'both' | undefined;
  readonly withinGroup: readonly OrderItem[] | undefined;
  readonly nulls: 'ignore' | 'respect' | undefined;
  readonly over: WindowSpec | undefined;
}
export interface ScalarQuery extends Node {
  readonly kind: 'scalar-query';
  readonly query: Query;
}
/** `[a, b]` in a value position. */
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
/** `expr[i]`, 1-based. */
export interface Subscript extends Node {
  readonly kind: 'subscript';
  readonly operand: Expression;
  readonly index: Expression;
}

export interface WindowSpec extends Node {
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

// --- queries

/** A whole query: CTEs, a body, then what applies to the body's result. */
export interface Query extends Node {
  readonly kind: 'query';
  readonly ctes: readonly CommonTable[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  /** LIMIT n, or FETCH NEXT n ROWS ONLY. */
  readonly limit: Expression | undefined;
  /** OFFSET n [ROWS]. */
  readonly offset: Expression | undefined;
}
export interface CommonTable extends Node {
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly query: Query;
}

export type QueryBody = Select | SetOperation | Values | NestedQuery;
export interface SetOperation extends Node {
  readonly kind: 'set-operation';
  readonly operator: 'union' | 'except' | 'intersect';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}
export interface Values extends Node {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}
/** A parenthesised query as an operand. */
export interface NestedQuery extends Node {
  readonly kind: 'nested';
  readonly query: Query;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly top: Top | undefined;
  readonly items: readonly SelectItem[];
  readonly from: readonly TableSource[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
}
export interface Top extends Node {
  readonly count: Expression;
  readonly percent: boolean;
  readonly withTies: boolean;
}
/** `expr`, `expr AS a`, `expr a`, `a = expr`, `expr AS 'a'`. */
export interface SelectItem extends Node {
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
}

export type TableSource = TableReference | DerivedTable | Join | TableFunction;
export interface TableReference extends Node {
  readonly kind: 'table';
  readonly name: ObjectName;
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}
export interface DerivedTable extends Node {
  readonly kind: 'derived';
  readonly query: Query;
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}
export interface Join extends Node {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: TableSource;
  readonly right: TableSource;
  readonly on: Expression | undefined;
  readonly using: readonly Identifier[] | undefined;
}
/** `f(args) AS t(c)` in FROM; parsed, and refused by the binder until table functions exist. */
export interface TableFunction extends Node {
  readonly kind: 'table-function';
  readonly name: ObjectName;
  readonly args: readonly Expression[];
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}

// --- statements

export type Statement =
  | SelectStatement
  | Explain
  | SetStatement
  | CreateTableAs
  | DropObject
  | CreateCredential
  | AlterCredential
  | CreateService
  | AlterService
  | CreateDataSource
  | CreateFileFormat
  | CreateExternalTable;

/** `name value` of OPTION (…). */
export interface QueryOption extends Node {
  readonly name: Identifier;
  readonly value: OptionValue | undefined;
  /** Second part of a value: the default of `ON_ERROR DEFAULT 'x'`, the PERCENT of `MAX_ERRORS 5 PERCENT`. */
  readonly argument: OptionValue | undefined;
}
export type OptionValue =
  | { readonly kind: 'number'; readonly value: number; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'word'; readonly value: string; readonly span: Span };

export interface SelectStatement extends Node {
  readonly kind: 'select-statement';
  readonly query: Query;
  readonly options: readonly QueryOption[];
}
export interface Explain extends Node {
  readonly kind: 'explain';
  readonly analyze: boolean;
  readonly statement: Statement;
}
/** `SET name = value`, `SET name value`, `SET NOCOUNT ON`. The name in lower case. */
export interface SetStatement extends Node {
  readonly kind: 'set';
  readonly name: Identifier;
  readonly value: OptionValue;
}
export interface CreateTableAs extends Node {
  readonly kind: 'create-table-as';
  readonly name: ObjectName;
  readonly columns: readonly Identifier[];
  readonly query: Query;
  readonly options: readonly QueryOption[];
}

export type DroppableKind = 'table' | 'external table' | 'credential' | 'data source' | 'file format' | 'service';
export interface DropObject extends Node {
  readonly kind: 'drop';
  readonly object: DroppableKind;
  readonly names: readonly ObjectName[];
  readonly ifExists: boolean;
}

/** IDENTITY first, then SECRET. The secret never appears in any message. */
export interface CreateCredential extends Node {
  readonly kind: 'create-credential';
  readonly name: Identifier;
  readonly identity: string;
  readonly secret: string | undefined;
}

export interface CreateDataSource extends Node {
  readonly kind: 'create-data-source';
  readonly name: Identifier;
  readonly location: StringLiteral;
  readonly credential: Identifier | undefined;
  readonly type: 'hadoop' | 'blob_storage' | undefined;
  readonly connectionOptions: StringLiteral | undefined;
}

export interface CreateFileFormat extends Node {
  readonly kind: 'create-file-format';
  readonly name: Identifier;
  readonly format: 'delimitedtext' | 'parquet' | 'orc' | 'rcfile' | 'json' | 'delta';
  readonly compression: StringLiteral | undefined;
  readonly text: {
    readonly fieldTerminator: StringLiteral | undefined;
    readonly stringDelimiter: StringLiteral | undefined;
    readonly firstRow: { readonly value: number; readonly span: Span } | undefined;
    readonly dateFormat: StringLiteral | undefined;
    readonly useTypeDefault: boolean | undefined;
    readonly encoding: StringLiteral | undefined;
    readonly parserVersion: StringLiteral | undefined;
  };
}

export interface ColumnDefinition extends Node {
  readonly name: Identifier;
  readonly type: TypeName;
  /** `COLLATE name`. */
  readonly collation: Identifier | undefined;
  readonly nullable: boolean;
}

export interface CreateExternalTable extends Node {
  readonly kind: 'create-external-table';
  readonly name: ObjectName;
  readonly columns: readonly ColumnDefinition[];
  readonly location: StringLiteral;
  readonly dataSource: Identifier;
  readonly fileFormat: Identifier;
  /** Options that parse and are refused by the binder until they are enforced. */
  readonly deferred: readonly Identifier[];
}

/** Replaces both values: a SECRET left out becomes none. */
export interface AlterCredential extends Node {
  readonly kind: 'alter-credential';
  readonly name: Identifier;
  readonly identity: string;
  readonly secret: string | undefined;
}

export type ServiceKind = 'language' | 'vision' | 'face' | 'speech' | 'translator' | 'anomaly';

/** Options of CREATE and ALTER EXTERNAL SERVICE; absent ones are undefined. Numbers are positive. */
export interface ServiceOptions {
  readonly type: ServiceKind | undefined;
  readonly location: StringLiteral | undefined;
  readonly credential: Identifier | undefined;
  readonly region: StringLiteral | undefined;
  readonly operations: readonly StringLiteral[] | undefined;
  readonly apiVersion: StringLiteral | undefined;
  readonly modelVersion: StringLiteral | undefined;
  readonly tier: StringLiteral | undefined;
  readonly weight: number | undefined;
  readonly maxConcurrency: number | undefined;
  readonly requestsPerSecond: number | undefined;
  readonly requestsPerMinute: number | undefined;
  /** Seconds. */
  readonly requestTimeout: number | undefined;
  readonly pricePer1000: number | undefined;
  /** JSON object: operation id -> price per 1,000; checked by the binder. */
  readonly prices: StringLiteral | undefined;
  readonly currency: StringLiteral | undefined;
  /** Days answers stay in the cache. */
  readonly ttl: number | undefined;
  readonly cacheGroup: StringLiteral | undefined;
  readonly fuse: 'on' | 'off' | 'jobs' | undefined;
  readonly allowHttp: boolean | undefined;
  readonly loggingOptOut: boolean | undefined;
}
/** TYPE and LOCATION are required. */
export interface CreateService extends Node {
  readonly kind: 'create-service';
  readonly name: Identifier;
  readonly options: ServiceOptions;
}
/** TYPE cannot be altered. */
export interface AlterService extends Node {
  readonly kind: 'alter-service';
  readonly name: Identifier;
  readonly options: ServiceOptions;
}
