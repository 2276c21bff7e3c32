// Statements: the closed union, and those that run queries or say how they run.

import type { Span } from '../../common/span.ts';
import type { BulkInsert, Delete, Insert, Merge, Truncate, Update } from './change.ts';
import type { Parameter } from './expression.ts';
import type {
  AlterCredential,
  AlterDataSource,
  AlterModel,
  AlterService,
  CopyInto,
  CreateCredential,
  CreateDataSource,
  CreateExternalTable,
  CreateExternalTableAs,
  CreateFileFormat,
  CreateModel,
  CreateService,
  MasterKey,
} from './external.ts';
import type { Identifier, Node, ObjectName } from './names.ts';
import type {
  AlterMaterializedView,
  AlterSequence,
  AlterTable,
  CreateDatabase,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateStatistics,
  CreateTable,
  CreateTableAs,
  CreateView,
  DropObject,
  Permission,
  RenameObject,
  UpdateStatistics,
} from './object.ts';
import type { Query } from './query.ts';
import type {
  Block,
  Declare,
  DeclareTable,
  Execute,
  If,
  LoopControl,
  Print,
  Raiserror,
  Return,
  SetVariable,
  Throw,
  Transaction,
  Try,
  Use,
  While,
} from './script.ts';

export type Statement =
  | SelectStatement
  | Explain
  | SetStatement
  | SetIdentityInsert
  | Insert
  | Update
  | Delete
  | Merge
  | Truncate
  | BulkInsert
  | Declare
  | DeclareTable
  | SetVariable
  | If
  | While
  | Block
  | Try
  | LoopControl
  | Return
  | Print
  | Throw
  | Raiserror
  | Transaction
  | Use
  | Execute
  | CreateTable
  | CreateTableAs
  | AlterMaterializedView
  | AlterTable
  | CreateView
  | CreateSchema
  | CreateSequence
  | AlterSequence
  | CreateStatistics
  | UpdateStatistics
  | CreateIndex
  | CreateDatabase
  | RenameObject
  | Permission
  | DropObject
  | CreateCredential
  | AlterCredential
  | MasterKey
  | CreateService
  | AlterService
  | CreateDataSource
  | AlterDataSource
  | CreateFileFormat
  | CreateExternalTable
  | CreateExternalTableAs
  | CreateModel
  | AlterModel
  | CopyInto;

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
  /** `SET DATEFIRST @v`. */
  readonly value: OptionValue | Parameter;
}
/** `SET IDENTITY_INSERT t ON`. */
export interface SetIdentityInsert extends Node {
  readonly kind: 'set-identity-insert';
  readonly table: ObjectName;
  readonly on: boolean;
}
