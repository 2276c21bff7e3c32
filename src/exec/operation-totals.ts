// What the statements of one engine asked of services, added up by operation and service.

import { CallStatistics } from '../udf/call-statistics.ts';

export class OperationTotals {
  readonly #totals = new Map<string, CallStatistics>();

  constructor(parts: Iterable<CallStatistics> = []) {
    this.add(parts);
  }

  add(parts: Iterable<CallStatistics>): void {
    for (const part of parts) {
      const key = JSON.stringify([part.operation, part.service, part.currency]);
      const total = this.#totals.get(key) ?? new CallStatistics(part.operation, part.service, part.currency);
      total.add(part);
      this.#totals.set(key, total);
    }
  }

  /** By operation and service. */
  all(): CallStatistics[] {
    return [...this.#totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
  }
}
