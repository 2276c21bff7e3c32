// What calling a service cost, per operation: the numbers of the run report (1-product).

const MAX_LATENCIES = 10_000;
const MAX_REQUEST_IDS = 100;

/** Documents of the virtual bill that were not bought, by why. They and what was bought add up to it. */
export interface SavedDocuments {
  /** Equal inputs, and mentions that share an answer. */
  dedup: number;
  cache: number;
  /** Other calls' filters came first. */
  order: number;
  /** Relational filters and joins came first. */
  placement: number;
  /** Asked in another operation's requests. */
  fusion: number;
  /** Rows that nobody wanted any more. */
  early: number;
}

/** Of one operation at one service, within one statement. Its own enumerable fields are the report's. */
export class CallStatistics {
  readonly operation: string;
  readonly service: string;
  model: string | null = null;
  /** Inputs sent, repeats of failed attempts included. */
  documents = 0;
  /** Distinct inputs needed. */
  distinct = 0;
  cached = 0;
  /** HTTP requests, retries and 429s included. */
  requests = 0;
  retries = 0;
  throttled = 0;
  /** Per distinct input, by code. */
  readonly errors: Record<string, number> = {};
  /** Of the failed requests: what support asks for. The first hundred. */
  readonly requestIds: string[] = [];
  /** Inputs too long for one document, and the documents they went in. */
  readonly split = { inputs: 0, documents: 0 };
  bytesSent = 0;
  bytesReceived = 0;
  /** Of what was billed; 0 where no price is known. */
  cost = 0;
  readonly currency: string;
  readonly latencyMs = new Latencies();
  /** What evaluating the text row by row would have bought: rows with an input at the call's place in the text. */
  virtualDocuments = 0;
  readonly saved: SavedDocuments = { dedup: 0, cache: 0, order: 0, placement: 0, fusion: 0, early: 0 };
  /** Whether `virtualDocuments`, `saved.order` or `saved.placement` is an estimate. */
  estimated = false;
  /** Inputs a service answered or refused for good. */
  #answered = 0;
  /** Rows with an input that reached the call. */
  #rows = 0;

  constructor(operation: string, service: string, currency: string) {
    this.operation = operation;
    this.service = service;
    this.currency = currency;
  }

  get answered(): number {
    return this.#answered;
  }

  get rows(): number {
    return this.#rows;
  }

  countAnswered(inputs: number): void {
    this.#answered += inputs;
  }

  countRows(rows: number): void {
    this.#rows += rows;
  }

  countError(code: string): void {
    this.errors[code] = (this.errors[code] ?? 0) + 1;
  }

  /** Adds what another statement counted; the model is the last one known. */
  add(other: CallStatistics): void {
    this.model = other.model ?? this.model;
    this.documents += other.documents;
    this.distinct += other.distinct;
    this.cached += other.cached;
    this.requests += other.requests;
    this.retries += other.retries;
    this.throttled += other.throttled;
    for (const [code, n] of Object.entries(other.errors)) this.errors[code] = (this.errors[code] ?? 0) + n;
    for (const id of other.requestIds) this.countRequestId(id);
    this.split.inputs += other.split.inputs;
    this.split.documents += other.split.documents;
    this.bytesSent += other.bytesSent;
    this.bytesReceived += other.bytesReceived;
    this.cost += other.cost;
    this.latencyMs.addAll(other.latencyMs);
    this.virtualDocuments += other.virtualDocuments;
    this.saved.dedup += other.saved.dedup;
    this.saved.cache += other.saved.cache;
    this.saved.order += other.saved.order;
    this.saved.placement += other.saved.placement;
    this.saved.fusion += other.saved.fusion;
    this.saved.early += other.saved.early;
    this.estimated ||= other.estimated;
    this.#answered += other.#answered;
    this.#rows += other.#rows;
  }

  countRequestId(id: string | undefined): void {
    if (id !== undefined && this.requestIds.length < MAX_REQUEST_IDS) this.requestIds.push(id);
  }
}

/** Milliseconds of answered requests; of the first ten thousand. */
export class Latencies {
  readonly #values: number[] = [];

  add(ms: number): void {
    if (this.#values.length < MAX_LATENCIES) this.#values.push(ms);
  }

  addAll(other: Latencies): void {
    for (const ms of other.#values) this.add(ms);
  }

  get p50(): number | null {
    return this.#percentile(50);
  }

  get p95(): number | null {
    return this.#percentile(95);
  }

  get p99(): number | null {
    return this.#percentile(99);
  }

  toJSON(): { p50: number | null; p95: number | null; p99: number | null } {
    return { p50: this.p50, p95: this.p95, p99: this.p99 };
  }

  /** The nearest rank; null when nothing was answered. */
  #percentile(p: number): number | null {
    const sorted = [...this.#values].sort((a, b) => a - b);
    const value = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
    return value === undefined ? null : Math.round(value * 10) / 10;
  }
}
