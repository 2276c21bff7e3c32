// Plans as text, for EXPLAIN and goldens: one node a line, children indented, columns as name#id.

import { typeName } from '../arrow/sql-type.ts';
import { unreachable } from '../common/errors.ts';
import type { Column, ColumnId, Expr, SortKey } from './expression.ts';
import { type CognitiveCall, columnsOf, type LogicalPlan, type Sample } from './plan.ts';
import { childrenOf, expressionsOf, visitExpr } from './shape.ts';

type Names = Map<ColumnId, string>;

export function printPlan(plan: LogicalPlan): string {
  return lines(plan, new Map()).join('\n');
}

function lines(plan: LogicalPlan, outer: Names): string[] {
  const names: Names = new Map(outer);
  for (const child of childrenOf(plan)) for (const c of columnsOf(child)) names.set(c.id, c.name);
  const seen = (child: LogicalPlan) => (plan.kind === 'apply' && child === plan.right ? names : outer);
  const below = childrenOf(plan).flatMap((child) => lines(child, seen(child)).map((line) => `  ${line}`));
  const nested = expressionsOf(plan).flatMap((expr) =>
    subplans(expr).flatMap((p) => ['  subquery', ...lines(p, names).map((l) => `    ${l}`)]),
  );
  return [describe(plan, names), ...nested, ...below];
}

function subplans(expr: Expr): LogicalPlan[] {
  const found: LogicalPlan[] = [];
  visitExpr(expr, (e) => {
    if (e.kind === 'subquery') found.push(e.plan);
  });
  return found;
}

function sampled(sample: Sample | undefined): string {
  if (sample === undefined) return '';
  return ` sample ${sample.size} ${sample.unit}${sample.repeatable ? ` repeatable ${sample.seed}` : ''}`;
}

