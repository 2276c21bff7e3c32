// The Azure REST surface over the local models, as pure handlers: a wire request in, a wire response out, no socket.
// It routes, asks for the key, counts, answers and misbehaves as its switches say; server.ts puts it on a port, the
// engine calls it in process.

import { randomUUID } from 'node:crypto';
import { TransportError, type WireRequest, type WireResponse } from '../udf/wire.ts';
import { gatewayError, invalidRequest, jsonAnswer, Refusal, tooManyRequests, unauthorized } from './answers.ts';
import { type Clock, systemClock } from './clock.ts';
import { controlAnswer } from './control.ts';
import { drawsOf } from './draws.ts';
import {
  type DocumentFaults,
  documentFaults,
  drawFault,
  faultAnswer,
  isSocketFault,
  type SocketFault,
} from './faults.ts';
import type { TextModels } from './models/text-models.ts';
import { nullTextModels } from './null-models.ts';
import { keyPhrases } from './operations/key-phrases.ts';
import { language } from './operations/language.ts';
import { sentiment } from './operations/sentiment.ts';
import { readQuery } from './query.ts';
import { Quota } from './quota.ts';
import { type EmulatorStatistics, Statistics, type Ticket } from './statistics.ts';
import { readSwitches, type Switches } from './switches.ts';
import { readTarget, type Target } from './target.ts';
import type { EmulatedOperation } from './text-batch.ts';

export interface EmulatorOptions {
  readonly models: TextModels;
  /** Requests without this key are refused; without it none is asked. */
  readonly key?: string | undefined;
  /** Those left out are off. */
  readonly switches?: Partial<Switches> | undefined;
  /** The machine's own without one. */
  readonly clock?: Clock | undefined;
}

/** A response and the news whether it was delivered, on which `answered` and its kin depend. */
export interface Exchange {
  readonly response: WireResponse;
  /** What is to befall the connection: whoever has none throws a TransportError. */
  readonly fault?: SocketFault | undefined;
  /** To be called once it is known; later calls change nothing. */
  delivered(whole: boolean): void;
}

export interface Emulator {
  /**
   * Answers one request; the answer counts as delivered.
   *
   * @throws {TransportError} for a reset, a cut body, and for silence when there is no signal to end it.
   * @throws the signal's reason when cancelled.
   */
  handle(request: WireRequest, signal?: AbortSignal): Promise<WireResponse>;
  /** The same for a caller that learns later whether the answer was delivered. */
  exchange(request: WireRequest, signal: AbortSignal): Promise<Exchange>;
  stats(): EmulatorStatistics;
  /**
   * Forgets all counts and begins quotas and draws anew.
   *
   * @param switches those that change; the others stay.
   * @throws {SqlcError} `usage/option`, `not-supported`; nothing is changed then.
   */
  reset(switches?: Readonly<Record<string, unknown>>): void;
  /**
   * Counts and draws go on; quotas begin anew, full.
   *
   * @param switches those that change; the others stay.
   * @throws {SqlcError} as reset does.
   */
  change(switches: Readonly<Record<string, unknown>>): void;
}

/** Largest request body, as the service has it. */
export const REQUEST_BYTES = 1024 * 1024;

const OPERATIONS: ReadonlyMap<string, EmulatedOperation> = new Map(
  [sentiment, keyPhrases, language].map((operation) => [operation.path, operation]),
);

/** What a reset begins anew. A request belongs to the run in which it arrived, with the switches of then. */
interface Run {
  readonly switches: Switches;
  readonly statistics: Statistics;
  readonly quota: Quota;
  /** Draws go by the number of the request that passed the gate. */
  readonly order: { admitted: number };
}

/** One request that passed the gate. */
interface Admitted {
  readonly request: WireRequest;
  readonly target: Target;
  readonly operation: EmulatedOperation;
  readonly signal: AbortSignal;
  readonly run: Run;
  readonly ticket: Ticket;
}

type Gate =
  | { readonly operation: EmulatedOperation }
  | { readonly refusal: WireResponse; readonly outcome: 'throttled' | 'failed' };

/** A batch of ten is one piece of work, a batch of a thousand leaves room for others. */
const NULL_DOCUMENTS_AT_ONCE = 100;

/**
 * An emulator of the Azure AI services: real analysis by local models, refusals as the service words them.
 *
 * @throws {SqlcError} `usage/option`, `not-supported` for a switch that is none.
 */
