// Decimals that the bounds of what is read prove to fit 18 digits are worked out in 18: T-SQL's result types grow with
// every operation, and the engine takes twice as long or more over 38 digits. Scales stay, so values and texts do too;
// whatever is not arithmetic, a comparison or a sum over such an expression sees the type it was bound with.

import { type Bounds, hull } from '../arrow/bounds.ts';
import { unscaledOf } from '../arrow/decimal-text.ts';
import { decimal, decimalShape, familyOf, type SqlType, sameType } from '../arrow/sql-type.ts';
import type { TableDefinition } from '../catalog/definitions.ts';
import type { ColumnId, Expr } from './expression.ts';
import { columnsOf, type LogicalPlan } from './plan.ts';
import { mapChildExprs, mapChildren, mapExpressions, rewriteExpr } from './shape.ts';

export type BoundsOf = (table: TableDefinition, column: string) => Bounds | undefined;

const DIGITS = 18;
const LIMIT = 10n ** BigInt(DIGITS);

interface Known {
  readonly bounds: Bounds;
  readonly type: SqlType;
}
interface Narrowed {
  readonly bounds: Bounds;
  readonly expr: Expr;
}

/** @returns the same plan where nothing is known to be narrow; its columns have the types they had */
export function narrowDecimals(plan: LogicalPlan, boundsOf: BoundsOf): LogicalPlan {
  const known = new Map<ColumnId, Known>();
  return asBefore(plan, narrowPlan(plan, known, boundsOf), known);
}

function narrowPlan(plan: LogicalPlan, known: Map<ColumnId, Known>, boundsOf: BoundsOf): LogicalPlan {
  const inner = mapChildren(plan, (child) => {
    const narrow = narrowPlan(child, known, boundsOf);
    return passesOn(plan) ? narrow : asBefore(child, narrow, known);
  });
  if (inner.kind === 'scan') {
    for (const c of inner.columns) {
      const bounds = fits(c.type) ? boundsOf(inner.table, c.source) : undefined;
      if (bounds !== undefined) known.set(c.id, { bounds, type: c.type });
    }
    return inner;
  }
  const subqueries = (expr: Expr) =>
    rewriteExpr(expr, (e) => {
      if (e.kind !== 'subquery') return e;
      const narrow = asBefore(e.plan, narrowPlan(e.plan, known, boundsOf), known);
      return narrow === e.plan ? e : { ...e, plan: narrow };
    });
  const ready = mapExpressions(inner, subqueries);
  if (ready.kind !== 'project') {
    const bound = mapExpressions(ready, (expr) => asBound(expr, known));
    // A group that was narrow below is not above.
    if (bound.kind === 'aggregate') for (const { id, expr } of bound.groups) if (expr.kind === 'cast') known.delete(id);
    return bound;
  }
  let changed = false;
  const columns = ready.columns.map((c) => {
    const narrow = narrowed(c.expr, known);
    if (narrow !== undefined && c.expr.kind !== 'literal')
      known.set(c.id, { bounds: narrow.bounds, type: narrow.expr.type });
    const expr = narrow?.expr ?? asBound(c.expr, known);
    if (expr === c.expr) return c;
    changed = true;
    return { ...c, expr, type: narrow === undefined ? c.type : expr.type };
  });
  return changed ? { ...ready, columns } : ready;
}

/** Nodes whose columns have the types of their children's. The others are given what they were bound over. */
function passesOn(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'set-operation':
    case 'recursive':
    case 'cognitive-map':
      return false;
    default:
      return true;
  }
}

/** The columns with the types they were bound with. */
function asBefore(before: LogicalPlan, after: LogicalPlan, known: Map<ColumnId, Known>): LogicalPlan {
  const now = columnsOf(after);
  const columns = columnsOf(before).map((c, i) => {
    const expr: Expr = { kind: 'column', id: c.id, type: now[i]?.type ?? c.type };
    if (sameType(expr.type, c.type)) return { ...c, expr };
    known.delete(c.id);
    return { ...c, expr: { kind: 'cast', operand: expr, type: c.type, onError: 'fail' } as Expr };
  });
  return columns.every(({ expr }) => expr.kind === 'column') ? after : { kind: 'project', child: after, columns };
}

/** Operators of which only the values of the operands matter, not how wide they are. */
const OVER_ANY = new Set(['+', '-', '*', '/', '=', '<>', '<', '<=', '>', '>=', 'between', 'not-between']);

