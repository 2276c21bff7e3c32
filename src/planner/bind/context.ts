// What binding works with: the frozen inputs of planning, and the environment of the clause being bound.

import type { SqlType } from '../../arrow/sql-type.ts';
import type { ViewDefinition } from '../../catalog/definitions.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import type { CommonTable, Expression, Query, WindowSpec } from '../../parser/ast.ts';
import type { FunctionRegistry } from '../../udf/function.ts';
import type { AggregateExpr, Column, ColumnId, Expr, LiteralValue } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import type { Scope } from './scope.ts';

export const MAX_DEPTH = 600;

export interface ParameterValue {
  readonly value: LiteralValue;
  readonly type: SqlType;
}

/** Result types of the relational engine's functions that no table gives: answered from memory, or asked for. */
export interface KnownTypes {
  /** `undefined`: nobody asked yet; `null`: the engine refuses these arguments. */
  resultType(fn: string, args: readonly SqlType[]): SqlType | null | undefined;
}

/** What a failed document becomes: NULL, an error, or a value. */
export type OnError = { readonly mode: 'null' | 'fail' } | { readonly mode: 'default'; readonly value: string };

export interface BindContext {
  readonly snapshot: Snapshot;
  readonly functions: FunctionRegistry;
  /** By lower-case name, without @; `@@NAME` of the session as `@name`, its functions without arguments as `name()`. */
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly knownTypes: KnownTypes;
  readonly onError: OnError;
  /** Rounds a recursive common table may take; 0 is no limit. */
  readonly maxRecursion: number;
  /** The text of a view as a tree. */
  viewQuery(view: ViewDefinition): Query;
  /** `schema.name` of the views whose text is being bound. */
  readonly insideViews: readonly string[];
  /** What GETDATE() says: one moment for the whole statement. */
  readonly now: Date;
  nextId(): ColumnId;
}

export interface CteBinding {
  readonly table: CommonTable;
  /** What the definition itself sees. */
  readonly context: QueryContext;
}
export type CteScope = ReadonlyMap<string, CteBinding>;

/** What a query sees of what stands around it. */
export interface QueryContext {
  readonly ctx: BindContext;
  readonly parent: Scope | undefined;
  readonly ctes: CteScope;
  /** Recursive common tables whose step is being bound, by lower-case name. */
  readonly recursions: ReadonlyMap<string, Recursion>;
  /** Where the query stands as an operand or under APPLY: calls that read that row alone are made there. */
  readonly outer: Env | undefined;
  /** Columns of the left side of APPLY: calls that read them too are lifted above it. */
  readonly lateral: ReadonlySet<ColumnId>;
}

export interface Recursion {
  readonly table: number;
  readonly columns: readonly Column[];
}

export function rootContext(ctx: BindContext): QueryContext {
  return { ctx, parent: undefined, ctes: new Map(), recursions: new Map(), outer: undefined, lateral: new Set() };
}

/** For a query that is an operand of an expression. */
export function subqueryContext(env: Env): QueryContext {
  const { ctx, scope, ctes } = env;
  return { ctx, parent: scope, ctes, recursions: new Map(), outer: env, lateral: new Set() };
}

/** An environment of a clause of a query; what it does not say is not there. */
export function clauseEnv(q: QueryContext, given: Pick<Env, 'scope' | 'clause' | 'hoist'> & Partial<Env>): Env {
  const { ctx, ctes, outer, lateral } = q;
  return {
    ...{ ctx, ctes, outer, lateral, guards: [], grouping: undefined, windows: undefined, aliases: new Map(), depth: 0 },
    ...given,
  };
}

/** A plan under construction: hoisted nodes are put on top of it. */
export interface PlanHolder {
  plan: LogicalPlan;
}

/** Where a call that reads these columns may be evaluated; `undefined`: nowhere here. */
export type Hoist = (columns: ReadonlySet<ColumnId>) => PlanHolder | undefined;

export function hoistTo(holder: PlanHolder): Hoist {
  return (columns) => (provides(holder.plan, columns) ? holder : undefined);
}

export function provides(plan: LogicalPlan, columns: ReadonlySet<ColumnId>): boolean {
  const ids = new Set(columnsOf(plan).map((c) => c.id));
  return [...columns].every((id) => ids.has(id));
}

/** Present while binding what stands after GROUP BY. */
export interface Grouping {
  /** Group columns by the key of their expression. */
  readonly keys: ReadonlyMap<string, Column>;
  readonly groupIds: ReadonlySet<ColumnId>;
  /** Columns of this FROM clause: those not grouped may not be read directly. */
  readonly localIds: ReadonlySet<ColumnId>;
  /** Environment of aggregate arguments: below the aggregate node. */
  readonly below: Env;
  add(expr: AggregateExpr, name: string): Column;
}

export interface Env {
  readonly ctx: BindContext;
  readonly scope: Scope;
  readonly ctes: CteScope;
  /** As named in messages: `WHERE`, `the select list` … */
  readonly clause: string;
  readonly hoist: Hoist;
  /** What must hold for the text to evaluate the expression being bound. */
  readonly guards: readonly Expr[];
  readonly grouping: Grouping | undefined;
  /** Window functions are allowed, and appended to this plan. */
  readonly windows: PlanHolder | undefined;
  /** Of the WINDOW clause, by lower-case name. */
  readonly namedWindows?: ReadonlyMap<string, WindowSpec> | undefined;
  /** Select aliases, by lower-case name: a convenience where no column has the name. */
  readonly aliases: ReadonlyMap<string, Expression>;
  readonly depth: number;
  /** As in QueryContext. */
  readonly outer: Env | undefined;
  readonly lateral: ReadonlySet<ColumnId>;
  /** Under ON_ERROR FAIL, where conditions collect the failures that leave them undecided. */
  readonly undecided?: Column[] | undefined;
}

/** Thrown inside binding only: a result type must be asked of the engine first. */
export class TypeNeeded extends Error {
  override readonly name = 'TypeNeeded';
  readonly fn: string;
  readonly args: readonly SqlType[];
  constructor(fn: string, args: readonly SqlType[]) {
    super(`result type of ${fn}`);
    this.fn = fn;
    this.args = args;
  }
}