export function createEmulator(options: EmulatorOptions): Emulator {
  const { models, key, clock = systemClock } = options;
  const nullModels = nullTextModels();
  let run = newRun(readSwitches({ ...options.switches }));
  let open = 0;

  async function exchange(request: WireRequest, signal: AbortSignal): Promise<Exchange> {
    const target = readTarget(request.path);
    const control = controlAnswer({ request, path: target.path, models: modelsOf(run), emulator });
    if (control !== undefined) return { response: await control, delivered: () => {} };

    const operation = request.method === 'POST' ? OPERATIONS.get(target.path) : undefined;
    const ticket = run.statistics.begin(operation?.id, request.body.byteLength);
    const startedMs = clock.nowMs();
    const gate = passGate(request, operation, startedMs);
    if ('refusal' in gate) {
      const { refusal, outcome } = gate;
      const delivered = once((whole) => ticket.end(whole ? outcome : 'failed', whole ? refusal.body.byteLength : 0));
      return { response: withServiceHeaders(refusal, 0), delivered };
    }
    open += 1;
    const end = (outcome: 'answered' | 'failed', bytesOut: number) => {
      open -= 1;
      ticket.end(outcome, bytesOut);
    };
    try {
      const admitted = { request, target, operation: gate.operation, signal, run, ticket };
      const { answer, fault } = await answerInTime(admitted, startedMs);
      const response = withServiceHeaders(answer, clock.nowMs() - startedMs);
      const outcome = response.status < 300 ? 'answered' : 'failed';
      const delivered = once((whole) => end(whole ? outcome : 'failed', whole ? response.body.byteLength : 0));
      return { response, fault, delivered };
    } catch (cause) {
      end('failed', 0);
      throw cause;
    }
  }

  /** What stands before the service: it answers at once, and what it refuses is not looked at. */
  function passGate(request: WireRequest, operation: EmulatedOperation | undefined, nowMs: number): Gate {
    if (key !== undefined && request.headers['ocp-apim-subscription-key'] !== key) {
      return { refusal: unauthorized(), outcome: 'throttled' };
    }
    if (operation === undefined) return { refusal: gatewayError(404, 'Resource not found'), outcome: 'failed' };
    const seconds = run.quota.admit(nowMs, open);
    return seconds === 0 ? { operation } : { refusal: tooManyRequests(operation, seconds), outcome: 'throttled' };
  }

  async function answerInTime(
    admitted: Admitted,
    startedMs: number,
  ): Promise<{ readonly answer: WireResponse; readonly fault: SocketFault | undefined }> {
    const { switches } = admitted.run;
    const draw = drawsOf(switches.seed, admitted.run.order.admitted++);
    const fault = drawFault(switches.fail, draw);
    const jitterMs = draw() * switches.jitter;
    let documents = 0;
    const answer = await serve(admitted, documentFaults(switches, draw), (arrived) => {
      documents = arrived;
    });
    const dueMs = startedMs + switches.latency + documents * switches['per-document'] + jitterMs;
    const waitMs = dueMs - clock.nowMs();
    if (waitMs > 0 && fault !== 'silence') await clock.wait(waitMs, admitted.signal);
    return { answer: faultAnswer(fault) ?? answer, fault: isSocketFault(fault) ? fault : undefined };
  }

  async function serve(
    { request, target, operation, signal, run, ticket }: Admitted,
    faults: DocumentFaults,
    arrived: (documents: number) => void,
  ): Promise<WireResponse> {
    try {
      if (request.body.byteLength > REQUEST_BYTES) throw tooLarge();
      return await operation.answer({
        query: readQuery(target.query),
        body: request.body,
        signal,
        models: modelsOf(run),
        faults,
        documentsAtOnce: run.switches.null ? NULL_DOCUMENTS_AT_ONCE : 1,
        arrived(documents) {
          arrived(documents);
          ticket.arrived(documents);
        },
        asked: ticket.asked,
        answering: ticket.answering,
      });
    } catch (cause) {
      if (cause instanceof Refusal) return jsonAnswer(cause.status, { error: cause.error });
      if (signal.aborted) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      return jsonAnswer(500, { error: { code: 'InternalServerError', message } });
    }
  }

  function modelsOf({ switches }: Run): TextModels {
    return switches.null ? nullModels : models;
  }

  const emulator: Emulator = {
    exchange,
    async handle(request, signal) {
      const { response, fault, delivered } = await exchange(request, signal ?? new AbortController().signal);
      const failure = fault === undefined ? undefined : await faultInProcess(fault, signal);
      delivered(fault === undefined);
      if (fault !== undefined) throw failure;
      return response;
    },
    stats: () => run.statistics.snapshot(),
    reset(switches = {}) {
      run = newRun(readSwitches(switches, run.switches));
    },
    change(given) {
      const switches = readSwitches(given, run.switches);
      run = { ...run, switches, quota: new Quota(switches) };
    },
  };
  return emulator;
}

function newRun(switches: Switches): Run {
  return { switches, statistics: new Statistics(), quota: new Quota(switches), order: { admitted: 0 } };
}

/** What a caller without a socket gets in place of an answer: the error its transport would have made of it. */
async function faultInProcess(fault: SocketFault, signal: AbortSignal | undefined): Promise<unknown> {
  if (fault === 'reset') return new TransportError('reset', 'the connection was reset');
  if (fault === 'cut-body') return new TransportError('cut-body', 'the answer broke off');
  if (signal === undefined) return new TransportError('timeout', 'no answer comes');
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  return signal.reason;
}

function once(act: (whole: boolean) => void): (whole: boolean) => void {
  let done = false;
  return (whole) => {
    if (!done) act(whole);
    done = true;
  };
}

function withServiceHeaders(answer: WireResponse, elapsedMs: number): WireResponse {
  const headers = {
    ...answer.headers,
    'apim-request-id': randomUUID(),
    'x-content-type-options': 'nosniff',
    'x-envoy-upstream-service-time': String(Math.round(elapsedMs)),
  };
  return { ...answer, headers };
}

function tooLarge(): Refusal {
  const message = `Request Payload sent is too large to be processed. Limit request size to: ${REQUEST_BYTES}`;
  return invalidRequest('InvalidDocumentBatch', message, 413);
}
