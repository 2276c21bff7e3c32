// A service over https, from a process of its own, as Node reads NODE_EXTRA_CA_CERTS when it starts: a certificate of
// one's own, and a proxy on the way.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createProxy, type Server } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEmulator } from '../src/emulator/emulator.ts';
import { openWorkspace, type Workspace } from './support/cli.ts';
import { fakeTextModels } from './support/fake-text-models.ts';

const CERTIFICATE = fileURLToPath(new URL('./support/self-signed.pem', import.meta.url));
const KEY = 'k3y-0123456789abcdef';
const ASK = "SELECT SENTIMENT('good') AS mood";

let workspace: Workspace;
let cleanups: (() => Promise<unknown>)[];

beforeEach(async () => {
  workspace = await openWorkspace();
  cleanups = [];
});
afterEach(async () => {
  await workspace.close();
  for (const cleanup of cleanups) await cleanup();
});

async function listen(server: Pick<Server, 'listen' | 'address' | 'close' | 'closeAllConnections' | 'on'>) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port; // a TCP server's address is never a string
}

/** A text service that asks for a key, behind the certificate. */
async function secureService(connected = () => {}): Promise<number> {
  const pem = readFileSync(CERTIFICATE, 'utf8');
  const emulator = createEmulator({ models: fakeTextModels(), key: KEY });
  const server = createServer({ key: pem, cert: pem }, async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = { 'ocp-apim-subscription-key': String(request.headers['ocp-apim-subscription-key']) };
    const path = request.url ?? '';
    const answer = await emulator.handle({ method: 'POST', path, headers, body: Buffer.concat(chunks) });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.on('connection', connected);
  return listen(server);
}

/** Leads every CONNECT to one port, whatever host it names. */
async function proxyTo(port: number): Promise<{ url: string; named: string[] }> {
  const named: string[] = [];
  const proxy = createProxy();
  proxy.on('connect', async (request, socket: Socket) => {
    named.push(request.url ?? '');
    const onward = connect(port, '127.0.0.1');
    await once(onward, 'connect');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    for (const end of [socket, onward]) end.on('error', () => {});
    cleanups.push(async () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  return { url: `http://127.0.0.1:${await listen(proxy)}`, named };
}

test('a certificate nobody vouches for is refused at once, and the text is not sent', async () => {
  let connections = 0;
  const port = await secureService(() => connections++);
  const env = { LANGUAGE_ENDPOINT: `https://localhost:${port}`, LANGUAGE_KEY: KEY };
  const { stdout, stderr, status } = await workspace.run(['query', ASK], { env });
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
  expect(stderr).toContain(
    `error service/tls: no secure connection to localhost:${port}: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)`,
  );
  expect(stderr).toContain('hint: Check LANGUAGE_ENDPOINT; certificates of an authority of your own');
  expect(connections).toBe(1);
  expect(stderr).not.toContain(KEY);
});

test('NODE_EXTRA_CA_CERTS vouches for it, for services of the environment and of the catalog', async () => {
  const port = await secureService();
  const trusted = { NODE_EXTRA_CA_CERTS: CERTIFICATE };
  const env = { ...trusted, LANGUAGE_ENDPOINT: `https://localhost:${port}`, LANGUAGE_KEY: KEY };
  const good = { stdout: 'mood\npositive\n', stderr: '', status: 0 };
  expect(await workspace.run(['query', ASK], { env })).toEqual(good);

  const script = `CREATE DATABASE SCOPED CREDENTIAL k WITH IDENTITY = 'Ocp-Apim-Subscription-Key', SECRET = '${KEY}';
    CREATE EXTERNAL SERVICE text WITH (TYPE = LANGUAGE, LOCATION = 'https://localhost:${port}', CREDENTIAL = k);
    ${ASK}`;
  expect(await workspace.run(['run', '-'], { env: { ...trusted, SQLC_CACHE: 'OFF' }, input: script })).toEqual(good);
});

test('HTTPS_PROXY leads to it, but for what NO_PROXY names', async () => {
  const port = await secureService();
  const { url, named } = await proxyTo(port);
  const env = { NODE_EXTRA_CA_CERTS: CERTIFICATE, HTTPS_PROXY: url, NO_PROXY: 'localhost', SQLC_CACHE: 'OFF' };
  const ask = (endpoint: string) =>
    workspace.run(['query', ASK], { env: { ...env, LANGUAGE_ENDPOINT: endpoint, LANGUAGE_KEY: KEY } });
  const good = { stdout: 'mood\npositive\n', stderr: '', status: 0 };
  expect(await ask('https://text.example')).toEqual(good);
  expect(named).toEqual(['text.example:443']);
  expect(await ask(`https://localhost:${port}`)).toEqual(good);
  expect(named).toEqual(['text.example:443']);
});
