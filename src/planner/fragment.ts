// Logical plan -> physical plan. Maximal relational subtrees become fragments of SQL; each call becomes a stage
// (set-oriented) or, where nothing above it blocks, a segment of a stream.

import { BIGINT, BIT, isText, NVARCHAR_MAX } from '../arrow/sql-type.ts';
import type { TableDefinition } from '../catalog/definitions.ts';
import { error } from '../common/errors.ts';
import { type Column, type ColumnId, column, type Expr, operator, type SortKey } from './expression.ts';
import { mostRows } from './most-rows.ts';
import {
  type ExternalRead,
  type Output,
  type PhysicalCall,
  type PhysicalPlan,
  ROW_FROM,
  ROW_TO,
  type Segment,
  type StageStep,
} from './physical.ts';
import {
  answerColumns,
  type CognitiveMap,
  columnsOf,
  type LogicalPlan,
  type Staged,
  type StagedAnswer,
} from './plan.ts';
import type { PlanContext } from './rule.ts';
import {
  asksService,
  columnsUsed,
  expressionsOf,
  freeColumns,
  mapChildren,
  mapExpressions,
  readsWorkingTable,
  rewriteExpr,
  subqueryLevels,
  substituted,
  visitPlan,
} from './shape.ts';
import { unparse, type WorkNames } from './unparse.ts';

interface Builder {
  readonly context: PlanContext;
  readonly names: WorkNames;
  readonly stages: StageStep[];
  nextStage: number;
}

/**
 * @param streaming false where a blocking consumer stands above, as CREATE TABLE AS does
 * @param firstStage number of the first stage: plans that run in one statement must not share stages
 */
export function fragmentPlan(
  plan: LogicalPlan,
  names: WorkNames,
  context: PlanContext,
  streaming: boolean,
  firstStage = 0,
): PhysicalPlan {
  const builder: Builder = { context, names, stages: [], nextStage: firstStage };
  const tables = tablesOf(plan);
  const output = (streaming ? stream(plan, builder) : undefined) ?? {
    kind: 'fragment',
    fragment: unparse(setOriented(plan, builder), names),
    mostRows: mostRows(plan),
  };
  return { external: externalReads(plan), tables, stages: builder.stages, output, columns: columnsOf(plan) };
}

function tablesOf(plan: LogicalPlan): TableDefinition[] {
  const found = new Set<TableDefinition>();
  visitPlan(plan, (node) => {
    if (node.kind === 'scan') found.add(node.table);
  });
  return [...found];
}

function externalReads(plan: LogicalPlan): ExternalRead[] {
  const reads = new Map<ExternalRead['table'], Set<string>>();
  visitPlan(plan, (node) => {
    if (node.kind !== 'scan' || node.table.kind === 'stored') return;
    const columns = reads.get(node.table) ?? new Set();
    for (const c of node.columns) columns.add(c.source);
    reads.set(node.table, columns);
  });
  return [...reads].map(([table, columns]) => ({ table, columns }));
}

// --- set-oriented: stage the rows, ask for the distinct inputs, join the answers back

function setOriented(plan: LogicalPlan, b: Builder): LogicalPlan {
  if (plan.kind === 'cognitive-map') {
    const maps = independentFrom(plan);
    const below = maps[0]?.child ?? plan.child;
    return stageCalls(maps, setOriented(below, b), b);
  }
  return mapExpressions(
    mapChildren(plan, (child) => setOriented(child, b)),
    (expr) => stageSubqueries(expr, b),
  );
}

/** The calls stacked directly below a call, itself included, lowest first, as far down as none reads another's answer. */
function independentFrom(top: CognitiveMap): CognitiveMap[] {
  const maps = [top];
  for (let next = top.child; next.kind === 'cognitive-map'; next = next.child) {
    if (!maps.every((map) => readsNone(map, [next]))) break;
    maps.unshift(next);
  }
  return maps;
}

/** Whether a call reads none of the answers. */
function readsNone(map: CognitiveMap, below: readonly LogicalPlan[]): boolean {
  const read = new Set(expressionsOf(map).flatMap((e) => [...columnsUsed(e)]));
  return !below.some((n) => n.kind === 'cognitive-map' && answerColumns(n.call).some((c) => read.has(c.id)));
}

/**
 * Levels of subqueries in subqueries from which on one is computed before what is around it: the engine takes up to four
 * times as long for each level that it plans at once.
 */
const DEEP = 4;
/** Where an outer row is read nothing can be computed before; this many levels take under a second. */
const MAX_CORRELATED = 16;

function stageSubqueries(expr: Expr, b: Builder): Expr {
  return rewriteExpr(expr, (e) => {
    if (e.kind !== 'subquery') return e;
    const plan = setOriented(e.plan, b);
    const levels = subqueryLevels(plan);
    if (levels >= DEEP && freeColumns(plan).size === 0 && !readsWorkingTable(plan))
      return { ...e, plan: stageRows(plan, b) };
    if (levels >= MAX_CORRELATED) throw error('bind/expression-too-deep', { limit: MAX_CORRELATED }, { span: e.span });
    return plan === e.plan ? e : { ...e, plan };
  });
}

