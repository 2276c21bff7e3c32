// Columns nobody reads are not computed, and a call whose answer nobody reads is not made.
//
// Works from the top with the set of columns wanted. Safe because expressions have no effects, and a CognitiveMap,
// a window or a projected column neither adds nor drops rows.
//
//   before: Project [id] over CognitiveMap [c5 = sentiment(body)] over Scan [id, body, rating]
//   after:  Project [id] over Scan [id]
//
// Must not fire: DISTINCT and set operations read every column; UNNEST multiplies rows even when its column is unread.

import { type ColumnId, column } from '../expression.ts';
import { answerColumns, type CognitiveMap, columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule } from '../rule.ts';
import { columnsUsed, expressionsOf, freeColumns, mapExpressions, rewriteExpr, visitExpr } from '../shape.ts';

type Wanted = ReadonlySet<ColumnId>;

export const prune: Rule = {
  name: 'prune',
  phase: 'cleanup',
  apply: (plan) => pruned(plan, new Set(columnsOf(plan).map((c) => c.id))),
};

function pruned(plan: LogicalPlan, wanted: Wanted): LogicalPlan {
  const node = pruneSubqueries(plan);
  switch (node.kind) {
    case 'scan': {
      const columns = node.columns.filter((c) => wanted.has(c.id));
      return columns.length === node.columns.length ? node : { ...node, columns };
    }
    case 'values':
    case 'staged':
    case 'working-table':
      return node;
    case 'project': {
      const columns = keep(node.columns, wanted);
      const below = child(node.child, new Set(columns.flatMap((c) => [...columnsUsed(c.expr)])));
      return columns === node.columns && below === node.child ? node : { ...node, child: below, columns };
    }
    case 'cognitive-map': {
      if (!answerColumns(node.call).some((c) => wanted.has(c.id))) return pruned(node.child, wanted);
      const needed = union(wanted, expressionsOf(node));
      const rows = child(node.child, needed);
      const below = isStackedOn(node, rows) ? rows : narrowed(rows, needed);
      return below === node.child ? node : { ...node, child: below };
    }
    case 'window': {
      const columns = keep(node.columns, wanted);
      if (columns.length === 0) return pruned(node.child, wanted);
      const below = child(
        node.child,
        union(
          wanted,
          columns.map((c) => c.expr),
        ),
      );
      return columns === node.columns && below === node.child ? node : { ...node, child: below, columns };
    }
    case 'aggregate': {
      const aggregates = keep(node.aggregates, wanted);
      const below = child(
        node.child,
        union(
          new Set(),
          [...node.groups, ...aggregates].map((c) => c.expr),
        ),
      );
      return aggregates === node.aggregates && below === node.child ? node : { ...node, child: below, aggregates };
    }
    case 'filter':
    case 'sort':
    case 'unnest':
    case 'limit': {
      const below = child(node.child, union(wanted, expressionsOf(node)));
      return below === node.child ? node : { ...node, child: below };
    }
    case 'distinct': {
      const below = child(node.child, new Set(columnsOf(node.child).map((c) => c.id)));
      return below === node.child ? node : { ...node, child: below };
    }
    case 'join': {
      const needed = union(wanted, expressionsOf(node));
      const [left, right] = [child(node.left, needed), child(node.right, needed)];
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case 'apply': {
      const right = child(node.right, wanted);
      const left = child(node.left, new Set([...wanted, ...freeColumns(right)]));
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case 'recursive': {
      const [anchor, step] = [whole(node.anchor), whole(node.step)];
      return anchor === node.anchor && step === node.step ? node : { ...node, anchor, step };
    }
    case 'set-operation': {
      const [left, right] = [whole(node.left), whole(node.right)];
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
  }
}

function child(plan: LogicalPlan, wanted: Wanted): LogicalPlan {
  return pruned(plan, new Set(columnsOf(plan).flatMap((c) => (wanted.has(c.id) ? [c.id] : []))));
}

function whole(plan: LogicalPlan): LogicalPlan {
  return pruned(plan, new Set(columnsOf(plan).map((c) => c.id)));
}

/** Calls of which none reads the other's answer are made together, on the same rows. */
function isStackedOn(node: CognitiveMap, below: LogicalPlan): boolean {
  if (below.kind !== 'cognitive-map') return false;
  const read = union(new Set(), expressionsOf(node));
  return !answerColumns(below.call).some((c) => read.has(c.id));
}

/** Staged rows carry only what is read above: the plan, projected where it has more. */
function narrowed(plan: LogicalPlan, wanted: Wanted): LogicalPlan {
  const columns = columnsOf(plan);
  const kept = columns.filter((c) => wanted.has(c.id));
  if (kept.length === columns.length || kept.length === 0) return plan;
  return { kind: 'project', child: plan, columns: kept.map((c) => ({ ...c, expr: column(c) })) };
}

function keep<T extends { readonly id: ColumnId }>(columns: readonly T[], wanted: Wanted): readonly T[] {
  const kept = columns.filter((c) => wanted.has(c.id));
  return kept.length === columns.length ? columns : kept;
}

function union(wanted: Wanted, exprs: readonly Parameters<typeof columnsUsed>[0][]): Set<ColumnId> {
  const all = new Set(wanted);
  for (const expr of exprs) columnsUsed(expr, all);
  return all;
}

function pruneSubqueries(plan: LogicalPlan): LogicalPlan {
  return mapExpressions(plan, (expr) => {
    let nested = false;
    visitExpr(expr, (e) => {
      if (e.kind === 'subquery') nested = true;
    });
    if (!nested) return expr;
    return rewriteExpr(expr, (e) => {
      if (e.kind !== 'subquery') return e;
      const plan = e.form === 'exists' ? pruned(e.plan, new Set()) : whole(e.plan);
      return plan === e.plan ? e : { ...e, plan };
    });
  });
}
