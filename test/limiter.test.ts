// How many requests a limiter gets answered, and how many refused, by services that count in different ways: simulated
// on a virtual clock, so that a minute is a moment and the figures are the same everywhere.

import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Limiter, type Quotas } from '../src/udf/limiter.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const LATENCY_MS = 110;
/** A refusal comes back at once. */
const REFUSAL_MS = 2;

/** Lets a request in (0), or refuses it: how long to wait, in milliseconds, or that it is overloaded. */
type Gate = (now: number, inFlight: number) => number | 'overloaded';

/** So many a second, with the room of a second, full at first. */
function bucket(perSecond: number, from = 0): Gate {
  let tokens = perSecond;
  let at = from;
  return (now) => {
    tokens = Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond);
    at = now;
    if (tokens < 1) return 1000;
    tokens--;
    return 0;
  };
}

/** So many in each period of the service's own clock; a refusal says, in whole seconds, when the next one begins. */
function fixedWindow(amount: number, periodMs: number): Gate {
  let period = -1;
  let count = 0;
  return (now) => {
    if (Math.floor(now / periodMs) !== period) [period, count] = [Math.floor(now / periodMs), 0];
    if (count >= amount) return Math.ceil(((period + 1) * periodMs - now) / 1000) * 1000;
    count++;
    return 0;
  };
}

/** So many in any period, wherever it begins. */
function anyWindow(amount: number, periodMs: number): Gate {
  let times: number[] = [];
  return (now) => {
    times = times.filter((at) => at > now - periodMs);
    if (times.length >= amount) return 1000;
    times.push(now);
    return 0;
  };
}

const atATime =
  (most: number): Gate =>
  (_, inFlight) =>
    inFlight >= most ? 1000 : 0;

/** From `atMs` on the service has another quota. */
const changing =
  (before: Gate, atMs: number, after: Gate): Gate =>
  (now, inFlight) =>
    (now < atMs ? before : after)(now, inFlight);

/** One request in so many ends in a 503. */
function failing(every: number, gate: Gate): Gate {
  let count = 0;
  return (now, inFlight) => (++count % every === 0 ? 'overloaded' : gate(now, inFlight));
}

interface Outcome {
  readonly ms: number;
  /** Requests refused for their pace. */
  readonly throttled: number;
  readonly peak: number;
}

async function send(requests: number, quotas: Quotas, gate: Gate): Promise<Outcome> {
  const clock = new VirtualClock();
  const limiter = new Limiter(quotas, clock);
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  const passed = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  let answered = 0;
  let throttled = 0;
  let inFlight = 0;
  let peak = 0;
  const one = async () => {
    for (;;) {
      const permit = await limiter.acquire(never);
      const refusal = gate(clock.now(), inFlight);
      if (refusal === 0) {
        inFlight++;
        peak = Math.max(peak, inFlight);
        await passed(LATENCY_MS);
        inFlight--;
        answered++;
        permit.release('answered');
        return;
      }
      await passed(REFUSAL_MS);
      if (refusal === 'overloaded') permit.release('overloaded');
      else permit.release('throttled', refusal);
      if (refusal !== 'overloaded') throttled++;
    }
  };
  for (let i = 0; i < requests; i++) void one();
  await clock.run();
  expect(answered).toBe(requests);
  return { ms: clock.now(), throttled, peak };
}

const OPEN: Gate = () => 0;

describe('a declared quota', () => {
  const quotas: Quotas = { concurrency: 20, perSecond: 100 };
  test.each<[string, Gate]>([
    ['with room for a second', bucket(100)],
    ['in any second', anyWindow(100, 1000)],
    ["in each second of the service's clock", fixedWindow(100, 1000)],
  ])('a second is used up and never overstepped: %s', async (_, gate) => {
    // 100 at once in each of eight seconds; the last hundred takes five rounds of 20, the first request goes alone.
    expect(await send(800, quotas, gate)).toEqual({ ms: 7000 + LATENCY_MS + 5 * LATENCY_MS, throttled: 0, peak: 20 });
  });

  test('a minute may go at once, and then the next has to begin', async () => {
    const { ms, throttled } = await send(2500, { concurrency: 20, perMinute: 1000 }, anyWindow(1000, 60_000));
    expect(throttled).toBe(0);
    expect(ms).toBe(120_000 + LATENCY_MS + 25 * LATENCY_MS);
  });

  test('less than one a second', async () => {
    expect(await send(4, { concurrency: 20, perSecond: 0.5 }, OPEN)).toMatchObject({ ms: 3 * 2000 + LATENCY_MS });
  });

  test('larger ones are kept in shorter periods', async () => {
    const { ms, throttled } = await send(3000, { concurrency: 1000, perSecond: 2500 }, anyWindow(2500, 1000));
    expect(throttled).toBe(0);
    expect(ms).toBeLessThanOrEqual(1000 + 3 * LATENCY_MS);
  });
});

