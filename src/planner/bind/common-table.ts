// Common tables, recursive ones too ("WITH common_table_expression" of the T-SQL reference).

import { BIGINT, sameType, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, isNullLiteral, literal, operator } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { childrenOf, mapChildren } from '../shape.ts';
import { AGGREGATES } from './aggregates.ts';
import { callsIn } from './ast-key.ts';
import type { BindContext, CteBinding, QueryContext, Recursion } from './context.ts';
import { bindBody, bindQuery, renamed } from './query.ts';

export interface CommonTablePlan {
  readonly plan: LogicalPlan;
  readonly columns: readonly Column[];
}

export function bindCommonTable({ table, context }: CteBinding): CommonTablePlan {
  const recursive = mentions(table.query, table.name.name).length > 0;
  const plan = recursive ? bindRecursive(table, context) : bindQuery(table.query, context).plan;
  return { plan, columns: renamed(plan, table.columns, `WITH ${table.name.name}`, table.span) };
}

/** The rows of the round before, where the step names its own table. */
export function workingTable({ table, columns }: Recursion, { nextId }: BindContext): CommonTablePlan {
  const own = columns.map((c) => ({ ...c, id: nextId(), source: c.id }));
  const plan: LogicalPlan = { kind: 'working-table', table, columns: own };
  return { plan, columns: own.slice(0, -1) };
}

// --- recursion

function bindRecursive({ name, query, columns: names, span }: ast.CommonTable, q: QueryContext): LogicalPlan {
  const { anchor, steps } = membersOf(query.body, name.name, span);
  const { ctx } = q;
  const first = bindBody(anchor, q);
  const shown = renamed(first, names, `WITH ${name.name}`, span);
  const columns = shown.map((c): Column => ({ ...c, id: ctx.nextId() }));
  const depth: Column = { id: ctx.nextId(), name: 'depth', type: BIGINT };
  const recursion: Recursion = { table: ctx.nextId(), columns: [...columns, depth] };
  const within = { ...q, recursions: new Map(q.recursions).set(name.name.toLowerCase(), recursion) };
  const [start, ...more] = steps.map((step) => {
    checkStep(step, name.name);
    return stepPlan(bindBody(step, within), columns, name, step.span, ctx);
  });
  if (start === undefined) throw error('bind/recursive-shape', { name: name.name }, { span });
  const step = more.reduce<LogicalPlan>((left, right) => {
    const united = columnsOf(left).map((c) => ({ ...c, id: ctx.nextId() }));
    return { kind: 'set-operation', operator: 'union', all: true, left, right, columns: united };
  }, start);
  const zero = { id: ctx.nextId(), name: 'depth', type: BIGINT, expr: literal('0', BIGINT) };
  const from = columnsOf(first).map((c) => ({ ...c, expr: column(c) as Expr }));
  const node: LogicalPlan = {
    kind: 'recursive',
    table: recursion.table,
    anchor: { kind: 'project', child: first, columns: [...from, zero] },
    step,
    columns: recursion.columns,
  };
  return { kind: 'project', child: node, columns: columns.map((c) => ({ ...c, expr: column(c) })) };
}

/** The members that name the table come last, each under UNION ALL. */
function membersOf(body: ast.QueryBody, name: string, span: Span) {
  const steps: ast.QueryBody[] = [];
  let anchor = body;
  while (anchor.kind === 'set-operation' && mentions(anchor.right, name).length > 0) {
    if (anchor.operator !== 'union' || !anchor.all)
      throw error('bind/recursive-shape', { name }, { span: anchor.span });
    steps.unshift(anchor.right);
    anchor = anchor.left;
  }
  if (mentions(anchor, name).length > 0) throw error('bind/recursive-shape', { name }, { span });
  return { anchor, steps };
}

