// The two transports keep one contract: whole answers, typed failures, deadlines, cancelling.
// The servers are raw sockets where the failure is below HTTP. Nothing waits on a clock but what tests a deadline.

import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpTransport } from '../src/udf/http-transport.ts';
import { inProcessTransport } from '../src/udf/in-process-transport.ts';
import { type Transport, TransportError, type WireRequest } from '../src/udf/wire.ts';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port; // a TCP server's address is never a string
}

/** A server that does as told once the head of a request is there. */
function rawServer(act: (socket: Socket) => void): Promise<number> {
  return listen(createServer((socket) => socket.once('data', () => act(socket))));
}

function httpServer(listener: RequestListener): Promise<number> {
  return listen(createHttpServer(listener));
}

function open(transport: Transport): Transport {
  cleanups.push(() => transport.close());
  return transport;
}

function to(port: number, more: { readonly path?: string; readonly answerBytes?: number } = {}): Transport {
  const { path = '', ...options } = more;
  return open(httpTransport({ endpoint: new URL(`http://127.0.0.1:${port}${path}`), ...options }));
}

function post(path = '/p', body = '{}'): WireRequest {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(body),
  };
}

function within(timeoutMs = 30_000, signal = new AbortController().signal) {
  return { signal, timeoutMs };
}

