// Distinct inputs -> full batches -> requests -> one outcome per input. Bounded in flight, retried by class,
// cancelled by the signal. Knows no SQL and no tables; exec feeds it and keeps what it gives.

import { error, invariant, type SqlcError } from '../common/errors.ts';
import { type CallStatistics, recordLatency, recordRequestId } from './call-statistics.ts';
import type { Decoded, DocumentError, Input, Operation, Outcome, RequestRefusal } from './operation.ts';
import type { Service } from './service.ts';
import { TransportError, type WireResponse } from './wire.ts';

export interface Answered {
  readonly input: Input;
  readonly outcome: Outcome;
}

export interface CallOptions {
  readonly operation: Operation;
  readonly service: Service;
  readonly stats: CallStatistics;
  readonly signal: AbortSignal;
  /** Seconds a single required wait (Retry-After) may last. */
  readonly maxWaitSeconds: number;
}

const ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 200;
/** Bytes a document adds beside its text: braces, id, quotes. */
const DOCUMENT_OVERHEAD_BYTES = 40;

/**
 * Answers for distinct inputs, in any order, in lists of at most one batch.
 *
 * @throws SqlcError service/* when the configuration is refused or retries end; the signal's reason when cancelled
 */
export async function* callOperation(
  inputs: AsyncIterable<Input>,
  options: CallOptions,
): AsyncGenerator<readonly Answered[]> {
  const { service, signal } = options;
  const inFlight = new Set<Promise<readonly Answered[]>>();
  const stop = new AbortController();
  const linked = { ...options, signal: AbortSignal.any([signal, stop.signal]) };
  const settle = async (): Promise<readonly Answered[]> => {
    const tagged = [...inFlight].map((p) => p.then((answers) => ({ p, answers })));
    const { p, answers } = await Promise.race(tagged);
    inFlight.delete(p);
    return answers;
  };
  try {
    for await (const batch of batches(inputs, options.operation)) {
      signal.throwIfAborted();
      const request = ask(batch, linked);
      request.catch(() => {}); // seen when it is settled; without this a sibling's failure would leave it unhandled
      inFlight.add(request);
      // Until an endpoint has answered once, one request is in flight: a wrong key costs one request.
      while (inFlight.size >= (service.state.answered ? service.concurrency : 1)) yield await settle();
    }
    while (inFlight.size > 0) yield await settle();
  } finally {
    stop.abort(signal.reason);
    await Promise.allSettled(inFlight);
  }
}

