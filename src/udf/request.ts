// One batch to its end: sent at the pace allowed, retried by class of failure, split where the service refuses it
// whole.

import { error, invariant, type SqlcError } from '../common/errors.ts';
import type { Reservation } from './budget.ts';
import type { Answered, CallOptions } from './call-operator.ts';
import type { CallStatistics } from './call-statistics.ts';
import { fusedOperation } from './fused-operation.ts';
import type { Permit } from './limiter.ts';
import {
  type Decoded,
  type Input,
  isLocal,
  type LocalOperation,
  type Operation,
  type Outcome,
  type RequestRefusal,
  type WireOperation,
} from './operation.ts';
import { priceOf } from './price.ts';
import type { Service } from './service.ts';
import { tracedRequest } from './traced-request.ts';
import { backoffMs, pause, retryAfterMs } from './wait.ts';
import { TransportError, type WireResponse } from './wire.ts';

/** @typeParam A what `complete` gives */
export interface RequestOptions<A = Answered> extends CallOptions {
  /** Aborts what is on the wire; `signal` only stops what has not been sent. */
  readonly kill: AbortSignal;
  /** Something was answered. */
  progress(): void;
  /** Where requests of the operation are counted. */
  statsOf(operation: Operation): CallStatistics;
  /** What was billed for a request of the operation about these inputs. */
  billed(operation: Operation, batch: readonly Input[], service: Service): void;
  /** Takes documents that need no further request; gives the answers of the inputs that are complete with them. */
  complete(documents: readonly Answered[], operation: Operation): Promise<readonly A[]>;
}

type AnyOptions = RequestOptions<unknown>;
type WireOptions = AnyOptions & { readonly operation: WireOperation };

const ATTEMPTS = 5;
/** After a 429, whatever it says: one that says 0, again and again, must not make us a flood. */
const LEAST_WAIT_MS = 100;

/** @throws SqlcError service/*, budget/*; the signal's reason when cancelled */
export async function askBatch<A>(
  batch: readonly Input[],
  service: Service,
  options: RequestOptions<A>,
): Promise<readonly A[]> {
  const { operation } = options;
  const decoded = isLocal(operation)
    ? await compute(batch, operation, service, options)
    : await attempts(batch, service, { ...options, operation });
  if (decoded.kind === 'answered') return settled(batch, decoded.outcomes, service, options);
  invariant(decoded.kind === 'refused', 'a protocol error ends the attempts');
  const { refusal } = decoded;
  const [only] = batch;
  if (isConfiguration(refusal) || only === undefined)
    throw refused(refusal, service, isLocal(operation) ? '' : (operation.encode([]).path.split('?')[0] ?? ''), options);
  if (batch.length === 1) {
    const parts = operation.members ?? [];
    if (parts.length > 1) return askSeparately(parts, batch, service, options);
    return options.complete([{ input: only, outcome: refusedDocument(refusal) }], operation);
  }
  const half = batch.length >> 1;
  if (isTooLarge(refusal)) service.learntBatch.set(options.operation.id, Math.max(1, half));
  const first = await askBatch(batch.slice(0, half), service, options);
  return [...first, ...(await askBatch(batch.slice(half), service, options))];
}

/** One feature may be what the service refuses: each is asked for alone, and answers as if it always had been. */
async function askSeparately<A>(
  members: readonly Operation[],
  batch: readonly Input[],
  service: Service,
  options: RequestOptions<A>,
): Promise<readonly A[]> {
  const answers: A[] = [];
  for (const member of members) {
    const operation = fusedOperation([member]);
    answers.push(...(await askBatch(batch, service, { ...options, operation, stats: options.statsOf(operation) })));
  }
  return answers;
}

