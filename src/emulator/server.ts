// Puts an emulator on a port with node:http: bodies and times are bounded, a client that goes away stops its work,
// closing lets requests under way finish. It knows no operation and reads no body.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { error } from '../common/errors.ts';
import type { WireRequest } from '../udf/wire.ts';
import { gatewayError } from './answers.ts';
import { type Emulator, type Exchange, REQUEST_BYTES } from './emulator.ts';

export interface ServerOptions {
  readonly emulator: Emulator;
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** For a request to arrive whole. */
  readonly requestTimeoutMs?: number;
}

export interface EmulatorServer {
  /** `http://127.0.0.1:5000`, without a trailing slash. */
  readonly url: string;
  /** Takes no more connections, lets requests under way finish for `graceMs` (5,000), then ends them. */
  close(graceMs?: number): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const GRACE_MS = 5_000;
/** What is read and dropped of a body that is too large, so that its sender gets to see the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** @throws {SqlcError} `usage/option` when the port cannot be had. */
export async function startServer(options: ServerOptions): Promise<EmulatorServer> {
  const { emulator, port, host, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const state: ServerState = { emulator, closing: false, unanswered: new Set() };
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
      // Longer than clients keep an idle connection, so that they and not we close it.
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      serve(state, request, response).catch(() => response.destroy());
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${cause.code ?? cause.message})`;
      reject(error('usage/option', { detail: `port ${port} of ${host} ${reason}` }, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close(graceMs = GRACE_MS) {
      if (state.closing) return;
      state.closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      for (const response of state.unanswered) response.destroy();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

interface ServerState {
  readonly emulator: Emulator;
  closing: boolean;
  /** Held open without an answer until their clients go away, or the server. */
  readonly unanswered: Set<ServerResponse>;
}

async function serve(state: ServerState, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  let exchange: Exchange | undefined;
  outgoing.once('close', () => {
    const whole = outgoing.writableFinished;
    if (!whole) gone.abort(new Error('the client went away'));
    exchange?.delivered(whole);
    state.unanswered.delete(outgoing);
  });
  const { body, drained } = await readBody(incoming);
  const request = requestOf(incoming, body);
  exchange =
    request === undefined
      ? { response: gatewayError(404, 'Resource not found'), delivered: () => {} }
      : await state.emulator.exchange(request, gone.signal);
  // It may have closed while the answer was made, when there was no exchange to tell.
  if (outgoing.destroyed) return exchange.delivered(false);
  send(state, exchange, outgoing, drained);
}

function send(state: ServerState, { response, fault }: Exchange, outgoing: ServerResponse, drained: boolean): void {
  if (fault === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  if (fault === 'silence') {
    if (state.closing) outgoing.destroy();
    else state.unanswered.add(outgoing);
    return;
  }
  const connection = drained && !state.closing ? {} : { connection: 'close' };
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...connection,
    'content-length': response.body.byteLength,
  });
  if (fault === 'cut-body') {
    const half = response.body.subarray(0, Math.floor(response.body.byteLength / 2));
    outgoing.write(half, () => outgoing.destroy());
    return;
  }
  outgoing.end(response.body);
}

/** At most one byte more than is allowed, which is how the emulator knows. */
function readBody(incoming: IncomingMessage): Promise<{ body: Uint8Array; drained: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let read = false;
  return new Promise((resolve, reject) => {
    const done = () => {
      read = true;
      const drained = bytes <= MAX_DISCARDED_BYTES;
      resolve({ body: Buffer.concat(chunks).subarray(0, REQUEST_BYTES + 1), drained });
    };
    incoming.on('data', (chunk: Uint8Array) => {
      if (bytes <= REQUEST_BYTES) chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes <= MAX_DISCARDED_BYTES) return;
      incoming.pause();
      done();
    });
    incoming.once('end', done);
    incoming.once('error', reject);
    incoming.once('close', () => {
      if (!read) reject(new Error('the client went away'));
    });
  });
}

function requestOf(incoming: IncomingMessage, body: Uint8Array): WireRequest | undefined {
  const { method } = incoming;
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'DELETE') return undefined;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method, path: incoming.url ?? '/', headers, body };
}
