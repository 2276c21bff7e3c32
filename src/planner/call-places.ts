// Where calls stand in a plan, and how many rows with an input get there by relational means alone: what evaluating a
// text row by row would buy (the virtual bill of the run report), and what EXPLAIN can know before an answer.

import { BIGINT, BIT, isText } from '../arrow/sql-type.ts';
import { isLocal } from '../udf/operation.ts';
import { allOf } from './bind/conditions.ts';
import { type Column, type ColumnId, type Expr, literal, operator } from './expression.ts';
import { answersName } from './fragment.ts';
import {
  answerColumns,
  type CognitiveCall,
  type CognitiveMap,
  columnsOf,
  type Filter,
  type LogicalPlan,
} from './plan.ts';
import type { PlanContext } from './rule.ts';
import {
  childrenOf,
  columnsUsed,
  conjunctsOf,
  expressionsOf,
  freeColumns,
  holdsCall,
  visitExpr,
  visitPlan,
} from './shape.ts';

export interface CallPlace {
  /** Name of the answer table: calls of one operation and service share it. */
  readonly answers: string;
  /** Column of the answer. */
  readonly answer: ColumnId;
  /**
   * The rows with an input at the call's place, filters that read an answer left out. `undefined`: a join or a group
   * reads an answer below it, or the call reads an outer query's row.
   */
  readonly rows: LogicalPlan | undefined;
  /** Arguments that do not come from an answer. */
  readonly inputs: readonly Expr[];
  /** Whether nothing was left out. */
  readonly exact: boolean;
}

/**
 * The calls of a plan and of its subqueries.
 *
 * @param written whether the plan is the text's: conjuncts to the left of a call's come before it
 */
export function callPlaces(plan: LogicalPlan, written: boolean): CallPlace[] {
  const before = new Map<LogicalPlan, readonly Expr[]>();
  const places: CallPlace[] = [];
  visitPlan(plan, (node) => {
    if (written && node.kind === 'filter') for (const [map, conjuncts] of leftOf(node)) before.set(map, conjuncts);
    if (node.kind === 'cognitive-map') places.push(placeOf(node, before.get(node) ?? []));
  });
  return places;
}

/** For the calls directly below a filter, its conjuncts before the first that needs the answer. */
function leftOf(filter: Filter): (readonly [CognitiveMap, readonly Expr[]])[] {
  const conjuncts = conjunctsOf(filter.predicate);
  const found: (readonly [CognitiveMap, readonly Expr[]])[] = [];
  const needed: { readonly ids: ReadonlySet<ColumnId>; readonly at: number }[] = [];
  for (let node = filter.child; node.kind === 'cognitive-map'; node = node.child) {
    const own = answerColumns(node.call).map((c) => c.id);
    const direct = conjuncts.findIndex((c) => own.some((id) => columnsUsed(c).has(id)));
    const nested = needed.filter(({ ids }) => own.some((id) => ids.has(id))).map(({ at }) => at);
    const at = Math.min(...nested, direct < 0 ? conjuncts.length : direct);
    needed.push({ ids: new Set(expressionsOf(node).flatMap((e) => [...columnsUsed(e)])), at });
    found.push([node, conjuncts.slice(0, at)]);
  }
  return found;
}

/** One row: how many rows there are, and how many distinct inputs when those are wanted. */
export function countOf(
  place: CallPlace & { readonly rows: LogicalPlan },
  { nextId }: PlanContext,
  distinct: boolean,
): LogicalPlan {
  const counted = (name: string, args: readonly Expr[]) => {
    const expr = {
      kind: 'aggregate',
      fn: 'count_big',
      args,
      distinct: args.length > 0,
      orderBy: [],
      type: BIGINT,
    } as const;
    return { id: nextId(), name, type: BIGINT, expr };
  };
  const inputs = distinct ? place.inputs.slice(0, 1) : [];
  const aggregates = [counted('rows', []), ...inputs.map((input) => counted('distinct', [input]))];
  return { kind: 'aggregate', child: place.rows, groups: [], aggregates };
}

