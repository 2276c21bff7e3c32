// A loopback HTTP proxy in front of a server, whose answers a test may spoil: break off, hold back, replace.
// Deterministic: a request is spoiled because the test's function said so, never by time.

import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Meddling =
  /** The answer as it is. */
  | { readonly kind: 'pass' }
  /** No answer at all, ever. */
  | { readonly kind: 'ignore' }
  /** The head and so many bytes of the body, then the connection breaks. */
  | { readonly kind: 'break'; readonly afterBytes: number }
  /** The head and so many bytes of the body, then nothing. */
  | { readonly kind: 'hold'; readonly afterBytes: number }
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export interface MeddlingProxy {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Method and path of what came, in order. */
  readonly seen: readonly string[];
  /** Resolves when an answer has been held back. */
  readonly held: Promise<void>;
  close(): Promise<void>;
}

/** @param decide called for each request with its number, from 1. */
export async function startMeddlingProxy(
  target: string,
  decide: (number: number, request: IncomingMessage) => Meddling,
): Promise<MeddlingProxy> {
  const seen: string[] = [];
  let markHeld: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    markHeld = resolve;
  });
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const meddling = decide(seen.length, request);
    if (meddling.kind === 'ignore') return;
    if (meddling.kind === 'answer') {
      response.writeHead(meddling.status, meddling.headers).end();
      return;
    }
    const [hostname, port] = target.split(':');
    const { method, url: path, headers } = request;
    request.pipe(
      httpRequest({ hostname, port, method, path, headers }, (answer) => relay(answer, response, meddling, markHeld)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    held,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function relay(
  answer: IncomingMessage,
  response: ServerResponse,
  meddling: Exclude<Meddling, { readonly kind: 'ignore' | 'answer' }>,
  markHeld: () => void,
): void {
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  if (meddling.kind === 'pass') {
    answer.pipe(response);
    return;
  }
  let left = meddling.afterBytes;
  answer.on('data', (chunk: Buffer) => {
    if (left <= 0) return;
    response.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left > 0) return;
    if (meddling.kind === 'break') response.destroy();
    else markHeld();
  });
}
