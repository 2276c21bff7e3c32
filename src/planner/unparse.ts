// Relational plan -> SQL text: one SELECT per node, nested derived tables, columns named c1, c2 …, fully
// parenthesised. The engine folds it. Values from outside become bound parameters.

import { familyOf, isText } from '../arrow/sql-type.ts';
import { placeOf } from '../catalog/snapshot.ts';
import { invariant, unreachable } from '../common/errors.ts';
import { aggregateSql, windowSql } from './duckdb-dialect/aggregates.ts';
import { checkedChain, isChain } from './duckdb-dialect/arithmetic.ts';
import { castSql } from './duckdb-dialect/casts.ts';
import { collated } from './duckdb-dialect/collations.ts';
import { literalSql, typed } from './duckdb-dialect/literals.ts';
import { operatorSql } from './duckdb-dialect/operators.ts';
import type {
  AggregateExpr,
  Bound,
  Column,
  ColumnId,
  Expr,
  Frame,
  ParameterExpr,
  SortKey,
  WindowExpr,
} from './expression.ts';
import { columnsOf, type LogicalPlan, type Scan, type Staged } from './plan.ts';
import { quote } from './sql-text.ts';

export interface Fragment {
  readonly sql: string;
  /** `$1` is the first. */
  readonly parameters: readonly ParameterExpr[];
  readonly columns: readonly Column[];
}

/** Names of the relations that exist only while a statement runs. */
export interface WorkNames {
  /** The schema they are in. */
  readonly area: string;
  stage(index: number): string;
  answers(name: string): string;
  external(table: Scan['table']): string;
}

interface Printer {
  readonly names: WorkNames;
  readonly parameters: ParameterExpr[];
}

export function unparse(plan: LogicalPlan, names: WorkNames): Fragment {
  const printer: Printer = { names, parameters: [] };
  const columns = columnsOf(plan);
  const body = printPlan(plan, printer);
  // The engine gives a column it can tell to be NULL another type; the cast costs nothing where the type is right.
  const typedColumns = columns.map((c) => `${typed(columnName(c.id), c.type)} AS ${columnName(c.id)}`);
  const sql = `SELECT ${columns.length === 0 ? '1 AS c0' : typedColumns.join(', ')} FROM (${body}) AS t`;
  return { sql, parameters: printer.parameters, columns };
}

/** One expression, its parameters after those given. */
export function unparseExpression(
  expr: Expr,
  names: WorkNames,
  before: readonly ParameterExpr[],
): { readonly sql: string; readonly parameters: readonly ParameterExpr[] } {
  const printer: Printer = { names, parameters: [...before] };
  const sql = printExpr(expr, printer);
  return { sql, parameters: printer.parameters };
}

export function columnName(id: ColumnId): string {
  return `c${id}`;
}

function columnList(columns: readonly Column[]): string {
  return columns.length === 0 ? '1 AS c0' : columns.map((c) => columnName(c.id)).join(', ');
}

