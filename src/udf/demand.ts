// What asking for a set of inputs takes, known before any request: documents, requests and price, cut and packed as the
// call operator does it.

import { Batcher } from './batcher.ts';
import type { Input, Operation } from './operation.ts';
import type { ServicePool } from './service.ts';
import { documentsOf } from './whole-answers.ts';

export class Demand {
  readonly #operation: Operation;
  readonly #pool: ServicePool;
  readonly #batcher: Batcher;
  #documents = 0;
  #full = 0;
  #units = 0;

  constructor(operation: Operation, pool: ServicePool) {
    this.#operation = operation;
    this.#pool = pool;
    this.#batcher = new Batcher(operation, pool);
  }

  /** Distinct inputs no answer is known for, in the order they will be asked. */
  add(inputs: readonly Input[]): void {
    for (const input of inputs) {
      const documents = documentsOf(this.#operation, input);
      this.#documents += documents.length;
      for (const document of documents) {
        for (const _ of this.#batcher.add(document)) this.#full++;
        this.#units += this.#operation.billedUnits(document);
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
    const price = this.#pool[0].pricePer1000(this.#operation.id);
    return price === undefined ? undefined : (this.#units * price) / 1000;
  }
}
