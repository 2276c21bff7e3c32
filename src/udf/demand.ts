// What asking for a set of inputs takes, known before any request: documents, requests and price, cut and packed as the
// call operator does it.

import { Batcher } from './batcher.ts';
import type { Input, Operation } from './operation.ts';
import { requestPricePer1000, unitPricePer1000 } from './price.ts';
import type { ServicePool } from './service.ts';
import { documentsOf } from './whole-answers.ts';

export class Demand {
  readonly #operation: Operation;
  readonly #pool: ServicePool;
  readonly #batcher: Batcher;
  /** Of a fused operation its members, else itself. */
  readonly #parts: readonly { readonly operation: Operation; units: number }[];
  #documents = 0;
  #full = 0;

  constructor(operation: Operation, pool: ServicePool) {
    this.#operation = operation;
    this.#pool = pool;
    this.#batcher = new Batcher(operation, pool);
    this.#parts = (operation.members ?? [operation]).map((part) => ({ operation: part, units: 0 }));
  }

  /** Distinct inputs no answer is known for, in the order they will be asked. */
  add(inputs: readonly Input[]): void {
    for (const input of inputs) {
      const documents = documentsOf(this.#operation, input);
      this.#documents += documents.length;
      for (const document of documents) {
        for (const _ of this.#batcher.add(document)) this.#full++;
        for (const part of this.#parts) part.units += part.operation.billedUnits(document);
      }
    }
  }

  get documents(): number {
    return this.#documents;
  }

  get requests(): number {
    return this.#full + (this.#batcher.isEmpty ? 0 : 1);
  }

  /** `undefined`: no price is known. */
  get cost(): number | undefined {
    return this.costs.reduce((sum: number | undefined, cost) => added(sum, cost), 0);
  }

  /** By member of a fused operation; the first bears the price of the requests. */
  get costs(): readonly (number | undefined)[] {
    const [sheet] = this.#pool;
    const requests = (this.requests * requestPricePer1000(this.#operation, sheet)) / 1000;
    return this.#parts.map(({ operation, units }, i) => {
      const price = unitPricePer1000(operation, sheet);
      return price === undefined ? undefined : (units * price) / 1000 + (i === 0 ? requests : 0);
    });
  }
}

function added(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
