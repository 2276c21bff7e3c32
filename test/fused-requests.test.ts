// Operations of a service in one group, as a file each would declare them: what one request asks for, how its answer is
// split, what happens when the service refuses one of its features, and what prices and FUSE = OFF say to the planner.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NVARCHAR_MAX, struct } from '../src/arrow/sql-type.ts';
import { UNTRACED } from '../src/common/trace.ts';
import { declaredTerms } from '../src/engine/call-terms.ts';
import { refusalOf } from '../src/udf/answer-error.ts';
import { Budget } from '../src/udf/budget.ts';
import { type CountedMember, callFused } from '../src/udf/call-fused.ts';
import type { Answered } from '../src/udf/call-operator.ts';
import { CallStatistics } from '../src/udf/call-statistics.ts';
import { ErrorLimit } from '../src/udf/error-limit.ts';
import { Limiter } from '../src/udf/limiter.ts';
import type { Input, WireFusionGroup, WireOperation } from '../src/udf/operation.ts';
import { readPriceFile } from '../src/udf/price-file.ts';
import type { Service } from '../src/udf/service.ts';
import type { WireRequest, WireResponse } from '../src/udf/wire.ts';

const group: WireFusionGroup = {
  id: 'vision/look',
  encode: (features, inputs) => ({
    method: 'POST',
    path: `/look?features=${features.join(',')}`,
    body: new TextEncoder().encode(JSON.stringify({ url: inputs[0]?.[0] ?? '' })),
  }),
};

function feature(name: string): WireOperation {
  return {
    id: `vision/${name}`,
    service: 'vision',
    inputs: [{ name: 'image', type: NVARCHAR_MAX, optional: false }],
    answer: struct({ text: NVARCHAR_MAX }),
    limits: { documents: 1, documentElements: Number.POSITIVE_INFINITY, requestBytes: 1_000_000 },
    billedUnits: () => 1,
    fusion: { group, feature: name },
    encode: (inputs, settings) => group.encode([name], inputs, settings),
    decode(response) {
      if (response.status !== 200) return { kind: 'refused', refusal: refusalOf(response) };
      const answer = JSON.parse(new TextDecoder().decode(response.body)) as Record<string, string>; // the fake's own
      return { kind: 'answered', outcomes: [{ ok: true, value: { text: answer[name] ?? null } }], model: 'fake' };
    },
  };
}

const [tag, color, adult] = [feature('tag'), feature('color'), feature('adult')];

/** Answers with the feature and the image; refuses requests that ask for `adult` of a cartoon. */
function fakeService(requests: string[]): Service {
  const send = async ({ path, body }: WireRequest): Promise<WireResponse> => {
    const { url } = JSON.parse(new TextDecoder().decode(body)) as { url: string }; // our own
    const features = path.replace('/look?features=', '').split(',');
    requests.push(`${features.join('+')} of ${url}`);
    const refused = features.includes('adult') && url.startsWith('cartoon');
    const answer = refused
      ? { error: { code: 'InvalidImage', message: 'no cartoons' } }
      : Object.fromEntries(features.map((f) => [f, `${f} of ${url}`]));
    return { status: refused ? 400 : 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)) };
  };
  return {
    name: 'look',
    type: 'vision',
    configuredBy: '',
    keyedBy: '',
    transport: { send, close: async () => {} },
    headers: async () => ({}),
    requestTimeoutMs: 1000,
    limiter: new Limiter({ concurrency: 2 }),
    learntBatch: new Map(),
    weight: 1,
    cacheIdentity: 'look',
    ttlMs: 1000,
    currency: 'USD',
    pricePer1000: (operation) => (operation === 'vision/adult' ? 3 : 1),
    pricePer1000Requests: (id) => (id === 'vision/look' ? 10 : undefined),
  };
}

/** A cache that knows some inputs, and hears what is put. */
function cacheOf(known: Readonly<Record<string, string>>, put: string[]): CountedMember['cache'] {
  const get = async (inputs: readonly Input[]) =>
    inputs.map(([image]) => {
      const text = known[image ?? ''];
      return text === undefined ? undefined : { ok: true as const, value: { text } };
    });
  const store = {
    get,
    put: async (answers: readonly Answered[]) => void put.push(...answers.map(({ input }) => String(input[0]))),
  };
  return { mode: 'on', store };
}

