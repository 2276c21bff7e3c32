// Services that break every promise there is, half way through a statement: each ends well and soon, with the code and
// the way out, and what was answered before is not asked again. Every test has a server and an engine of its own, so
// that they can wait for their retries side by side.

import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, type TestContext, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { createEmulator } from '../src/emulator/emulator.ts';
import { nullTextModels } from '../src/emulator/null-models.ts';
import { startServer } from '../src/emulator/server.ts';
import { Engine } from '../src/engine/engine.ts';
import {
  type Answering,
  answers,
  refusal,
  sentiments,
  startTextService,
  type TextAnswer,
  type TextRequest,
  type TextService,
} from './support/text-service.ts';

const TEXTS = Array.from({ length: 20 }, (_, i) => `text ${i}`);
const ASK = `SELECT t, SENTIMENT(t) AS mood FROM (VALUES ${TEXTS.map((t) => `('${t}')`).join(', ')}) AS v (t) ORDER BY t`;
const ALL = TEXTS.toSorted().map((t) => ({ t, mood: 'positive' }));
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

type Settings = Readonly<Record<string, string | number>>;

interface Opened {
  readonly engine: Engine;
  readonly service: TextService;
  /** Another engine on the same cache, as the next command would open it. */
  again(): Promise<Engine>;
}

type Open = (answering: Answering, settings?: Settings) => Promise<Opened>;

/** One request at a time, so that the first ten texts are answered before anything goes wrong. */
function opener({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Open {
  return async (answering, settings = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'sqlc-hostile-'));
    const service = await startTextService(answering);
    const again = async () => {
      const engine = await Engine.open({ env: {}, settings: { cache_dir: folder, ...settings } });
      onTestFinished(() => engine.close());
      const options = `TYPE = LANGUAGE, LOCATION = '${service.url}', MAX_CONCURRENCY = 1`;
      await engine.execute(`CREATE EXTERNAL SERVICE text WITH (${options})`);
      return engine;
    };
    onTestFinished(async () => {
      await service.close().catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    });
    return { engine: await again(), service, again };
  };
}

async function rows(engine: Engine, sql: string) {
  const result = await engine.query(sql);
  return { rows: await result.toArray(), stats: result.stats.operations[0] };
}

async function failureOf(engine: Engine, sql: string) {
  const failure = await rows(engine, sql).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(failure instanceof SqlcError)) throw new Error('expected a SqlcError', { cause: failure });
  const { code, message, hint } = failure;
  return { code, message, hint };
}

const AGAIN = 'what the cache knows is not asked again.';
const HALF = '10 of 20 distinct inputs were answered';
const unavailable = (detail: string) => ({
  code: 'service/unavailable',
  message: `text failed after 5 attempts: ${detail}; ${HALF}`,
  hint: `Check LOCATION of service "text", or run the statement again later: ${AGAIN}`,
});
const unreadable = (detail: string) => ({
  code: 'service/protocol',
  message: `text answered language/sentiment in a form that cannot be read: ${detail}`,
  hint: 'Check that LOCATION of service "text" is the service itself and nothing on the way changes its answers.',
});
const tooLong = {
  code: 'service/max-wait',
  message: `text asks to wait 86400 s, longer than max_wait (120 s); ${HALF}`,
  hint: `Run the statement again then, or raise max_wait: ${AGAIN}`,
};
const redirected = (location: string, status: number) => ({
  code: 'service/redirect',
  message: `text sends language/sentiment on to "${location}" (${status})`,
  hint: 'Give LOCATION of service "text" the address that answers; redirects are not followed, since the key would go along.',
});

const PAGE = '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>';
const html = (status: number): TextAnswer => ({ status, headers: { 'content-type': 'text/html' }, body: PAGE });
const good = (request: TextRequest): TextAnswer => ({ status: 200, body: sentiments(request) });
const json = (request: TextRequest) => JSON.stringify(sentiments(request));
const limited = (headers: Record<string, string>, message = 'Slow down.') => refusal(429, '429', message, headers);

function socketOf(response: ServerResponse) {
  const { socket } = response;
  if (socket === null) throw new Error('the connection is gone');
  return socket.on('error', () => {});
}

