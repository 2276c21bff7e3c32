// What the call operator's clock counts. Time is vitest's.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UNTRACED } from '../src/common/trace.ts';
import { Budget } from '../src/udf/budget.ts';
import { type CallOptions, callOperation } from '../src/udf/call-operator.ts';
import { CallStatistics } from '../src/udf/call-statistics.ts';
import { ErrorLimit } from '../src/udf/error-limit.ts';
import type { Input, LocalOperation } from '../src/udf/operation.ts';
import { inProcessService } from '../src/udf/registered-function.ts';

const DAY_MS = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function operation(call: LocalOperation['call']): LocalOperation {
  return {
    id: 'function/echo',
    service: 'local',
    inputs: [],
    answer: { kind: 'struct', fields: [] },
    limits: { documents: 1, documentElements: 9, requestBytes: 9_999 },
    cached: false,
    billedUnits: () => 1,
    call,
  };
}

function options(call: LocalOperation['call']): CallOptions {
  return {
    operation: operation(call),
    pool: [inProcessService()],
    stats: new CallStatistics('function/echo', 'this process', 'USD'),
    budget: new Budget({}),
    errorLimit: new ErrorLimit(undefined),
    cache: undefined,
    holdPartial: false,
    signal: new AbortController().signal,
    span: UNTRACED,
    maxWaitSeconds: 120,
    maxStallSeconds: 300,
  };
}

const echo: LocalOperation['call'] = async (inputs) => inputs.map(([value = null]) => ({ ok: true, value }));

test('a reader that takes a day, and inputs that do, are not taken for a service that is silent', async () => {
  async function* inputs(): AsyncGenerator<Input[]> {
    yield [['a']];
    yield [['b']];
    yield [['c']];
    await vi.advanceTimersByTimeAsync(DAY_MS);
    yield [['d']];
  }
  const texts: (string | null | undefined)[] = [];
  for await (const answers of callOperation(inputs(), options(echo))) {
    texts.push(...answers.map(({ input }) => input[0]));
    await vi.advanceTimersByTimeAsync(DAY_MS);
  }
  expect(texts).toEqual(['a', 'b', 'c', 'd']);
});

test('silence is counted from the last answer, while inputs keep coming', async () => {
  let calls = 0;
  const silentLater: LocalOperation['call'] = (inputs, more) =>
    ++calls === 1 ? echo(inputs, more) : new Promise((_, reject) => more.signal.addEventListener('abort', reject));
  async function* inputs(): AsyncGenerator<Input[]> {
    for (let i = 0; i < 3; i++) yield [[String(i)]];
  }
  const reading = (async () => {
    for await (const _ of callOperation(inputs(), options(silentLater)));
  })();
  const ended = expect(reading).rejects.toThrow(/^this process answered nothing for 300 s \(max_stall\); 1 of 3 /);
  await vi.advanceTimersByTimeAsync(299_000);
  expect(calls).toBe(3);
  await vi.advanceTimersByTimeAsync(2_000);
  await ended;
});

test('a longest silence beyond what a timer can run is none that ends at once', async () => {
  const slow: LocalOperation['call'] = async (inputs, more) => {
    await vi.advanceTimersByTimeAsync(DAY_MS);
    return echo(inputs, more);
  };
  async function* inputs(): AsyncGenerator<Input[]> {
    yield [['a']];
  }
  const found: unknown[] = [];
  for await (const answers of callOperation(inputs(), { ...options(slow), maxStallSeconds: 1e9 })) found.push(answers);
  expect(found).toHaveLength(1);
});