async function* batches(inputs: AsyncIterable<Input>, operation: Operation): AsyncGenerator<Input[]> {
  const { limits } = operation;
  let batch: Input[] = [];
  let bytes = 0;
  for await (const input of inputs) {
    const size = input.reduce(
      (sum, text) => sum + Buffer.byteLength(JSON.stringify(text ?? '')),
      DOCUMENT_OVERHEAD_BYTES,
    );
    if (batch.length > 0 && (batch.length >= limits.documents || bytes + size > limits.requestBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(input);
    bytes += size;
    if (batch.length >= limits.documents) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/** One batch to its end: answered, split where the service refuses it whole, or the statement fails. */
async function ask(batch: readonly Input[], options: CallOptions): Promise<readonly Answered[]> {
  const decoded = await attempts(batch, options);
  if (decoded.kind === 'answered') return again(batch, decoded.outcomes, options);
  invariant(decoded.kind === 'refused', 'a protocol error ends the attempts');
  const { refusal } = decoded;
  const [only] = batch;
  if (isConfiguration(refusal) || only === undefined) throw refused(refusal, options);
  if (batch.length === 1) {
    const failure: DocumentError = { code: refusal.innerCode, message: refusal.message, retriable: false };
    return [failed(only, failure, options)];
  }
  const half = batch.length >> 1;
  const first = await ask(batch.slice(0, half), options);
  return [...first, ...(await ask(batch.slice(half), options))];
}

/** Documents the service forgot are asked for again, then are errors; no row is ever given its neighbour's answer. */
async function again(
  batch: readonly Input[],
  outcomes: readonly Outcome[],
  options: CallOptions,
): Promise<readonly Answered[]> {
  invariant(
    batch.length === outcomes.length,
    'an operation decoded another number of outcomes than it was given inputs',
  );
  const answered: Answered[] = [];
  const missing: Input[] = [];
  for (const [i, input] of batch.entries()) {
    const outcome = outcomes[i];
    invariant(outcome, 'an outcome is missing');
    if (outcome.ok) answered.push({ input, outcome });
    else if (outcome.error.retriable && batch.length > 1) missing.push(input);
    else answered.push(failed(input, outcome.error, options));
  }
  // Alone in its request a document cannot be mistaken for another; a second silence is its error.
  for (const input of missing) answered.push(...(await ask([input], options)));
  return answered;
}

function failed(input: Input, failure: DocumentError, { stats }: CallOptions): Answered {
  stats.errors[failure.code] = (stats.errors[failure.code] ?? 0) + 1;
  return { input, outcome: { ok: false, error: failure } };
}

/** Sends one request until it is answered or refused for good. */
async function attempts(batch: readonly Input[], options: CallOptions): Promise<Decoded> {
  const { operation, service, stats, signal } = options;
  let detail = '';
  for (let attempt = 1; attempt <= ATTEMPTS; ) {
    signal.throwIfAborted();
    if (attempt > 1) stats.retries++;
    const response = await send(batch, options).catch((failure: unknown) => {
      if (!(failure instanceof TransportError)) throw failure;
      return failure;
    });
    if (response instanceof TransportError) {
      detail = response.message;
      await pause(backoff(attempt++), signal);
      continue;
    }
    if (response.status === 429) {
      stats.throttled++;
      await pause(requiredWait(response, options), signal);
      continue;
    }
    const decoded = operation.decode(response, batch);
    if (decoded.kind === 'answered') {
      service.state.answered = true;
      stats.model = decoded.model;
      stats.answered += batch.length;
      return decoded;
    }
    recordRequestId(stats, response.headers['apim-request-id']);
    if (decoded.kind === 'refused' && !isTransient(response.status)) return decoded;
    detail = decoded.kind === 'protocol' ? decoded.detail : `${response.status} ${decoded.refusal.innerCode}`;
    if (decoded.kind === 'protocol' && attempt === ATTEMPTS) {
      throw error('service/protocol', { service: service.name, operation: operation.id, detail });
    }
    const wait = retryAfterMs(response);
    await pause(wait === undefined ? backoff(attempt) : boundedWait(wait, options), signal);
    attempt++;
  }
  throw error('service/unavailable', {
    service: service.name,
    attempts: ATTEMPTS,
    detail,
    answered: stats.answered,
    distinct: stats.distinct,
  });
}

async function send(
  batch: readonly Input[],
  { operation, service, stats, signal }: CallOptions,
): Promise<WireResponse> {
  const encoded = operation.encode(batch);
  const request = { ...encoded, headers: { ...encoded.headers, ...service.headers } };
  stats.requests++;
  stats.documents += batch.length;
  stats.bytesSent += request.body.byteLength;
  const started = performance.now();
  const response = await service.transport.send(request, { signal, timeoutMs: service.requestTimeoutMs });
  stats.bytesReceived += response.body.byteLength;
  if (response.status === 401 || response.status === 403 || response.status === 429) stats.documents -= batch.length;
  if (response.status === 200) recordLatency(stats, performance.now() - started);
  return response;
}

function isTransient(status: number): boolean {
  return status === 408 || status >= 500;
}

const CONFIGURATION_CODES = ['ModelVersionIncorrect', 'InvalidParameterValue', 'InvalidRequestBodyFormat'];

/** About the request's form or the service's address, not about a document. */
function isConfiguration(refusal: RequestRefusal): boolean {
  if (refusal.status === 413) return false;
  if (refusal.status !== 400) return true;
  return CONFIGURATION_CODES.includes(refusal.innerCode) || refusal.innerCode === 'InvalidRequest';
}

function refused(refusal: RequestRefusal, { operation, service }: CallOptions): SqlcError {
  const { status, innerCode: code } = refusal;
  if (status === 401 || status === 403) {
    return error('service/unauthorized', {
      service: service.name,
      status,
      code,
      variable: service.configuredBy.replace('_ENDPOINT', '_KEY'),
    });
  }
  if (status === 404) {
    const params = {
      service: service.name,
      operation: operation.id,
      url: operation.encode([]).path.split('?')[0] ?? '',
      status,
      variable: service.configuredBy,
    };
    return error('service/not-found', params);
  }
  return error('service/refused', {
    service: service.name,
    operation: operation.id,
    status,
    code,
    detail: refusal.message,
  });
}

// --- waiting

/** Exponential with full jitter on the upper half. */
function backoff(attempt: number): number {
  const full = FIRST_BACKOFF_MS * 2 ** (attempt - 1);
  return full / 2 + Math.random() * (full / 2);
}

function requiredWait(response: WireResponse, options: CallOptions): number {
  return boundedWait(retryAfterMs(response) ?? 1000, options);
}

function boundedWait(ms: number, { service, stats, maxWaitSeconds }: CallOptions): number {
  if (ms <= maxWaitSeconds * 1000) return ms;
  throw error('service/max-wait', {
    service: service.name,
    seconds: Math.ceil(ms / 1000),
    limit: maxWaitSeconds,
    answered: stats.answered,
    distinct: stats.distinct,
  });
}

/** `retry-after-ms`, `x-ms-retry-after-ms`, then `Retry-After` in seconds or as an HTTP date. */
export function retryAfterMs({ headers }: WireResponse, now = Date.now()): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const after = headers['retry-after'];
  if (after === undefined) return undefined;
  const seconds = Number(after);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
  });
}
