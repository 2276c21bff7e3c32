// The one place that knows the children of plan and expression nodes.
// Identity return means "nothing changed": every map gives back the same object when its function did.

import { unreachable } from '../common/errors.ts';
import type { Bound, ColumnId, Expr, Frame, SortKey } from './expression.ts';
import { columnsOf, type LogicalPlan } from './plan.ts';

// --- plans

export function childrenOf(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'staged':
    case 'working-table':
      return [];
    case 'join':
    case 'apply':
    case 'set-operation':
      return [plan.left, plan.right];
    case 'recursive':
      return [plan.anchor, plan.step];
    case 'project':
    case 'filter':
    case 'aggregate':
    case 'window':
    case 'unnest':
    case 'distinct':
    case 'sort':
    case 'limit':
    case 'cognitive-map':
      return [plan.child];
    default:
      return unreachable(plan);
  }
}

export function mapChildren(plan: LogicalPlan, f: (child: LogicalPlan) => LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'staged':
    case 'working-table':
      return plan;
    case 'recursive': {
      const anchor = f(plan.anchor);
      const step = f(plan.step);
      return anchor === plan.anchor && step === plan.step ? plan : { ...plan, anchor, step };
    }
    case 'join':
    case 'apply':
    case 'set-operation': {
      const left = f(plan.left);
      const right = f(plan.right);
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right };
    }
    case 'project':
    case 'filter':
    case 'aggregate':
    case 'window':
    case 'unnest':
    case 'distinct':
    case 'sort':
    case 'limit':
    case 'cognitive-map': {
      const child = f(plan.child);
      return child === plan.child ? plan : { ...plan, child };
    }
    default:
      return unreachable(plan);
  }
}

/** Every expression a node holds itself, its children's not. */
export function expressionsOf(plan: LogicalPlan): readonly Expr[] {
  switch (plan.kind) {
    case 'scan':
    case 'staged':
    case 'distinct':
    case 'limit':
    case 'set-operation':
    case 'apply':
    case 'recursive':
    case 'working-table':
      return [];
    case 'values':
      return plan.rows.flat();
    case 'project':
    case 'window':
      return plan.columns.map((c) => c.expr);
    case 'filter':
      return [plan.predicate];
    case 'join':
      return plan.on === undefined ? [] : [plan.on];
    case 'aggregate':
      return [...plan.groups.map((g) => g.expr), ...plan.aggregates.map((a) => a.expr)];
    case 'unnest':
      return [plan.expr];
    case 'sort':
      return plan.keys.map((k) => k.expr);
    case 'cognitive-map':
      return plan.call.guard === undefined ? plan.call.args : [...plan.call.args, plan.call.guard];
    default:
      return unreachable(plan);
  }
}

export function mapExpressions(plan: LogicalPlan, f: (expr: Expr) => Expr): LogicalPlan {
  switch (plan.kind) {
    case 'scan':
    case 'staged':
    case 'distinct':
    case 'limit':
    case 'set-operation':
    case 'apply':
    case 'recursive':
    case 'working-table':
      return plan;
    case 'values': {
      const rows = mapSame(plan.rows, (row) => mapSame(row, f));
      return rows === plan.rows ? plan : { ...plan, rows };
    }
    case 'project': {
      const columns = mapSame(plan.columns, (c) => withExpr(c, f(c.expr)));
      return columns === plan.columns ? plan : { ...plan, columns };
    }
    case 'window': {
      const columns = mapSame(plan.columns, (c) => withExpr(c, sameKind(c.expr, f(c.expr))));
      return columns === plan.columns ? plan : { ...plan, columns };
    }
    case 'filter': {
      const predicate = f(plan.predicate);
      return predicate === plan.predicate ? plan : { ...plan, predicate };
    }
    case 'join': {
      const on = plan.on === undefined ? undefined : f(plan.on);
      return on === plan.on ? plan : { ...plan, on };
    }
    case 'aggregate': {
      const groups = mapSame(plan.groups, (c) => withExpr(c, f(c.expr)));
      const aggregates = mapSame(plan.aggregates, (c) => withExpr(c, sameKind(c.expr, f(c.expr))));
      return groups === plan.groups && aggregates === plan.aggregates ? plan : { ...plan, groups, aggregates };
    }
    case 'unnest': {
      const expr = f(plan.expr);
      return expr === plan.expr ? plan : { ...plan, expr };
    }
    case 'sort': {
      const keys = mapKeys(plan.keys, f);
      return keys === plan.keys ? plan : { ...plan, keys };
    }
    case 'cognitive-map': {
      const { call } = plan;
      const args = mapSame(call.args, f);
      const guard = call.guard === undefined ? undefined : f(call.guard);
      return args === call.args && guard === call.guard ? plan : { ...plan, call: { ...call, args, guard } };
    }
    default:
      return unreachable(plan);
  }
}