/** A byte now and then, for as long as the other side listens. */
function drip(response: ServerResponse, text: string): void {
  const socket = socketOf(response);
  let at = 0;
  const clock = setInterval(() => socket.write(text[at++] ?? ' '), 5);
  socket.on('close', () => clearInterval(clock));
}

/** As fast as the other side reads, without end. */
function flood(response: ServerResponse): void {
  const chunk = Buffer.alloc(2 ** 16, ' ');
  response.writeHead(200, { 'content-type': 'application/json' });
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
}

interface Case {
  readonly name: string;
  readonly answer: Answering;
  readonly failure: { readonly code: string; readonly message: string | RegExp; readonly hint: string };
  /** Requests after the first until the statement ended. */
  readonly requests: number;
  readonly settings?: Settings;
}

const QUICK = { request_timeout: 0.5 };
const SLOW = 'no whole answer within 500 ms';

const CASES: readonly Case[] = [
  {
    name: 'a brown-out that does not end',
    answer: () => refusal(503, 'ServiceUnavailable', 'Try again.'),
    failure: unavailable('503 ServiceUnavailable'),
    requests: 5,
  },
  {
    name: 'a brown-out that asks for a day',
    answer: () => refusal(503, 'ServiceUnavailable', 'Try again.', { 'retry-after': '86400' }),
    failure: tooLong,
    requests: 1,
  },
  ...[
    limited({ 'retry-after': '86400' }),
    limited({ 'retry-after-ms': '86400000' }),
    limited({ 'x-ms-retry-after-ms': '86400000' }),
    limited({}, 'Rate limit is exceeded. Please retry after 86400 seconds.'),
  ].map((answer, i) => ({
    name: `a throttle that asks for a day, spelling ${i + 1}`,
    answer: () => answer,
    failure: tooLong,
    requests: 1,
  })),
  {
    name: 'a throttle that asks for a day, as a date',
    answer: () => limited({ 'retry-after': new Date(Date.now() + 86_400_000).toUTCString() }),
    failure: { ...tooLong, message: /^text asks to wait 8(6400|639\d) s, longer than max_wait \(120 s\); 10 of 20/ },
    requests: 1,
  },
  {
    name: 'a socket that is held open, to the end of the attempts',
    answer: () => undefined,
    settings: QUICK,
    failure: unavailable(SLOW),
    requests: 5,
  },
  {
    name: 'a socket that is held open, to max_stall',
    answer: () => undefined,
    settings: { request_timeout: 1, max_stall: 0.5 },
    failure: {
      code: 'service/stalled',
      message: `text answered nothing for 0.5 s (max_stall); ${HALF}`,
      hint: `Run the statement again, or raise max_stall: ${AGAIN}`,
    },
    requests: 1,
  },
  {
    name: 'a head that drips',
    answer: () => (response) => drip(response, `${HEAD}x-padding: `),
    settings: QUICK,
    failure: unavailable(SLOW),
    requests: 5,
  },
  {
    name: 'a body that drips',
    answer: (request) => (response) => {
      const body = json(request);
      socketOf(response).write(`${HEAD}content-length: ${body.length}\r\n\r\n`);
      drip(response, body);
    },
    settings: QUICK,
    failure: unavailable(SLOW),
    requests: 5,
  },
  {
    name: 'one byte more than is read',
    answer: (request) => ({ status: 200, body: json(request).padEnd(10 * 2 ** 20 + 1) }),
    failure: unreadable('the answer is larger than 10485760 bytes'),
    requests: 1,
  },
  {
    name: 'an answer without end',
    answer: () => flood,
    failure: unreadable('the answer is larger than 10485760 bytes'),
    requests: 1,
  },
  {
    name: 'a head without end',
    answer: () => (response) => socketOf(response).write(`${HEAD}x-padding: ${'x'.repeat(2 ** 20)}`),
    failure: { ...unavailable(''), message: /^text failed after 5 attempts: .*header.*; 10 of 20 /i },
    requests: 5,
  },
  {
    name: 'bytes that are not UTF-8',
    answer: (request) => (response) =>
      response.end(Buffer.concat([Buffer.from(json(request).slice(0, -1)), Uint8Array.of(0xff, 0x7d)])),
    failure: unreadable('the body is not UTF-8'),
    requests: 5,
  },
  {
    name: 'a compressed answer nobody asked for',
    answer: (request) => (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(json(request)));
    },
    failure: unreadable('the body is not UTF-8'),
    requests: 5,
  },
  {
    name: 'a page of HTML with status 200',
    answer: () => html(200),
    failure: unreadable('the body is a page of HTML or XML'),
    requests: 5,
  },
  {
    name: 'a page of HTML with status 502',
    answer: () => html(502),
    failure: unavailable('502 502'),
    requests: 5,
  },
  {
    name: 'JSON that ends too early',
    answer: (request) => ({ status: 200, body: json(request).slice(0, -20) }),
    failure: unreadable('the body is not JSON'),
    requests: 5,
  },
  {
    name: 'a connection that ends too early',
    answer: (request) => (response) => {
      const body = json(request);
      socketOf(response).end(`${HEAD}content-length: ${body.length}\r\n\r\n${body.slice(0, -20)}`);
    },
    failure: { ...unavailable(''), message: /^text failed after 5 attempts: the answer broke off: .*; 10 of 20 / },
    requests: 5,
  },
  {
    name: 'a connection that is reset',
    answer: () => (response) => socketOf(response).resetAndDestroy(),
    failure: { ...unavailable(''), message: /^text failed after 5 attempts: .*; 10 of 20 / },
    requests: 5,
  },
  {
    name: 'something else than HTTP',
    answer: () => (response) => socketOf(response).end('SSH-2.0-OpenSSH_9.9\r\n'),
    failure: { ...unavailable(''), message: /^text failed after 5 attempts: .*; 10 of 20 / },
    requests: 5,
  },
  {
    name: 'an empty body with status 200',
    answer: () => ({ status: 200, body: '' }),
    failure: unreadable('the body is empty'),
    requests: 5,
  },
  {
    name: 'an empty body with status 204',
    answer: () => (response) => response.writeHead(204).end(),
    failure: unreadable('the body is empty'),
    requests: 5,
  },
  {
    name: 'a redirect',
    answer: () => ({ status: 302, headers: { location: 'https://login.example/sign-in?token=s3cret' }, body: PAGE }),
    failure: redirected('https://login.example/sign-in', 302),
    requests: 1,
  },
  {
    name: 'a redirect for good',
    answer: () => ({ status: 308, headers: { location: '/elsewhere' }, body: '' }),
    failure: redirected('/elsewhere', 308),
    requests: 1,
  },
  {
    name: 'a key that is taken back',
    answer: () => refusal(401, '401', 'Access denied.'),
    failure: {
      code: 'service/unauthorized',
      message: 'text refused the key (401 401)',
      hint: 'Check CREDENTIAL of service "text"; a valid key of another region is refused the same way.',
    },
    requests: 1,
  },
  {
    name: 'ids nobody asked for',
    answer: (request) => {
      const { documents, ...rest } = sentiments(request);
      return { status: 200, body: { documents: documents.map((d) => ({ ...d, id: `${d.id}0` })), ...rest } };
    },
    failure: { ...unreadable(''), message: /in a form that cannot be read: document "\d+0" was not asked for$/ },
    requests: 5,
  },
];

