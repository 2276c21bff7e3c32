// What a statement may spend. Checked before each request, retries included; reaching a limit is an error, never NULLs.

import { error } from '../common/errors.ts';

export interface BudgetLimits {
  /** HTTP requests. */
  readonly calls?: number | undefined;
  /** Inputs sent. */
  readonly documents?: number | undefined;
  /** In the services' currency. */
  readonly cost?: number | undefined;
}

export interface Reservation {
  readonly documents: number;
  readonly cost: number;
}

export class Budget {
  readonly #limits: BudgetLimits;
  #calls = 0;
  #documents = 0;
  #cost = 0;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  get limits(): BudgetLimits {
    return this.#limits;
  }

  /**
   * Takes one request out of the budget.
   *
   * @param cost `undefined`: the price is not known, which a cost limit refuses
   * @throws SqlcError budget/calls, budget/documents, budget/cost, budget/no-price
   */
  reserve(documents: number, cost: number | undefined, service: string): Reservation {
    this.check(1, documents, cost, service);
    this.#calls += 1;
    this.#documents += documents;
    this.#cost += cost ?? 0;
    return { documents, cost: cost ?? 0 };
  }

  /** Fails when so much more is known to be needed: a lower bound, before the first request. */
  check(calls: number, documents: number, cost: number | undefined, service: string): void {
    const { limits } = { limits: this.#limits };
    if (limits.calls !== undefined && this.#calls + calls > limits.calls) {
      throw error('budget/calls', { limit: limits.calls, used: this.#calls, needed: this.#calls + calls });
    }
    if (limits.documents !== undefined && this.#documents + documents > limits.documents) {
      throw error('budget/documents', {
        limit: limits.documents,
        used: this.#documents,
        needed: this.#documents + documents,
      });
    }
    if (limits.cost === undefined) return;
    if (cost === undefined) throw error('budget/no-price', { service });
    // Prices are decimal fractions: a limit is not exceeded by the last bit of their sum.
    if (this.#cost + cost > limits.cost + 1e-9) {
      throw error('budget/cost', { limit: limits.cost, used: round(this.#cost), needed: round(this.#cost + cost) });
    }
  }

  /** What the service will not bill, or does not count as sent. */
  release({ documents, cost }: Partial<Reservation>): void {
    this.#documents -= documents ?? 0;
    this.#cost -= cost ?? 0;
  }
}

function round(cost: number): number {
  return Math.round(cost * 1e6) / 1e6;
}
