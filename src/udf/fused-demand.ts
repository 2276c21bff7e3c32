// What asking fused calls takes, known before any request, as Demand does for one operation.

import { Demand } from './demand.ts';
import { type FusedMember, lookedUp, Routes, type Wanted } from './fused-inputs.ts';
import type { ServicePool } from './service.ts';

/** Of one member. Requests, and the documents in them, are those of the first member that they ask for. */
export interface MemberDemand {
  readonly distinct: number;
  readonly cached: number;
  readonly documents: number;
  readonly requests: number;
  /** `undefined`: no price is known. */
  readonly cost: number | undefined;
}

export class FusedDemand {
  readonly #members: readonly FusedMember[];
  readonly #routes: Routes<FusedMember, Demand>;
  readonly #distinct: number[];
  readonly #cached: number[];

  constructor(members: readonly FusedMember[], pool: ServicePool) {
    this.#members = members;
    this.#routes = new Routes(members, (operation) => new Demand(operation, pool));
    this.#distinct = members.map(() => 0);
    this.#cached = members.map(() => 0);
  }

  /** Distinct inputs, in the order they will be asked. */
  async add(group: readonly Wanted[]): Promise<void> {
    const { hits, misses } = await lookedUp(group, this.#members);
    for (const i of this.#members.keys()) {
      this.#distinct[i] = (this.#distinct[i] ?? 0) + group.filter((wanted) => (wanted.members & (1 << i)) !== 0).length;
      this.#cached[i] = (this.#cached[i] ?? 0) + hits.filter(({ member }) => member === i).length;
    }
    for (const { input, members } of misses) this.#routes.of(members).to.add([input]);
  }

  /** In the order of the members. */
  parts(): readonly MemberDemand[] {
    return this.#members.map((member, i) => {
      let [documents, requests] = [0, 0];
      let cost: number | undefined = 0;
      for (const { members, to } of this.#routes.all()) {
        const place = members.indexOf(member);
        if (place < 0) continue;
        const own = to.costs[place];
        cost = cost === undefined || own === undefined ? undefined : cost + own;
        if (place > 0) continue;
        documents += to.documents;
        requests += to.requests;
      }
      return { distinct: this.#distinct[i] ?? 0, cached: this.#cached[i] ?? 0, documents, requests, cost };
    });
  }
}