describe.concurrent('a statement that fails half way', { timeout: 60_000 }, () => {
  test.for(CASES)('$name', async ({ answer, settings, failure, requests }, { expect, ...context }) => {
    let healed = false;
    const { engine, service, again } = await opener(context)(
      (request) => (request.number === 1 || healed ? good(request) : answer(request)),
      settings,
    );
    const found = await failureOf(engine, ASK);
    const { message, ...rest } = failure;
    expect(found).toMatchObject(rest);
    if (typeof message === 'string') expect(found.message).toBe(message);
    else expect(found.message).toMatch(message);
    expect(service.requests).toHaveLength(1 + requests);

    healed = true;
    const before = service.documents;
    expect((await rows(await again(), ASK)).rows).toEqual(ALL);
    expect(service.documents - before).toBe(10);
  });

  test('asked to wait for a day, the next statement fails at once and asks nothing', async ({ expect, ...context }) => {
    const { engine, service } = await opener(context)(() => limited({ 'retry-after': '86400' }));
    for (const sql of [ASK, ASK, ASK.replace('SENTIMENT', 'KEY_PHRASES')])
      expect(await failureOf(engine, sql)).toMatchObject({ code: 'service/max-wait', hint: tooLong.hint });
    expect(service.requests).toHaveLength(1);
  });

  test('a throttle that says to come back at once, always: bounded by max_stall, without a flood', async ({
    expect,
    ...context
  }) => {
    const { engine, service } = await opener(context)(() => limited({ 'retry-after': '0' }), { max_stall: 1 });
    expect(await failureOf(engine, ASK)).toMatchObject({ code: 'service/stalled' });
    expect(service.requests.length).toBeLessThan(15);
  });

  test('asked to wait for a day, statements that wait already fail too', async ({ expect, ...context }) => {
    const { engine, service } = await opener(context)(() => limited({ 'retry-after': '86400' }));
    const sql = [ASK, ASK.replace('SENTIMENT', 'KEY_PHRASES'), ASK.replace('SENTIMENT', 'DETECT_LANGUAGE')];
    const found = await Promise.all(sql.map((one) => failureOf(engine, one)));
    expect(found.map(({ code }) => code)).toEqual(Array(3).fill('service/max-wait'));
    expect(service.requests).toHaveLength(1);
  });
});