function placeOf({ call, child }: CognitiveMap, before: readonly Expr[]): CallPlace {
  const place = { answers: answersName(call.operation.id, call.service), answer: call.answer.id };
  const below = relationalPart(child);
  if (below === undefined || freeColumns(below.plan).size > 0)
    return { ...place, rows: undefined, inputs: [], exact: false };
  const known = new Set(columnsOf(below.plan).map((c) => c.id));
  const isKnown = (e: Expr) => !asks(e) && [...columnsUsed(e)].every((id) => known.has(id));
  const wanted = [...before, ...neededFor(call)];
  const conditions = wanted.filter(isKnown);
  const predicate = allOf(conditions);
  return {
    ...place,
    rows: predicate === undefined ? below.plan : { kind: 'filter', child: below.plan, predicate },
    inputs: call.args.filter(isKnown),
    exact: below.exact && conditions.length === wanted.length,
  };
}

/** What must hold of a row for the call to be made for it. */
export function neededFor({ operation, args, guard }: CognitiveCall): Expr[] {
  const present = operation.inputs.flatMap((input, i): Expr[] => {
    const arg = args[i];
    if (input.optional || arg === undefined) return [];
    const given = operator('is-not-null', [arg], BIT);
    // Services refuse an empty text.
    const isTextual = !isLocal(operation) && isText(arg.type);
    return isTextual ? [given, operator('<>', [arg, literal('', arg.type)], BIT)] : [given];
  });
  return guard === undefined ? present : [guard, ...present];
}

interface Relational {
  readonly plan: LogicalPlan;
  readonly exact: boolean;
  /** Columns that came from answers; the plan has them no more. */
  readonly lost: ReadonlySet<ColumnId>;
}

/** The plan without its calls and what reads them, or undefined where its rows are unknowable without answers. */
function relationalPart(plan: LogicalPlan): Relational | undefined {
  if (!holdsCall(plan)) return { plan, exact: true, lost: new Set() };
  const parts = childrenOf(plan).map(relationalPart);
  const below = parts.filter((part) => part !== undefined);
  const [first] = below;
  if (first === undefined || below.length < parts.length) return undefined;
  const exact = below.every((part) => part.exact);
  const lost = new Set(below.flatMap((part) => [...part.lost]));
  const reads = (expr: Expr) => asks(expr) || [...columnsUsed(expr)].some((id) => lost.has(id));
  const kept = <C extends Column & { readonly expr: Expr }>(columns: readonly C[]): C[] => {
    for (const c of columns) if (reads(c.expr)) lost.add(c.id);
    return columns.filter((c) => !lost.has(c.id));
  };
  const child = first.plan;
  switch (plan.kind) {
    case 'cognitive-map':
      for (const c of answerColumns(plan.call)) lost.add(c.id);
      return { plan: child, exact, lost };
    case 'filter': {
      const conjuncts = conjunctsOf(plan.predicate);
      const relational = conjuncts.filter((c) => !reads(c));
      const predicate = allOf(relational);
      const whole = predicate === undefined ? child : { ...plan, child, predicate };
      return { plan: whole, exact: exact && relational.length === conjuncts.length, lost };
    }
    case 'project':
      return { plan: { ...plan, child, columns: kept(plan.columns) }, exact, lost };
    case 'window':
      return { plan: { ...plan, child, columns: kept(plan.columns) }, exact, lost };
    case 'aggregate': {
      if (plan.groups.length === 0 || plan.groups.some((g) => reads(g.expr))) return undefined;
      return { plan: { ...plan, child, aggregates: kept(plan.aggregates) }, exact, lost };
    }
    case 'sort': {
      const keys = plan.keys.filter((k) => !reads(k.expr));
      return { plan: keys.length === 0 ? child : { ...plan, child, keys }, exact, lost };
    }
    case 'limit':
      return { plan: { ...plan, child }, exact, lost };
    case 'join': {
      const [left, right] = below;
      if (right === undefined || (plan.on !== undefined && reads(plan.on))) return undefined;
      return { plan: { ...plan, left: (left ?? right).plan, right: right.plan }, exact, lost };
    }
    case 'unnest':
      return reads(plan.expr) ? undefined : { plan: { ...plan, child }, exact, lost };
    default:
      return undefined;
  }
}

/** Whether a subquery of the expression makes a call. */
export function asks(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, (e) => {
    if (e.kind === 'subquery' && holdsCall(e.plan)) found = true;
  });
  return found;
}