/** The expression with the type it was bound with, narrow inside. */
function asBound(expr: Expr, known: ReadonlyMap<ColumnId, Known>): Expr {
  if (expr.kind === 'column') {
    const column = known.get(expr.id);
    if (column === undefined || sameType(column.type, expr.type)) return expr;
    return { kind: 'cast', operand: { ...expr, type: column.type }, type: expr.type, onError: 'fail' };
  }
  const overAny =
    (expr.kind === 'operator' && OVER_ANY.has(expr.op)) ||
    (expr.kind === 'aggregate' && (expr.fn === 'sum' || expr.fn === 'avg') && !expr.distinct);
  return mapChildExprs(expr, (child) => (overAny ? narrowed(child, known)?.expr : undefined) ?? asBound(child, known));
}

/** The expression in at most 18 digits, when all of it is known to fit. */
function narrowed(expr: Expr, known: ReadonlyMap<ColumnId, Known>): Narrowed | undefined {
  switch (expr.kind) {
    case 'column': {
      const column = known.get(expr.id);
      if (column === undefined) return undefined;
      return { bounds: column.bounds, expr: sameType(column.type, expr.type) ? expr : { ...expr, type: column.type } };
    }
    case 'literal': {
      const value =
        fits(expr.type) && expr.value !== null ? unscaledOf(String(expr.value), scaleOf(expr.type)) : undefined;
      return value === undefined ? undefined : { bounds: { low: value, high: value }, expr };
    }
    case 'operator':
      return arithmetic(expr, known);
    case 'case': {
      if (expr.otherwise === undefined) return undefined;
      const thens = expr.branches.map((b) => narrowed(b.then, known));
      const otherwise = narrowed(expr.otherwise, known);
      const all = [...thens, otherwise].filter((n) => n !== undefined);
      if (otherwise === undefined || all.length <= thens.length) return undefined;
      const type = narrowType(expr.type, hull(all.map((n) => n.bounds)));
      if (type === undefined || !all.every((n) => scaleOf(n.expr.type) === scaleOf(type))) return undefined;
      const branches = expr.branches.map((b, i) => ({ when: asBound(b.when, known), then: thens[i]?.expr ?? b.then }));
      return { bounds: hull(all.map((n) => n.bounds)), expr: { ...expr, branches, otherwise: otherwise.expr, type } };
    }
    case 'cast': {
      const operand = expr.onError === 'fail' ? narrowed(expr.operand, known) : undefined;
      if (operand === undefined || familyOf(expr.type) !== 'decimal') return undefined;
      const finer = scaleOf(expr.type) - scaleOf(operand.expr.type);
      if (finer < 0) return undefined;
      const factor = 10n ** BigInt(finer);
      const bounds = { low: operand.bounds.low * factor, high: operand.bounds.high * factor };
      const type = narrowType(expr.type, bounds);
      return type && { bounds, expr: { ...expr, operand: operand.expr, type } };
    }
    default:
      return undefined;
  }
}

function arithmetic(
  expr: Extract<Expr, { kind: 'operator' }>,
  known: ReadonlyMap<ColumnId, Known>,
): Narrowed | undefined {
  const [a, b] = expr.args.map((arg) => narrowed(arg, known));
  if (familyOf(expr.type) !== 'decimal' || a === undefined || b === undefined) return undefined;
  const [s, t] = [scaleOf(a.expr.type), scaleOf(b.expr.type)];
  const bounds = expr.op === '*' ? products(a.bounds, b.bounds) : sums(expr.op, a.bounds, s, b.bounds, t);
  // A scale that gave way to digits before the point rounds: that is left as it is.
  if (bounds === undefined || scaleOf(expr.type) !== (expr.op === '*' ? s + t : Math.max(s, t))) return undefined;
  const type = narrowType(expr.type, bounds);
  return type && { bounds, expr: { ...expr, args: [a.expr, b.expr], type } };
}

function products(a: Bounds, b: Bounds): Bounds {
  return hull([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high].map((v) => ({ low: v, high: v })));
}

function sums(op: string, a: Bounds, s: number, b: Bounds, t: number): Bounds | undefined {
  const [x, y] = [10n ** BigInt(Math.max(0, t - s)), 10n ** BigInt(Math.max(0, s - t))];
  if (op === '+') return { low: a.low * x + b.low * y, high: a.high * x + b.high * y };
  if (op === '-') return { low: a.low * x - b.high * y, high: a.high * x - b.low * y };
  return undefined;
}

function narrowType(type: SqlType, { low, high }: Bounds): SqlType | undefined {
  if (type.kind !== 'decimal' || type.scale > DIGITS || low <= -LIMIT || high >= LIMIT) return undefined;
  return type.precision <= DIGITS ? type : decimal(DIGITS, type.scale);
}

/** Types that the engine keeps in 18 digits at most. */
function fits(type: SqlType): boolean {
  if (type.kind === 'decimal') return type.precision <= DIGITS;
  return type.kind === 'int' || type.kind === 'smallint' || type.kind === 'tinyint';
}

function scaleOf(type: SqlType): number {
  return type.kind === 'decimal' ? decimalShape(type).scale : 0;
}
