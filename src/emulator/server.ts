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
  let closing = false;
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
      // Longer than clients keep an idle connection, so that they and not we close it.
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      serve(emulator, request, response, () => closing).catch(() => response.destroy());
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
      if (closing) return;
      closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function serve(
  emulator: Emulator,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  isClosing: () => boolean,
): Promise<void> {
  const gone = new AbortController();
  let exchange: Exchange | undefined;
  outgoing.once('close', () => {
    const whole = outgoing.writableFinished;
    if (!whole) gone.abort(new Error('the client went away'));
    exchange?.delivered(whole);
  });
  const { body, drained } = await readBody(incoming);
  const request = requestOf(incoming, body);
  exchange =
    request === undefined
      ? { response: gatewayError(404, 'Resource not found'), delivered: () => {} }
      : await emulator.exchange(request, gone.signal);
  // It may have closed while the answer was made, when there was no exchange to tell.
  if (outgoing.destroyed) return exchange.delivered(false);
  const { response } = exchange;
  const connection = drained && !isClosing() ? {} : { connection: 'close' };
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...connection,
    'content-length': response.body.byteLength,
  });
  outgoing.end(response.body);
}

/** At most one byte more than is allowed, which is how the emulator knows. */
async function readBody(incoming: IncomingMessage): Promise<{ body: Uint8Array; drained: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    if (bytes <= REQUEST_BYTES) chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_DISCARDED_BYTES) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, REQUEST_BYTES + 1), drained: bytes <= MAX_DISCARDED_BYTES };
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
