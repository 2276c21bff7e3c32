// Carries wire requests over HTTP to one endpoint: one undici pool, keep-alive, every attempt bounded in time and size.
// It retries nothing, follows no redirect and knows no operation. undici loads on the first request.

import type { Dispatcher } from 'undici';
import { error, invariant } from '../common/errors.ts';
import { type Attempt, attempt } from './attempt.ts';
import { endpointProblem, isLoopback } from './endpoint.ts';
import { type Transport, TransportError, type WireRequest, type WireResponse } from './wire.ts';

export interface HttpTransportOptions {
  /** Origin and, for a gateway, a base path: `https://westus2.api.cognitive.microsoft.com`, `http://localhost:5000`. */
  readonly endpoint: URL;
  /** What the endpoint is called in an error: `LANGUAGE_ENDPOINT`, `LOCATION`. */
  readonly variable?: string;
  /** `HTTPS_PROXY` and `NO_PROXY` (or lower case) are read from here, once; the process's environment is not. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Plain http to another machine; credentials are then left out of the requests. */
  readonly allowHttp?: boolean;
  /** Sockets open at a time. */
  readonly connections?: number;
  /** Largest answer that is read. */
  readonly answerBytes?: number;
}

const DEFAULT_CONNECTIONS = 128;
const DEFAULT_ANSWER_BYTES = 10 * 1024 * 1024;
const CREDENTIAL_HEADERS = ['ocp-apim-subscription-key', 'api-key', 'prediction-key', 'authorization'];

/**
 * A transport to one endpoint.
 *
 * @throws {SqlcError} `service/endpoint` when the endpoint is not http(s), carries a user name, query or fragment,
 *   or is plain http to another machine without `allowHttp`.
 */
export function httpTransport(options: HttpTransportOptions): Transport {
  const { endpoint, answerBytes = DEFAULT_ANSWER_BYTES } = options;
  const problem = endpointProblem(endpoint, options.allowHttp ?? false);
  if (problem !== undefined) {
    const found = `"${endpoint.protocol}//${endpoint.host}${endpoint.pathname}"`;
    throw error('service/endpoint', { variable: options.variable ?? 'LOCATION', found, expected: problem });
  }
  const proxy = proxyOf(endpoint, options.env ?? {});
  const base = endpoint.pathname.replace(/\/+$/, '');
  const dropCredentials = endpoint.protocol === 'http:' && !isLoopback(endpoint.hostname);
  let dispatcher: Promise<Dispatcher> | undefined;
  let closed = false;

  async function exchange(request: WireRequest, one: Attempt): Promise<WireResponse> {
    if (closed) throw new TransportError('other', 'the transport is closed');
    dispatcher ??= openDispatcher(options, proxy);
    const opened = await dispatcher;
    return new Promise((resolve, reject) => {
      const reading = new AnswerReader(answerBytes, resolve, reject);
      one.onStop((reason) => reading.stop(reason));
      opened.dispatch(
        {
          origin: endpoint.origin,
          method: request.method,
          path: base + (request.path.startsWith('/') ? request.path : `/${request.path}`),
          headers: dropCredentials ? withoutCredentials(request.headers) : request.headers,
          body: request.body.byteLength === 0 ? null : request.body,
          // The attempt's own deadline covers all of it, a body that drips included.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        reading,
      );
    });
  }

  return {
    send: (request, sending) => attempt(sending, (one) => exchange(request, one)),
    async close() {
      closed = true;
      const opened = dispatcher;
      dispatcher = undefined;
      if (opened !== undefined) await (await opened).destroy();
    },
  };
}

interface Proxy {
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** Proxies carry https alone: plain http goes to this machine, or where the user allowed it by name. */
function proxyOf(endpoint: URL, env: Readonly<Record<string, string | undefined>>): Proxy | undefined {
  const value = (env.HTTPS_PROXY ?? env.https_proxy ?? '').trim();
  if (value === '' || endpoint.protocol !== 'https:') return undefined;
  const httpsProxy = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(httpsProxy) || !/^https?:/.test(httpsProxy)) {
    // The value is not shown: it may hold a password.
    throw error('service/endpoint', { variable: 'HTTPS_PROXY', found: 'no proxy URL', expected: 'http://host:port' });
  }
  return { httpsProxy, noProxy: env.NO_PROXY ?? env.no_proxy ?? '' };
}

async function openDispatcher(
  { endpoint, connections, answerBytes }: HttpTransportOptions,
  proxy: Proxy | undefined,
): Promise<Dispatcher> {
  const { EnvHttpProxyAgent, Pool } = await import('undici');
  const settings = {
    connections: connections ?? DEFAULT_CONNECTIONS,
    maxResponseSize: answerBytes ?? DEFAULT_ANSWER_BYTES,
  };
  if (proxy === undefined) return new Pool(endpoint.origin, settings);
  // Every option is given, an empty one too: what is undefined undici takes from the process's environment.
  return new EnvHttpProxyAgent({ ...settings, httpProxy: '', ...proxy });
}

function withoutCredentials(headers: WireRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CREDENTIAL_HEADERS.includes(name.toLowerCase())),
  );
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function headersOf(headers: Headers): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) found[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return found;
}

/** Collects one answer; undici's own `request` makes a stream of every body, which costs more than the request. */
class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #limitBytes: number;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (failure: TransportError) => void;
  readonly #chunks: Uint8Array[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: Omit<WireResponse, 'body'> | undefined;
  #stopped: Error | undefined;

  constructor(
    limitBytes: number,
    resolve: (response: WireResponse) => void,
    reject: (failure: TransportError) => void,
  ) {
    this.#limitBytes = limitBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Nobody waits for the answer any more: its socket is given up. */
  stop(reason: unknown): void {
    this.#stopped = reason instanceof Error ? reason : new Error(String(reason));
    this.#controller?.abort(this.#stopped);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#stopped !== undefined) controller.abort(this.#stopped);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#head = { status, headers: headersOf(headers) };
    if (Number(headers['content-length'] ?? 0) > this.#limitBytes) controller.abort(tooLargeError(this.#limitBytes));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    invariant(this.#head, 'an answer ended that had no head');
    const [only] = this.#chunks;
    const body = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#resolve({ ...this.#head, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    const limits = { answering: this.#head !== undefined, answerBytes: this.#limitBytes };
    this.#reject(cause instanceof TransportError ? cause : transportErrorOf(cause, limits));
  }
}

function tooLargeError(limitBytes: number): TransportError {
  return new TransportError('too-large', `the answer is larger than ${limitBytes} bytes`);
}

const KIND_OF_CODE: Readonly<Record<string, TransportError['kind']>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EPROTO: 'tls',
  UND_ERR_PRX_TLS: 'tls',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'cut-body',
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/;

function transportErrorOf(
  cause: unknown,
  { answering, answerBytes }: { readonly answering: boolean; readonly answerBytes: number },
): TransportError {
  const code = codeOf(cause);
  const message = cause instanceof Error && cause.message !== '' ? cause.message : code;
  const kind = TLS_CODE.test(code) ? 'tls' : (KIND_OF_CODE[code] ?? 'other');
  if (kind === 'too-large') return tooLargeError(answerBytes);
  // Once the head of an answer has come, whatever ends it early cut its body.
  if (answering && kind !== 'timeout') return new TransportError('cut-body', `the answer broke off: ${message}`);
  return new TransportError(kind, code === '' || message.includes(code) ? message : `${message} (${code})`);
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return 'cause' in cause ? codeOf(cause.cause) : '';
}
