// The Azure REST surface over the local models, as pure handlers: a wire request in, a wire response out, no socket.
// It routes, asks for the key, counts, and answers; server.ts puts it on a port, the engine calls it in process.

import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../udf/wire.ts';
import { gatewayError, invalidRequest, jsonAnswer, Refusal, unauthorized } from './answers.ts';
import type { TextModels } from './models/text-models.ts';
import { keyPhrases } from './operations/key-phrases.ts';
import { language } from './operations/language.ts';
import { sentiment } from './operations/sentiment.ts';
import { readQuery } from './query.ts';
import { type EmulatorStatistics, Statistics, type Ticket } from './statistics.ts';
import type { EmulatedOperation } from './text-batch.ts';

export interface EmulatorOptions {
  readonly models: TextModels;
  /** Requests without this key are refused; without it none is asked. */
  readonly key?: string | undefined;
}

/** A response and the news whether it was delivered, on which `answered` and its kin depend. */
export interface Exchange {
  readonly response: WireResponse;
  /** To be called once it is known; later calls change nothing. */
  delivered(whole: boolean): void;
}

export interface Emulator {
  /**
   * Answers one request; the answer counts as delivered.
   *
   * @throws the signal's reason when cancelled.
   */
  handle(request: WireRequest, signal?: AbortSignal): Promise<WireResponse>;
  /** The same for a caller that learns later whether the answer was delivered. */
  exchange(request: WireRequest, signal: AbortSignal): Promise<Exchange>;
  stats(): EmulatorStatistics;
  /** Forgets all counts. */
  reset(): void;
}

/** Largest request body, as the service has it. */
export const REQUEST_BYTES = 1024 * 1024;

const OPERATIONS: readonly EmulatedOperation[] = [sentiment, keyPhrases, language];

/** An emulator of the Azure AI services: real analysis by local models, refusals as the service words them. */
export function createEmulator({ models, key }: EmulatorOptions): Emulator {
  let statistics = new Statistics();

  async function exchange(request: WireRequest, signal: AbortSignal): Promise<Exchange> {
    const url = urlOf(request.path);
    const path = url?.pathname.toLowerCase().replace(/(?<=.)\/+$/, '') ?? '';
    const control = await controlAnswer(request, path);
    if (control !== undefined) return { response: control, delivered: () => {} };

    const operation = OPERATIONS.find((each) => each.path === path && request.method === 'POST');
    const ticket = statistics.begin(operation?.id, request.body.byteLength);
    const startedMs = performance.now();
    try {
      const throttled = key !== undefined && request.headers['ocp-apim-subscription-key'] !== key;
      const answer = throttled ? unauthorized() : await serve(operation, url, request, ticket, signal);
      const response = withServiceHeaders(answer, performance.now() - startedMs);
      const outcome = throttled ? 'throttled' : response.status < 300 ? 'answered' : 'failed';
      let ended = false;
      const delivered = (whole: boolean) => {
        if (!ended) ticket.end(whole ? outcome : 'failed', whole ? response.body.byteLength : 0);
        ended = true;
      };
      return { response, delivered };
    } catch (cause) {
      ticket.end('failed', 0);
      throw cause;
    }
  }

  async function serve(
    operation: EmulatedOperation | undefined,
    url: URL | undefined,
    request: WireRequest,
    ticket: Ticket,
    signal: AbortSignal,
  ): Promise<WireResponse> {
    if (operation === undefined || url === undefined) return gatewayError(404, 'Resource not found');
    try {
      if (request.body.byteLength > REQUEST_BYTES) throw tooLarge();
      const { arrived, asked } = ticket;
      const { body } = request;
      return await operation.answer({ query: readQuery(url.searchParams), body, signal, models, arrived, asked });
    } catch (cause) {
      if (cause instanceof Refusal) return jsonAnswer(cause.status, { error: cause.error });
      if (signal.aborted) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      return jsonAnswer(500, { error: { code: 'InternalServerError', message } });
    }
  }

  /** What containers and the emulator itself answer besides the service; needs no key and is not counted. */
  async function controlAnswer(request: WireRequest, path: string): Promise<WireResponse | undefined> {
    switch (`${request.method} ${path}`) {
      case 'GET /status':
        return jsonAnswer(200, { service: 'sqlc-emulator', apiStatus: 'Valid', apiStatusMessage: 'Api Key is valid.' });
      case 'GET /ready':
        return readiness(models);
      case 'GET /emulator/stats':
        return jsonAnswer(200, statistics.snapshot());
      case 'POST /emulator/reset': {
        const problem = resetProblem(request.body);
        if (problem !== undefined) return jsonAnswer(400, { error: { code: 'InvalidRequest', message: problem } });
        statistics = new Statistics();
        return jsonAnswer(200, statistics.snapshot());
      }
      default:
        return path.startsWith('/emulator/') ? gatewayError(404, 'Resource not found') : undefined;
    }
  }

  return {
    exchange,
    async handle(request, signal = new AbortController().signal) {
      const { response, delivered } = await exchange(request, signal);
      delivered(true);
      return response;
    },
    stats: () => statistics.snapshot(),
    reset() {
      statistics = new Statistics();
    },
  };
}

function urlOf(path: string): URL | undefined {
  const joined = path.replace(/^\/{2,}/, '/');
  return URL.canParse(joined, 'http://emulator') ? new URL(joined, 'http://emulator') : undefined;
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

async function readiness(models: TextModels): Promise<WireResponse> {
  try {
    await Promise.all([models.sentiment(), models.keyPhrases(), models.language()]);
    return jsonAnswer(200, { service: 'sqlc-emulator', ready: 'ready' });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return jsonAnswer(503, { service: 'sqlc-emulator', ready: 'notReady', message });
  }
}

/** Switches are refused until they are built, so that nobody measures a fault that never happens. */
function resetProblem(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body).trim();
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the body is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the body is not a JSON object';
  const names = Object.keys(value);
  return names.length === 0 ? undefined : `switch "${names[0]}" is not supported yet`;
}

function tooLarge(): Refusal {
  const message = `Request Payload sent is too large to be processed. Limit request size to: ${REQUEST_BYTES}`;
  return invalidRequest('InvalidDocumentBatch', message, 413);
}
