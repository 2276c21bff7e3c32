// A small server in place of the text service, which a test makes answer well or badly: what the service's own words
// and an answer that never comes look like from the outside. What it says is fixed; nothing depends on time.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TextRequest {
  /** From 1, in the order they came. */
  readonly number: number;
  readonly path: string;
  readonly key: string | undefined;
  readonly documents: readonly { readonly id: string; readonly text: string }[];
}

export interface TextAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers below what `TextAnswer` can say: bytes, and when. */
export type RawAnswer = (response: ServerResponse) => void;

/** The answer, or `undefined` for none at all. */
export type Answering = (request: TextRequest) => TextAnswer | RawAnswer | undefined;

export interface TextService {
  readonly url: string;
  readonly requests: readonly TextRequest[];
  /** Of all requests so far. */
  readonly documents: number;
  /** Resolves when so many requests have come. */
  asked(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startTextService(answering: Answering): Promise<TextService> {
  const requests: TextRequest[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const found = await requestOf(request, requests.length + 1).catch(() => undefined);
    if (found === undefined) return;
    requests.push(found);
    for (const wake of waiting) wake();
    const answer = answering(found);
    if (typeof answer === 'function') answer(response);
    else if (answer !== undefined) send(response, answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get documents() {
      return requests.reduce((sum, { documents }) => sum + documents.length, 0);
    },
    asked: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function requestOf(request: IncomingMessage, number: number): Promise<TextRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const key = request.headers['ocp-apim-subscription-key'];
  return {
    number,
    path: request.url ?? '',
    key: Array.isArray(key) ? key.join() : key,
    documents: JSON.parse(Buffer.concat(chunks).toString()).documents ?? [],
  };
}

function send(response: ServerResponse, { status, headers, body }: TextAnswer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

/** Every text is positive; one that says "refuse" is refused, as the service refuses a single document. */
export function answers({ hold = () => false }: { readonly hold?: (request: TextRequest) => boolean } = {}): Answering {
  return (request) => (hold(request) ? undefined : { status: 200, body: sentiments(request) });
}

export function sentiments({ documents }: TextRequest) {
  const confidenceScores = { positive: 0.9, neutral: 0.1, negative: 0 };
  const refused = documents.filter(({ text }) => text.includes('refuse'));
  const taken = documents.filter(({ text }) => !text.includes('refuse'));
  return {
    documents: taken.map(({ id, text }) => ({
      id,
      sentiment: 'positive',
      confidenceScores,
      sentences: [{ sentiment: 'positive', confidenceScores, offset: 0, length: text.length, text }],
      warnings: [],
    })),
    errors: refused.map(({ id }) => ({
      id,
      error: {
        code: 'InvalidArgument',
        message: 'Invalid document.',
        innererror: { code: 'InvalidDocument', message: 'The document is refused.' },
      },
    })),
    modelVersion: '2025-01-01',
  };
}

/** An error as the service words it. */
export function refusal(status: number, code: string, message: string, headers = {}): TextAnswer {
  return { status, headers, body: { error: { code, message } } };
}