describe('a quota nobody declared', () => {
  const unknown: Quotas = { concurrency: 16 };
  const best = (requests: number, perSecond: number) => (requests / perSecond) * 1000;

  test.each<[string, Gate, { requests: number; perSecond: number; ofAllowed: number }]>([
    ['with room for a second', bucket(100), { requests: 8000, perSecond: 100, ofAllowed: 0.99 }],
    ['a small one', bucket(20), { requests: 2000, perSecond: 20, ofAllowed: 0.99 }],
    ['in any second', anyWindow(100, 1000), { requests: 8000, perSecond: 100, ofAllowed: 0.93 }],
    [
      "in each second of the service's clock",
      fixedWindow(100, 1000),
      { requests: 8000, perSecond: 100, ofAllowed: 0.93 },
    ],
    ['a minute', fixedWindow(1000, 60_000), { requests: 4000, perSecond: 1000 / 60, ofAllowed: 0.99 }],
    [
      'cut to a half',
      changing(bucket(100), 10_000, bucket(50, 10_000)),
      { requests: 4000, perSecond: 50, ofAllowed: 0.99 },
    ],
    ['cut to a tenth', changing(OPEN, 5000, anyWindow(10, 1000)), { requests: 1000, perSecond: 10, ofAllowed: 0.85 }],
  ])('is found: %s', async (_, gate, { requests, perSecond, ofAllowed }) => {
    const { ms, throttled } = await send(requests, unknown, gate);
    expect(best(requests, perSecond) / ms).toBeGreaterThan(ofAllowed);
    expect(throttled / requests).toBeLessThan(0.025);
  });

  test('is found again when it is raised', async () => {
    const { ms } = await send(12_000, unknown, changing(anyWindow(20, 1000), 10_000, anyWindow(100, 1000)));
    expect(best(12_000, 100) / ms).toBeGreaterThan(0.6);
  });

  test('of requests at a time', async () => {
    const { ms, throttled, peak } = await send(8000, { concurrency: 32 }, atATime(20));
    expect(peak).toBeLessThanOrEqual(20);
    expect(best(8000, (20 * 1000) / LATENCY_MS) / ms).toBeGreaterThan(0.5);
    expect(throttled / 8000).toBeLessThan(0.01);
  });

  test('used up by somebody else: one request a wait asks whether it is free', async () => {
    const { throttled } = await send(500, unknown, (now) => (now < 10_000 ? 1000 : 0));
    expect(throttled).toBe(10);
  });

  test('is none: all places are taken soon', async () => {
    // One alone, then 5, 10 and 16 at a time.
    expect(await send(1 + 5 + 10 + 16 * 3, unknown, OPEN)).toEqual({ ms: 6 * LATENCY_MS, throttled: 0, peak: 16 });
  });
});

describe('failures', () => {
  test('of one request in a hundred take nothing from the pace', async () => {
    const { ms } = await send(2000, { concurrency: 16 }, failing(100, OPEN));
    expect(((2000 / 16) * LATENCY_MS) / ms).toBeGreaterThan(0.95);
  });

  test('of every request leave one in flight at a time', async () => {
    let most = 0;
    const outage: Gate = (now, inFlight) => {
      if (now < 1000 || now > 4000) return 0;
      if (now > 3000) most = Math.max(most, inFlight + 1);
      return 'overloaded';
    };
    await send(1000, { concurrency: 16 }, outage);
    expect(most).toBe(1);
  });
});
