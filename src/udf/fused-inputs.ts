// Inputs of fused calls: which members each is wanted for, what their caches know, and which request it goes with. What
// asking does with that, and what EXPLAIN and budgets count, is elsewhere.

import { error, invariant } from '../common/errors.ts';
import type { Answered, CallOptions } from './call-operator.ts';
import { fusedOperation } from './fused-operation.ts';
import type { Input, Operation } from './operation.ts';

export type FusedMember = Pick<CallOptions, 'operation' | 'cache'>;

/** An input and the members that are to answer it, a bit each. */
export interface Wanted {
  readonly input: Input;
  readonly members: number;
}

export interface MemberAnswer extends Answered {
  /** Its place among the members. */
  readonly member: number;
}

/** More would not fit the bits of a number. */
export const MAX_MEMBERS = 30;

/** Inputs of which the same members are wanted go the same way. */
export class Routes<M extends FusedMember, T> {
  readonly #routes = new Map<number, Route<M, T>>();
  readonly #members: readonly M[];
  readonly #make: (operation: Operation) => T;

  constructor(members: readonly M[], make: (operation: Operation) => T) {
    this.#members = members;
    this.#make = make;
  }

  of(wanted: number): Route<M, T> {
    const known = this.#routes.get(wanted);
    if (known !== undefined) return known;
    const [first, ...others] = this.#members.filter((_, i) => (wanted & (1 << i)) !== 0);
    invariant(first, 'an input is wanted by nobody');
    const members = [first, ...others] as const;
    const operation = fusedOperation(members.map((member) => member.operation));
    const made = { operation, members, to: this.#make(operation) };
    this.#routes.set(wanted, made);
    return made;
  }

  all(): Iterable<Route<M, T>> {
    return this.#routes.values();
  }
}

interface Route<M, T> {
  readonly operation: Operation;
  readonly members: readonly [M, ...M[]];
  readonly to: T;
}

/** What the caches know, and what is left to ask. @throws SqlcError cache/miss */
export async function lookedUp(
  group: readonly Wanted[],
  members: readonly FusedMember[],
): Promise<{ hits: MemberAnswer[]; misses: Wanted[] }> {
  const hits: MemberAnswer[] = [];
  const left = group.map((wanted) => wanted.members);
  for (const [i, { operation, cache }] of members.entries()) {
    if (cache === undefined || cache.mode === 'refresh') continue;
    const places = left.flatMap((wanted, at) => ((wanted & (1 << i)) === 0 ? [] : [at]));
    const asked = places.map((at) => group[at]?.input ?? []);
    const found = await cache.store.get(asked);
    for (const [n, at] of places.entries()) {
      const outcome = found[n];
      if (outcome === undefined) continue;
      hits.push({ input: asked[n] ?? [], outcome, member: i });
      left[at] = (left[at] ?? 0) & ~(1 << i);
    }
    const missed = places.length - found.filter((outcome) => outcome !== undefined).length;
    if (cache.mode === 'read' && missed > 0) throw error('cache/miss', { operation: operation.id, count: missed });
  }
  const misses = group.flatMap(({ input }, at) => (left[at] === 0 ? [] : [{ input, members: left[at] ?? 0 }]));
  return { hits, misses };
}