function stageRows(plan: LogicalPlan, b: Builder): Staged {
  const stage = b.nextStage++;
  b.stages.push({ stage, fragment: unparse(plan, b.names), after: stagesRead(plan), calls: [] });
  return { kind: 'staged', stage, columns: columnsOf(plan), answers: [] };
}

function stageCalls(maps: readonly CognitiveMap[], below: LogicalPlan, b: Builder): Staged {
  const ready = maps.map((map) => mapExpressions(map, (expr) => stageSubqueries(expr, b)));
  const { rows, inputs } = withInputs(ready, below, b);
  const stage = b.nextStage++;
  const calls = maps.map((map, i) => physicalCall(map, inputs[i] ?? []));
  b.stages.push({ stage, fragment: unparse(rows, b.names), after: stagesRead(rows), calls });
  return { kind: 'staged', stage, columns: columnsOf(rows), answers: answersOf(maps, calls) };
}

function answersOf(maps: readonly LogicalPlan[], calls: readonly PhysicalCall[]): StagedAnswer[] {
  return maps.flatMap((map, i): StagedAnswer[] => {
    const call = calls[i];
    if (map.kind !== 'cognitive-map' || call === undefined) return [];
    const { answer, failure } = map.call;
    return [{ column: answer, failure, table: call.answers, inputs: call.inputs }];
  });
}

function stagesRead(plan: LogicalPlan): number[] {
  const found = new Set<number>();
  visitPlan(plan, (node) => {
    if (node.kind === 'staged') found.add(node.stage);
  });
  return [...found];
}

/** Plain letters: it becomes part of a table's name. Names of services differ without case. */
export function answersName(operation: string, service: string | undefined): string {
  return [operation, ...(service === undefined ? [] : [service.toLowerCase()])].join(' ');
}

function physicalCall(node: CognitiveMap, inputs: readonly ColumnId[]): PhysicalCall {
  const { operation, service, fn, answer, fused = false } = node.call;
  return { operation, service, fn, answer: answer.id, inputs, answers: answersName(operation.id, service), fused };
}

/** The rows below calls with their inputs as columns; where the guard does not hold the input is NULL: no call. */
function withInputs(
  maps: readonly LogicalPlan[],
  child: LogicalPlan,
  b: Builder,
): { rows: LogicalPlan; inputs: ColumnId[][] } {
  const columns = columnsOf(child).map((c) => ({ ...c, expr: column(c) as Expr }));
  const inputs = maps.map((map): ColumnId[] => {
    if (map.kind !== 'cognitive-map') return [];
    const ids: ColumnId[] = [];
    const { guard } = map.call;
    for (const given of map.call.args) {
      const arg = isText(given.type) ? widest(given) : operator('input-text', [given], NVARCHAR_MAX);
      if (arg.kind === 'column' && guard === undefined && !ids.includes(arg.id)) {
        ids.push(arg.id);
        continue;
      }
      const id = b.context.nextId();
      const expr: Expr =
        guard === undefined
          ? arg
          : { kind: 'case', branches: [{ when: guard, then: arg }], otherwise: undefined, type: arg.type };
      columns.push({ id, name: 'input', type: NVARCHAR_MAX, expr });
      ids.push(id);
    }
    return ids;
  });
  if (columns.every((c) => c.expr.kind === 'column')) return { rows: child, inputs };
  return { rows: { kind: 'project', child, columns }, inputs };
}

/** A text cast to unbounded text is the same text: the column itself serves. */
function widest(expr: Expr): Expr {
  const same = expr.kind === 'cast' && isText(expr.operand.type) && 'length' in expr.type && expr.type.length === 'max';
  return same ? widest(expr.operand) : expr;
}

// --- streaming: nothing above the calls blocks

function stream(plan: LogicalPlan, b: Builder): Output | undefined {
  const { chain: uncut, limit, offset } = topLimit(plan);
  const chain = limit === undefined ? uncut : sortedBelow(uncut);
  const written: LogicalPlan[] = [];
  let below = chain;
  while (
    below.kind === 'project' ||
    below.kind === 'filter' ||
    below.kind === 'unnest' ||
    below.kind === 'cognitive-map'
  ) {
    written.push(below);
    below = below.child;
  }
  const lowest = written.findLastIndex((n) => n.kind === 'cognitive-map');
  if (lowest < 0) return undefined;
  const nodes = written.slice(0, lowest + 1).map((n) => mapExpressions(n, (expr) => stageSubqueries(expr, b)));
  const levels = levelsOf(nodes);
  const [bottom] = levels;
  if (bottom === undefined) return undefined;
  const [lowestMap] = bottom.maps;
  const source = withInputs(bottom.maps, setOriented(lowestMap?.child ?? below, b), b);
  const segments: Segment[] = [];
  let incoming = source;
  for (const [level, { maps, above }] of levels.entries()) {
    const row: Column = { id: b.context.nextId(), name: 'row', type: BIGINT };
    const stage = b.nextStage++;
    const calls = maps.map((map, i) => physicalCall(map, incoming.inputs[i] ?? []));
    const columns = columnsOf(incoming.rows);
    const leaf: Staged = { kind: 'staged', stage, columns: [...columns, row], answers: answersOf(maps, calls) };
    const top = above.reduceRight((child, n) => carried(n, child, row), rowRange(leaf, row));
    const outgoing = withInputs(levels[level + 1]?.maps ?? [], top, b);
    const body = ordered(carriedRoot(outgoing.rows, row), row);
    segments.push({ stage, columns, row, calls, body: unparse(body, b.names) });
    incoming = { rows: body, inputs: outgoing.inputs };
  }
  const sourceAfter = stagesRead(source.rows);
  return { kind: 'stream', source: unparse(source.rows, b.names), sourceAfter, segments, limit, offset };
}

