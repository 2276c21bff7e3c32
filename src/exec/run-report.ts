// The run report (1-product): what one statement did, live while it runs.

import type { CallStatistics } from '../udf/call-statistics.ts';

export interface StorageCounters {
  requests: number;
  bytesFetched: number;
  bytesFromCache: number;
  files: number;
}

export interface RunReport {
  readonly sql: string;
  status: 'running' | 'done' | 'failed' | 'cancelled';
  elapsedMs: number;
  planMs: number;
  /** Rows given out. */
  rows: number;
  readonly storage: StorageCounters & { rowGroups: number; rowsRejected: number };
  readonly operations: CallStatistics[];
  /** Of all operations whose price is known, in their services' currency. */
  readonly cost: number;
  /** The logical plan that ran, as EXPLAIN prints it; null for a statement without a query. */
  plan: string | null;
}

export function newReport(sql: string): RunReport {
  const operations: CallStatistics[] = [];
  return {
    sql,
    status: 'running',
    elapsedMs: 0,
    planMs: 0,
    rows: 0,
    storage: { requests: 0, bytesFetched: 0, bytesFromCache: 0, files: 0, rowGroups: 0, rowsRejected: 0 },
    operations,
    get cost() {
      return operations.reduce((sum, o) => sum + o.cost, 0);
    },
    plan: null,
  };
}
