// Operations of one fusion group about the same inputs, each input about what it is wanted for and no cache knows: one
// request asks for several features, its answer is split, and every part is cached, counted and given out as if its
// operation had been asked alone. Requests are counted with the first operation that they ask for.

import { invariant } from '../common/errors.ts';
import { Batcher } from './batcher.ts';
import { answersTo, type CallOptions, type Item } from './call-operator.ts';
import { type FusedMember, lookedUp, type MemberAnswer, Routes, type Wanted } from './fused-inputs.ts';
import { memberOutcome } from './fused-operation.ts';
import type { Input, Operation } from './operation.ts';
import { inputsPriceOf, requestPricePer1000 } from './price.ts';
import type { Service } from './service.ts';

export type CountedMember = FusedMember & Pick<CallOptions, 'stats'>;
export type FusedOptions = Omit<CallOptions, keyof CountedMember> & {
  readonly members: readonly [CountedMember, ...CountedMember[]];
};

/**
 * Answers of the members for distinct inputs, in any order; with `holdPartial`, perhaps not for the last of them.
 *
 * @throws SqlcError as callOperation
 */
export async function* callFused(
  inputs: AsyncIterable<readonly Wanted[]>,
  options: FusedOptions,
): AsyncGenerator<readonly MemberAnswer[]> {
  const { members } = options;
  const [first] = members;
  const indexOf = new Map(members.map(({ operation }, i) => [operation, i]));
  const membersOf = (operation: Operation) =>
    (operation.members ?? []).map((part) => {
      const index = indexOf.get(part) ?? -1;
      const member = members[index];
      invariant(member, 'a fused operation has a member of its own');
      return { ...member, index };
    });
  yield* answersTo(
    batches(inputs, options),
    { ...options, ...first },
    {
      statsOf: (operation) => membersOf(operation)[0]?.stats ?? first.stats,
      billed(operation, batch, service) {
        for (const [i, { operation: part, stats }] of membersOf(operation).entries())
          stats.cost += billedFor(part, batch, service, i === 0);
      },
      async complete(documents, operation) {
        const answers: MemberAnswer[] = [];
        const parts = membersOf(operation);
        for (const [i, { index, stats, cache }] of parts.entries()) {
          const own = documents.map(({ input, outcome }) => ({
            input,
            outcome: memberOutcome(outcome, i),
            member: index,
          }));
          for (const { outcome } of own) if (!outcome.ok) stats.countError(outcome.error.code);
          stats.countAnswered(own.length);
          stats.model = parts[0]?.stats.model ?? null;
          if (i > 0) stats.saved.fusion += own.length;
          if (own.length > 0) await cache?.store.put(own);
          answers.push(...own);
        }
        return answers;
      },
    },
  );
}

function billedFor(part: Operation, batch: readonly Input[], service: Service, bearsRequest: boolean): number {
  const own = inputsPriceOf(batch, part, service) ?? 0;
  return bearsRequest ? own + requestPricePer1000(part, service) / 1000 : own;
}

async function* batches(
  inputs: AsyncIterable<readonly Wanted[]>,
  options: FusedOptions,
): AsyncGenerator<Item<MemberAnswer>> {
  const { members, pool, holdPartial } = options;
  const routes = new Routes(members, (operation) => new Batcher(operation, pool));
  for await (const group of inputs) {
    for (const [i, { stats }] of members.entries())
      stats.distinct += group.filter((wanted) => (wanted.members & (1 << i)) !== 0).length;
    const { hits, misses } = await lookedUp(group, members);
    for (const { member, outcome } of hits) {
      const stats = members[member]?.stats;
      if (stats !== undefined) stats.cached++;
      if (!outcome.ok) stats?.countError(outcome.error.code);
    }
    if (hits.length > 0) yield { kind: 'cached', answers: hits };
    for (const { input, members: wanted } of misses) {
      const { operation, to } = routes.of(wanted);
      for (const full of to.add(input)) yield { kind: 'batch', inputs: full, operation };
    }
  }
  for (const { operation, to, members: held } of routes.all()) {
    for (const rest of to.rest()) {
      if (holdPartial) for (const { stats } of held) stats.distinct -= rest.length;
      else yield { kind: 'batch', inputs: rest, operation };
    }
  }
}
