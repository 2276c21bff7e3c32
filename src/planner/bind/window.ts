// A call with OVER becomes a column of a Window node. Checks what T-SQL allows there; what the functions take is
// window-functions.ts.

import { typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type { FrameBound, FunctionCall, WindowFrame, WindowSpec } from '../../parser/ast.ts';
import { type Bound, column, type Expr, type Frame, type SortKey, type WindowExpr } from '../expression.ts';
import { AGGREGATES, aggregateOf, percentileOf } from './aggregates.ts';
import type { Env } from './context.ts';
import { bindExpression } from './expression.ts';
import { FRAMED_FUNCTIONS, PERCENTILE_FUNCTIONS, WINDOW_FUNCTIONS, windowOf } from './window-functions.ts';

export function isWindow(name: string): boolean {
  return AGGREGATES.has(name) || WINDOW_FUNCTIONS.has(name) || PERCENTILE_FUNCTIONS.has(name);
}

export function bindWindow(call: FunctionCall, given: WindowSpec, name: string, env: Env): Expr {
  const holder = env.windows;
  if (holder === undefined) throw error('bind/misplaced-window', { name, clause: env.clause }, { span: call.span });
  if (call.distinct) throw error('bind/window-distinct', {}, { span: call.span });
  const over = extended(given, env, new Set());
  // A window reads every row, whatever CASE stands around it.
  const inner: Env = { ...env, windows: undefined, guards: [], clause: 'a window function' };
  const star = call.args[0]?.kind === 'star';
  const args = star ? [] : call.args.map((a) => bindExpression(a, inner));
  const keys = (items: WindowSpec['orderBy']) =>
    items.map((item): SortKey => ({ expr: bindExpression(item.expression, inner), descending: item.descending }));
  const partitionBy = over.partitionBy.map((p) => bindExpression(p, inner));
  const orderBy = keys(over.orderBy);
  const within = keys(call.withinGroup ?? []);
  const shape = shapeOf(call, over, name, { args, star, orderBy, within }, env.ctx);
  const window: WindowExpr = {
    kind: 'window',
    fn: shape.fn,
    args: shape.args,
    nulls: call.nulls ?? 'respect',
    partitionBy,
    orderBy,
    frame: bindFrame(over, name, inner),
    type: shape.type,
    span: call.span,
  };
  const result = { id: env.ctx.nextId(), name: name.toLowerCase(), type: window.type };
  holder.plan = { kind: 'window', child: holder.plan, columns: [{ ...result, expr: window }] };
  return column(result, call.span);
}

/** The window with what the WINDOW clause says of its base; neither may say the same thing twice. */
function extended(over: WindowSpec, env: Env, seen: ReadonlySet<string>): WindowSpec {
  if (over.base === undefined) return over;
  const { name, span } = over.base;
  const key = name.toLowerCase();
  const found = env.namedWindows?.get(key);
  if (found === undefined || seen.has(key)) {
    const reason = found === undefined ? 'is not in the WINDOW clause' : 'extends itself';
    throw error(
      'bind/named-window',
      { name, reason },
      { span, hint: didYouMean(name, env.namedWindows?.keys() ?? []) },
    );
  }
  const base = extended(found, env, new Set([...seen, key]));
  const twice =
    (over.partitionBy.length > 0 && base.partitionBy.length > 0) ||
    (over.orderBy.length > 0 && base.orderBy.length > 0) ||
    (over.frame !== undefined && base.frame !== undefined);
  if (twice) throw error('bind/named-window', { name, reason: 'says already what is said here' }, { span });
  return {
    ...over,
    base: undefined,
    partitionBy: over.partitionBy.length > 0 ? over.partitionBy : base.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy,
    frame: over.frame ?? base.frame,
  };
}

interface Parts {
  readonly args: readonly Expr[];
  readonly star: boolean;
  readonly orderBy: readonly SortKey[];
  readonly within: readonly SortKey[];
}

function shapeOf(
  call: FunctionCall,
  over: WindowSpec,
  name: string,
  { args, star, orderBy, within }: Parts,
  ctx: Env['ctx'],
): Pick<WindowExpr, 'fn' | 'args' | 'type'> {
  if (PERCENTILE_FUNCTIONS.has(name)) {
    if (orderBy.length > 0)
      throw error('syntax/clause-combination', { first: 'ORDER BY in OVER', second: `"${name}"` }, { span: over.span });
    return percentileOf(call, name, args, { orderBy: within });
  }
  if (within.length > 0 || name === 'STRING_AGG' || name.startsWith('APPROX_'))
    throw error('syntax/clause-combination', { first: 'OVER', second: `"${name}"` }, { span: call.span });
  return AGGREGATES.has(name)
    ? aggregateOf(call, name, args, { star, orderBy: [], ctx })
    : windowOf(call, name, args, orderBy.length > 0);
}

// --- frames

function bindFrame(over: WindowSpec, name: string, env: Env): Frame | undefined {
  const { frame } = over;
  if (frame === undefined) return undefined;
  const { span } = frame;
  if (!AGGREGATES.has(name) && !FRAMED_FUNCTIONS.has(name)) throw error('bind/frame-place', { name }, { span });
  if (over.orderBy.length === 0) throw error('bind/frame-order', {}, { span });
  const start = bindBound(frame.start, frame, env);
  const end = frame.end === undefined ? undefined : bindBound(frame.end, frame, env);
  if (runsBackwards(start, end)) throw error('bind/frame-bounds', {}, { span });
  return { unit: frame.unit, start, end };
}

function bindBound(bound: FrameBound, { unit, span }: WindowFrame, env: Env): Bound {
  if (!('offset' in bound)) return bound;
  if (unit === 'range') throw error('bind/frame-range', {}, { span });
  const offset = bindExpression(bound.offset, env);
  const counts =
    (offset.kind === 'literal' || offset.kind === 'parameter') && Number.isInteger(Number(offset.value ?? Number.NaN));
  if (!counts || Number(offset.value) < 0) {
    const found = counts ? String(offset.value) : typeName(offset.type);
    throw error('bind/row-count', { clause: 'a window frame', found }, { span: bound.offset.span });
  }
  return { kind: bound.kind, offset };
}

const POSITIONS = ['unbounded-preceding', 'preceding', 'current-row', 'following', 'unbounded-following'] as const;

/** A frame from its start alone ends at the current row. */
function runsBackwards(start: Bound, end: Bound | undefined): boolean {
  const position = (bound: Bound | undefined) => POSITIONS.indexOf(bound?.kind ?? 'current-row');
  return start.kind === 'unbounded-following' || end?.kind === 'unbounded-preceding' || position(start) > position(end);
}
