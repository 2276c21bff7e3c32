// Statements on schemas, tables, views and what belongs to them.

import type { Expression } from './expression.ts';
import type { Identifier, Node, ObjectName, TypeName } from './names.ts';
import type { Query } from './query.ts';
import type { QueryOption } from './statement.ts';

/** What CREATE does when the object exists: fail; skip with IF NOT EXISTS; replace with OR ALTER and OR REPLACE. */
export type IfExists = 'fail' | 'skip' | 'replace';

export interface CreateTable extends Node {
  readonly kind: 'create-table';
  readonly existing: IfExists;
  readonly name: ObjectName;
  readonly columns: readonly TableColumn[];
  readonly constraints: readonly TableConstraint[];
  readonly layout: TableLayout;
  /** AS NODE and AS EDGE, refused when the table is made. */
  readonly deferred: Identifier | undefined;
}
export interface TableColumn extends Node {
  readonly name: Identifier;
  /** Undefined only for a computed column. */
  readonly type: TypeName | undefined;
  readonly collation: Identifier | undefined;
  /** Undefined where neither NULL nor NOT NULL is written. */
  readonly nullable: boolean | undefined;
  readonly default: Expression | undefined;
  /** IDENTITY alone is (1, 1). */
  readonly identity: { readonly seed: number; readonly increment: number } | undefined;
  readonly computed: Expression | undefined;
  /** PRIMARY KEY, UNIQUE, CHECK and REFERENCES beside the column. */
  readonly constraints: readonly TableConstraint[];
  /** Attributes that parse and are refused when the table is made: SPARSE, MASKED … */
  readonly deferred: readonly Identifier[];
}
export type TableConstraint = KeyConstraint | CheckConstraint | ForeignKey | DefaultConstraint;
interface Constraint extends Node {
  readonly name: Identifier | undefined;
}
/** Beside a column its columns are empty. */
export interface KeyConstraint extends Constraint {
  readonly kind: 'primary-key' | 'unique';
  readonly columns: readonly Identifier[];
  /** False for NOT ENFORCED. */
  readonly enforced: boolean;
}
export interface CheckConstraint extends Constraint {
  readonly kind: 'check';
  readonly condition: Expression;
}
/** Beside a column its columns are empty. */
export interface ForeignKey extends Constraint {
  readonly kind: 'foreign-key';
  readonly columns: readonly Identifier[];
  readonly table: ObjectName;
  readonly referenced: readonly Identifier[];
  /** ON DELETE CASCADE and its like, refused when the table is made. */
  readonly deferred: readonly Identifier[];
}
/** `DEFAULT e FOR column` of ALTER TABLE. */
export interface DefaultConstraint extends Constraint {
  readonly kind: 'default-for';
  readonly value: Expression;
  readonly column: Identifier;
}

/** How a warehouse would lay the table out; checked, stored for the catalog views, and without effect. */
export interface TableLayout {
  readonly distribution:
    | { readonly kind: 'hash'; readonly columns: readonly Identifier[] }
    | { readonly kind: 'round-robin' | 'replicate' }
    | undefined;
  readonly index:
    | { readonly kind: 'heap' }
    | { readonly kind: 'clustered' | 'columnstore'; readonly columns: readonly Identifier[] }
    | undefined;
  readonly partition:
    | {
        readonly column: Identifier;
        readonly range: 'left' | 'right';
        readonly values: readonly Expression[];
      }
    | undefined;
}

export interface CreateTableAs extends Node {
  readonly kind: 'create-table-as';
  readonly existing: IfExists;
  readonly name: ObjectName;
  /** Names only: types come from the query. */
  readonly columns: readonly Identifier[];
  readonly layout: TableLayout;
  readonly query: Query;
  readonly options: readonly QueryOption[];
}