describe.concurrent('a service that ends well', { timeout: 60_000 }, () => {
  test('after a brown-out', async ({ expect, ...context }) => {
    const { engine, service } = await opener(context)((request) =>
      [2, 3].includes(request.number) ? refusal(503, 'ServiceUnavailable', 'Try again.') : good(request),
    );
    const found = await rows(engine, ASK);
    expect(found.rows).toEqual(ALL);
    expect(found.stats).toMatchObject({ requests: 4, retries: 2, documents: 40 });
    expect(service.requests).toHaveLength(4);
  });

  test('though one request in ten fails, in every way the emulator knows', async ({ expect, onTestFinished }) => {
    const switches = { fail: 0.1, reorder: true, seed: 7 };
    const emulator = createEmulator({ models: nullTextModels(), switches });
    const server = await startServer({ emulator, port: 0, host: '127.0.0.1' });
    const engine = await Engine.open({
      env: { LANGUAGE_ENDPOINT: server.url },
      settings: { cache: 'OFF', request_timeout: 1 },
    });
    onTestFinished(async () => {
      await engine.close();
      await server.close(0);
    });
    const texts = Array.from({ length: 500 }, (_, i) => `('text ${i}')`).join(', ');
    const sql = `SELECT t, SENTIMENT(t) AS mood, KEY_PHRASES(t) AS topics FROM (VALUES ${texts}) AS v (t) ORDER BY t`;
    const troubled = await rows(engine, sql);
    expect(emulator.stats().failed).toBeGreaterThan(3);
    emulator.reset({ fail: 0, reorder: false });
    expect(troubled.rows).toEqual((await rows(engine, sql)).rows);
  });

  test('with as many bytes as are read, whatever their type is called', async ({ expect, ...context }) => {
    const { engine, service } = await opener(context)((request) => ({
      status: 200,
      headers: { 'content-type': 'text/html; charset=iso-8859-1' },
      body: json(request).padEnd(10 * 2 ** 20),
    }));
    expect((await rows(engine, ASK)).rows).toEqual(ALL);
    expect(service.requests).toHaveLength(2);
  });
});

/** The mood tells which text was answered: even ones are positive, odd ones negative. */
function telling({ documents }: TextRequest): TextAnswer & { body: ReturnType<typeof sentiments> } {
  const body = sentiments({ documents } as TextRequest);
  const moods = documents.map(({ text }) => (Number(text.split(' ')[1]) % 2 === 0 ? 'positive' : 'negative'));
  return {
    status: 200,
    body: { ...body, documents: body.documents.map((d, i) => ({ ...d, sentiment: moods[i] ?? '' })) },
  };
}

