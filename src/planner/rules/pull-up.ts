// A call is made as late as possible: above the joins and the filters that need nothing from it.
//
// Calls on a side of a join, with what reads their answers, rise above it; of the calls below a filter or a limit in the
// order of another call's answer, those it does not read rise above it. Safe because a call adds columns and keeps every
// row, and its answer depends on its input alone: a join or a filter drops or repeats rows and changes none. Where an
// outer join makes rows up, the call must make none for them (its input is NULL there, or its guard is not true),
// and what is computed from the answer must be NULL. Distinct inputs above a join or a filter are a subset of those
// below, so it never asks for more. What may raise a document's error (ON_ERROR FAIL) stays where its rows are.
//
//   before: SELECT d.mood FROM (SELECT id, SENTIMENT(body) AS mood FROM reviews) d JOIN p ON p.id = d.id
//   after:  SELECT SENTIMENT(d.body) FROM (SELECT id, body FROM reviews) d JOIN p ON p.id = d.id
//
// Must not fire: `… JOIN p ON p.label = d.mood` reads the answer; a cross join explodes; a LEFT JOIN's right side
// keeps `COALESCE(SENTIMENT(note), 'none')`, which is 'none' on a matched row and NULL on one made up.

import {
  type CallStack,
  idsProvided,
  type Layer,
  neededLayers,
  providedBy,
  readBy,
  readFromBase,
  restacked,
  restackedAs,
  unstacked,
} from '../call-stack.ts';
import type { ColumnId, Expr } from '../expression.ts';
import { isNeverTrueExtended, isNullExtended } from '../null-extended.ts';
import { columnsOf, type Filter, type Join, type Limit, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import { columnsUsed, conjunctsOf, freeColumns, readsWorkingTable, rewritePlan } from '../shape.ts';
import { cheapFirst } from './cheap-first.ts';
import { limitBelowCognitive } from './limit-below-cognitive.ts';

export const pullUp: Rule = {
  name: 'pull-up',
  phases: ['placement'],
  apply(plan, context) {
    // What sinks below a call does so before the call rises, else the plan would depend on which rule comes first.
    if ([cheapFirst, limitBelowCognitive].some((rule) => rule.apply(plan, context) !== plan)) return plan;
    const joined = rewritePlan(plan, acrossJoin);
    return joined === plan ? rewritePlan(plan, acrossCut) : joined;
  },
};

function acrossJoin(plan: LogicalPlan): LogicalPlan {
  if (plan.kind === 'join') return aboveJoin(plan, []) ?? plan;
  if (plan.kind !== 'filter' || plan.child.kind !== 'join') return plan;
  const child = aboveJoin(plan.child, conjunctsOf(plan.predicate));
  return child === undefined ? plan : { ...plan, child };
}

function acrossCut(plan: LogicalPlan): LogicalPlan {
  if (plan.kind === 'limit') return aboveLimit(plan) ?? plan;
  return plan.kind === 'filter' ? (aboveFilter(plan) ?? plan) : plan;
}

// --- filters

function aboveFilter(plan: Filter): LogicalPlan | undefined {
  const { base, layers } = unstacked(plan);
  if (!hasCall(layers)) return undefined;
  const lastFilter = layers.findLastIndex((l) => l.kind === 'filter');
  const needed = filtering(layers);
  const passes = layers.some((l, i) => l.kind === 'call' && i < lastFilter && !needed.has(l));
  if (!passes && !readsBaseAlone(plan, base)) return undefined;
  return checked(restackedAs(base, filteringFirst(layers), columnsOf(plan)));
}

/** Of a window's column, or with a subquery, such a condition did not sink. */
function readsBaseAlone({ predicate }: Filter, base: LogicalPlan): boolean {
  const ids = new Set(columnsOf(base).map((c) => c.id));
  return conjunctsOf(predicate).some((c) => [...columnsUsed(c)].every((id) => ids.has(id)));
}

// --- limits

/** A limit in the order of one call's answer cuts before the other calls. */
function aboveLimit(plan: Limit): LogicalPlan | undefined {
  const sort = plan.child.kind === 'sort' ? plan.child : undefined;
  if (sort === undefined) return undefined;
  const { base, layers } = unstacked(sort.child);
  const read = new Set(sort.keys.flatMap((k) => [...columnsUsed(k.expr)]));
  const needed = neededLayers(layers, (l) => l.kind === 'filter', read);
  const rising = layers.filter((l) => !needed.has(l));
  if (!hasCall(rising)) return undefined;
  const wanted = new Set([...read, ...readFromBase(rising)]);
  const ordered = restacked(
    base,
    layers.filter((l) => needed.has(l)),
    wanted,
  );
  const cut: LogicalPlan = { ...plan, child: { ...sort, child: ordered } };
  return checked(restackedAs(cut, rising, columnsOf(plan)));
}

// --- joins

/** @param conditions of a filter directly above, which make a condition of a join that has none */
function aboveJoin(join: Join, conditions: readonly Expr[]): LogicalPlan | undefined {
  const isInner = join.type === 'inner' || join.type === 'cross';
  const over = isInner ? conditions : [];
  const on = join.on === undefined ? [] : conjunctsOf(join.on);
  const [left, right] = [rising(join, 'left', over), rising(join, 'right', over)];
  const layers = filteringFirst([...left.layers, ...right.layers]);
  if (layers.length === 0 || ![...on, ...over].some((c) => equates(c, left.base, right.base))) return undefined;
  return checked(restackedAs({ ...join, left: left.base, right: right.base }, layers, columnsOf(join)));
}

/** The side as it stays below the join, and the layers that rise above it. */
function rising(join: Join, side: 'left' | 'right', conditions: readonly Expr[]): Pick<CallStack, 'base' | 'layers'> {
  const inner = join[side];
  const whole = inner.kind === 'join' && inner.type === 'cross' ? (aboveJoin(inner, conditions) ?? inner) : inner;
  const stack = unstacked(whole);
  const keepsRows = join.type === 'inner' || join.type === 'cross' || join.type === side;
  const staying = stayingBelow(stack, join.on === undefined ? new Set() : columnsUsed(join.on), keepsRows);
  const layers = stack.layers.filter((l) => !staying.has(l));
  if (!hasCall(layers)) return { base: inner, layers: [] };
  const wanted = new Set([...stack.columns.map((c) => c.id), ...readFromBase(layers)]);
  const kept = stack.layers.filter((l) => staying.has(l));
  return { base: restacked(stack.base, kept, wanted), layers };
}

/** @param keepsRows whether the join makes up no rows in which this side's columns are NULL */
function stayingBelow(stack: CallStack, readByJoin: ReadonlySet<ColumnId>, keepsRows: boolean): ReadonlySet<Layer> {
  const own = idsProvided(stack.layers);
  const columns = new Set([...columnsOf(stack.base).map((c) => c.id), ...own]);
  // A filter below a call that stays keeps rows from it.
  const holds = (l: Layer, above: ReadonlySet<Layer>) =>
    l.kind === 'filter' ? !keepsRows || hasCall([...above]) : !keepsRows && !isNullExtendedLayer(l, columns);
  const staying = neededLayers(stack.layers, holds, readByJoin);
  // A filter whose answers are all known below had better drop its rows there.
  const late = new Set(stack.layers.filter((l) => !staying.has(l)).flatMap((l) => providedBy(l).map((c) => c.id)));
  const filters = stack.layers.filter((l) => l.kind === 'filter' && ![...readBy(l)].some((id) => late.has(id)));
  return new Set([...staying, ...filters]);
}

/** Whether the layer adds nothing but NULLs to a row that the join makes up. */
function isNullExtendedLayer(layer: Exclude<Layer, { kind: 'filter' }>, columns: ReadonlySet<ColumnId>): boolean {
  if (layer.kind === 'definition') return isNullExtended(layer.column.expr, columns);
  const { args, guard } = layer.call;
  const [required] = args;
  const isAsked = required !== undefined && !isNullExtended(required, columns);
  return !isAsked || (guard !== undefined && isNeverTrueExtended(guard, columns));
}

function hasCall(layers: readonly Layer[]): boolean {
  return layers.some((l) => l.kind === 'call');
}

/** Rows multiply without bounds where nothing ties the sides together: no estimates yet tell how many. */
function equates(condition: Expr, left: LogicalPlan, right: LogicalPlan): boolean {
  if (condition.kind !== 'operator' || condition.op !== '=') return false;
  const [a, b] = condition.args.map((e) => [...columnsUsed(e)]);
  const from = (ids: readonly ColumnId[] | undefined, plan: LogicalPlan) => {
    const own = new Set(columnsOf(plan).map((c) => c.id));
    return ids !== undefined && ids.length > 0 && ids.every((id) => own.has(id));
  };
  return (from(a, left) && from(b, right)) || (from(a, right) && from(b, left));
}

// --- layers

function filtering(layers: readonly Layer[]): ReadonlySet<Layer> {
  return neededLayers(layers, (l) => l.kind === 'filter');
}

function filteringFirst(layers: readonly Layer[]): readonly Layer[] {
  const first = filtering(layers);
  return [...layers.filter((l) => first.has(l)), ...layers.filter((l) => !first.has(l))];
}

/** No call may stand above what reads an outer query's row, or a round of a recursion: its inputs are collected without. */
function checked(plan: LogicalPlan): LogicalPlan | undefined {
  let top = plan;
  while (top.kind === 'project' || top.kind === 'filter') top = top.child;
  return freeColumns(top).size === 0 && !readsWorkingTable(top) ? plan : undefined;
}
