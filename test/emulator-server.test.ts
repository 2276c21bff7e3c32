// The emulator on a port: what node:http adds (bounds, closing, clients that go away), our own transport against it,
// and the proof that it is honest: Microsoft's client works with it, errors of single documents included.

import { connect, type Socket } from 'node:net';
import { AzureKeyCredential, TextAnalyticsClient } from '@azure/ai-text-analytics';
import { afterEach, describe, expect, test } from 'vitest';
import { createEmulator, REQUEST_BYTES } from '../src/emulator/emulator.ts';
import { type EmulatorServer, startServer } from '../src/emulator/server.ts';
import { httpTransport } from '../src/udf/http-transport.ts';
import { sentiment } from '../src/udf/operations/sentiment.ts';
import { type FakeOptions, fakeTextModels } from './support/fake-text-models.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: FakeOptions & { readonly key?: string; readonly requestTimeoutMs?: number } = {}) {
  const emulator = createEmulator({ models: fakeTextModels(options), key: options.key });
  const { requestTimeoutMs } = options;
  const server = await startServer({
    emulator,
    port: 0,
    host: '127.0.0.1',
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
  cleanups.push(() => server.close(0));
  return { emulator, server };
}

function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** A connection that has said something; what comes back until it ends. */
function raw({ url }: EmulatorServer, said: string): { readonly socket: Socket; readonly heard: Promise<string> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(said));
  const chunks: Uint8Array[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
  const heard = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
  return { socket, heard };
}

describe('on a port', () => {
  test('our transport and operation speak with it', async () => {
    const { emulator, server } = await start({ key: 'k' });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const transport = httpTransport({ endpoint: new URL(`${server.url}/`) });
    cleanups.push(() => transport.close());
    const { headers, ...request } = sentiment.encode([['Bad wine'], ['']]);
    const send = (key: string) =>
      transport.send(
        { ...request, headers: { ...headers, 'ocp-apim-subscription-key': key } },
        { signal: new AbortController().signal, timeoutMs: 10_000 },
      );
    const decoded = sentiment.decode(await send('k'), [['Bad wine'], ['']]);
    expect(decoded).toMatchObject({
      kind: 'answered',
      model: 'fake-sentiment-1',
      outcomes: [
        { ok: true, value: { sentiment: 'negative', negative: 0.9, opinions: [] } },
        { ok: false, error: { code: 'InvalidDocument', message: 'Document text is empty.', retriable: false } },
      ],
    });
    expect(sentiment.decode(await send('other'), [['Bad wine'], ['']])).toMatchObject({
      kind: 'refused',
      refusal: { status: 401, code: '401', innerCode: '401' },
    });
    expect(emulator.stats()).toMatchObject({ requests: 2, answered: 1, throttled: 1, documents: 2 });
  });

  test('status, readiness, statistics, reset', async () => {
    const { server } = await start();
    const get = async (path: string) => (await fetch(server.url + path)).json();
    expect(await get('/status')).toMatchObject({ apiStatus: 'Valid' });
    expect(await get('/ready')).toMatchObject({ ready: 'ready' });
    const body = { documents: [{ id: '0', text: 'a' }] };
    await (await post(`${server.url}/text/analytics/v3.1/languages`, body)).text();
    expect(await get('/emulator/stats')).toMatchObject({ requests: 1, answered: 1, documentsAnswered: 1 });
    await (await post(`${server.url}/emulator/reset`, '')).text();
    expect(await get('/emulator/stats')).toMatchObject({ requests: 0, operations: {} });
    expect((await fetch(`${server.url}/status`, { method: 'PATCH' })).status).toBe(404);
  });

  test('a body over 1 MB is refused with 413, without being kept', async () => {
    const { emulator, server } = await start();
    const response = await post(`${server.url}/text/analytics/v3.1/languages`, 'x'.repeat(8 * REQUEST_BYTES));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { innererror: { code: 'InvalidDocumentBatch' } } });
    expect(emulator.stats()).toMatchObject({ requests: 1, failed: 1, bytesIn: REQUEST_BYTES + 1 });
  });

  test('a request that does not arrive in time is given up', async () => {
    const { emulator, server } = await start({ requestTimeoutMs: 20 });
    const head = 'POST /text/analytics/v3.1/languages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"doc';
    expect(await raw(server, head).heard).toMatch(/^HTTP\/1.1 408 /);
    expect(emulator.stats().requests).toBe(0);
  });

  test('a client that goes away stops its batch', async () => {
    let leave = () => {};
    const analyzed: string[] = [];
    const { emulator, server } = await start({
      onAnalyze(text) {
        analyzed.push(text);
        leave();
      },
    });
    const documents = Array.from({ length: 1000 }, (_, index) => ({ id: String(index), text: `t${index}` }));
    const body = JSON.stringify({ documents });
    const { socket, heard } = raw(
      server,
      `POST /text/analytics/v3.1/languages HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    leave = () => socket.resetAndDestroy();
    await heard;
    await expect.poll(() => emulator.stats().failed).toBe(1);
    expect(analyzed.length).toBeLessThan(1000);
    expect(emulator.stats()).toMatchObject({ requests: 1, answered: 0, documents: 1000, documentsAnswered: 0 });
  });

  test('closing lets what is under way finish and takes nothing new', async () => {
    let closed: Promise<void> | undefined;
    const { server } = await start({
      onAnalyze() {
        closed ??= server.close();
      },
    });
    const body = {
      documents: [
        { id: '0', text: 'a' },
        { id: '1', text: 'b' },
      ],
    };
    const response = await post(`${server.url}/text/analytics/v3.1/languages`, body);
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect(await response.json()).toMatchObject({ documents: { length: 2 } });
    await closed;
    await expect(fetch(`${server.url}/status`)).rejects.toThrow('fetch failed');
  });

  test('a port that is taken', async () => {
    const { emulator, server } = await start();
    const port = Number(new URL(server.url).port);
    await expect(startServer({ emulator, port, host: '127.0.0.1' })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is in use`,
    );
  });
});

