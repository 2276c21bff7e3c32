// The logical plan: a closed union of relational nodes over column ids, plus CognitiveMap.
// A node's output columns follow from the node alone (columnsOf); names matter only for display.

import type { TableDefinition } from '../catalog/definitions.ts';
import { unreachable } from '../common/errors.ts';
import type { Operation } from '../udf/operation.ts';
import type { AggregateExpr, Column, ColumnId, Expr, SortKey, WindowExpr } from './expression.ts';

export type LogicalPlan =
  | Scan
  | Values
  | Project
  | Filter
  | Join
  | Apply
  | Recursive
  | WorkingTable
  | Aggregate
  | Window
  | Unnest
  | Distinct
  | Sort
  | Limit
  | SetOperation
  | CognitiveMap
  | Staged;

export interface Scan {
  readonly kind: 'scan';
  readonly table: TableDefinition;
  /** The columns read: `source` is the table's column name. */
  readonly columns: readonly (Column & { readonly source: string })[];
  /** Some of its rows: what stands above sees no others, and nothing of it may come before. */
  readonly sample?: Sample | undefined;
}
/** TABLESAMPLE. The seed is part of the plan, so that whoever reads the scan again reads the same rows. */
export interface Sample {
  /** 0..100, or a number of rows. */
  readonly size: number;
  readonly unit: 'percent' | 'rows';
  readonly seed: number;
  /** The seed was given; else it is another one for each statement. */
  readonly repeatable: boolean;
}
/** Literal rows; one row of no columns is SELECT without FROM. */
export interface Values {
  readonly kind: 'values';
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Expr[])[];
}
export interface Project {
  readonly kind: 'project';
  readonly child: LogicalPlan;
  /** The whole output. A column passed through keeps its id. */
  readonly columns: readonly (Column & { readonly expr: Expr })[];
}
export interface Filter {
  readonly kind: 'filter';
  readonly child: LogicalPlan;
  readonly predicate: Expr;
}
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'cross';
export interface Join {
  readonly kind: 'join';
  readonly type: JoinType;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly on: Expr | undefined;
}
/** The right side is evaluated for each row of the left, whose columns it may read; `outer` keeps rows without any. */
export interface Apply {
  readonly kind: 'apply';
  readonly type: 'cross' | 'outer';
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
}
/** A recursive common table: the anchor's rows, then what the step makes of the rows of the round before. */
export interface Recursive {
  readonly kind: 'recursive';
  /** Which table the step's WorkingTable nodes read. */
  readonly table: number;
  readonly anchor: LogicalPlan;
  readonly step: LogicalPlan;
  /** Column i comes from column i of either part. */
  readonly columns: readonly Column[];
}
/** The rows of the round before; `source` is the recursive node's column. */
export interface WorkingTable {
  readonly kind: 'working-table';
  readonly table: number;
  readonly columns: readonly (Column & { readonly source: ColumnId })[];
}
export interface Aggregate {
  readonly kind: 'aggregate';
  readonly child: LogicalPlan;
  readonly groups: readonly (Column & { readonly expr: Expr })[];
  /** Grouping sets, each by the ids of its groups; `undefined`: one set of all. */
  readonly sets?: readonly (readonly ColumnId[])[] | undefined;
  /** Texts are grouped by their bytes, whatever their collation. */
  readonly bytewise?: true;
  readonly aggregates: readonly (Column & { readonly expr: AggregateExpr })[];
}
/** Appends columns. */
export interface Window {
  readonly kind: 'window';
  readonly child: LogicalPlan;
  readonly columns: readonly (Column & { readonly expr: WindowExpr })[];
}
/** One row per element of a list; appends the element. */
export interface Unnest {
  readonly kind: 'unnest';
  readonly child: LogicalPlan;
  readonly expr: Expr;
  readonly column: Column;
}
export interface Distinct {
  readonly kind: 'distinct';
  readonly child: LogicalPlan;
}
export interface Sort {
  readonly kind: 'sort';
  readonly child: LogicalPlan;
  readonly keys: readonly SortKey[];
}
export interface Limit {
  readonly kind: 'limit';
  readonly child: LogicalPlan;
  /** `undefined`: all. */
  readonly count: number | undefined;
  readonly offset: number;
}
export interface SetOperation {
  readonly kind: 'set-operation';
  readonly operator: 'union' | 'except' | 'intersect';
  readonly all: boolean;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  /** Column i comes from column i of either side. */
  readonly columns: readonly Column[];
}

export interface CognitiveCall {
  readonly operation: Operation;
  /** Name of the service to ask; `undefined`: the session's service of the operation's type. */
  readonly service: string | undefined;
  /** In the order of the operation's inputs. A NULL first argument is no call. */
  readonly args: readonly Expr[];
  /** The rows for which the text would have made the call; `undefined`: all. */
  readonly guard: Expr | undefined;
  /** Appended: the operation's answer. */
  readonly answer: Column;
  /** Appended when something reads it: why the service refused the row's input, else NULL. */
  readonly failure: Column | undefined;
  /** Function as written, for messages. */
  readonly fn: string;
  /** Asked together with the calls so marked of its group and service that stand on the same rows. */
  readonly fused?: boolean;
}
/** Appends one column: a service's answer for each row. */
export interface CognitiveMap {
  readonly kind: 'cognitive-map';
  readonly child: LogicalPlan;
  readonly call: CognitiveCall;
}

/** CognitiveMaps after fragmentation: the staged rows joined with their answers. */
export interface Staged {
  readonly kind: 'staged';
  /** Index of the stage in the physical plan. */
  readonly stage: number;
  readonly columns: readonly Column[];
  readonly answers: readonly StagedAnswer[];
}
export interface StagedAnswer {
  readonly column: Column;
  readonly failure: Column | undefined;
  /** Name of the answer table. */
  readonly table: string;
  readonly inputs: readonly ColumnId[];
}

/** What a call appends. */
export function answerColumns(call: Pick<CognitiveCall, 'answer' | 'failure'>): readonly Column[] {
  return call.failure === undefined ? [call.answer] : [call.answer, call.failure];
}

/** Output columns, in order. */
export function columnsOf(plan: LogicalPlan): readonly Column[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'project':
    case 'set-operation':
    case 'recursive':
    case 'working-table':
      return plan.columns;
    case 'filter':
    case 'distinct':
    case 'sort':
    case 'limit':
      return columnsOf(plan.child);
    case 'join':
    case 'apply':
      return [...columnsOf(plan.left), ...columnsOf(plan.right)];
    case 'aggregate':
      return [...plan.groups, ...plan.aggregates];
    case 'window':
      return [...columnsOf(plan.child), ...plan.columns];
    case 'unnest':
      return [...columnsOf(plan.child), plan.column];
    case 'cognitive-map':
      return [...columnsOf(plan.child), ...answerColumns(plan.call)];
    case 'staged':
      return [...plan.columns, ...plan.answers.flatMap((a) => answerColumns({ answer: a.column, failure: a.failure }))];
    default:
      return unreachable(plan);
  }
}
