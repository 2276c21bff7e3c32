// Outer joins whose condition asks a service about both rows: the pairs that may match are joined, the calls are made
// for them, and each row of a preserved side keeps its matches, or one row of NULLs. Every side is read once.

import { BIGINT, BIT, INT, list } from '../../arrow/sql-type.ts';
import { type Column, column, type Expr, literal, operator, type WindowExpr } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { allOf, isTrue } from './conditions.ts';
import type { BindContext } from './context.ts';

/** A side of a join with a number for each row, and a column that is true wherever the row is one of the side's. */
export interface MarkedSide {
  readonly plan: LogicalPlan;
  readonly columns: readonly Column[];
  readonly number: Column;
  readonly present: Column;
}

export function markedSide(child: LogicalPlan, { nextId }: BindContext): MarkedSide {
  const number = { id: nextId(), name: 'number', type: BIGINT };
  const present = { id: nextId(), name: 'present', type: BIT };
  const columns = columnsOf(child);
  const numbered: LogicalPlan = { kind: 'window', child, columns: [{ ...number, expr: rowNumber([]) }] };
  const kept = [...columns, number].map((c) => ({ ...c, expr: column(c) as Expr }));
  const plan: LogicalPlan = {
    kind: 'project',
    child: numbered,
    columns: [...kept, { ...present, expr: literal(true, BIT) }],
  };
  return { plan, columns, number, present };
}

export interface Candidates {
  readonly plan: LogicalPlan;
  readonly left: MarkedSide;
  readonly right: MarkedSide;
  /** Whether the pair of a row matches. */
  readonly matches: Expr;
}

/** The join's rows, with the columns of either side. */
export function settled(
  { plan, left, right, matches }: Candidates,
  type: 'left' | 'right' | 'full',
  ctx: BindContext,
): LogicalPlan {
  const ok = { id: ctx.nextId(), name: 'matches', type: BIT };
  const isPair = [isTrue(column(left.present)), isTrue(column(right.present))];
  const decided: LogicalPlan = {
    kind: 'project',
    child: plan,
    columns: [
      ...columnsOf(plan).map((c) => ({ ...c, expr: column(c) as Expr })),
      { ...ok, expr: isTrue(allOf([...isPair, isTrue(matches)]) ?? matches) },
    ],
  };
  const lonely = (side: MarkedSide) => lonelyRow(side, ok, ctx);
  const sides = [...(type === 'right' ? [] : [lonely(left)]), ...(type === 'left' ? [] : [lonely(right)])];
  const counted: LogicalPlan = { kind: 'window', child: decided, columns: sides.flatMap((s) => s.columns) };
  // What a row becomes: its pair, its left row alone, its right row alone.
  const element = { id: ctx.nextId(), name: 'becomes', type: INT };
  const [first, second] = sides.map((s) => s.condition);
  const becomes: Expr = {
    kind: 'case',
    branches: [
      { when: column(ok), then: numbers([0]) },
      ...(first !== undefined && second !== undefined
        ? [{ when: operator('and', [first, second], BIT), then: numbers([1, 2]) }]
        : []),
      ...(first === undefined ? [] : [{ when: first, then: numbers([type === 'right' ? 2 : 1]) }]),
      ...(second === undefined ? [] : [{ when: second, then: numbers([2]) }]),
    ],
    otherwise: undefined,
    type: list(INT),
  };
  const unnested: LogicalPlan = { kind: 'unnest', child: counted, expr: becomes, column: element };
  const shown = (side: MarkedSide, alone: number) =>
    side.columns.map((c): Column & { expr: Expr } => {
      const when = operator('in-list', [column(element), literal(0, INT), literal(alone, INT)], BIT);
      const expr: Expr = { kind: 'case', branches: [{ when, then: column(c) }], otherwise: undefined, type: c.type };
      return { ...c, expr };
    });
  return { kind: 'project', child: unnested, columns: [...shown(left, 1), ...shown(right, 2)] };
}

/** Whether this is the one row that stands for a row of the side without any match. */
function lonelyRow({ number, present }: MarkedSide, ok: Column, { nextId }: BindContext) {
  const matched = { id: nextId(), name: 'matched', type: INT };
  const nth = { id: nextId(), name: 'nth', type: BIGINT };
  const own = [column(number)];
  const one: Expr = {
    kind: 'case',
    branches: [{ when: column(ok), then: literal(1, INT) }],
    otherwise: literal(0, INT),
    type: INT,
  };
  const any: WindowExpr = { ...rowNumber(own), fn: 'max', args: [one], type: INT };
  const conditions = [
    isTrue(column(present)),
    operator('=', [column(matched), literal(0, INT)], BIT),
    operator('=', [column(nth), literal('1', BIGINT)], BIT),
  ];
  return {
    columns: [
      { ...matched, expr: any },
      { ...nth, expr: rowNumber(own) },
    ],
    condition: operator('and', conditions, BIT),
  };
}

function rowNumber(partitionBy: readonly Expr[]): WindowExpr {
  return {
    ...{ kind: 'window', fn: 'row_number', args: [], nulls: 'respect', partitionBy, orderBy: [] },
    frame: undefined,
    type: BIGINT,
  };
}

function numbers(values: readonly number[]): Expr {
  const args = values.map((v) => literal(v, INT));
  return { kind: 'external', name: 'list_value', args, type: list(INT) };
}