async function failure(attempt: Promise<unknown>): Promise<{ kind: string; message: string }> {
  const found = await attempt.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(found instanceof TransportError)) throw new Error('expected a TransportError', { cause: found });
  return { kind: found.kind, message: found.message };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('http', () => {
  test('carries requests and answers over kept connections', async () => {
    const sockets = new Set<Socket>();
    const port = await httpServer(async (incoming, outgoing) => {
      sockets.add(incoming.socket);
      const seen = [incoming.method, incoming.url, incoming.headers['x-a'], await textOf(incoming)];
      outgoing.writeHead(418, { 'X-Upper': 'Yes', 'set-cookie': ['a=1', 'b=2'] });
      outgoing.end(JSON.stringify(seen));
    });
    const transport = to(port, { path: '/base//' });
    for (const method of ['POST', 'PUT'] as const) {
      const answer = await transport.send({ ...post('/p?q=1', 'é'), method, headers: { 'x-a': '1' } }, within());
      expect(answer.status).toBe(418);
      expect(answer.headers).toMatchObject({ 'x-upper': 'Yes', 'set-cookie': 'a=1, b=2' });
      expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual([method, '/base/p?q=1', '1', 'é']);
    }
    const answer = await transport.send({ method: 'GET', path: 'p', headers: {}, body: new Uint8Array() }, within());
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual(['GET', '/base/p', null, '']);
    for (let sent = 0; sent < 20; sent += 1) await transport.send(post(), within());
    // The pool frees a socket a little after an answer ends, so quick successors take turns on a few.
    expect(sockets.size).toBeLessThan(5);
  });

  test('follows no redirect', async () => {
    const port = await httpServer((_, outgoing) => outgoing.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect((await to(port).send(post(), within())).status).toBe(302);
  });

  test('a server that never answers is given up at the deadline', async () => {
    const port = await rawServer(() => {});
    expect(await failure(to(port).send(post(), within(40)))).toEqual({
      kind: 'timeout',
      message: 'no whole answer within 40 ms',
    });
  });

  test('a body that drips is given up at the deadline', async () => {
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    expect((await failure(to(port).send(post(), within(60)))).kind).toBe('timeout');
  });

  test('refused: nobody listens', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await failure(to(port).send(post(), within()))).toEqual({
      kind: 'refused',
      message: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  test('reset: the connection ends before an answer', async () => {
    const closed = await rawServer((socket) => socket.end());
    expect((await failure(to(closed).send(post(), within()))).kind).toBe('reset');
    const reset = await rawServer((socket) => socket.resetAndDestroy());
    expect((await failure(to(reset).send(post(), within()))).kind).toBe('reset');
  });

  test.each([
    ['closed, length known', 'content-length: 100\r\n\r\nabc', (socket: Socket) => socket.end()],
    ['reset, length known', 'content-length: 100\r\n\r\nabc', (socket: Socket) => socket.resetAndDestroy()],
    ['closed, chunked', 'transfer-encoding: chunked\r\n\r\n5\r\nab', (socket: Socket) => socket.end()],
  ])('cut body: %s', async (_, rest, finish) => {
    const port = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\n${rest}`, () => finish(socket)));
    const { kind } = await failure(to(port).send(post(), within()));
    // A reset may overtake the head of the answer.
    expect(kind === 'reset' && finish.toString().includes('reset') ? 'cut-body' : kind).toBe('cut-body');
  });

  test('not HTTP at all', async () => {
    const port = await rawServer((socket) => socket.end('SSH-2.0-x\r\n'));
    expect((await failure(to(port).send(post(), within()))).kind).toBe('other');
  });

  test('too large, promised or found', async () => {
    const promised = await httpServer((_, outgoing) =>
      outgoing.writeHead(200, { 'content-length': 9 }).end('123456789'),
    );
    const found = await httpServer((_, outgoing) => {
      outgoing.write('12345');
      outgoing.end('6789');
    });
    const error = { kind: 'too-large', message: 'the answer is larger than 8 bytes' };
    expect(await failure(to(promised, { answerBytes: 8 }).send(post(), within()))).toEqual(error);
    expect(await failure(to(found, { answerBytes: 8 }).send(post(), within()))).toEqual(error);
    const answer = await to(found, { answerBytes: 9 }).send(post(), within());
    expect(Buffer.from(answer.body).toString()).toBe('123456789');
  });

  test('tls: an endpoint that speaks plain http', async () => {
    const port = await httpServer((_, outgoing) => outgoing.end());
    const transport = open(httpTransport({ endpoint: new URL(`https://127.0.0.1:${port}`) }));
    expect((await failure(transport.send(post(), within()))).kind).toBe('tls');
  });

  test("cancelling throws the signal's reason, before and during", async () => {
    const controller = new AbortController();
    const port = await rawServer(() => controller.abort(new Error('enough')));
    const transport = to(port);
    await expect(transport.send(post(), within(30_000, controller.signal))).rejects.toThrow(new Error('enough'));
    await expect(transport.send(post(), within(30_000, controller.signal))).rejects.toThrow(new Error('enough'));
  });

  test('close ends what is under way and what comes later', async () => {
    let transport: Transport | undefined;
    const port = await rawServer(() => void transport?.close());
    transport = to(port);
    expect((await failure(transport.send(post(), within()))).kind).toBe('other');
    expect(await failure(transport.send(post(), within()))).toEqual({
      kind: 'other',
      message: 'the transport is closed',
    });
  });

  test('an https proxy is asked for a tunnel, unless NO_PROXY names the host', async () => {
    const asked: string[] = [];
    const server = createHttpServer();
    server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
      asked.push(`${incoming.url} ${incoming.headers['proxy-authorization']}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const proxy = await listen(server);
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    const via = (env: Record<string, string>) =>
      failure(open(httpTransport({ endpoint: new URL(`https://127.0.0.1:${port}`), env })).send(post(), within()));
    const HTTPS_PROXY = `user:pass@127.0.0.1:${proxy}`;

    expect((await via({ HTTPS_PROXY })).kind).toBe('other');
    expect((await via({ https_proxy: `http://${HTTPS_PROXY}`, NO_PROXY: 'localhost' })).kind).toBe('other');
    expect((await via({ HTTPS_PROXY, NO_PROXY: 'localhost,127.0.0.1' })).kind).toBe('refused');
    expect((await via({})).kind).toBe('refused');
    const line = `127.0.0.1:${port} Basic ${Buffer.from('user:pass').toString('base64')}`;
    expect(asked).toEqual([line, line]);
  });

  test('plain http elsewhere needs leave, and gets no credential', async () => {
    const endpoint = (text: string) => () => httpTransport({ endpoint: new URL(text), variable: 'LANGUAGE_ENDPOINT' });
    const expected = 'https (plain http only reaches this machine)';
    expect(endpoint('http://example.com/x')).toThrow(
      `endpoint LANGUAGE_ENDPOINT is "http://example.com/x", expected ${expected}`,
    );
    expect(endpoint('https://u:p@example.com')).toThrow(
      'endpoint LANGUAGE_ENDPOINT is "https://example.com/", expected a URL without user name and password',
    );
    expect(endpoint('https://example.com/?sig=s')).toThrow(
      'endpoint LANGUAGE_ENDPOINT is "https://example.com/", expected a URL without query and fragment',
    );
    expect(endpoint('ftp://example.com/')).toThrow(
      'endpoint LANGUAGE_ENDPOINT is "ftp://example.com/", expected an https URL',
    );
    expect(() =>
      httpTransport({ endpoint: new URL('https://example.com'), env: { HTTPS_PROXY: 'socks://u:p@h' } }),
    ).toThrow('endpoint HTTPS_PROXY is no proxy URL, expected http://host:port');

    const port = await httpServer((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)));
    // 0.0.0.0 reaches this machine, but is no loopback name.
    const transport = open(httpTransport({ endpoint: new URL(`http://0.0.0.0:${port}`), allowHttp: true }));
    const headers = { 'ocp-apim-subscription-key': 'k', 'api-key': 'k', authorization: 'k', 'x-a': '1' };
    const answer = await transport.send({ ...post(), headers }, within());
    expect(Object.keys(JSON.parse(Buffer.from(answer.body).toString())).sort()).toEqual([
      'connection',
      'content-length',
      'host',
      'x-a',
    ]);
  });
});

describe('in process', () => {
  const answer = { status: 200, headers: {}, body: new Uint8Array() };

  test('carries a request', async () => {
    const seen: WireRequest[] = [];
    const transport = inProcessTransport(async (request) => {
      seen.push(request);
      return answer;
    });
    const request = post();
    expect(await transport.send(request, within())).toBe(answer);
    expect(seen).toEqual([request]);
  });

  test('the deadline and the cause of cancelling reach the handler', async () => {
    const reasons: unknown[] = [];
    const transport = inProcessTransport((_, signal) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return new Promise(() => {});
    });
    expect(await failure(transport.send(post(), within(5)))).toEqual({
      kind: 'timeout',
      message: 'no whole answer within 5 ms',
    });
    const controller = new AbortController();
    const sent = transport.send(post(), within(30_000, controller.signal));
    controller.abort('enough');
    await expect(sent).rejects.toBe('enough');
    await expect(transport.send(post(), within(30_000, controller.signal))).rejects.toBe('enough');
    const last = transport.send(post(), within());
    await transport.close();
    const closed = { kind: 'other', message: 'the transport is closed' };
    expect(await failure(last)).toEqual(closed);
    expect(await failure(transport.send(post(), within()))).toEqual(closed);
    expect(reasons).toEqual([expect.any(TransportError), 'enough', expect.any(TransportError)]);
  });

  test('many requests may share one signal', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const transport = inProcessTransport(async () => answer);
    const options = within();
    await Promise.all(Array.from({ length: 40 }, () => transport.send(post(), options)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  test('what the handler throws comes through', async () => {
    const transport = inProcessTransport(() => {
      throw new Error('a bug');
    });
    await expect(transport.send(post(), within())).rejects.toThrow(new Error('a bug'));
  });
});
