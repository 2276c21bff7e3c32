// Queries: SELECT and its clauses, set operations, and what may stand in FROM.

import type { Span } from '../../common/span.ts';
import type { ColumnReference, Expression, FunctionCall, OrderItem, StringLiteral, WindowSpec } from './expression.ts';
import type { Identifier, Node, ObjectName, TypeName } from './names.ts';

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
  readonly forJson: ForJson | undefined;
}
/** `FOR JSON PATH | AUTO [, ROOT ('r')] [, INCLUDE_NULL_VALUES] [, WITHOUT_ARRAY_WRAPPER]`. */
export interface ForJson extends Node {
  readonly kind: 'for-json';
  readonly mode: 'path' | 'auto';
  /** ROOT without a name is 'root'. */
  readonly root: string | undefined;
  readonly includeNulls: boolean;
  readonly withoutArrayWrapper: boolean;
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
/** A query as an operand: in parentheses; without them its ORDER BY is refused by the binder. */
export interface NestedQuery extends Node {
  readonly kind: 'nested';
  readonly query: Query;
  readonly parenthesised: boolean;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly top: Top | undefined;
  /** A query that starts with FROM and has no SELECT is `SELECT *`. */
  readonly items: readonly SelectItem[];
  /** The new table of SELECT … INTO. */
  readonly into: ObjectName | undefined;
  readonly from: readonly TableSource[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly GroupingElement[];
  /** GROUP BY ALL: every item of the list that aggregates nothing. T-SQL's, with expressions, is refused by the binder. */
  readonly groupByAll: boolean;
  readonly having: Expression | undefined;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | undefined;
}
export type GroupingElement = Expression | GroupingSets;
/** ROLLUP, CUBE (also of `GROUP BY a, b WITH ROLLUP`) and GROUPING SETS; `()` is a grouping set of nothing. */
export interface GroupingSets extends Node {
  readonly kind: 'rollup' | 'cube' | 'grouping-sets';
  readonly sets: readonly GroupingSet[];
}
/** One element: `a`, `(a, b)`, `()`; in GROUPING SETS also a ROLLUP or CUBE. */
export type GroupingSet = GroupingSets | GroupingColumns;
export interface GroupingColumns extends Node {
  readonly kind: 'columns';
  readonly expressions: readonly Expression[];
}
/** `w AS (PARTITION BY …)` of the WINDOW clause. */
export interface NamedWindow extends Node {
  readonly name: Identifier;
  readonly window: WindowSpec;
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
  /** `@v = expr`: assigned, not returned. `@v += expr` is `@v = @v + expr`. Such a SELECT has only such items. */
  readonly variable: string | undefined;
}

export type TableSource =
  | TableReference
  | TableVariable
  | DerivedTable
  | Join
  | Apply
  | Pivot
  | Unpivot
  | TableFunction
  | OpenRowset;
export interface TableReference extends Node {
  readonly kind: 'table';
  readonly name: ObjectName;
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
  readonly sample: TableSample | undefined;
  /** Never written: the name under which a statement that changes rows reads where each of them stands. */
  readonly rowId?: string;
}
/** `TABLESAMPLE [SYSTEM] (10 PERCENT) [REPEATABLE (1)]`; a number alone is a percentage. */
export interface TableSample extends Node {
  readonly count: Expression;
  readonly unit: 'percent' | 'rows';
  readonly seed: Expression | undefined;
}
/** `@t` in FROM and as a target: name without the @. */
export interface TableVariable extends Node {
  readonly kind: 'table-variable';
  readonly name: string;
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
/** CROSS APPLY and OUTER APPLY: the right side sees the columns of the left. */
export interface Apply extends Node {
  readonly kind: 'apply';
  readonly type: 'cross' | 'outer';
  readonly left: TableSource;
  readonly right: TableSource;
}
/** `source PIVOT (SUM(v) FOR k IN ([2019], [2020])) AS p`. */
export interface Pivot extends Node {
  readonly kind: 'pivot';
  readonly source: TableSource;
  readonly aggregate: FunctionCall;
  readonly column: ColumnReference;
  /** Each is a value of `column` and the name of a column of the result. */
  readonly values: readonly Identifier[];
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}
/** `source UNPIVOT (v FOR k IN (a, b)) AS u`. */
export interface Unpivot extends Node {
  readonly kind: 'unpivot';
  readonly source: TableSource;
  readonly value: Identifier;
  readonly name: Identifier;
  readonly from: readonly ColumnReference[];
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}
/** `f(args) [WITH (schema)] AS t(c)` in FROM. */
export interface TableFunction extends Node {
  readonly kind: 'table-function';
  readonly name: ObjectName;
  readonly args: readonly Expression[];
  /** `NAME = value` arguments, of the functions that have them: AI_GENERATE_CHUNKS, VECTOR_SEARCH, PREDICT. */
  readonly named: readonly NamedArgument[];
  /** Of OPENJSON and PREDICT. */
  readonly schema: readonly SchemaColumn[] | undefined;
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}
/** The name in upper case; a table as value is TABLE = t AS a. */
export interface NamedArgument extends Node {
  readonly name: string;
  readonly value: Expression | TableReference;
}
/** `name type [COLLATE c] [ordinal | 'path'] [AS JSON]` of OPENJSON … WITH and OPENROWSET … WITH. */
export interface SchemaColumn extends Node {
  readonly name: Identifier;
  readonly type: TypeName;
  readonly collation: Identifier | undefined;
  readonly path: StringLiteral | undefined;
  readonly ordinal: number | undefined;
  readonly asJson: boolean;
}
/** `OPENROWSET (BULK 'path', FORMAT = 'CSV', …) WITH (schema) AS r`; what may be said of it is checked. */
export interface OpenRowset extends Node {
  readonly kind: 'openrowset';
  readonly paths: readonly StringLiteral[];
  readonly options: OpenRowsetOptions;
  readonly schema: readonly SchemaColumn[] | undefined;
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}
/** Absent ones are undefined. FORMAT is in lower case; `single` is that of SINGLE_BLOB and its like. */
export interface OpenRowsetOptions {
  readonly dataSource: StringLiteral | undefined;
  readonly format: 'csv' | 'parquet' | 'delta' | 'jsonl' | undefined;
  readonly single: 'blob' | 'clob' | 'nclob' | undefined;
  readonly fieldTerminator: StringLiteral | undefined;
  readonly rowTerminator: StringLiteral | undefined;
  readonly fieldQuote: StringLiteral | undefined;
  readonly escapeChar: StringLiteral | undefined;
  readonly firstRow: { readonly value: number; readonly span: Span } | undefined;
  readonly lastRow: { readonly value: number; readonly span: Span } | undefined;
  /** Not with PARSER_VERSION '1.0', which the reader checks: T-SQL's grammar lets it pass. */
  readonly headerRow: boolean | undefined;
  readonly compression: StringLiteral | undefined;
  readonly parserVersion: StringLiteral | undefined;
  readonly dataFileType: StringLiteral | undefined;
  readonly codePage: StringLiteral | undefined;
  readonly rowsetOptions: StringLiteral | undefined;
  readonly maxErrors: { readonly value: number; readonly span: Span } | undefined;
  readonly errorFile: StringLiteral | undefined;
  readonly errorFileSource: StringLiteral | undefined;
  /** Options that parse and are refused by the binder. */
  readonly deferred: readonly Identifier[];
}