function describe(plan: LogicalPlan, names: Names): string {
  const expr = (e: Expr) => printExpression(e, names);
  switch (plan.kind) {
    case 'scan':
      return `scan ${plan.table.schema}.${plan.table.name}${sampled(plan.sample)} [${plan.columns.map(label).join(', ')}]`;
    case 'values':
      return plan.columns.length === 0
        ? 'one row'
        : `values ${plan.rows.length} rows [${plan.columns.map(label).join(', ')}]`;
    case 'project':
      return `project [${plan.columns.map((c) => definition(c, c.expr, names)).join(', ')}]`;
    case 'filter':
      return `filter ${expr(plan.predicate)}`;
    case 'join':
      return `join ${plan.type}${plan.on === undefined ? '' : ` on ${expr(plan.on)}`}`;
    case 'apply':
      return `apply ${plan.type}`;
    case 'recursive':
      return `recursive ${plan.table} [${plan.columns.map(label).join(', ')}]`;
    case 'working-table':
      return `working-table ${plan.table} [${plan.columns.map((c) => `${label(c)} = #${c.source}`).join(', ')}]`;
    case 'aggregate': {
      const groups = plan.groups.map((g) => definition(g, g.expr, names)).join(', ');
      const aggregates = plan.aggregates.map((a) => definition(a, a.expr, names)).join(', ');
      const sets = plan.sets?.map((ids) => `(${ids.map((id) => `#${id}`).join(', ')})`).join(', ');
      return `aggregate${groups === '' ? '' : ` by [${groups}]`}${sets === undefined ? '' : ` sets ${sets}`} [${aggregates}]`;
    }
    case 'window':
      return `window [${plan.columns.map((c) => definition(c, c.expr, names)).join(', ')}]`;
    case 'unnest':
      return `unnest ${expr(plan.expr)} as ${label(plan.column)}`;
    case 'distinct':
      return 'distinct';
    case 'sort':
      return `sort ${plan.keys.map((k) => sortKey(k, names)).join(', ')}`;
    case 'limit':
      return `limit ${plan.count ?? 'all'}${plan.offset === 0 ? '' : ` offset ${plan.offset}`}`;
    case 'set-operation':
      return `${plan.operator}${plan.all ? ' all' : ''} [${plan.columns.map(label).join(', ')}]`;
    case 'cognitive-map':
      return `cognitive-map ${printCall(plan.call, names)}`;
    case 'staged':
      return `staged ${plan.stage} [${columnsOf(plan).map(label).join(', ')}]`;
    default:
      return unreachable(plan);
  }
}

function printCall(call: CognitiveCall, names: Names): string {
  const args = call.args.filter((a) => a.kind !== 'literal' || a.value !== null).map((a) => printExpression(a, names));
  const service = call.service === undefined ? '' : ` using ${call.service}`;
  const guard = call.guard === undefined ? '' : ` when ${printExpression(call.guard, names)}`;
  const fused = call.fused ? ' fused' : '';
  return `${label(call.answer)} = ${call.operation.id}(${args.join(', ')})${service}${guard}${fused}`;
}

function label(c: Column): string {
  return `${c.name}#${c.id}`;
}

function definition(c: Column, expr: Expr, names: Names): string {
  return expr.kind === 'column' && expr.id === c.id ? label(c) : `${label(c)} = ${printExpression(expr, names)}`;
}

function sortKey(key: SortKey, names: Names): string {
  return `${printExpression(key.expr, names)}${key.descending ? ' desc' : ''}`;
}

const INFIX = new Set([
  'and',
  'or',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  'like',
  'not-like',
]);

export function printExpression(expr: Expr, names: Names): string {
  const print = (e: Expr) => printExpression(e, names);
  switch (expr.kind) {
    case 'column':
      return `${names.get(expr.id) ?? 'column'}#${expr.id}`;
    case 'literal':
      return literalText(expr.value);
    case 'parameter':
      return `@${expr.name}`;
    case 'operator':
      if (INFIX.has(expr.op)) return `(${expr.args.map(print).join(` ${expr.op.replace('-', ' ')} `)})`;
      if (expr.op === 'concat') return `(${expr.args.map(print).join(' || ')})`;
      return `${expr.op}(${expr.args.map(print).join(', ')})`;
    case 'external':
      return `${expr.name}(${expr.args.map(print).join(', ')})`;
    case 'case': {
      const branches = expr.branches.map((b) => `when ${print(b.when)} then ${print(b.then)}`).join(' ');
      return `case ${branches}${expr.otherwise === undefined ? '' : ` else ${print(expr.otherwise)}`} end`;
    }
    case 'cast':
      return `${expr.onError === 'null' ? 'try_cast' : 'cast'}(${print(expr.operand)} as ${typeName(expr.type)}${expr.style === undefined ? '' : ` style ${expr.style}`})`;
    case 'field':
      return `${print(expr.operand)}.${expr.name}`;
    case 'subquery': {
      const operand =
        expr.operand === undefined
          ? ''
          : `${print(expr.operand)} ${expr.form === 'in' ? '' : (expr.comparison ?? '')}`.trimEnd();
      return `${operand === '' ? '' : `${operand} `}${expr.form}(subquery)`;
    }
    case 'aggregate': {
      const order =
        expr.orderBy.length === 0 ? '' : ` order by ${expr.orderBy.map((k) => sortKey(k, names)).join(', ')}`;
      return `${expr.fn}(${expr.distinct ? 'distinct ' : ''}${expr.args.length === 0 ? '*' : expr.args.map(print).join(', ')}${order})`;
    }
    case 'window': {
      const partition = expr.partitionBy.length === 0 ? '' : `partition by ${expr.partitionBy.map(print).join(', ')}`;
      const order =
        expr.orderBy.length === 0 ? '' : `order by ${expr.orderBy.map((k) => sortKey(k, names)).join(', ')}`;
      return `${expr.fn}(${expr.args.map(print).join(', ')}) over (${[partition, order].filter((p) => p !== '').join(' ')})`;
    }
    default:
      return unreachable(expr);
  }
}

function literalText(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  return String(value);
}