interface Level {
  /** Stacked calls of which none reads another's answer, lowest first. */
  readonly maps: readonly CognitiveMap[];
  /** What stands on them below the next calls, highest first. */
  readonly above: readonly LogicalPlan[];
}

/** @param nodes highest first; the last is a call */
function levelsOf(nodes: readonly LogicalPlan[]): Level[] {
  const levels: Level[] = [];
  for (let end = nodes.length; end > 0; ) {
    let start = end - 1;
    let top = nodes[start];
    while (top?.kind === 'cognitive-map' && start > 0) {
      const next = nodes[start - 1];
      if (next?.kind !== 'cognitive-map' || !readsNone(next, nodes.slice(start, end))) break;
      start--;
      top = next;
    }
    const maps = nodes.slice(start, end).filter((n) => n.kind === 'cognitive-map');
    const next = nodes.slice(0, start).findLastIndex((n) => n.kind === 'cognitive-map');
    levels.push({ maps: maps.reverse(), above: nodes.slice(next + 1, start) });
    end = next + 1;
  }
  return levels;
}

/**
 * Under a limit, a sort whose keys need no answer stands below the calls: the stream keeps the order of its rows and
 * stops at the last one wanted. Only where the whole chain streams, since the set-oriented shape keeps no order.
 */
function sortedBelow(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'sort') return plan;
  return sunkSort(plan.child, plan.keys) ?? plan;
}

function sunkSort(plan: LogicalPlan, keys: readonly SortKey[]): LogicalPlan | undefined {
  switch (plan.kind) {
    case 'project': {
      const source = new Map(plan.columns.map((c) => [c.id, c.expr]));
      const child = sunkSort(
        plan.child,
        keys.map((k) => ({ ...k, expr: substituted(k.expr, source) })),
      );
      return child && { ...plan, child };
    }
    case 'filter':
    case 'cognitive-map': {
      const known = new Set(columnsOf(plan.child).map((c) => c.id));
      if (!keys.every((k) => [...columnsUsed(k.expr)].every((id) => known.has(id)))) return undefined;
      const child =
        sunkSort(plan.child, keys) ??
        (asksService(plan.child) ? undefined : { kind: 'sort' as const, child: plan.child, keys });
      return child && { ...plan, child };
    }
    default:
      return undefined;
  }
}

/** Projections keep every row: a limit below one may as well stand above it. */
function topLimit(plan: LogicalPlan): { chain: LogicalPlan; limit: number | undefined; offset: number } {
  if (plan.kind === 'limit') return { chain: plan.child, limit: plan.count, offset: plan.offset };
  if (plan.kind !== 'project') return { chain: plan, limit: undefined, offset: 0 };
  const inner = topLimit(plan.child);
  if (inner.limit === undefined && inner.offset === 0) return { chain: plan, limit: undefined, offset: 0 };
  return { ...inner, chain: { ...plan, child: inner.chain } };
}

function rowRange(leaf: Staged, row: Column): LogicalPlan {
  const bound = (name: string): Expr => ({ kind: 'parameter', name, value: null, type: BIGINT });
  const from = operator('>=', [column(row), bound(ROW_FROM)], BIT);
  const to = operator('<', [column(row), bound(ROW_TO)], BIT);
  return { kind: 'filter', child: leaf, predicate: operator('and', [from, to], BIT) };
}

/** The node over a new child, passing the row number on. */
function carried(node: LogicalPlan, child: LogicalPlan, row: Column): LogicalPlan {
  const moved = mapChildren(node, () => child);
  if (moved.kind !== 'project') return moved;
  return { ...moved, columns: [...moved.columns, { ...row, expr: column(row) }] };
}

function carriedRoot(plan: LogicalPlan, row: Column): LogicalPlan {
  return columnsOf(plan).some((c) => c.id === row.id) ? plan : carried(plan, plan, row);
}

function ordered(plan: LogicalPlan, row: Column): LogicalPlan {
  const sorted: LogicalPlan = { kind: 'sort', child: plan, keys: [{ expr: column(row), descending: false }] };
  const kept = columnsOf(plan).filter((c) => c.id !== row.id);
  return { kind: 'project', child: sorted, columns: kept.map((c) => ({ ...c, expr: column(c) })) };
}