/** Documents the service forgot are asked for again, then are errors; no row is ever given its neighbour's answer. */
async function settled<A>(
  batch: readonly Input[],
  outcomes: readonly Outcome[],
  service: Service,
  options: RequestOptions<A>,
): Promise<readonly A[]> {
  invariant(
    batch.length === outcomes.length,
    'an operation decoded another number of outcomes than it was given inputs',
  );
  const done: Answered[] = [];
  const missing: Input[] = [];
  for (const [i, input] of batch.entries()) {
    const outcome = outcomes[i];
    invariant(outcome, 'an outcome is missing');
    if (!outcome.ok && outcome.error.retriable && batch.length > 1) missing.push(input);
    else done.push({ input, outcome });
  }
  const answered = [...(await options.complete(done, options.operation))];
  if (missing.length === 0) return answered;
  // Fewer documents each time: alone in its request a document's silence is its error.
  const halves =
    missing.length === batch.length && missing.length > 1
      ? [missing.slice(0, missing.length >> 1), missing.slice(missing.length >> 1)]
      : [missing];
  for (const part of halves) answered.push(...(await askBatch(part, service, options)));
  return answered;
}

function refusedDocument({ innerCode, message }: RequestRefusal): Outcome {
  return { ok: false, error: { code: innerCode, message, retriable: false } };
}

/** A registered function: called once, in this process; what it throws ends the statement. */
async function compute(
  batch: readonly Input[],
  operation: LocalOperation,
  service: Service,
  options: AnyOptions,
): Promise<Decoded> {
  const { stats, kill, budget } = options;
  if (operation.prices !== undefined) budget.reserve(batch.length, priceOf(batch, operation, service), service.name);
  stats.requests++;
  stats.documents += batch.length;
  const started = performance.now();
  const outcomes = await operation.call(batch, { signal: kill });
  stats.latencyMs.add(performance.now() - started);
  options.billed(operation, batch, service);
  options.progress();
  return { kind: 'answered', outcomes, model: operation.id };
}

/** Sends one request until it is answered or refused for good. */
async function attempts(batch: readonly Input[], service: Service, options: WireOptions): Promise<Decoded> {
  const { operation, stats, signal } = options;
  let detail = '';
  for (let attempt = 1; attempt <= ATTEMPTS; ) {
    const permit = await service.limiter.acquire(signal, (pauseMs) => tooLong(pauseMs, service, options));
    const sent = await sendOnce(batch, service, permit, options, attempt > 1);
    if (sent instanceof TransportError) {
      detail = sent.message;
      // Neither a certificate nor an answer without end gets better by asking again.
      if (sent.kind === 'tls')
        throw error('service/tls', { service: service.name, detail, variable: service.configuredBy });
      if (sent.kind === 'too-large') throw unreadable(detail, service, options);
      if (attempt < ATTEMPTS) await pause(backoffMs(attempt), signal);
      attempt++;
      continue;
    }
    if (sent.status === 429) continue;
    const decoded = operation.decode(sent, batch);
    if (decoded.kind === 'answered') {
      stats.model = decoded.model;
      options.progress();
      return decoded;
    }
    stats.countRequestId(sent.headers['apim-request-id']);
    if (decoded.kind === 'refused' && !isTransient(sent.status)) return decoded;
    detail = decoded.kind === 'protocol' ? decoded.detail : `${sent.status} ${decoded.refusal.innerCode}`;
    if (decoded.kind === 'protocol' && attempt === ATTEMPTS) throw unreadable(detail, service, options);
    const asked = retryAfterMs(sent);
    if (attempt < ATTEMPTS)
      await pause(asked === undefined ? backoffMs(attempt) : allowedWait(asked, service, options), signal);
    attempt++;
  }
  throw error('service/unavailable', {
    service: service.name,
    attempts: ATTEMPTS,
    detail,
    answered: stats.answered,
    distinct: stats.distinct,
    variable: service.configuredBy,
  });
}

function unreadable(detail: string, { name, configuredBy }: Service, { operation }: AnyOptions): SqlcError {
  return error('service/protocol', { service: name, operation: operation.id, detail, variable: configuredBy });
}