/** Bottom-up over a plan and the plans of its subqueries. */
export function rewritePlan(plan: LogicalPlan, f: (plan: LogicalPlan) => LogicalPlan): LogicalPlan {
  const inner = mapChildren(plan, (child) => rewritePlan(child, f));
  const whole = mapExpressions(inner, (expr) =>
    rewriteExpr(expr, (e) => {
      if (e.kind !== 'subquery') return e;
      const subplan = rewritePlan(e.plan, f);
      return subplan === e.plan ? e : { ...e, plan: subplan };
    }),
  );
  return f(whole);
}

/** Visits a plan, its children and the plans of its subqueries, parents first. */
export function visitPlan(plan: LogicalPlan, visit: (plan: LogicalPlan) => void): void {
  visit(plan);
  for (const child of childrenOf(plan)) visitPlan(child, visit);
  for (const expr of expressionsOf(plan)) {
    visitExpr(expr, (e) => {
      if (e.kind === 'subquery') visitPlan(e.plan, visit);
    });
  }
}

// --- expressions

/** Direct children; a subquery's plan is not a child. */
export function childExprs(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'column':
    case 'literal':
    case 'parameter':
      return [];
    case 'operator':
    case 'external':
      return expr.args;
    case 'case': {
      const parts = expr.branches.flatMap((b) => [b.when, b.then]);
      return expr.otherwise === undefined ? parts : [...parts, expr.otherwise];
    }
    case 'cast':
    case 'field':
      return [expr.operand];
    case 'subquery':
      return expr.operand === undefined ? [] : [expr.operand];
    case 'aggregate':
      return [...expr.args, ...expr.orderBy.map((k) => k.expr)];
    case 'window':
      return [...expr.args, ...expr.partitionBy, ...expr.orderBy.map((k) => k.expr), ...frameExprs(expr.frame)];
    default:
      return unreachable(expr);
  }
}

