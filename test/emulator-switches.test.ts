// The switches, over real HTTP: each does what docs/emulator.md says, the same for the same seed, and is counted.
// Time is a clock of the test's own, so that no test waits; every seed stands in its test.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { AzureKeyCredential, TextAnalyticsClient } from '@azure/ai-text-analytics';
import { afterEach, describe, expect, test } from 'vitest';
import { emulatorCommand } from '../src/cli/emulator-command.ts';
import type { Clock } from '../src/emulator/clock.ts';
import { drawsOf } from '../src/emulator/draws.ts';
import { createEmulator } from '../src/emulator/emulator.ts';
import { drawFault } from '../src/emulator/faults.ts';
import type { TextModels } from '../src/emulator/models/text-models.ts';
import { type EmulatorServer, startServer } from '../src/emulator/server.ts';
import type { Switches } from '../src/emulator/switches.ts';
import { httpTransport } from '../src/udf/http-transport.ts';
import { keyPhrases } from '../src/udf/operations/key-phrases.ts';
import { language } from '../src/udf/operations/language.ts';
import { sentiment } from '../src/udf/operations/sentiment.ts';
import type { WireRequest } from '../src/udf/wire.ts';
import { fakeTextModels } from './support/fake-text-models.ts';
import { manualClock } from './support/manual-clock.ts';
import { openApi, sharedMissing } from './support/openapi.ts';

const BASE = '/text/analytics/v3.1';
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: {
    readonly documents: readonly { readonly id: string }[];
    readonly errors: readonly { readonly id: string; readonly error: unknown }[];
    readonly modelVersion: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
}

interface Options {
  readonly key?: string;
  readonly clock?: Clock;
  readonly models?: TextModels;
}

async function start(switches: Partial<Switches>, { models = fakeTextModels(), key, clock }: Options = {}) {
  const emulator = createEmulator({ models, key, clock, switches });
  const server = await startServer({ emulator, port: 0, host: '127.0.0.1' });
  cleanups.push(() => server.close(0));
  const ask = (texts: readonly string[], path = '/sentiment') => request(server, BASE + path, documentsOf(texts));
  const reset = (body: unknown) => request(server, '/emulator/reset', body);
  return { emulator, server, ask, reset };
}

async function request({ url }: EmulatorServer, path: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, retryAfter, body: (await answer.json()) as Answer['body'] };
}

function documentsOf(texts: readonly string[]) {
  return { documents: texts.map((text, index) => ({ id: String(index), text })) };
}

function textsOf(count: number, word = 'Text'): string[] {
  return Array.from({ length: count }, (_, index) => `${word} ${index}`);
}

function wireRequest(texts: readonly string[]): WireRequest {
  return { headers: {}, ...sentiment.encode(texts.map((text) => [text])) };
}

function repeated<Value>(count: number, act: (index: number) => Promise<Value>): Promise<Value[]> {
  const indices = Array.from({ length: count }, (_, index) => index);
  return indices.reduce(async (before, index) => [...(await before), await act(index)], Promise.resolve([] as Value[]));
}

