// The physical plan: what the engine does, in order. Fragments are SQL for DuckDB; between them stand the calls.

import type { ExternalTable, SystemTable, TableDefinition } from '../catalog/definitions.ts';
import type { Operation } from '../udf/operation.ts';
import type { Column, ColumnId } from './expression.ts';
import type { Fragment } from './unparse.ts';

export interface PhysicalCall {
  readonly operation: Operation;
  readonly service: string | undefined;
  readonly fn: string;
  /** Column of the answer in the logical plan. */
  readonly answer: ColumnId;
  /** Columns of the staged rows that hold the operation's inputs, in its order. */
  readonly inputs: readonly ColumnId[];
  /** Name of the statement's answer table; calls of one operation and service share it. */
  readonly answers: string;
  /** Whether one request may ask for it and for others of its group, service and stage that are so marked. */
  readonly fused: boolean;
}

/** Names of a segment's own parameters: no name a user can write. */
export const ROW_FROM = '#from';
export const ROW_TO = '#to';

/** Rows that are kept: below calls, so that only their distinct inputs leave the relational engine. */
export interface StageStep {
  readonly stage: number;
  readonly fragment: Fragment;
  /** Stages whose answers its rows depend on: then they cannot be counted before those calls are made. */
  readonly after: readonly number[];
  /** None reads another's answer: they are made at the same time. Without any it is rows computed before others. */
  readonly calls: readonly PhysicalCall[];
}

/** Calls of the streaming shape: rows come in, are buffered, answered, and pass through `body`. */
export interface Segment {
  readonly stage: number;
  /** Columns of the incoming rows. */
  readonly columns: readonly Column[];
  /** Further column of the buffer: numbers the rows as they came. */
  readonly row: Column;
  /** At least one; none reads another's answer: they are made at the same time. */
  readonly calls: readonly PhysicalCall[];
  /** Reads the buffer's rows from ROW_FROM to before ROW_TO (parameters of those names), in order of row. */
  readonly body: Fragment;
}

export type Output =
  | {
      readonly kind: 'fragment';
      readonly fragment: Fragment;
      /** Rows at most, as far as the plan tells. */
      readonly mostRows: number;
    }
  | {
      readonly kind: 'stream';
      readonly source: Fragment;
      /** Stages whose answers the source reads. */
      readonly sourceAfter: readonly number[];
      readonly segments: readonly Segment[];
      readonly limit: number | undefined;
      readonly offset: number;
    };

/** A table outside of the database, and the names of those of its columns that are read. */
export interface ExternalRead {
  readonly table: ExternalTable | SystemTable;
  readonly columns: ReadonlySet<string>;
}

export interface PhysicalPlan {
  /** Opened before the first fragment runs. */
  readonly external: readonly ExternalRead[];
  /** Every table that is read. */
  readonly tables: readonly TableDefinition[];
  readonly stages: readonly StageStep[];
  readonly output: Output;
  readonly columns: readonly Column[];
}