function printPlan(plan: LogicalPlan, p: Printer): string {
  const from = (child: LogicalPlan, alias = 't') => `(${printPlan(child, p)}) AS ${alias}`;
  const defined = (columns: readonly (Column & { readonly expr: Expr })[]) =>
    columns.map((c) => `${printExpr(c.expr, p)} AS ${columnName(c.id)}`).join(', ');
  switch (plan.kind) {
    case 'scan':
      return printScan(plan, p);
    case 'values':
      return printValues(plan, p);
    case 'project':
      return `SELECT ${plan.columns.length === 0 ? '1 AS c0' : defined(plan.columns)} FROM ${from(plan.child)}`;
    case 'filter':
      return `SELECT * FROM ${joined(plan.child, p)} WHERE ${printExpr(plan.predicate, p)}`;
    case 'join':
      return `SELECT * FROM ${joined(plan, p)}`;
    case 'apply': {
      const keyword = plan.type === 'cross' ? 'CROSS JOIN LATERAL' : 'LEFT JOIN LATERAL';
      const on = plan.type === 'cross' ? '' : ' ON TRUE';
      return `SELECT * FROM ${from(plan.left, 'l')} ${keyword} ${from(plan.right, 'r')}${on}`;
    }
    case 'recursive':
      return printRecursive(plan, p);
    case 'working-table':
      return `SELECT ${plan.columns.map((c) => `${columnName(c.source)} AS ${columnName(c.id)}`).join(', ')} FROM ${workingName(plan.table)}`;
    case 'aggregate': {
      const computed = plan.groups.filter((g) => g.expr.kind !== 'column' || g.expr.id !== g.id);
      const source =
        computed.length === 0 ? from(plan.child) : `(SELECT *, ${defined(computed)} FROM ${from(plan.child)}) AS t`;
      const isBytes = (g: Column) => plan.bytewise === true && isText(g.type);
      const groups = plan.groups.map((g) => (isBytes(g) ? `encode(${columnName(g.id)})` : columnName(g.id)));
      const items = [
        ...plan.groups.map((g) =>
          isBytes(g) ? `any_value(${columnName(g.id)}) AS ${columnName(g.id)}` : columnName(g.id),
        ),
        ...plan.aggregates.map((a) => `${printAggregate(a.expr, plan.groups, p)} AS ${columnName(a.id)}`),
      ];
      // Without groups it is one row, read or not: something must stay aggregated.
      const set = (ids: readonly ColumnId[]) => `(${ids.map(columnName).join(', ')})`;
      const keys = plan.sets === undefined ? groups.join(', ') : `GROUPING SETS (${plan.sets.map(set).join(', ')})`;
      const groupBy = keys === '' ? '' : ` GROUP BY ${keys}`;
      return `SELECT ${items.length === 0 ? 'count(*) AS c0' : items.join(', ')} FROM ${source}${groupBy}`;
    }
    case 'window':
      return `SELECT *, ${plan.columns.map((c) => `${printWindow(c.expr, p)} AS ${columnName(c.id)}`).join(', ')} FROM ${from(plan.child)}`;
    case 'unnest':
      return `SELECT *, unnest(${printExpr(plan.expr, p)}) AS ${columnName(plan.column.id)} FROM ${from(plan.child)}`;
    case 'distinct':
      return `SELECT DISTINCT * FROM ${from(plan.child)}`;
    case 'sort':
      return `SELECT * FROM ${from(plan.child)}${orderBy(plan.keys, p)}`;
    case 'limit': {
      // Order and limit in one SELECT, so that the engine sees a top-n.
      const sorted = plan.child.kind === 'sort' ? plan.child : undefined;
      const limit = plan.count === undefined ? '' : ` LIMIT ${plan.count}`;
      const offset = plan.offset === 0 ? '' : ` OFFSET ${plan.offset}`;
      return `SELECT * FROM ${from(sorted?.child ?? plan.child)}${sorted === undefined ? '' : orderBy(sorted.keys, p)}${limit}${offset}`;
    }
    case 'set-operation': {
      const side = (child: LogicalPlan, alias: string) =>
        `SELECT ${columnsOf(child)
          .map((c, i) => `${columnName(c.id)} AS ${columnName(plan.columns[i]?.id ?? c.id)}`)
          .join(', ')} FROM ${from(child, alias)}`;
      return `(${side(plan.left, 'l')}) ${plan.operator.toUpperCase()}${plan.all ? ' ALL' : ''} (${side(plan.right, 'r')})`;
    }
    case 'staged':
      return printStaged(plan, p);
    case 'cognitive-map':
      return invariant(false, 'a cognitive call reached the unparser') as never;
    default:
      return unreachable(plan);
  }
}

const JOINS = {
  inner: 'INNER JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  cross: 'CROSS JOIN',
};

/** A tree of joins as one FROM, with the filter above it in one SELECT: the engine orders joins only within one. */
function joined(plan: LogicalPlan, p: Printer): string {
  if (plan.kind !== 'join') return `(${printPlan(plan, p)})`;
  const [left, right] = [joined(plan.left, p), joined(plan.right, p)];
  const on = plan.on === undefined ? '' : ` ON ${printExpr(plan.on, p)}`;
  return `(${left} ${JOINS[plan.type]} ${right}${on})`;
}

function workingName(table: number): string {
  return `w${table}`;
}

