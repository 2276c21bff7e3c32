// A plan whose top is calls, taken apart: a base, and the layers on it that make an answer or read one. Projections
// and windows between the calls go into the base where they read no answer. Rules put the layers elsewhere and restack.

import { allOf } from './bind/conditions.ts';
import { type Column, type ColumnId, column, type Expr } from './expression.ts';
import { answerColumns, type CognitiveCall, columnsOf, type LogicalPlan } from './plan.ts';
import { columnsUsed, conjunctsOf, raisesDocument, substituted, visitExpr } from './shape.ts';

export type Layer =
  | { readonly kind: 'call'; readonly call: CognitiveCall }
  | { readonly kind: 'filter'; readonly predicate: Expr }
  /** A column computed from an answer. */
  | { readonly kind: 'definition'; readonly column: Column & { readonly expr: Expr } };

export interface CallStack {
  /** Reads none of the layers' columns. May have more columns than the plan had. */
  readonly base: LogicalPlan;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** What the plan put out, in order. */
  readonly columns: readonly Column[];
  /** Columns of windows that stood above a call and now stand below it. */
  readonly windows: ReadonlySet<ColumnId>;
}

/** Definitions read by filters, calls and further definitions are written out there up to this many nodes. */
const MAX_WRITTEN_OUT = 50;

/**
 * The stack whose top node this is; without layers when no call stands directly on top. It ends at what may raise a
 * document's error (ON_ERROR FAIL): which rows that sees must not change.
 */
export function unstacked(plan: LogicalPlan): CallStack {
  const whole: CallStack = { base: plan, layers: [], columns: columnsOf(plan), windows: new Set() };
  switch (plan.kind) {
    case 'cognitive-map':
    case 'filter':
    case 'project':
    case 'window':
      break;
    default:
      return whole;
  }
  const below = unstacked(plan.child);
  if (plan.kind === 'cognitive-map') return withCall(plan.call, below);
  if (below.layers.length === 0) return whole;
  if (plan.kind === 'window') return withWindow(plan, below) ?? whole;
  const exprs = plan.kind === 'filter' ? [plan.predicate] : plan.columns.map((c) => c.expr);
  if (exprs.some(raisesDocument)) return whole;
  return plan.kind === 'filter' ? withFilter(plan.predicate, below) : withProjection(plan, below);
}

export function providedBy(layer: Layer): readonly Column[] {
  if (layer.kind === 'call') return answerColumns(layer.call);
  return layer.kind === 'definition' ? [layer.column] : [];
}

export function readBy(layer: Layer): ReadonlySet<ColumnId> {
  switch (layer.kind) {
    case 'filter':
      return columnsUsed(layer.predicate);
    case 'definition':
      return columnsUsed(layer.column.expr);
    case 'call': {
      const { args, guard } = layer.call;
      return new Set([...args, ...(guard === undefined ? [] : [guard])].flatMap((e) => [...columnsUsed(e)]));
    }
  }
}

export function idsProvided(layers: readonly Layer[]): Set<ColumnId> {
  return new Set(layers.flatMap(providedBy).map((c) => c.id));
}

/** What layers read from the base. */
export function readFromBase(layers: readonly Layer[]): Set<ColumnId> {
  const own = idsProvided(layers);
  return new Set(layers.flatMap((layer) => [...readBy(layer)]).filter((id) => !own.has(id)));
}

/**
 * The layers that are `wanted`, and those they read; `read` is read above all of them.
 * @param wanted asked from top to bottom, with those needed so far
 */
export function neededLayers(
  layers: readonly Layer[],
  wanted: (layer: Layer, above: ReadonlySet<Layer>) => boolean,
  read: ReadonlySet<ColumnId> = new Set(),
): Set<Layer> {
  const ids = new Set(read);
  const needed = new Set<Layer>();
  for (const layer of layers.toReversed()) {
    if (!wanted(layer, needed) && !providedBy(layer).some((c) => ids.has(c.id))) continue;
    needed.add(layer);
    for (const id of readBy(layer)) ids.add(id);
  }
  return needed;
}

/** The layers on another base; `wanted` of their definitions are computed on top. */
export function restacked(base: LogicalPlan, layers: readonly Layer[], wanted: ReadonlySet<ColumnId>): LogicalPlan {
  const { plan, pending } = piled(base, layers);
  return defined(plan, pending, wanted).plan;
}

/** The layers on another base, putting out exactly these columns. */
export function restackedAs(base: LogicalPlan, layers: readonly Layer[], columns: readonly Column[]): LogicalPlan {
  const { plan, pending } = piled(base, layers);
  const wanted = new Set(columns.map((c) => c.id));
  const inner = new Set(pending.filter((d) => wanted.has(d.id)).flatMap((d) => [...columnsUsed(d.expr)]));
  const { plan: child, pending: last } = defined(plan, pending, inner);
  const exprs = new Map(last.map((d) => [d.id, d.expr]));
  return projected(
    child,
    columns.map((c) => ({ ...c, expr: exprs.get(c.id) ?? column(c) })),
  );
}

// --- taking apart

function withCall(call: CognitiveCall, below: CallStack): CallStack {
  const inlined = {
    ...call,
    args: call.args.map((a) => writtenOut(a, below.layers)),
    guard: call.guard && writtenOut(call.guard, below.layers),
  };
  const columns = [...below.columns, ...answerColumns(call)];
  return { ...below, layers: [...below.layers, { kind: 'call', call: inlined }], columns };
}

