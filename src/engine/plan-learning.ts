// What a statement learns about its own calls. Before: where the order of a conjunction's calls matters, their distinct
// inputs are counted, the first batches of those nobody has measured are asked for, and the statement is planned again.
// After: what the lowest call of each conjunction kept of all it was asked.

import type { ExternalFiles } from '../exec/external-table.ts';
import { openTables } from '../exec/open-table.ts';
import { runStages } from '../exec/run-stage.ts';
import type { StatementWork } from '../exec/statement-work.ts';
import type { Query } from '../parser/ast.ts';
import { type CallChain, type ChainLink, callChain } from '../planner/call-chain.ts';
import { answersName, fragmentPlan } from '../planner/fragment.ts';
import type { CallInputs, LearntCalls } from '../planner/learnt-calls.ts';
import { answerColumns, type CognitiveCall, columnsOf, type LogicalPlan } from '../planner/plan.ts';
import { columnIds, type PlanInputs, type PlannedQuery, planQuery } from '../planner/plan-query.ts';
import { fusionChains, inputCount, orderedChains, probePlan } from '../planner/probe.ts';
import type { PlanContext } from '../planner/rule.ts';
import { columnsUsed, visitPlan } from '../planner/shape.ts';
import { columnName, unparse, unparseExpression } from '../planner/unparse.ts';
import type { LearntStatistics } from './learnt.ts';

/** Numbers of a probe's stages and columns start far above any plan's own. */
const FAR = 1_000_000;

type LearningInputs = PlanInputs & { readonly learnt: LearntStatistics };

/** The plan to run: the same one where no order is to be chosen. */
export async function planAfterProbing(
  planned: PlannedQuery,
  query: Query,
  inputs: LearningInputs,
  consumer: 'streaming' | 'blocking',
  work: StatementWork,
  files: ExternalFiles,
): Promise<PlannedQuery> {
  const isOn = (name: string) => inputs.rules.some((rule) => rule.name === name);
  const ranked = isOn('rank-order') ? orderedChains(planned.ordered) : [];
  const context = await learningContext(planned, inputs);
  const chains = [...ranked, ...(isOn('fuse') ? fusionChains(planned.ordered, context) : [])];
  if (chains.length === 0) return planned;
  await openTables(planned.physical.external, work, files);
  const counts = new Map<string, CallInputs>();
  for (const chain of chains) {
    for (const call of chain.calls) {
      const plan = inputCount(chain, call, context);
      if (plan === undefined) continue;
      const { sql, parameters } = unparse(plan, work.names);
      const [[rows, distinct] = []] = await work.connection.rows(sql, parameters, work.options.signal);
      counts.set(call.key, { rows: Number(rows ?? 0), distinct: Number(distinct ?? 0) });
    }
  }
  let stage = FAR;
  for (const chain of chains) {
    for (const link of chain.links) {
      if (inputs.learnt.selectivity(link.key) !== undefined) continue;
      const plan = probePlan(chain, link, sampleSize(link, counts), context);
      const physical = fragmentPlan(plan, inputs.names, context, false, stage);
      stage += FAR;
      await runStages(physical.stages, work);
      if (physical.output.kind !== 'fragment') continue;
      const { sql, parameters } = physical.output.fragment;
      const [[rows, kept] = []] = await work.connection.rows(sql, parameters, work.options.signal);
      inputs.learnt.learn(link.key, Number(rows ?? 0), Number(kept ?? 0));
    }
  }
  const learnt: LearntCalls = {
    selectivity: (key) => inputs.learnt.selectivity(key),
    price: (operation) => inputs.learnt.price(operation),
    inputs: (key) => counts.get(key),
  };
  return planQuery(query, { ...inputs, learnt }, consumer);
}

/** Whether what is yet to be measured decides which calls are fused: until then what the plan asks is an estimate. */
export async function mayFuseOtherwise(planned: PlannedQuery, inputs: PlanInputs): Promise<boolean> {
  if (!inputs.rules.some((rule) => rule.name === 'fuse')) return false;
  return fusionChains(planned.ordered, await learningContext(planned, inputs)).length > 0;
}

async function learningContext({ ordered }: PlannedQuery, inputs: PlanInputs): Promise<PlanContext> {
  let highest = 0;
  visitPlan(ordered, (node) => {
    for (const c of columnsOf(node)) highest = Math.max(highest, c.id);
  });
  return columnIds(inputs.learnt, highest + FAR, await inputs.terms());
}

/** Fewer rows tell nothing. */
const LEAST_SAMPLE = 10;

/**
 * Of n inputs, what n^(2/3) rows teach is worth about what they cost: a sample of s rows errs by 1/sqrt(s), which
 * misplaces as large a part of the n inputs. Whole batches where it is more than one.
 */
function sampleSize({ calls }: ChainLink, counts: ReadonlyMap<string, CallInputs>): number {
  const sizes = calls.map((call) => {
    const batch = call.map.call.operation.limits.documents;
    const worth = Math.max(LEAST_SAMPLE, 0.15 * (counts.get(call.key)?.distinct ?? 0) ** (2 / 3));
    return worth < batch ? Math.ceil(worth) : batch * Math.ceil(worth / batch);
  });
  return Math.max(...sizes);
}

/**
 * Remembers the selectivities that a statement's answers show: those of calls that no other's answer kept rows from,
 * where no limit kept rows from them either.
 */
export async function learnFromAnswers(
  { ordered, physical: { output } }: PlannedQuery,
  work: StatementWork,
  learnt: LearntStatistics,
): Promise<void> {
  if (output.kind === 'stream' && output.limit !== undefined) return;
  const calls: CognitiveCall[] = [];
  const lowest = new Map<LogicalPlan, CallChain>();
  visitPlan(ordered, (node) => {
    if (node.kind === 'cognitive-map') calls.push(node.call);
    const chain = callChain(node);
    const map = chain?.calls[0]?.map;
    // A chain is seen first at its top.
    if (chain !== undefined && map !== undefined && !lowest.has(map)) lowest.set(map, chain);
  });
  for (const { calls: chained, links } of lowest.values()) {
    const [first] = chained;
    const link = links.find((l) => l.calls.length === 1 && l.calls[0] === first);
    if (first === undefined || link === undefined) continue;
    const { call } = first.map;
    const answers = answersName(call.operation.id, call.service);
    // Answers of other calls in the same table would count too.
    const isAlone = calls.filter((c) => answersName(c.operation.id, c.service) === answers).length === 1;
    if (isAlone && work.statistics.has(answers)) await learnLink(link, call, answers, work, learnt);
  }
}

async function learnLink(
  { predicate, key }: ChainLink,
  call: CognitiveCall,
  answers: string,
  work: StatementWork,
  learnt: LearntStatistics,
): Promise<void> {
  const columns = answerColumns(call);
  if (![...columnsUsed(predicate)].every((id) => columns.some((c) => c.id === id))) return;
  const { sql, parameters } = unparseExpression(predicate, work.names, []);
  const items = columns.map((c) => `${c === call.answer ? 'v' : 'e'} AS ${columnName(c.id)}`).join(', ');
  const [[rows, kept] = []] = await work.connection.rows(
    `SELECT count(*), count(*) FILTER (WHERE ${sql}) FROM (SELECT ${items} FROM ${work.names.answers(answers)}) AS t`,
    parameters,
    work.options.signal,
  );
  learnt.learn(key, Number(rows ?? 0), Number(kept ?? 0));
}