/** One attempt: reserved, sent, counted, and its pace told to the limiter. */
async function sendOnce(
  batch: readonly Input[],
  service: Service,
  permit: Permit,
  options: WireOptions,
  retry: boolean,
): Promise<WireResponse | TransportError> {
  const { operation, stats, budget } = options;
  let reserved: Reservation | undefined;
  try {
    reserved = budget.reserve(batch.length, priceOf(batch, operation, service), service.name);
    if (retry) stats.retries++;
    const response = await send(batch, service, options);
    stats.bytesReceived += response.body.byteLength;
    if (response.status === 429) {
      const waitMs = Math.max(LEAST_WAIT_MS, retryAfterMs(response) ?? 1000);
      stats.throttled++;
      stats.documents -= batch.length;
      budget.release(reserved);
      permit.release('throttled', waitMs);
      allowedWait(waitMs, service, options);
    } else if (response.status === 200) {
      options.billed(operation, batch, service);
      permit.release('answered');
    } else {
      const refusedKey = response.status === 401 || response.status === 403;
      if (refusedKey) stats.documents -= batch.length;
      budget.release(refusedKey ? reserved : { cost: reserved.cost });
      permit.release(isTransient(response.status) ? 'overloaded' : 'neutral');
    }
    return response;
  } catch (failure) {
    if (!(failure instanceof TransportError)) throw failure;
    budget.release({ cost: reserved?.cost ?? 0 });
    permit.release(failure.kind === 'timeout' ? 'overloaded' : 'neutral');
    return failure;
  } finally {
    permit.release('neutral');
  }

  async function send(inputs: readonly Input[], to: Service, { kill }: AnyOptions): Promise<WireResponse> {
    const encoded = operation.encode(inputs, to.settings);
    const request = { ...encoded, headers: { ...encoded.headers, ...(await to.headers()) } };
    stats.requests++;
    stats.documents += inputs.length;
    stats.bytesSent += request.body.byteLength;
    const started = performance.now();
    const response = await tracedRequest(
      options.span,
      {
        'sqlc.operation': operation.id,
        'sqlc.service': to.name,
        'sqlc.documents': inputs.length,
        'sqlc.retry': retry,
      },
      () => to.transport.send(request, { signal: kill, timeoutMs: to.requestTimeoutMs }),
    );
    if (response.status === 200) stats.latencyMs.add(performance.now() - started);
    return response;
  }
}

// --- classes of failure

function isTransient(status: number): boolean {
  return status === 408 || status >= 500;
}

function isTooLarge({ status, innerCode }: RequestRefusal): boolean {
  return status === 413 || innerCode === 'InvalidDocumentBatch';
}

const CONFIGURATION_CODES = [
  'ModelVersionIncorrect',
  'InvalidParameterValue',
  'InvalidRequestBodyFormat',
  'InvalidRequest',
];

/** About the request's form or the service's address, not about a document. */
function isConfiguration(refusal: RequestRefusal): boolean {
  if (refusal.status === 413) return false;
  return refusal.status !== 400 || CONFIGURATION_CODES.includes(refusal.innerCode);
}

function refused(refusal: RequestRefusal, service: Service, url: string, { operation }: AnyOptions): SqlcError {
  const { status, innerCode: code } = refusal;
  if (status === 401 || status === 403) {
    return error('service/unauthorized', { service: service.name, status, code, variable: service.keyedBy });
  }
  if (status === 404) {
    return error('service/not-found', {
      service: service.name,
      operation: operation.id,
      url,
      status,
      variable: service.configuredBy,
    });
  }
  if (refusal.location !== undefined) {
    const variable = service.configuredBy;
    const location = `"${refusal.location}"`;
    return error('service/redirect', { service: service.name, operation: operation.id, location, status, variable });
  }
  return error('service/refused', {
    service: service.name,
    operation: operation.id,
    status,
    code,
    detail: refusal.message,
  });
}

/** @throws SqlcError service/max-wait */
function allowedWait(ms: number, service: Service, options: AnyOptions): number {
  const refusal = tooLong(ms, service, options);
  if (refusal !== undefined) throw refusal;
  return ms;
}

/** The error when a service asks for more than a single wait may last. */
function tooLong(ms: number, service: Service, { stats, maxWaitSeconds }: AnyOptions): SqlcError | undefined {
  if (ms <= maxWaitSeconds * 1000) return undefined;
  return error('service/max-wait', {
    service: service.name,
    seconds: Math.ceil(ms / 1000),
    limit: maxWaitSeconds,
    answered: stats.answered,
    distinct: stats.distinct,
  });
}