export function mapChildExprs(expr: Expr, f: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'column':
    case 'literal':
    case 'parameter':
      return expr;
    case 'operator':
    case 'external': {
      const args = mapSame(expr.args, f);
      return args === expr.args ? expr : { ...expr, args };
    }
    case 'case': {
      const branches = mapSame(expr.branches, (b) => {
        const when = f(b.when);
        const then = f(b.then);
        return when === b.when && then === b.then ? b : { when, then };
      });
      const otherwise = expr.otherwise === undefined ? undefined : f(expr.otherwise);
      return branches === expr.branches && otherwise === expr.otherwise ? expr : { ...expr, branches, otherwise };
    }
    case 'cast':
    case 'field': {
      const operand = f(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
    case 'subquery': {
      const operand = expr.operand === undefined ? undefined : f(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
    case 'aggregate': {
      const args = mapSame(expr.args, f);
      const orderBy = mapKeys(expr.orderBy, f);
      return args === expr.args && orderBy === expr.orderBy ? expr : { ...expr, args, orderBy };
    }
    case 'window': {
      const args = mapSame(expr.args, f);
      const partitionBy = mapSame(expr.partitionBy, f);
      const orderBy = mapKeys(expr.orderBy, f);
      const frame = mapFrame(expr.frame, f);
      return args === expr.args && partitionBy === expr.partitionBy && orderBy === expr.orderBy && frame === expr.frame
        ? expr
        : { ...expr, args, partitionBy, orderBy, frame };
    }
    default:
      return unreachable(expr);
  }
}

/** Bottom-up. */
export function rewriteExpr(expr: Expr, f: (expr: Expr) => Expr): Expr {
  return f(mapChildExprs(expr, (child) => rewriteExpr(child, f)));
}

export function visitExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  for (const child of childExprs(expr)) visitExpr(child, visit);
}

/** The expression with columns replaced by what they stand for, those its subqueries read from outside included. */
export function substituted(expr: Expr, source: ReadonlyMap<ColumnId, Expr>): Expr {
  return rewriteExpr(expr, (e) => {
    if (e.kind === 'column') return source.get(e.id) ?? e;
    if (e.kind !== 'subquery') return e;
    const plan = substitutedIn(e.plan, source);
    return plan === e.plan ? e : { ...e, plan };
  });
}

/** Ids are those of the whole query: inside a subquery only an outer column has one of these. */
function substitutedIn(plan: LogicalPlan, source: ReadonlyMap<ColumnId, Expr>): LogicalPlan {
  const inner = mapChildren(plan, (child) => substitutedIn(child, source));
  return mapExpressions(inner, (expr) => substituted(expr, source));
}

export function asksService(plan: LogicalPlan): boolean {
  return plan.kind === 'cognitive-map' || childrenOf(plan).some(asksService);
}

/** Like asksService, in its subqueries too. */
export function holdsCall(plan: LogicalPlan): boolean {
  let found = false;
  visitPlan(plan, (node) => {
    if (node.kind === 'cognitive-map') found = true;
  });
  return found;
}

/** Columns an expression reads, those of its subqueries' outer references included. */
export function columnsUsed(expr: Expr, into = new Set<ColumnId>()): Set<ColumnId> {
  visitExpr(expr, (e) => {
    if (e.kind === 'column') into.add(e.id);
    if (e.kind === 'subquery') for (const id of freeColumns(e.plan)) into.add(id);
  });
  return into;
}

/** Columns a plan reads from outside itself: what makes a subquery correlated. */
export function freeColumns(plan: LogicalPlan): Set<ColumnId> {
  const free = new Set<ColumnId>();
  const known = new Set<ColumnId>();
  for (const child of childrenOf(plan)) {
    for (const id of freeColumns(child)) free.add(id);
    for (const c of columnsOf(child)) known.add(c.id);
  }
  if (plan.kind === 'apply') for (const c of columnsOf(plan.left)) free.delete(c.id);
  for (const expr of expressionsOf(plan)) for (const id of columnsUsed(expr)) if (!known.has(id)) free.add(id);
  return free;
}

/** Levels of subqueries within it, itself included. */
export function subqueryLevels(plan: LogicalPlan): number {
  let within = 0;
  for (const child of childrenOf(plan)) within = Math.max(within, subqueryLevels(child) - 1);
  for (const expr of expressionsOf(plan))
    visitExpr(expr, (e) => {
      if (e.kind === 'subquery') within = Math.max(within, subqueryLevels(e.plan));
    });
  return within + 1;
}

/** Whether its rows are there only while the relational engine recurses. */
export function readsWorkingTable(plan: LogicalPlan): boolean {
  return plan.kind === 'working-table' || (plan.kind !== 'recursive' && childrenOf(plan).some(readsWorkingTable));
}

/** Whether the expression may raise a document's error (ON_ERROR FAIL): which rows it sees must not change. */
export function raisesDocument(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, (e) => {
    if (e.kind === 'operator' && e.op === 'raise-document') found = true;
  });
  return found;
}

/** The conjuncts of a predicate, left to right; chains of AND are one n-ary operator. */
export function conjunctsOf(predicate: Expr): readonly Expr[] {
  return predicate.kind === 'operator' && predicate.op === 'and' ? predicate.args.flatMap(conjunctsOf) : [predicate];
}

function frameExprs(frame: Frame | undefined): Expr[] {
  return [frame?.start, frame?.end].flatMap((b) => (b !== undefined && 'offset' in b ? [b.offset] : []));
}

function mapFrame(frame: Frame | undefined, f: (expr: Expr) => Expr): Frame | undefined {
  if (frame === undefined) return undefined;
  const start = mapBound(frame.start, f);
  const end = frame.end === undefined ? undefined : mapBound(frame.end, f);
  return start === frame.start && end === frame.end ? frame : { ...frame, start, end };
}

function mapBound(bound: Bound, f: (expr: Expr) => Expr): Bound {
  if (!('offset' in bound)) return bound;
  const offset = f(bound.offset);
  return offset === bound.offset ? bound : { ...bound, offset };
}

function mapKeys(keys: readonly SortKey[], f: (expr: Expr) => Expr): readonly SortKey[] {
  return mapSame(keys, (k) => withExpr(k, f(k.expr)));
}

function withExpr<E extends Expr, T extends { readonly expr: E }>(holder: T, expr: E): T {
  return expr === holder.expr ? holder : { ...holder, expr };
}

function sameKind<E extends Expr>(before: E, after: Expr): E {
  // Rules never turn an aggregate or window call into another kind of node.
  if (after.kind !== before.kind) throw new Error(`a rule replaced a ${before.kind} by a ${after.kind}`);
  return after as E; // same literal kind, checked on the line above
}

function mapSame<T>(items: readonly T[], f: (item: T) => T): readonly T[] {
  let changed = false;
  const mapped = items.map((item) => {
    const next = f(item);
    if (next !== item) changed = true;
    return next;
  });
  return changed ? mapped : items;
}
