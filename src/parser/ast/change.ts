// Statements that change rows.

import type { Expression, StringLiteral } from './expression.ts';
import type { Identifier, Node, ObjectName } from './names.ts';
import type { CommonTable, Query, SelectItem, TableReference, TableSource, TableVariable, Top } from './query.ts';
import type { QueryOption } from './statement.ts';

/** What is written to; the alias is only ever given by MERGE. */
export type Target = TableReference | TableVariable;

interface Change extends Node {
  readonly ctes: readonly CommonTable[];
  readonly top: Top | undefined;
  readonly target: Target;
  readonly output: Output | undefined;
  /** After an OUTPUT … INTO: what is returned. */
  readonly secondOutput: Output | undefined;
  readonly options: readonly QueryOption[];
}

/** `OUTPUT inserted.a, $action [INTO t (a)]`; INSERTED, DELETED and $action are columns here. */
export interface Output extends Node {
  readonly items: readonly SelectItem[];
  readonly into: Target | undefined;
  readonly intoColumns: readonly Identifier[];
}

/** INSERT [INTO] t (a, b) of VALUES or a query; DEFAULT VALUES has no query. */
export interface Insert extends Change {
  readonly kind: 'insert';
  readonly columns: readonly Identifier[];
  readonly query: Query | undefined;
}

/** UPDATE t SET … [FROM …]; the target may be an alias of FROM. */
export interface Update extends Change {
  readonly kind: 'update';
  readonly set: readonly Assignment[];
  readonly from: readonly TableSource[];
  readonly where: Expression | undefined;
}
/** `a = e`, `t.a = e`, `@v = e`, `@v = a = e`; `a += e` is `a = a + e`. At least one of column and variable. */
export interface Assignment extends Node {
  readonly column: ObjectName | undefined;
  /** Without the @. */
  readonly variable: string | undefined;
  readonly value: Expression;
}

/** DELETE [FROM] t [FROM …]; the target may be an alias of the second FROM. */
export interface Delete extends Change {
  readonly kind: 'delete';
  readonly from: readonly TableSource[];
  readonly where: Expression | undefined;
}

export interface Merge extends Change {
  readonly kind: 'merge';
  readonly source: TableSource;
  readonly on: Expression;
  readonly clauses: readonly MergeClause[];
}
/** `WHEN MATCHED [AND condition] THEN …`; NOT MATCHED is BY TARGET. */
export interface MergeClause extends Node {
  readonly match: 'matched' | 'not-matched' | 'not-matched-by-source';
  readonly condition: Expression | undefined;
  readonly action: MergeAction;
}
export type MergeAction = MergeUpdate | MergeDelete | MergeInsert;
export interface MergeUpdate extends Node {
  readonly kind: 'merge-update';
  readonly set: readonly Assignment[];
}
export interface MergeDelete extends Node {
  readonly kind: 'merge-delete';
}
/** DEFAULT VALUES has no values. */
export interface MergeInsert extends Node {
  readonly kind: 'merge-insert';
  readonly columns: readonly Identifier[];
  readonly values: readonly Expression[] | undefined;
}

/** `BULK INSERT t FROM 'file' WITH (…)`, and INSERT BULK, which has no file. Refused when it runs. */
export interface BulkInsert extends Node {
  readonly kind: 'bulk-insert';
  readonly target: ObjectName;
  readonly from: StringLiteral | undefined;
}

export interface Truncate extends Node {
  readonly kind: 'truncate';
  readonly table: ObjectName;
  /** WITH (PARTITIONS (…)), refused when it runs. */
  readonly deferred: Node | undefined;
}