export interface AlterTable extends Node {
  readonly kind: 'alter-table';
  readonly name: ObjectName;
  readonly action: AlterTableAction;
}
export type AlterTableAction = AddColumns | DropColumns | DropConstraints | AlterColumn | OtherTableChange;
/** What is read and refused when it runs: `SET (…)`, `REBUILD`, `SWITCH TO t`. */
export interface OtherTableChange extends Node {
  readonly kind: 'other';
  /** Its first words in upper case. */
  readonly what: string;
}
export interface AddColumns extends Node {
  readonly kind: 'add';
  readonly columns: readonly TableColumn[];
  readonly constraints: readonly TableConstraint[];
}
export interface DropColumns extends Node {
  readonly kind: 'drop-columns';
  readonly columns: readonly Identifier[];
  readonly ifExists: boolean;
}
export interface DropConstraints extends Node {
  readonly kind: 'drop-constraints';
  readonly constraints: readonly Identifier[];
  readonly ifExists: boolean;
}
export interface AlterColumn extends Node {
  readonly kind: 'alter-column';
  readonly column: Identifier;
  readonly type: TypeName;
  readonly collation: Identifier | undefined;
  readonly nullable: boolean | undefined;
}

/** CREATE and ALTER VIEW; ALTER replaces what must exist. */
export interface CreateView extends Node {
  readonly kind: 'create-view';
  readonly existing: IfExists | 'must-exist';
  readonly name: ObjectName;
  readonly columns: readonly Identifier[];
  readonly query: Query;
  readonly checkOption: boolean;
}

/** Views are always computed anew, so there is nothing to rebuild or switch off. */
export interface AlterMaterializedView extends Node {
  readonly kind: 'alter-materialized-view';
  readonly name: ObjectName;
  readonly action: 'rebuild' | 'disable';
}

export interface CreateSchema extends Node {
  readonly kind: 'create-schema';
  readonly existing: IfExists;
  readonly name: Identifier;
}

export interface SequenceOptions {
  readonly start: bigint | undefined;
  readonly increment: bigint | undefined;
  /** `none` for NO MINVALUE. */
  readonly minimum: bigint | 'none' | undefined;
  readonly maximum: bigint | 'none' | undefined;
  readonly cycle: boolean | undefined;
}
export interface CreateSequence extends Node {
  readonly kind: 'create-sequence';
  readonly existing: IfExists;
  readonly name: ObjectName;
  readonly type: TypeName | undefined;
  readonly options: SequenceOptions;
}
/** `RESTART [WITH n]`: restarting without a number is at the start value. */
export interface AlterSequence extends Node {
  readonly kind: 'alter-sequence';
  readonly name: ObjectName;
  readonly options: SequenceOptions;
  readonly restart: bigint | 'start' | undefined;
}

/** `WITH FULLSCAN | SAMPLE …` is read and dropped: there is nothing to sample. */
export interface CreateStatistics extends Node {
  readonly kind: 'create-statistics';
  readonly existing: IfExists;
  readonly name: Identifier;
  readonly table: ObjectName;
  readonly columns: readonly Identifier[];
}
/** No names: all of the table. */
export interface UpdateStatistics extends Node {
  readonly kind: 'update-statistics';
  readonly table: ObjectName;
  readonly names: readonly Identifier[];
}

/** Indexes change no answer: accepted and without effect. */
export interface CreateIndex extends Node {
  readonly kind: 'create-index';
  readonly name: Identifier;
  readonly table: ObjectName;
  readonly unique: boolean;
  readonly columns: readonly Identifier[];
}
export interface CreateDatabase extends Node {
  readonly kind: 'create-database';
  readonly existing: IfExists;
  readonly name: Identifier;
}
/** `RENAME OBJECT a TO b`. */
export interface RenameObject extends Node {
  readonly kind: 'rename';
  readonly from: ObjectName;
  readonly to: Identifier;
}
/** GRANT, DENY and REVOKE: there are no users, so without effect. */
export interface Permission extends Node {
  readonly kind: 'permission';
  readonly action: 'grant' | 'deny' | 'revoke';
}

export type DroppableKind =
  | 'table'
  | 'view'
  | 'schema'
  | 'sequence'
  | 'statistics'
  | 'index'
  | 'database'
  | 'external table'
  | 'credential'
  | 'data source'
  | 'file format'
  | 'service'
  | 'model';
/** `DROP STATISTICS t.s` has names of table and statistics; `DROP INDEX i ON t` is t.i. */
export interface DropObject extends Node {
  readonly kind: 'drop';
  readonly object: DroppableKind;
  readonly names: readonly ObjectName[];
  readonly ifExists: boolean;
}