describe.concurrent('documents', { timeout: 60_000 }, () => {
  const SQL = ASK.replace('AS mood', 'AS mood, COGNITIVE_ERROR(SENTIMENT(t)).code AS code');
  const expected = (lost: string, code: string) =>
    TEXTS.toSorted().map((t) => {
      const mood = Number(t.split(' ')[1]) % 2 === 0 ? 'positive' : 'negative';
      return t === lost ? { t, mood: null, code } : { t, mood, code: null };
    });
  const positionOf = ({ documents }: TextRequest, text: string) => documents.findIndex((d) => d.text === text);

  test.for(['every time', 'once'])(
    'left out %s: an error of their own, the others come in any order',
    async (when, { expect, ...context }) => {
      let times = 0;
      const { engine, service } = await opener(context)((request) => {
        const { status, body } = telling(request);
        const lost = positionOf(request, 'text 7');
        const keep = lost < 0 || (when === 'once' && times++ > 0);
        const documents = body.documents.filter((_, i) => keep || i !== lost).toReversed();
        return { status, body: { ...body, documents } };
      });
      const found = await rows(engine, SQL);
      expect(found.rows).toEqual(expected(when === 'once' ? '' : 'text 7', 'MissingDocument'));
      // The nine beside it are not asked for again.
      expect(service.documents).toBe(21);
      expect(found.stats?.errors).toEqual(when === 'once' ? {} : { MissingDocument: 1 });
    },
  );

  test.for(['every time', 'once'])('answered twice %s: an error of their own', async (when, { expect, ...context }) => {
    let times = 0;
    const { engine, service } = await opener(context)((request) => {
      const { status, body } = telling(request);
      const twice = body.documents[positionOf(request, 'text 7')];
      if (twice === undefined || (when === 'once' && times++ > 0)) return { status, body };
      const other = { ...twice, sentiment: 'positive' };
      return { status, body: { ...body, documents: [other, ...body.documents] } };
    });
    const found = await rows(engine, SQL);
    expect(found.rows).toEqual(expected(when === 'once' ? '' : 'text 7', 'DuplicateDocument'));
    expect(service.documents).toBe(21);
    expect(found.stats?.errors).toEqual(when === 'once' ? {} : { DuplicateDocument: 1 });
  });

  test('none at all: each is asked for alone, then all are errors', async ({ expect, ...context }) => {
    const { engine } = await opener(context)(() => ({
      status: 200,
      body: { documents: [], errors: [], modelVersion: '1' },
    }));
    const found = await rows(engine, SQL);
    expect(found.rows).toEqual(TEXTS.toSorted().map((t) => ({ t, mood: null, code: 'MissingDocument' })));
    expect(found.stats?.errors).toEqual({ MissingDocument: 20 });
  });
});

describe.concurrent('nobody there', { timeout: 60_000 }, () => {
  test('connections are refused; what was answered is still known', async ({ expect, ...context }) => {
    const { engine, service } = await opener(context)(answers());
    const first = ASK.replace('ORDER BY t', "WHERE t < 'text 15' ORDER BY t");
    const known = (await rows(engine, first)).rows;
    await service.close();
    const found = await failureOf(engine, ASK);
    expect(found).toMatchObject({ code: 'service/unavailable', hint: unavailable('').hint });
    expect(found.message).toMatch(/^text failed after 5 attempts: connect ECONNREFUSED 127\.0\.0\.1:\d+; 0 of 20 /);
    expect((await rows(engine, `${first} OPTION (CACHE READ)`)).rows).toEqual(known);
  });

  test('a name that cannot be resolved', async ({ expect, ...context }) => {
    const { engine } = await opener(context)(answers());
    // A name no resolver is asked for: its middle is empty.
    await engine.execute("ALTER EXTERNAL SERVICE text SET (LOCATION = 'https://text..example')");
    const found = await failureOf(engine, ASK);
    expect(found).toMatchObject({ code: 'service/unavailable', hint: unavailable('').hint });
    expect(found.message).toMatch(/^text failed after 5 attempts: getaddrinfo \w+ text\.\.example; 0 of 20 /);
  });
});