function printRecursive(plan: Extract<LogicalPlan, { kind: 'recursive' }>, p: Printer): string {
  const part = (child: LogicalPlan, alias: string) =>
    `SELECT ${columnsOf(child)
      .map((c) => columnName(c.id))
      .join(', ')} FROM (${printPlan(child, p)}) AS ${alias}`;
  const name = workingName(plan.table);
  const columns = plan.columns.map((c) => columnName(c.id)).join(', ');
  return `WITH RECURSIVE ${name}(${columns}) AS ((${part(plan.anchor, 'a')}) UNION ALL (${part(plan.step, 's')})) SELECT * FROM ${name}`;
}

function printScan(plan: Scan, p: Printer): string {
  const { table } = plan;
  const stored = table.kind === 'stored' ? placeOf(table).map(quote).join('.') : '';
  const items = plan.columns.map((c) => `${collated(quote(c.source), c.type)} AS ${columnName(c.id)}`);
  const source = table.kind === 'stored' ? stored : p.names.external(table);
  return `SELECT ${items.length === 0 ? '1 AS c0' : items.join(', ')} FROM ${source}${sampleSql(plan.sample)}`;
}

/** Row by row, with a seed: without one, or by blocks, the engine takes what its threads come to first. */
function sampleSql(sample: Scan['sample']): string {
  if (sample === undefined) return '';
  const { size, unit, seed } = sample;
  return ` TABLESAMPLE ${unit === 'rows' ? 'reservoir' : 'bernoulli'}(${size} ${unit.toUpperCase()}) REPEATABLE (${seed})`;
}

function printValues(plan: Extract<LogicalPlan, { kind: 'values' }>, p: Printer): string {
  if (plan.columns.length === 0) return 'SELECT 1 AS c0';
  const rows = plan.rows.map(
    (row, r) =>
      `(${row.map((cell) => (r === 0 ? typed(printExpr(cell, p), cell.type) : printExpr(cell, p))).join(', ')})`,
  );
  return `SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${plan.columns.map((c) => columnName(c.id)).join(', ')})`;
}

/** Inputs are compared byte-wise whatever the collation: a case-insensitive one would merge 'Good' and 'GOOD'. */
function printStaged(plan: Staged, p: Printer): string {
  const items = plan.columns.map((c) => {
    const own = `s.${columnName(c.id)}`;
    const read = collated(own, c.type);
    return read === own ? own : `${read} AS ${columnName(c.id)}`;
  });
  const joins: string[] = [];
  for (const [n, { column, failure, table, inputs }] of plan.answers.entries()) {
    const a = n === 0 ? 'a' : `a${n}`;
    const on = inputs.map((id, i) => `${a}.k${i + 1} IS NOT DISTINCT FROM encode(s.${columnName(id)})`).join(' AND ');
    items.push(`${a}.v AS ${columnName(column.id)}`);
    if (failure !== undefined) items.push(`${a}.e AS ${columnName(failure.id)}`);
    joins.push(` LEFT JOIN ${p.names.answers(table)} AS ${a} ON ${on}`);
  }
  return `SELECT ${items.join(', ') || '1 AS c0'} FROM ${p.names.stage(plan.stage)} AS s${joins.join('')}`;
}

function orderBy(keys: readonly SortKey[], p: Printer): string {
  // A literal key would be read as a position, and orders nothing.
  const items = keys.filter((k) => k.expr.kind !== 'literal').map((k) => sortKey(k, p));
  return items.length === 0 ? '' : ` ORDER BY ${items.join(', ')}`;
}

function sortKey(key: SortKey, p: Printer): string {
  // T-SQL orders NULL lowest.
  return `${printExpr(key.expr, p)} ${key.descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`;
}

function printAggregate(expr: AggregateExpr, groups: readonly Column[], p: Printer): string {
  const isGrouping = expr.fn === 'grouping' || expr.fn === 'grouping_id';
  const position = (a: Expr) => groups[a.kind === 'literal' ? Number(a.value) : 0]?.id ?? 0;
  const args = expr.args.map((a) => (isGrouping ? columnName(position(a)) : printExpr(a, p)));
  return aggregateSql(expr, args, { distinct: expr.distinct, order: orderBy(expr.orderBy, p), over: '' });
}

