// Rows are grouped by what a call and its filters read before the call is made, and the groups combined after it.
//
// Fires for COUNT, SUM, MIN and MAX over columns that read no answer. Safe because equal inputs have equal answers, so
// that the rows of such a group pass the same filters and fall into the same group above; the aggregates are those
// that combine exactly, in types wide enough that only the whole can overflow. Texts group byte-wise, as inputs do.
//
//   before: SELECT SENTIMENT(body), COUNT(*) FROM reviews GROUP BY SENTIMENT(body)
//   after:  SELECT SENTIMENT(body), SUM(n) FROM (SELECT body, COUNT(*) AS n FROM reviews GROUP BY body) t
//           GROUP BY SENTIMENT(body)
//
// Must not fire: `MAX(SENTIMENT(body))` reads the answer; AVG, STRING_AGG, DISTINCT and sums of floats do not combine
// exactly; `COUNT(*) … WHERE SENTIMENT('good') = 'positive'` has nothing to group by, and no group where no row is;
// grouping sets.

import { BIGINT, collationOf, decimal, decimalShape, familyOf, isText, type SqlType } from '../../arrow/sql-type.ts';
import { idsProvided, neededLayers, readFromBase, restacked, unstacked } from '../call-stack.ts';
import { type AggregateExpr, type Column, type ColumnId, column, literal, operator } from '../expression.ts';
import { type Aggregate, columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { columnsUsed, freeColumns, rewritePlan } from '../shape.ts';
import { share } from './share.ts';

export const groupFirst: Rule = {
  name: 'group-first',
  phases: ['sharing'],
  apply(plan, context) {
    // A call shares through a limit but not through groups: whichever of the two rules came first would decide.
    const sharing = share.apply(plan, { ...context, nextId: () => -1 }) !== plan;
    if (sharing) return plan;
    return rewritePlan(plan, (node) => (node.kind === 'aggregate' ? (groupedFirst(node, context) ?? node) : node));
  },
};

type Partial = Column & { readonly expr: AggregateExpr };

function groupedFirst(node: Aggregate, { nextId, collation }: RuleContext): LogicalPlan | undefined {
  if (node.sets !== undefined) return undefined;
  const stack = unstacked(node.child);
  const answers = idsProvided(stack.layers);
  const isEarly = (ids: ReadonlySet<ColumnId>) => ![...ids].some((id) => answers.has(id));
  const late = node.groups.filter((g) => !isEarly(columnsUsed(g.expr)));
  const read = new Set(late.flatMap((g) => [...columnsUsed(g.expr)]));
  const needed = neededLayers(stack.layers, (l) => l.kind === 'filter', read);
  const layers = stack.layers.filter((l) => needed.has(l));
  const combines = node.aggregates.every((a) => isCombinable(a.expr) && isEarly(columnsUsed(a.expr)));
  if (!combines || stack.windows.size > 0 || !layers.some((l) => l.kind === 'call')) return undefined;

  const inputs = new Set([...readFromBase(layers), ...[...read].filter((id) => !answers.has(id))]);
  const early = node.groups.filter((g) => !late.includes(g));
  const keys = [
    ...columnsOf(stack.base).flatMap((c) => (inputs.has(c.id) ? [{ ...c, expr: column(c) }] : [])),
    ...early.filter((g) => !inputs.has(g.id)),
  ];
  if (keys.length === 0 || !keys.every((k) => isGroupedBytewise(k.type))) return undefined;
  if (isGroupedBy(stack.base, new Set(keys.map((k) => k.id)))) return undefined;

  const partials = node.aggregates.map((a): Partial => {
    const expr = partialOf(a.expr);
    return { id: nextId(), name: a.name, type: expr.type, expr };
  });
  const grouped: Aggregate = { kind: 'aggregate', child: stack.base, groups: keys, aggregates: partials };
  const bytewise = keys.every((k) => !isText(k.type) || (collationOf(k.type)?.name ?? collation) === 'BIN2_UTF8');
  const first: Aggregate = bytewise ? grouped : { ...grouped, bytewise: true };
  if (freeColumns(first).size > 0) return undefined;
  const groups = node.groups.map((g) => (early.includes(g) ? { ...g, expr: column(g) } : g));
  return combined(node, { ...node, child: restacked(first, layers, read), groups }, partials, nextId);
}

/** Over no rows at all a count is 0, its sum NULL. */
function combined(
  node: Aggregate,
  shell: Aggregate,
  partials: readonly Partial[],
  nextId: () => ColumnId,
): LogicalPlan {
  const isUngroupedCount = (expr: AggregateExpr) => node.groups.length === 0 && isCount(expr);
  const aggregates = node.aggregates.map((a, i): Partial => {
    const fn = isCount(a.expr) ? 'sum' : a.expr.fn;
    const expr = { ...a.expr, fn, args: partials.slice(i, i + 1).map((p) => column(p)) };
    return { ...a, id: isUngroupedCount(a.expr) ? nextId() : a.id, expr };
  });
  const whole: Aggregate = { ...shell, aggregates };
  if (!node.aggregates.some((a) => isUngroupedCount(a.expr))) return whole;
  const columns = node.aggregates.map((a, i) => {
    const sum = column(aggregates[i] ?? a);
    const expr = isUngroupedCount(a.expr) ? operator('coalesce', [sum, literal(0, a.type)], a.type) : sum;
    return { id: a.id, name: a.name, type: a.type, expr };
  });
  return { kind: 'project', child: whole, columns };
}

// --- aggregates

function isCount(expr: AggregateExpr): boolean {
  return expr.fn === 'count' || expr.fn === 'count_big';
}

/** Digits of a sum's argument up to which no number of rows overflows 38 of them. */
const SUMMABLE_DIGITS = 28;

function isCombinable(expr: AggregateExpr): boolean {
  if (expr.distinct || expr.orderBy.length > 0) return false;
  if (isCount(expr) || expr.fn === 'min' || expr.fn === 'max') return true;
  const [argument] = expr.args;
  if (expr.fn !== 'sum' || argument === undefined) return false;
  const family = familyOf(argument.type);
  return family === 'integer' || (family === 'decimal' && decimalShape(argument.type).precision <= SUMMABLE_DIGITS);
}

function partialOf(expr: AggregateExpr): AggregateExpr {
  if (isCount(expr)) return { ...expr, fn: 'count_big', type: BIGINT };
  const [argument] = expr.args;
  return expr.fn === 'sum' && argument !== undefined ? { ...expr, type: partialSumType(argument.type) } : expr;
}

/** Wide enough for every part of a sum whose whole fits. */
function partialSumType(type: SqlType): SqlType {
  if (type.kind === 'tinyint' || type.kind === 'smallint' || type.kind === 'int') return BIGINT;
  return decimal(38, familyOf(type) === 'decimal' ? decimalShape(type).scale : 0);
}

// --- keys

/** Types whose equal values are the same value: 0 and -0 are equal, and not the same input. */
function isGroupedBytewise(type: SqlType): boolean {
  switch (familyOf(type)) {
    case 'bit':
    case 'integer':
    case 'decimal':
    case 'text':
    case 'binary':
    case 'datetime':
    case 'uniqueidentifier':
      return true;
    default:
      return false;
  }
}

/** Whether no two rows of the plan have equal keys already. */
function isGroupedBy(plan: LogicalPlan, keys: ReadonlySet<ColumnId>): boolean {
  switch (plan.kind) {
    case 'aggregate':
      return plan.sets === undefined && plan.groups.every((g) => keys.has(g.id));
    case 'distinct':
      return columnsOf(plan).every((c) => keys.has(c.id));
    case 'filter':
    case 'sort':
    case 'limit':
    case 'window':
    case 'cognitive-map':
    case 'project':
      return isGroupedBy(plan.child, keys);
    default:
      return false;
  }
}