test('one request asks for what is wanted of an image and not known; its answer is split', async () => {
  const requests: string[] = [];
  const put: string[][] = [[], [], []];
  const known = [{ dog: 'known tag' }, {}, {}];
  const members = [tag, color, adult].map((operation, i): CountedMember => {
    const stats = new CallStatistics(operation?.id ?? '', 'look', 'USD');
    return { operation: operation ?? feature(''), stats, cache: cacheOf(known[i] ?? {}, put[i] ?? []) };
  });
  const [first, ...others] = members;
  if (first === undefined) throw new Error('no members');
  async function* wanted() {
    yield [
      { input: ['cat'], members: 0b111 },
      { input: ['dog'], members: 0b011 },
    ];
    yield [
      { input: ['bird'], members: 0b100 },
      { input: ['cartoon'], members: 0b111 },
    ];
  }
  const found: string[] = [];
  const options = {
    members: [first, ...others] as const,
    pool: [fakeService(requests)] as const,
    budget: new Budget({}),
    errorLimit: new ErrorLimit(undefined),
    holdPartial: false,
    signal: new AbortController().signal,
    span: UNTRACED,
    maxWaitSeconds: 1,
    maxStallSeconds: 10,
  };
  for await (const answers of callFused(wanted(), options))
    for (const { member, input, outcome } of answers)
      found.push(
        `${member} ${input[0]}: ${outcome.ok ? (outcome.value as { text: string }).text : outcome.error.code}`,
      ); // as decoded
  expect(requests.toSorted()).toEqual([
    'adult of bird',
    'adult of cartoon',
    'color of cartoon',
    'color of dog',
    'tag of cartoon',
    'tag+color+adult of cartoon',
    'tag+color+adult of cat',
  ]);
  expect(found.toSorted()).toEqual([
    '0 cartoon: tag of cartoon',
    '0 cat: tag of cat',
    '0 dog: known tag',
    '1 cartoon: color of cartoon',
    '1 cat: color of cat',
    '1 dog: color of dog',
    '2 bird: adult of bird',
    '2 cartoon: InvalidImage',
    '2 cat: adult of cat',
  ]);
  expect(put.map((images) => images.toSorted())).toEqual([
    ['cartoon', 'cat'],
    ['cartoon', 'cat', 'dog'],
    ['bird', 'cartoon', 'cat'],
  ]);
  // Each its own price; a request's is the first's that it asks for. What is refused is not billed.
  expect(members.map(({ stats }) => Math.round(stats.cost * 1000))).toEqual([
    1 + 10 + 1 + 10,
    1 + 1 + 10 + 1 + 10,
    3 + 3 + 10,
  ]);
  expect(members.map(({ stats }) => [stats.distinct, stats.cached, stats.requests, stats.saved.fusion])).toEqual([
    [3, 1, 3, 0],
    [3, 0, 2, 1],
    [3, 0, 2, 1],
  ]);
  expect(members.map(({ stats }) => [stats.model, stats.errors])).toEqual([
    ['fake', {}],
    ['fake', {}],
    ['fake', { InvalidImage: 1 }],
  ]);
});

test('FUSE = OFF and services of different names are not asked together', () => {
  const sheet = { pricePer1000: () => 2, pricePer1000Requests: () => 5 };
  const declared = (fuse: 'on' | 'off' | undefined) =>
    declaredTerms(({ service }) => [{ name: service ?? 'default', definition: { fuse }, sheet }]);
  const call = { operation: tag ?? feature(''), service: undefined };
  expect(declared('off').fusedBy(call)).toBeUndefined();
  expect(declared('on').fusedBy(call)).toBe(declared(undefined).fusedBy(call));
  expect(declared('on').fusedBy({ ...call, service: 'other' })).not.toBe(declared('on').fusedBy(call));
  expect([declared('on').unitPrice(call), declared('on').requestPrice(call)]).toEqual([0.002, 0.005]);
});

test('a price file may price the requests of a group', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-prices-'));
  const path = join(folder, 'prices.json');
  try {
    writeFileSync(path, '{"vision/tag": 1, "vision/look": 0.5}');
    const file = await readPriceFile(path, [feature('tag')]);
    expect(Object.fromEntries(file?.prices ?? [])).toEqual({ 'vision/tag': 1, 'vision/look': 0.5 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