/** What T-SQL allows in no recursive member. */
function checkStep(step: ast.QueryBody, name: string): void {
  const [first, second] = mentions(step, name);
  const nested = [first, second].find((m) => m?.inSubquery);
  if (nested !== undefined) throw error('bind/recursive-subquery', { name }, { span: nested.span });
  if (second !== undefined) throw error('bind/recursive-twice', { name }, { span: second.span });
  if (step.kind !== 'select') return;
  const { span } = step;
  if (step.distinct) throw error('bind/recursive-distinct', { name }, { span });
  if (step.top !== undefined) throw error('bind/recursive-top', { name }, { span: step.top.span });
  let aggregates = step.groupBy.length > 0 || step.groupByAll || step.having !== undefined;
  callsIn(step.items, (call) => {
    if (call.over === undefined && AGGREGATES.has(call.name.name.toUpperCase())) aggregates = true;
  });
  if (aggregates) throw error('bind/recursive-aggregate', { name }, { span });
}

interface Mention {
  readonly span: Span;
  readonly inSubquery: boolean;
}

/** Where a query names a common table. */
function mentions(value: unknown, name: string, inSubquery = false): Mention[] {
  if (Array.isArray(value)) return value.flatMap((item) => mentions(item, name, inSubquery));
  if (typeof value !== 'object' || value === null) return [];
  if (isMention(value, name)) return [{ span: value.span, inSubquery }];
  const kind = 'kind' in value ? value.kind : undefined;
  const nested =
    inSubquery || kind === 'scalar-query' || kind === 'exists' || kind === 'in-query' || kind === 'quantified';
  return Object.entries(value).flatMap(([key, child]) => (key === 'span' ? [] : mentions(child, name, nested)));
}

function isMention(value: object, name: string): value is ast.TableReference {
  if (!('kind' in value) || value.kind !== 'table' || !('name' in value)) return false;
  const { parts } = value.name as ast.ObjectName; // a table node's name
  return parts.length === 1 && parts[0]?.name.toLowerCase() === name.toLowerCase();
}

/** The step's rows with their depth, which the limit of MAXRECURSION is held against. */
function stepPlan(
  plan: LogicalPlan,
  columns: readonly Column[],
  name: ast.Identifier,
  span: Span,
  ctx: BindContext,
): LogicalPlan {
  const own = columnsOf(plan);
  if (own.length !== columns.length) {
    const params = { what: `WITH ${name.name}`, left: columns.length, right: own.length };
    throw error('bind/column-count', params, { span });
  }
  const carried = withDepth(plan);
  if (carried === undefined) throw error('bind/recursive-outer', { name: name.name }, { span });
  const outputs = columns.map((c, i) => {
    const source = own[i] ?? c;
    const value = column(source);
    const isUntyped = source.type.kind === 'null' || isNullLiteral(value);
    if (!isUntyped && !sameType(source.type, c.type)) {
      const params = { name: c.name, anchor: typeName(c.type), step: typeName(source.type) };
      throw error('bind/recursive-type', params, { span });
    }
    return { ...c, id: ctx.nextId(), expr: isUntyped ? ({ ...value, type: c.type } as Expr) : value };
  });
  const args = [column(carried.depth), literal(String(ctx.maxRecursion), BIGINT)];
  const next = { id: ctx.nextId(), name: 'depth', type: BIGINT, expr: operator('next-depth', args, BIGINT) };
  return { kind: 'project', child: carried.plan, columns: [...outputs, next] };
}

/** The plan with the working table's depth among its columns, or undefined where its rows are not the step's. */
function withDepth(plan: LogicalPlan): { plan: LogicalPlan; depth: Column } | undefined {
  switch (plan.kind) {
    case 'working-table': {
      const depth = plan.columns.at(-1);
      return depth && { plan, depth };
    }
    case 'project':
    case 'filter':
    case 'window':
    case 'unnest':
    case 'sort':
    case 'cognitive-map':
    case 'join':
    case 'apply': {
      const found = childrenOf(plan).map((child) => ({ child, inner: withDepth(child) }));
      const [holding] = found.filter((f) => f.inner !== undefined);
      const depth = holding?.inner?.depth;
      const isOuter = plan.kind === 'join' ? !['inner', 'cross'].includes(plan.type) : false;
      if (holding?.inner === undefined || depth === undefined || isOuter) return undefined;
      const { inner } = holding;
      const moved = mapChildren(plan, (child) => (child === holding.child ? inner.plan : child));
      if (moved.kind !== 'project') return { plan: moved, depth };
      return { plan: { ...moved, columns: [...moved.columns, { ...depth, expr: column(depth) }] }, depth };
    }
    default:
      return undefined;
  }
}
