// The pipeline of planning as one function: bind, check, rules, check, fragments. Pure but for the type oracle.

import { INT } from '../arrow/sql-type.ts';
import type { ViewDefinition } from '../catalog/definitions.ts';
import type { Snapshot } from '../catalog/snapshot.ts';
import { error, invariant } from '../common/errors.ts';
import type { Query } from '../parser/ast.ts';
import type { FunctionRegistry } from '../udf/function.ts';
import { MAX_DEPTH, type OnError, type ParameterValue, rootContext } from './bind/context.ts';
import { bindQuery } from './bind/query.ts';
import { type CallTerms, NO_TERMS } from './call-terms.ts';
import { readInOrder } from './date-order.ts';
import { type ColumnId, column, type DateOrder } from './expression.ts';
import { fragmentPlan } from './fragment.ts';
import type { LearntCalls } from './learnt-calls.ts';
import { optimize, type Step } from './optimize.ts';
import type { PhysicalPlan } from './physical.ts';
import { columnsOf, type LogicalPlan } from './plan.ts';
import { limitedTo } from './row-limit.ts';
import type { PlanContext, Rule, RuleContext } from './rule.ts';
import { visitPlan } from './shape.ts';
import { type TypeMemo, type TypeOracle, withTypes } from './type-oracle.ts';
import type { WorkNames } from './unparse.ts';
import { validate } from './validate.ts';

export interface PlanInputs {
  readonly snapshot: Snapshot;
  readonly functions: FunctionRegistry;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly onError: OnError;
  readonly maxRecursion: number;
  viewQuery(view: ViewDefinition): Query;
  /** The clock of the statement. */
  readonly now: Date;
  /** SET DATEFORMAT. */
  readonly dateOrder: DateOrder;
  /** SET ROWCOUNT; `undefined`: all rows. */
  readonly rowLimit: number | undefined;
  readonly rules: readonly Rule[];
  readonly oracle: TypeOracle;
  readonly memo: TypeMemo;
  readonly names: WorkNames;
  readonly learnt: LearntCalls;
  /** What the services of the snapshot ask for their answers. */
  terms(): Promise<CallTerms>;
}

export interface PlannedQuery {
  readonly bound: LogicalPlan;
  readonly steps: readonly Step[];
  /** Before calls are fused: what probing looks at. */
  readonly ordered: LogicalPlan;
  /** Before cleanup: calls where they are made, on whole relations. */
  readonly placed: LogicalPlan;
  readonly logical: LogicalPlan;
  readonly physical: PhysicalPlan;
}

/** @param consumer `blocking` where all rows are needed before anything is seen (CREATE TABLE AS) */
export async function planQuery(
  query: Query,
  inputs: PlanInputs,
  consumer: 'streaming' | 'blocking',
): Promise<PlannedQuery> {
  const terms = await inputs.terms();
  return withTypes(inputs.memo, inputs.oracle, () =>
    withinStack(query, () => {
      const context: Omit<RuleContext, 'phase'> = {
        ...columnIds(inputs.learnt, 0, terms),
        collation: inputs.snapshot.collation,
      };
      const { plan } = bindQuery(
        query,
        rootContext({ ...inputs, insideViews: [], knownTypes: inputs.memo, nextId: context.nextId }),
      );
      const read = limitedTo(readInOrder(plan, inputs.dateOrder), inputs.rowLimit);
      const bound = consumer === 'streaming' ? withoutUntyped(read) : read;
      validate(bound);
      const { plan: logical, ordered, placed, steps } = optimize(bound, inputs.rules, context);
      validate(logical);
      const physical = fragmentPlan(logical, inputs.names, context, consumer === 'streaming');
      return { bound, steps, ordered, placed, logical, physical };
    }),
  );
}

/** Plans are recursed into; what is deeper than the stack is refused. @throws SqlcError bind/expression-too-deep */
function withinStack<T>({ span }: Query, plan: () => T): T {
  try {
    return plan();
  } catch (found) {
    if (!(found instanceof RangeError) || !found.message.includes('call stack')) throw found;
    throw error('bind/expression-too-deep', { limit: MAX_DEPTH }, { span });
  }
}

/** A NULL that nothing gave a type is an int where it leaves the query. */
function withoutUntyped(plan: LogicalPlan): LogicalPlan {
  const columns = columnsOf(plan);
  if (columns.every((c) => c.type.kind !== 'null')) return plan;
  const typed = columns.map((c) => (c.type.kind === 'null' ? { ...c, type: INT } : c));
  return {
    kind: 'project',
    child: plan,
    columns: typed.map((c, i) => ({ ...c, expr: { ...column(columns[i] ?? c), type: c.type } })),
  };
}

export function columnIds(learnt: LearntCalls, first: ColumnId = 0, terms: CallTerms = NO_TERMS): PlanContext {
  let last = first;
  return {
    learnt,
    terms,
    nextId: () => {
      invariant(last < Number.MAX_SAFE_INTEGER, 'column ids are exhausted');
      last += 1;
      return last;
    },
  };
}

/** Numbers for further columns beside those of a plan that is made. */
export function freshIds({ bound, logical }: PlannedQuery, learnt: LearntCalls): PlanContext {
  let highest = 0;
  for (const plan of [bound, logical]) {
    visitPlan(plan, (node) => {
      for (const c of columnsOf(node)) highest = Math.max(highest, c.id);
    });
  }
  return columnIds(learnt, highest);
}
