// Calls of one fusion group on the same input are made in one request.
//
// Calls with no filter between them are asked together. A call above a filter that reads another one's answer goes down
// to it when that is cheaper by the estimate: what it costs to ask about every row instead of the survivors against the
// price of the survivors' requests. Safe because a call adds a column and keeps every row, its answer depends on its
// input alone, and a fused request's parts are the answers that its operations give alone.
//
//   before: CognitiveMap [b] over Filter [a] over CognitiveMap [a] over Scan
//   after:  Filter [a] over CognitiveMap [a fused] over CognitiveMap [b fused] over Scan, where requests have a price
//
// Must not fire: the same where only inputs have a price, since survivors alone need b; calls on different inputs, or of
// services that say FUSE = OFF; operations without a group, as those of texts are.

import { type CallStack, type Layer, restackedAs } from '../call-stack.ts';
import { type Candidates, cheapestSites, fusionCandidates, overStacks } from '../fusion.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { visitPlan } from '../shape.ts';
import { prune } from './prune.ts';

export const fuse: Rule = {
  name: 'fuse',
  phases: ['fusion'],
  apply(plan, context) {
    if (fusibleCalls(plan) < 2) return plan;
    // A call that nobody reads must not weigh.
    const read = prune.apply(plan, context);
    const fused = overStacks(read, (stack, top) => fusedStack(stack, top, context));
    return fused === read ? plan : fused;
  },
};

function fusibleCalls(plan: LogicalPlan): number {
  let count = 0;
  visitPlan(plan, (node) => {
    if (node.kind === 'cognitive-map' && node.call.operation.fusion !== undefined) count++;
  });
  return count;
}

function fusedStack(stack: CallStack, top: LogicalPlan, context: RuleContext): LogicalPlan | undefined {
  let { layers } = stack;
  for (const candidates of fusionCandidates(stack, context)) layers = withSites(layers, candidates, context);
  return layers === stack.layers ? undefined : restackedAs(stack.base, layers, columnsOf(top));
}

/** The calls of each site in the place of its first, marked: those from above lowest. */
function withSites(layers: readonly Layer[], candidates: Candidates, context: RuleContext): readonly Layer[] {
  let current = layers;
  for (const site of cheapestSites(candidates, context)) {
    const [lowest, ...upper] = site;
    const calls = [...upper, ...(lowest === undefined ? [] : [lowest])].flatMap((level) => level.calls);
    const first = lowest?.calls[0];
    if (calls.length < 2 || calls.every(({ call }) => call.fused)) continue;
    const marked = calls.map(({ call }): Layer => ({ kind: 'call', call: { ...call, fused: true } }));
    current = current.flatMap((layer) => {
      if (layer === first) return marked;
      return layer.kind === 'call' && calls.includes(layer) ? [] : [layer];
    });
  }
  return current;
}