function printWindow(expr: WindowExpr, p: Printer): string {
  const args = expr.args.map((a) => printExpr(a, p));
  const partition =
    expr.partitionBy.length === 0 ? '' : `PARTITION BY ${expr.partitionBy.map((e) => printExpr(e, p)).join(', ')}`;
  const parts = [partition, orderBy(expr.orderBy, p).trim(), printFrame(expr.frame, p)];
  return windowSql(expr, args, parts.filter((part) => part !== '').join(' '));
}

function printFrame(frame: Frame | undefined, p: Printer): string {
  if (frame === undefined) return '';
  const bound = (b: Bound): string =>
    'offset' in b ? `${printExpr(b.offset, p)} ${b.kind.toUpperCase()}` : b.kind.replace('-', ' ').toUpperCase();
  const unit = frame.unit.toUpperCase();
  return frame.end === undefined
    ? `${unit} ${bound(frame.start)}`
    : `${unit} BETWEEN ${bound(frame.start)} AND ${bound(frame.end)}`;
}

/** @param inChain the expression is an operand of float or money arithmetic, whose end is checked for overflow */
export function printExpr(expr: Expr, p: Printer, inChain = false): string {
  switch (expr.kind) {
    case 'column':
      return columnName(expr.id);
    case 'literal':
      return literalSql(expr.value, expr.type);
    case 'parameter':
      p.parameters.push(expr);
      return typed(`$${p.parameters.length}`, expr.type);
    case 'operator': {
      const chain = isChain(expr);
      // An infinite divisor would vanish, and a narrower type ends sooner: they are checked by themselves.
      const isPart = (a: Expr, i: number) => chain && a.type.kind === expr.type.kind && !(expr.op === '/' && i === 1);
      const args = flatArgs(expr).map((a, i) => printExpr(a, p, isPart(a, i)));
      const sql = operatorSql(expr, args);
      return chain && !inChain ? checkedChain(sql, expr.type) : sql;
    }
    case 'external':
      return typed(`${expr.name}(${expr.args.map((a) => printExpr(a, p)).join(', ')})`, expr.type);
    case 'case': {
      const branches = expr.branches.map((b) => `WHEN ${printExpr(b.when, p)} THEN ${printExpr(b.then, p)}`).join(' ');
      return `(CASE ${branches}${expr.otherwise === undefined ? '' : ` ELSE ${printExpr(expr.otherwise, p)}`} END)`;
    }
    case 'cast':
      return castSql(printExpr(expr.operand, p), expr.operand.type, expr.type, expr.onError, expr);
    case 'field':
      return `struct_extract(${printExpr(expr.operand, p)}, ${literalSql(expr.name, { kind: 'varchar', length: 'max' })})`;
    case 'subquery': {
      const plan = printPlan(expr.plan, p);
      if (expr.form === 'exists') return `(EXISTS (${plan}))`;
      const columns = columnsOf(expr.plan).slice(0, 1);
      const query = `SELECT ${columnList(columns)} FROM (${plan}) AS q`;
      if (expr.form === 'scalar') return `(${query})`;
      invariant(expr.operand, 'a compared subquery has an operand');
      const operand = printExpr(expr.operand, p);
      if (expr.form === 'in') return `(${operand} IN (${query}))`;
      return `(${operand} ${expr.comparison ?? '='} ${expr.form.toUpperCase()} (${query}))`;
    }
    case 'aggregate':
    case 'window':
      return invariant(false, `a ${expr.kind} stands outside its node`) as never;
    default:
      return unreachable(expr);
  }
}

/** Deeper than this, DuckDB takes long over an expression; a sum is then added as a tree, elsewhere left to right. */
const DEEP = 200;

/** Operands of a chain of the same associative operator, so that it is printed as one balanced tree. */
function flatArgs(expr: Extract<Expr, { kind: 'operator' }>): readonly Expr[] {
  const sum = expr.op === '+' && familyOf(expr.type) === 'integer';
  if (expr.op !== 'concat' && !sum) return expr.args;
  const parts: Expr[] = [];
  let left: Expr = expr;
  while (left.kind === 'operator' && left.op === expr.op && familyOf(left.type) === familyOf(expr.type)) {
    parts.push(...left.args.slice(1).reverse());
    left = left.args[0] ?? left;
  }
  parts.push(left);
  return sum && parts.length < DEEP ? expr.args : parts.reverse();
}