function withFilter(predicate: Expr, below: CallStack): CallStack {
  const isBelow = readsOnlyBase(below);
  const conjuncts = conjunctsOf(predicate);
  const base = conjuncts
    .filter(isBelow)
    .reduce((child: LogicalPlan, p): LogicalPlan => ({ kind: 'filter', child, predicate: p }), below.base);
  const late = allOf(conjuncts.filter((c) => !isBelow(c)).map((c) => writtenOut(c, below.layers)));
  if (late === undefined) return { ...below, base };
  return { ...below, base, layers: [...below.layers, { kind: 'filter', predicate: late }] };
}

/** A window reads every row: one above a filter that reads an answer stays there. */
function withWindow(plan: Extract<LogicalPlan, { kind: 'window' }>, below: CallStack): CallStack | undefined {
  const isBelow = readsOnlyBase(below);
  if (below.layers.some((l) => l.kind === 'filter') || !plan.columns.every((c) => isBelow(c.expr))) return undefined;
  return {
    ...below,
    base: { ...plan, child: below.base },
    columns: columnsOf(plan),
    windows: new Set([...below.windows, ...plan.columns.map((c) => c.id)]),
  };
}

function withProjection(plan: Extract<LogicalPlan, { kind: 'project' }>, below: CallStack): CallStack {
  const isBelow = readsOnlyBase(below);
  const own = idsProvided(below.layers);
  const early = plan.columns.filter((c) => isBelow(c.expr));
  const definitions = plan.columns
    .filter((c) => !isBelow(c.expr) && !(c.expr.kind === 'column' && c.expr.id === c.id && own.has(c.id)))
    .map((c): Layer => ({ kind: 'definition', column: { ...c, expr: writtenOut(c.expr, below.layers) } }));
  const layers = [...below.layers, ...definitions];
  const kept = new Set(early.map((c) => c.id));
  const read = readFromBase(layers);
  const carried = columnsOf(below.base).filter((c) => read.has(c.id) && !kept.has(c.id));
  return {
    base: projected(below.base, [...early, ...carried.map((c) => ({ ...c, expr: column(c) }))]),
    layers,
    columns: plan.columns,
    windows: below.windows,
  };
}

function readsOnlyBase({ base }: CallStack): (expr: Expr) => boolean {
  const ids = new Set(columnsOf(base).map((c) => c.id));
  return (expr) => [...columnsUsed(expr)].every((id) => ids.has(id));
}

/** The expression over answers instead of definitions, so that no projection need stand between calls and filters. */
function writtenOut(expr: Expr, layers: readonly Layer[]): Expr {
  const source = new Map<ColumnId, Expr>();
  for (const layer of layers) if (layer.kind === 'definition') source.set(layer.column.id, layer.column.expr);
  let size = 0;
  visitExpr(expr, (e) => {
    const written = e.kind === 'column' ? source.get(e.id) : undefined;
    size += written === undefined ? 1 : sizeOf(written);
  });
  return size > MAX_WRITTEN_OUT ? expr : substituted(expr, source);
}

function sizeOf(expr: Expr): number {
  let size = 0;
  visitExpr(expr, () => {
    size++;
  });
  return size;
}

// --- putting together

type Definition = Column & { readonly expr: Expr };

interface Pile {
  readonly plan: LogicalPlan;
  /** Definitions not computed yet: each waits until something reads it. */
  readonly pending: readonly Definition[];
}

function piled(base: LogicalPlan, layers: readonly Layer[]): Pile {
  let pile: Pile = { plan: base, pending: [] };
  for (const layer of layers) {
    if (layer.kind === 'definition') {
      pile = { plan: pile.plan, pending: [...pile.pending, layer.column] };
      continue;
    }
    const { plan: child, pending } = defined(pile.plan, pile.pending, readBy(layer));
    const plan: LogicalPlan =
      layer.kind === 'call'
        ? { kind: 'cognitive-map', child, call: layer.call }
        : { kind: 'filter', child, predicate: layer.predicate };
    pile = { plan, pending };
  }
  return pile;
}

/** Computes the definitions that are wanted, and before them those they read. */
function defined(plan: LogicalPlan, pending: readonly Definition[], wanted: ReadonlySet<ColumnId>): Pile {
  const ids = new Set(wanted);
  for (const d of pending.toReversed()) if (ids.has(d.id)) for (const id of columnsUsed(d.expr)) ids.add(id);
  let current = plan;
  let left = pending.filter((d) => ids.has(d.id));
  while (left.length > 0) {
    const waiting = new Set(left.map((d) => d.id));
    const isReady = (d: Definition) => ![...columnsUsed(d.expr)].some((id) => waiting.has(id));
    const columns = columnsOf(current).map((c): Definition => ({ ...c, expr: column(c) }));
    current = { kind: 'project', child: current, columns: [...columns, ...left.filter(isReady)] };
    left = left.filter((d) => !isReady(d));
  }
  return { plan: current, pending: pending.filter((d) => !ids.has(d.id)) };
}

function projected(child: LogicalPlan, columns: readonly Definition[]): LogicalPlan {
  const before = columnsOf(child);
  const same =
    before.length === columns.length &&
    columns.every((c, i) => c.expr.kind === 'column' && c.expr.id === c.id && before[i]?.id === c.id);
  return same ? child : { kind: 'project', child, columns };
}
