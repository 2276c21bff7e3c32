// CROSS and OUTER APPLY: the right side sees the left one's row.

import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { limitsBelowCalls } from '../rules/limit-below-cognitive.ts';
import { childrenOf, columnsUsed, conjunctsOf, freeColumns } from '../shape.ts';
import { markedSide, settled } from './candidates.ts';
import { allOf, isTrue } from './conditions.ts';
import { type BindContext, clauseEnv, hoistTo, type PlanHolder, type QueryContext } from './context.ts';
import type { Source } from './from.ts';

export function bindApply(
  apply: ast.Apply,
  q: QueryContext,
  bindSource: (source: ast.TableSource, q: QueryContext) => Source,
): Source {
  const left = bindSource(apply.left, q);
  const holder: PlanHolder = { plan: left.plan };
  const scope = { relations: left.relations, parent: q.parent };
  const outer = clauseEnv(q, { scope, clause: 'APPLY', hoist: hoistTo(holder) });
  const lateral = new Set([...q.lateral, ...columnsOf(left.plan).map((c) => c.id)]);
  const right = bindSource(apply.right, { ...q, parent: scope, outer, lateral });
  // A limit is taken below calls that it does not need: above it they treat each row by itself.
  const rows = limitsBelowCalls(right.plan);
  const plan = apply.type === 'cross' ? crossed(holder.plan, rows) : widened(holder.plan, rows, q.ctx);
  return { plan, relations: [...left.relations, ...right.relations] };
}

type Node = Extract<LogicalPlan, { kind: 'project' | 'filter' | 'cognitive-map' | 'unnest' }>;

/** The nodes at the top of a plan that treat each row by itself, top first, and what they stand on. */
function rowWise(plan: LogicalPlan): { nodes: Node[]; base: LogicalPlan } {
  const nodes: Node[] = [];
  let base = plan;
  while (base.kind === 'project' || base.kind === 'filter' || base.kind === 'cognitive-map' || base.kind === 'unnest') {
    nodes.push(base);
    base = base.child;
  }
  return { nodes, base };
}

/** Row by row, the right side may as well stand above the left; it must where a call reads both rows. */
function crossed(left: LogicalPlan, right: LogicalPlan): LogicalPlan {
  const { nodes, base } = rowWise(right);
  const isOneRow = base.kind === 'values' && base.columns.length === 0;
  if (!isOneRow && !nodes.some(asksOuterRow)) return { kind: 'apply', type: 'cross', left, right };
  const both: LogicalPlan = isOneRow ? left : { kind: 'apply', type: 'cross', left, right: base };
  const kept = columnsOf(left);
  return nodes.reduceRight<LogicalPlan>((child, node) => {
    if (node.kind !== 'project') return { ...node, child };
    return { ...node, child, columns: [...kept.map((c) => ({ ...c, expr: column(c) })), ...node.columns] };
  }, both);
}

function asksOuterRow(node: LogicalPlan): boolean {
  return node.kind === 'cognitive-map' && freeColumns(node).size > 0;
}

/** As `crossed`, keeping the left rows for which nothing is left. */
function widened(left: LogicalPlan, right: LogicalPlan, ctx: BindContext): LogicalPlan {
  const { nodes, base } = rowWise(right);
  const plain: LogicalPlan = { kind: 'apply', type: 'outer', left, right };
  if (!nodes.some(asksOuterRow) || nodes.some((n) => n.kind === 'unnest') || childrenOf(base).some(asksOuterRow))
    return plain;
  // What reads no answer decides before a call is made.
  const known = new Set([...columnsOf(left), ...columnsOf(base)].map((c) => c.id));
  const early = nodes
    .flatMap((n) => (n.kind === 'filter' ? conjunctsOf(n.predicate) : []))
    .filter((c) => [...columnsUsed(c)].every((id) => known.has(id)));
  const predicate = allOf(early);
  const rows: LogicalPlan = predicate === undefined ? base : { kind: 'filter', child: base, predicate };
  const [l, r] = [markedSide(left, ctx), markedSide(rows, ctx)];
  const conditions: Expr[] = [isTrue(column(r.present))];
  let plan: LogicalPlan = { kind: 'apply', type: 'outer', left: l.plan, right: r.plan };
  for (const node of nodes.toReversed()) {
    if (node.kind === 'filter') conditions.push(isTrue(node.predicate));
    if (node.kind === 'project')
      plan = { kind: 'project', child: plan, columns: withColumns(columnsOf(plan), node.columns) };
    if (node.kind !== 'cognitive-map') continue;
    const guard = allOf([...conditions, ...(node.call.guard === undefined ? [] : [node.call.guard])]);
    plan = { ...node, child: plan, call: { ...node.call, guard } };
  }
  const matches = allOf(conditions) ?? column(r.present);
  return settled({ plan, left: l, right: { ...r, columns: columnsOf(right) }, matches }, 'left', ctx);
}

type Defined = Column & { readonly expr: Expr };

function withColumns(known: readonly Column[], added: readonly Defined[]): Defined[] {
  const ids = new Set(known.map((c) => c.id));
  return [...known.map((c) => ({ ...c, expr: column(c) })), ...added.filter((c) => !ids.has(c.id))];
}
