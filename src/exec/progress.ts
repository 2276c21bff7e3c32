// How far the calls of a running statement have come, for whoever shows it: counts read from live statistics and
// limiters. Pace and time left are for the reader of two of them to tell. No clock; never holds anything up.

import type { CallStatistics } from '../udf/call-statistics.ts';
import type { ServicePool } from '../udf/service.ts';

/** One call of a running statement, live. */
export interface CallMeter {
  readonly stats: CallStatistics;
  readonly pool: ServicePool;
  /** Distinct inputs settled: answered, refused, or found in the cache. */
  done: number;
  /** Distinct inputs needed; undefined while rows still come. */
  total: number | undefined;
}

export interface CallProgress {
  readonly operation: string;
  readonly service: string;
  /** Distinct inputs settled: answered, refused, or found in the cache. */
  readonly done: number;
  /** Distinct inputs needed; undefined while rows still come. */
  readonly total: number | undefined;
  readonly cached: number;
  readonly requests: number;
  /** Requests a second the services are known to allow together; undefined: no limit is known. */
  readonly allowedPerSecond: number | undefined;
  /** 429s. */
  readonly throttled: number;
  readonly cost: number;
  readonly currency: string;
}

/** @param meters in the order the calls began */
export function progressOf(meters: Iterable<CallMeter>): CallProgress[] {
  return Array.from(meters, ({ stats, pool, done, total }) => ({
    operation: stats.operation,
    service: stats.service,
    done,
    total,
    cached: stats.cached,
    requests: stats.requests,
    allowedPerSecond: allowedBy(pool),
    throttled: stats.throttled,
    cost: stats.cost,
    currency: stats.currency,
  }));
}

function allowedBy(pool: ServicePool): number | undefined {
  let sum = 0;
  for (const { limiter } of pool) {
    const rate = limiter.ratePerSecond;
    if (rate === undefined) return undefined;
    sum += rate;
  }
  return sum;
}