describe("Microsoft's client", () => {
  function client(server: EmulatorServer, key = 'k'): TextAnalyticsClient {
    return new TextAnalyticsClient(server.url, new AzureKeyCredential(key), {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    });
  }

  test('analyzeSentiment', async () => {
    const { server } = await start({ key: 'k' });
    const texts = ['Good 😀 food. Bad wine.', '', 'Bonjour'];
    const results = await client(server).analyzeSentiment(texts, 'en', { includeOpinionMining: true });
    expect(results[0]).toMatchObject({
      id: '0',
      sentiment: 'mixed',
      confidenceScores: { positive: 0.9, neutral: 0.09, negative: 0.01 },
      sentences: [
        { text: 'Good 😀 food.', sentiment: 'positive', offset: 0, length: 13, opinions: [] },
        { text: 'Bad wine.', sentiment: 'negative', offset: 14, length: 9, opinions: [] },
      ],
    });
    expect(results[1]).toEqual({
      id: '1',
      error: { code: 'InvalidDocument', message: 'Document text is empty.' },
    });
    expect([results.modelVersion, results[2]?.error]).toEqual(['fake-sentiment-1', undefined]);
  });

  test('extractKeyPhrases, with statistics', async () => {
    const { server } = await start();
    const documents = [
      { id: 'x', text: 'Rome and Paris', language: 'en' },
      { id: 'y', text: 'Rom', language: 'klingon' },
    ];
    const results = await client(server).extractKeyPhrases(documents, { includeStatistics: true });
    expect(results.map((result) => (result.error === undefined ? result.keyPhrases : result.error.code))).toEqual([
      ['Rome', 'Paris'],
      'UnsupportedLanguageCode',
    ]);
    expect(results.statistics).toMatchObject({ documentCount: 2, validDocumentCount: 1, erroneousDocumentCount: 1 });
  });

  test('detectLanguage', async () => {
    const { server } = await start();
    const results = await client(server).detectLanguage(['Bonjour', 'Hello', '?!'], 'none');
    expect(results.map((result) => (result.error === undefined ? result.primaryLanguage : result.error))).toEqual([
      { name: 'French', iso6391Name: 'fr', confidenceScore: 0.99 },
      { name: 'English', iso6391Name: 'en', confidenceScore: 1 },
      { name: '(Unknown)', iso6391Name: '(Unknown)', confidenceScore: 0 },
    ]);
    const hinted = await client(server).detectLanguage(['Hello'], 'france');
    expect(hinted[0]?.error?.code).toBe('InvalidCountryHint');
  });

  test('whole requests refused', async () => {
    const { server } = await start({ key: 'k' });
    const eleven = Array.from({ length: 11 }, (_, index) => `t${index}`);
    await expect(client(server).analyzeSentiment(eleven)).rejects.toMatchObject({
      statusCode: 400,
      code: 'InvalidRequest',
      message: expect.stringContaining('Invalid document in request.'),
    });
    await expect(client(server).analyzeSentiment(['a'], 'en', { modelVersion: '2019' })).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(client(server, 'other').analyzeSentiment(['a'])).rejects.toMatchObject({
      statusCode: 401,
      code: '401',
      message: expect.stringContaining('Access denied due to invalid subscription key'),
    });
  });
});