/** A request on a connection of its own; what comes back until it ends. */
function raw({ url }: EmulatorServer, texts: readonly string[]) {
  const body = JSON.stringify(documentsOf(texts));
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
    socket.write(`POST ${BASE}/sentiment HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
  const chunks: Uint8Array[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
  const heard = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
  return { socket, heard };
}

describe('answer time', () => {
  test('--latency and --per-document', async () => {
    const clock = manualClock();
    const { ask } = await start({ latency: 100, 'per-document': 10 }, { clock });
    await ask(['a']);
    await ask(['a', 'b', 'c']);
    await ask(['a', '', 'c']);
    await ask(textsOf(11));
    expect(clock.waits).toEqual([110, 130, 130, 210]);
  });

  test('the time a model took is part of it', async () => {
    const clock = manualClock();
    const models = fakeTextModels({ onAnalyze: () => clock.advance(30) });
    const { ask } = await start({ latency: 50 }, { clock, models });
    await ask(['a']);
    await ask(['a', 'b']);
    expect(clock.waits).toEqual([20]);
  });

  test('--jitter adds up to so much, drawn for each request', async () => {
    const waits = async (seed: number) => {
      const clock = manualClock();
      const { ask } = await start({ latency: 100, jitter: 50, seed }, { clock });
      await repeated(10, () => ask(['a']));
      return clock.waits;
    };
    const first = await waits(1);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...first)).toBeLessThan(150);
    expect(new Set(first).size).toBe(10);
    expect(await waits(1)).toEqual(first);
    expect(await waits(2)).not.toEqual(first);
  });

  test("the machine's own clock waits", async () => {
    const { ask } = await start({ latency: 40 });
    const startedMs = performance.now();
    await ask(['a']);
    expect(performance.now() - startedMs).toBeGreaterThan(30);
  });

  test('refusals at the gate and control paths know none', async () => {
    const clock = manualClock();
    const { server, ask } = await start({ latency: 100, rpm: 1 }, { clock, key: 'k' });
    expect((await ask(['a'])).status).toBe(401);
    expect((await request(server, '/nothing', {})).status).toBe(401);
    for (const path of ['/status', '/ready', '/emulator/stats']) {
      expect((await fetch(server.url + path)).status).toBe(200);
    }
    expect(clock.waits).toEqual([]);
  });

  test('a client that goes away ends the wait', async () => {
    const clock = manualClock();
    const { emulator, server, ask } = await start({ latency: 100, connections: 1 }, { clock });
    clock.hold();
    const { socket, heard } = raw(server, ['a']);
    await expect.poll(() => clock.waits.length).toBe(1);
    socket.destroy();
    expect(await heard).toBe('');
    await expect.poll(() => emulator.stats().failed).toBe(1);
    clock.release();
    expect((await ask(['b'])).status).toBe(200);
    expect(emulator.stats()).toMatchObject({ requests: 2, answered: 1, failed: 1, documents: 2, documentsAnswered: 1 });
  });

  test('closing ends waits that last longer than its grace', async () => {
    const { emulator, server } = await start({ latency: 3_600_000 });
    const { heard } = raw(server, ['a']);
    await expect.poll(() => emulator.stats().documents).toBe(1);
    await server.close(0);
    expect(await heard).toBe('');
    await expect.poll(() => emulator.stats().failed).toBe(1);
  });
});

describe('quotas', () => {
  const refusal = (seconds: number) => ({
    status: 429,
    retryAfter: String(seconds),
    body: {
      error: {
        code: '429',
        message:
          'Requests to the Sentiment Operation under Text Analytics API (v3.1) have exceeded call rate limit of your ' +
          `current TextAnalytics S pricing tier. Please retry after ${seconds} seconds.`,
      },
    },
  });

  test('--rps is a bucket of one second', async () => {
    const clock = manualClock();
    const { emulator, ask } = await start({ rps: 2 }, { clock });
    const statuses = async (count: number) => (await repeated(count, () => ask(['a']))).map(({ status }) => status);
    expect(await statuses(3)).toEqual([200, 200, 429]);
    clock.advance(500);
    expect(await statuses(2)).toEqual([200, 429]);
    clock.advance(60_000);
    expect(await statuses(3)).toEqual([200, 200, 429]);
    expect(await ask(['a'])).toEqual(refusal(1));
    expect(emulator.stats()).toMatchObject({
      requests: 9,
      answered: 5,
      throttled: 4,
      failed: 0,
      documents: 5,
      documentsAnswered: 5,
      operations: { 'language/sentiment': { requests: 9, throttled: 4 } },
    });
  });

  test('below one a second the wait is longer', async () => {
    const clock = manualClock();
    const { ask } = await start({ rps: 0.1 }, { clock });
    await ask(['a']);
    expect(await ask(['a'])).toEqual(refusal(10));
    clock.advance(9_500);
    expect(await ask(['a'])).toEqual(refusal(1));
    clock.advance(500);
    expect((await ask(['a'])).status).toBe(200);
  });

  test('--rpm is a window that begins with its first request', async () => {
    const clock = manualClock();
    const { ask } = await start({ rpm: 2 }, { clock });
    clock.advance(30_000);
    expect((await ask(['a'])).status).toBe(200);
    clock.advance(1_500);
    expect((await ask(['a'])).status).toBe(200);
    expect(await ask(['a'])).toEqual(refusal(59));
    clock.advance(58_400);
    expect(await ask(['a'])).toEqual(refusal(1));
    clock.advance(100);
    expect((await ask(['a'])).status).toBe(200);
  });

  test('both: the longer wait, and a refusal uses up neither', async () => {
    const clock = manualClock();
    const { ask } = await start({ rps: 1, rpm: 2 }, { clock });
    await ask(['a']);
    expect(await ask(['a'])).toEqual(refusal(1));
    clock.advance(1_000);
    expect((await ask(['a'])).status).toBe(200);
    expect(await ask(['a'])).toEqual(refusal(59));
  });

  test('--connections', async () => {
    const clock = manualClock();
    const { emulator, ask } = await start({ connections: 2, latency: 1 }, { clock });
    clock.hold();
    const held = [ask(['a']), ask(['b'])];
    await expect.poll(() => clock.waits.length).toBe(2);
    expect(await ask(['c'])).toEqual(refusal(1));
    clock.release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask(['c'])).status).toBe(200);
    expect(emulator.stats()).toMatchObject({ requests: 4, answered: 3, throttled: 1, peakConcurrency: 3 });
  });

  test('the key comes first, and costs no quota', async () => {
    const { emulator, ask } = await start({ rpm: 1 }, { key: 'k' });
    await repeated(3, () => ask(['a']));
    expect(emulator.stats()).toMatchObject({ requests: 3, throttled: 3 });
    const request = { ...wireRequest(['a']), headers: { 'ocp-apim-subscription-key': 'k' } };
    expect((await emulator.handle(request)).status).toBe(200);
    expect((await emulator.handle(request)).status).toBe(429);
  });
});

describe('--fail', () => {
  /** The first request of this seed gets no answer. */
  const SILENT_SEED = Array.from({ length: 100 }, (_, seed) => seed).findIndex(
    (seed) => drawFault(1, drawsOf(seed, 0)) === 'silence',
  );

  test('evenly, and as often as asked', () => {
    const count: Record<string, number> = {};
    for (let ordinal = 0; ordinal < 20_000; ordinal++) {
      const fault = drawFault(0.25, drawsOf(3, ordinal)) ?? 'none';
      count[fault] = (count[fault] ?? 0) + 1;
    }
    expect(Object.keys(count).sort()).toEqual(['cut-body', 'error', 'none', 'reset', 'silence', 'unavailable']);
    for (const [fault, found] of Object.entries(count)) {
      expect(Math.abs(found - (fault === 'none' ? 15_000 : 1_000))).toBeLessThan(150);
    }
  });

  test('what a client sees of each', async () => {
    const seed = 4;
    const { emulator, server } = await start({ fail: 1, seed });
    const transport = httpTransport({ endpoint: new URL(server.url) });
    cleanups.push(() => transport.close());
    const expected = Array.from({ length: 16 }, (_, ordinal) => drawFault(1, drawsOf(seed, ordinal)));
    expect(new Set(expected).size).toBe(5);
    const seen = await repeated(16, async (ordinal) => {
      const left = new AbortController();
      const sent = transport.send(wireRequest(['a', 'b']), { signal: left.signal, timeoutMs: 20_000 }).then(
        ({ status }) => (status === 500 ? 'error' : status === 503 ? 'unavailable' : status),
        (cause) => cause.kind ?? cause.message,
      );
      if (expected[ordinal] === 'silence') {
        await expect.poll(() => emulator.stats().documents).toBe(2 * ordinal + 2);
        left.abort(new Error('silence'));
      }
      return sent;
    });
    expect(seen).toEqual(expected);
    await expect.poll(() => emulator.stats().failed).toBe(16);
    expect(emulator.stats()).toMatchObject({ requests: 16, answered: 0, documents: 32, documentsAnswered: 0 });
    const { distinctDocuments, duplicateDocuments } = emulator.stats();
    expect([distinctDocuments, duplicateDocuments]).toEqual([2, 0]);
  });

  test('500 and 503 read as the service words them', async () => {
    const emulator = createEmulator({ models: fakeTextModels(), switches: { fail: 1, seed: 4 } });
    const answers = await repeated(16, () =>
      emulator.handle(wireRequest(['a'])).then(
        ({ status, body }) => `${status} ${JSON.parse(new TextDecoder().decode(body)).error.code}`,
        () => 'none',
      ),
    );
    expect([...new Set(answers)].sort()).toEqual(['500 InternalServerError', '503 ServiceUnavailable', 'none']);
  });

  test('a retry is drawn anew; the same seed repeats it all', async () => {
    const outcomes = async (seed: number) => {
      const emulator = createEmulator({ models: fakeTextModels(), switches: { fail: 0.5, seed } });
      const draw = () =>
        emulator.handle(wireRequest(['a'])).then(
          ({ status }) => status,
          (cause) => cause.kind,
        );
      const first = await repeated(24, draw);
      emulator.reset();
      expect(await repeated(24, draw)).toEqual(first);
      return first;
    };
    const first = await outcomes(1);
    expect(new Set(first)).toEqual(new Set([200, 500, 503, 'reset', 'cut-body', 'timeout']));
    expect(await outcomes(1)).toEqual(first);
    expect(await outcomes(2)).not.toEqual(first);
  });

  test('in process silence lasts until the signal', async () => {
    const emulator = createEmulator({ models: fakeTextModels(), switches: { fail: 1, seed: SILENT_SEED } });
    const left = new AbortController();
    const answer = emulator.handle(wireRequest(['a']), left.signal);
    await expect.poll(() => emulator.stats().documents).toBe(1);
    expect(emulator.stats().failed).toBe(0);
    left.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    expect(emulator.stats().failed).toBe(1);
  });

  test('closing does not wait for the silent', async () => {
    const { emulator, server } = await start({ fail: 1, seed: SILENT_SEED });
    const { heard } = raw(server, ['a']);
    await expect.poll(() => emulator.stats().documents).toBe(1);
    await server.close(3_600_000);
    expect(await heard).toBe('');
  });
});

describe('documents', () => {
  const ids = ({ body }: Answer) => body.documents.map(({ id }) => id);

  test('--poison is a function of text and seed', async () => {
    const refused = async (seed: number) => {
      const { ask } = await start({ poison: 0.2, seed });
      const texts = textsOf(400);
      const { body } = await ask(texts, '/languages');
      const poisoned = new Set(body.errors.map(({ id }) => texts[Number(id)] ?? ''));
      const again = await ask(texts.toReversed(), '/languages');
      expect(new Set(again.body.errors.map(({ id }) => texts[399 - Number(id)] ?? ''))).toEqual(poisoned);
      const elsewhere = await ask(texts.slice(0, 10), '/keyPhrases');
      expect(elsewhere.body.errors.map(({ id }) => texts[Number(id)])).toEqual(
        texts.slice(0, 10).filter((text) => poisoned.has(text)),
      );
      return { poisoned, body };
    };
    const { poisoned, body } = await refused(1);
    expect(Math.abs(poisoned.size - 80)).toBeLessThan(25);
    expect(body.errors[0]?.error).toEqual({
      code: 'InvalidArgument',
      message: 'Invalid document in request.',
      innererror: {
        code: 'InvalidDocument',
        message: 'The document is refused by the --poison switch of the emulator.',
      },
    });
    expect((await refused(2)).poisoned).not.toEqual(poisoned);
  });

  test('a greater share poisons what a smaller one did', async () => {
    const { ask, reset } = await start({ poison: 0.1 });
    const few = (await ask(textsOf(100), '/languages')).body.errors.map(({ id }) => id);
    await reset({ poison: 0.5 });
    const many = (await ask(textsOf(100), '/languages')).body.errors.map(({ id }) => id);
    expect(many).toEqual(expect.arrayContaining(few));
    expect(few.length).toBeGreaterThan(0);
  });

  test('--reorder', async () => {
    const { emulator, ask } = await start({ reorder: true, seed: 1 });
    const orders = await repeated(3, () => ask(textsOf(10)).then(ids));
    for (const order of orders) expect(order.toSorted()).toEqual([...'0123456789']);
    expect(new Set(orders.map(String)).size).toBe(3);
    emulator.reset();
    expect(await repeated(3, () => ask(textsOf(10)).then(ids))).toEqual(orders);
  });

  test('--drop: what is missing was not answered', async () => {
    const { emulator, ask } = await start({ drop: 0.3, seed: 1 });
    const first = ids(await ask([...textsOf(9), '']));
    expect(first.length).toBeLessThan(10);
    expect(first).toEqual(first.toSorted());
    const answered = () => emulator.stats().documentsAnswered;
    const present = answered();
    const left = new Set([...'012345678'].filter((id) => !first.includes(id)));
    expect(left.size).toBeGreaterThan(0);
    for (const id of left) {
      const answer = await ask([`Text ${id}`]);
      if (ids(answer).length > 0) left.delete(id);
    }
    expect(answered()).toBeGreaterThanOrEqual(present);
    expect(emulator.stats()).toMatchObject({ distinctDocuments: 10, duplicateDocuments: 0 });
  });

  test('--drop leaves out errors as well', async () => {
    const { ask } = await start({ drop: 1 });
    expect((await ask(['a', ''])).body).toEqual({ documents: [], errors: [], modelVersion: 'fake-sentiment-1' });
  });

  test('--duplicate', async () => {
    const { emulator, ask } = await start({ duplicate: 0.3, seed: 1 });
    const found = ids(await ask(textsOf(10)));
    expect(found.length).toBeGreaterThan(10);
    expect(new Set(found).size).toBe(10);
    expect(emulator.stats()).toMatchObject({ documents: 10, documentsAnswered: 10, duplicateDocuments: 0 });
    await ask(textsOf(10));
    expect(emulator.stats()).toMatchObject({ documents: 20, duplicateDocuments: 10 });
  });

  test('drops are drawn anew for a retry', async () => {
    const { ask } = await start({ drop: 0.5, duplicate: 0.5, reorder: true, seed: 1 });
    const answers = await repeated(4, () => ask(textsOf(10)).then(ids));
    expect(new Set(answers.map(String)).size).toBe(4);
  });
});

describe('--null', () => {
  const noModels: TextModels = {
    sentiment: () => Promise.reject(new Error('a model was asked for')),
    keyPhrases: () => Promise.reject(new Error('a model was asked for')),
    language: () => Promise.reject(new Error('a model was asked for')),
  };

  test.each([
    { operation: sentiment, api: 'POST /sentiment' },
    { operation: keyPhrases, api: 'POST /keyPhrases' },
    { operation: language, api: 'POST /languages' },
  ])('$operation.id: valid answers that depend on the text alone', async ({ operation, api }) => {
    const { server } = await start({ null: true }, { models: noModels });
    const transport = httpTransport({ endpoint: new URL(server.url) });
    cleanups.push(() => transport.close());
    const inputs = [...textsOf(8), 'Good 😀 food.', ''].map((text) => [text]);
    const send = (which: typeof inputs) =>
      transport.send(
        { headers: {}, ...operation.encode(which) },
        { signal: new AbortController().signal, timeoutMs: 20_000 },
      );
    const response = await send(inputs);
    const decoded = operation.decode(response, inputs);
    if (decoded.kind !== 'answered') throw new Error(JSON.stringify(decoded));
    expect(decoded.model).toBe('sqlc-null-1');
    expect(decoded.outcomes.map(({ ok }) => ok)).toEqual([...textsOf(9).map(() => true), false]);
    expect(new Set(decoded.outcomes.map((outcome) => JSON.stringify(outcome))).size).toBeGreaterThan(4);
    const reversed = operation.decode(await send(inputs.toReversed()), inputs.toReversed());
    expect(reversed).toEqual({ ...decoded, outcomes: decoded.outcomes.toReversed() });
    if (sharedMissing === undefined) {
      const body: unknown = JSON.parse(new TextDecoder().decode(response.body));
      expect(openApi('text-analytics/v3.1').responseProblems(api, response.status, body)).toEqual([]);
    }
  });

  test('labels follow the scores, and scores are spread', async () => {
    const { ask } = await start({ null: true }, { models: noModels });
    const batches = await repeated(30, (index) => ask(textsOf(10, `Batch ${index}`)));
    const found = batches.flatMap(({ body }) => body.documents) as unknown as {
      readonly sentiment: 'positive' | 'neutral' | 'negative';
      readonly confidenceScores: Readonly<Record<string, number>>;
    }[];
    for (const { sentiment: label, confidenceScores } of found) {
      expect(confidenceScores[label]).toBe(Math.max(...Object.values(confidenceScores)));
      expect(Object.values(confidenceScores).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 6);
    }
    const below = found.filter(({ confidenceScores }) => (confidenceScores.positive ?? 0) < 0.5).length;
    expect(Math.abs(below - 150)).toBeLessThan(40);
  });

  test('is ready without models, and can be switched off', async () => {
    const { server, ask, reset } = await start({ null: true }, { models: noModels });
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    await reset({ null: false });
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    expect((await ask(['a'])).status).toBe(500);
  });
});

describe('POST /emulator/reset', () => {
  test('changes what is given, keeps the rest, and clears the counts', async () => {
    const clock = manualClock();
    const { emulator, ask, reset } = await start({ latency: 100 }, { clock });
    await ask(['a']);
    expect((await reset({ 'per-document': 5, reorder: true, rps: 1 })).status).toBe(200);
    expect(emulator.stats()).toMatchObject({ requests: 0, operations: {} });
    await ask(['a']);
    expect((await ask(['a'])).status).toBe(429);
    await reset({});
    await ask(['a']);
    await reset({ latency: 0, rps: 0 });
    await ask(['a']);
    await ask(['a']);
    expect(clock.waits).toEqual([100, 105, 105, 5, 5]);
  });

  test.each([
    [{ latncy: 1 }, 'there is no switch "latncy"'],
    [{ perDocument: 1 }, 'there is no switch "perDocument"'],
    [{ key: 'k' }, 'there is no switch "key"'],
    [{ latency: '100' }, 'switch "latency" is "100", expected milliseconds from 0 to 3600000'],
    [{ jitter: -1 }, 'switch "jitter" is -1, expected milliseconds from 0 to 3600000'],
    [{ fail: 1.5 }, 'switch "fail" is 1.5, expected a share from 0 to 1'],
    [{ rps: null }, 'switch "rps" is null, expected a number from 0 to 1000000'],
    [{ rpm: 0.5 }, 'switch "rpm" is 0.5, expected a whole number from 0 to 1000000'],
    [{ seed: -1 }, 'switch "seed" is -1, expected a whole number from 0 to 4294967295'],
    [{ null: 1 }, 'switch "null" is 1, expected true or false'],
    [{ page: 5 }, 'switch "page" (no operation pages its answers) is not supported yet'],
    [{ 'allow-private': true }, 'switch "allow-private" (no operation fetches URLs) is not supported yet'],
    [[1], 'the body is not a JSON object'],
  ])('%j is refused and changes nothing', async (given, message) => {
    const { emulator, ask, reset } = await start({});
    await ask(['a']);
    const refused = await reset(Array.isArray(given) ? given : { drop: 1, ...given });
    expect([refused.status, refused.body]).toEqual([400, { error: { code: 'InvalidRequest', message } }]);
    expect(emulator.stats().requests).toBe(1);
    expect((await ask(['a'])).body.documents).toHaveLength(1);
  });

  test('needs no key, and knows no quota or fault', async () => {
    const { reset } = await start({ rpm: 1, fail: 1, connections: 1 }, { key: 'k' });
    const answers = await repeated(5, () => reset({}));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });
});

describe('POST /emulator/switches', () => {
  test('changes what is given while counts and draws go on; quotas begin anew', async () => {
    const { emulator, server, ask } = await start({ rps: 2, seed: 5 }, { clock: manualClock() });
    const change = (body: unknown) => request(server, '/emulator/switches', body);
    await ask(['a']);
    await ask(['b']);
    expect((await ask(['c'])).status).toBe(429);
    expect((await change({ rps: 1, poison: 1 })).body).toMatchObject({ requests: 3, documentsAnswered: 2 });
    expect((await ask(['a'])).body.errors).toHaveLength(1);
    expect((await ask(['c'])).status).toBe(429);
    expect(emulator.stats()).toMatchObject({ requests: 5, throttled: 2, distinctDocuments: 2, duplicateDocuments: 1 });
  });

  test('draws as if nothing had changed', async () => {
    const orders = async (changed: boolean) => {
      const { server, ask } = await start({ reorder: true, seed: 11, null: true });
      return repeated(10, async () => {
        if (changed) await request(server, '/emulator/switches', { rps: 100 });
        return (await ask(['a', 'b', 'c', 'd'])).body.documents.map(({ id }) => id);
      });
    };
    expect(await orders(true)).toEqual(await orders(false));
  });

  test('refuses what is no switch and changes nothing', async () => {
    const { server, ask } = await start({});
    const refused = await request(server, '/emulator/switches', { drop: 1, latncy: 1 });
    expect([refused.status, refused.body.error?.message]).toEqual([400, 'there is no switch "latncy"']);
    expect((await ask(['a'])).body.documents).toHaveLength(1);
  });
});

describe('the command line', () => {
  test.each([
    [['--latency', 'soon'], 'option --latency is "soon", expected milliseconds from 0 to 3600000'],
    [['--latency='], 'option --latency is "", expected milliseconds from 0 to 3600000'],
    [['--fail', '2'], 'option --fail is 2, expected a share from 0 to 1'],
    [['--seed', '1e3.5'], 'option --seed is "1e3.5", expected a whole number from 0 to 4294967295'],
    [['--page', '5'], 'option --page (no operation pages its answers) is not supported yet'],
    [['--allow-private'], 'option --allow-private (no operation fetches URLs) is not supported yet'],
    [['--latncy', '5'], 'there is no option "--latncy"'],
    [['--port', '70000'], '--port is "70000", expected 0 to 65535'],
  ])('%j', async (args, message) => {
    await expect(emulatorCommand(args)).rejects.toThrow(message);
  });

  test('a wrong switch in process', () => {
    expect(() => createEmulator({ models: fakeTextModels(), switches: { drop: 2 } })).toThrow(
      'switch "drop" is 2, expected a share from 0 to 1',
    );
  });
});

describe("Microsoft's client", () => {
  const client = ({ url }: EmulatorServer, maxRetries: number) =>
    new TextAnalyticsClient(url, new AzureKeyCredential('k'), {
      allowInsecureConnection: true,
      retryOptions: { maxRetries },
    });

  test('waits for --latency', async () => {
    const clock = manualClock();
    const { server } = await start({ latency: 250, 'per-document': 1 }, { clock });
    const results = await client(server, 0).analyzeSentiment(['Good', 'Bad']);
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(clock.waits).toEqual([252]);
  });

  test('comes again after a 429', async () => {
    const { emulator, server } = await start({ rps: 1 });
    const results = await repeated(2, () => client(server, 3).extractKeyPhrases(['We like Rome']));
    expect(results.flat().map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(emulator.stats()).toMatchObject({ requests: 3, answered: 2, throttled: 1, failed: 0 });
  });

  test('and throws it when it may not', async () => {
    const { server } = await start({ rps: 1 });
    const once = client(server, 0);
    await once.analyzeSentiment(['a']);
    await expect(once.analyzeSentiment(['a'])).rejects.toMatchObject({
      statusCode: 429,
      code: '429',
      message: expect.stringContaining('Please retry after 1 seconds.'),
    });
  });
});

test('docs/emulator.md lists what is real and what is refused', async () => {
  const page = readFileSync(new URL('../docs/emulator.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z]+\/[a-z-]+)` \| `POST ([^`]+)` \| (real|refused: 404, `404`) \|$/gm)];
  expect(rows.length).toBe(31);
  const { emulator, server } = await start({});
  for (const [, id = '', path = '', state] of rows) {
    const { status, body } = await request(server, path, { documents: [{ id: '0', text: 'a' }] });
    const found = status === 200 ? 'real' : `refused: ${status}, \`${body.error?.code}\``;
    expect([id, found]).toEqual([id, state]);
  }
  const real = rows.filter(([, , , state]) => state === 'real').map(([, id]) => id);
  expect(Object.keys(emulator.stats().operations)).toEqual(real);
});
