// What calling a service cost, per operation: the numbers of the run report (1-product).

export interface CallStatistics {
  readonly operation: string;
  readonly service: string;
  model: string | null;
  /** Inputs sent, repeats of failed attempts included. */
  documents: number;
  /** Distinct inputs needed. */
  distinct: number;
  cached: number;
  /** Inputs in requests that were answered. */
  answered: number;
  /** HTTP requests, retries and 429s included. */
  requests: number;
  retries: number;
  throttled: number;
  /** Per distinct input, by code. */
  errors: Record<string, number>;
  /** Of the failed requests: what support asks for. */
  requestIds: string[];
  bytesSent: number;
  bytesReceived: number;
  /** Of what was billed; 0 where no price is known. */
  cost: number;
  readonly currency: string;
  /** Milliseconds of each answered request; bounded. */
  latencies: number[];
}

const MAX_LATENCIES = 10_000;
const MAX_REQUEST_IDS = 100;

export function callStatistics(operation: string, service: string, currency: string): CallStatistics {
  return {
    operation,
    service,
    model: null,
    documents: 0,
    distinct: 0,
    cached: 0,
    answered: 0,
    requests: 0,
    retries: 0,
    throttled: 0,
    errors: {},
    requestIds: [],
    bytesSent: 0,
    bytesReceived: 0,
    cost: 0,
    currency,
    latencies: [],
  };
}

export function recordLatency(stats: CallStatistics, ms: number): void {
  if (stats.latencies.length < MAX_LATENCIES) stats.latencies.push(ms);
}

export function recordRequestId(stats: CallStatistics, id: string | undefined): void {
  if (id !== undefined && stats.requestIds.length < MAX_REQUEST_IDS) stats.requestIds.push(id);
}
