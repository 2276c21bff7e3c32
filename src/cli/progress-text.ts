// One line about the calls that run: how many inputs are settled, at which pace, at what price, and for how long yet.

import type { CallProgress } from '../exec/progress.ts';

export interface Reading {
  readonly atMs: number;
  readonly calls: readonly CallProgress[];
}

/** `undefined` when nothing is being asked. `earlier` is what the pace is measured from. */
export function progressText(now: Reading, earlier: Reading): string | undefined {
  const seconds = (now.atMs - earlier.atMs) / 1000;
  const texts = now.calls.flatMap((call) => {
    if (isSettled(call)) return [];
    return [
      callText(
        call,
        earlier.calls.find((other) => isSame(other, call)),
        seconds,
      ),
    ];
  });
  return texts.length === 0 ? undefined : texts.join(' | ');
}

export function isSettled({ done, total }: CallProgress): boolean {
  return done === total;
}

function isSame(a: CallProgress, b: CallProgress): boolean {
  return a.operation === b.operation && a.service === b.service;
}

function callText(call: CallProgress, earlier: CallProgress | undefined, seconds: number): string {
  const { done, total, cached, allowedPerSecond, throttled, cost, currency } = call;
  const { requestsPerSecond, secondsLeft } = paceBetween(earlier, call, seconds);
  const share = total === undefined || total === 0 ? '' : ` of ${count(total)} (${Math.floor((done / total) * 100)} %)`;
  const soFar = total === undefined ? ' so far' : '';
  const allowed = allowedPerSecond === undefined ? '' : ` of ${rate(allowedPerSecond)}`;
  const parts = [
    `${call.operation}: ${count(done)}${share} inputs${soFar}`,
    ...(cached === 0 ? [] : [`${count(cached)} cached`]),
    `${rate(requestsPerSecond)}${allowed} requests/s`,
    ...(throttled === 0 ? [] : [`${count(throttled)} throttled`]),
    ...(cost === 0 ? [] : [`${amount(cost)} ${currency}`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ];
  return parts.join(', ');
}

/** What two readings of a call say. What the cache gave at once is no pace of a service. */
function paceBetween(earlier: CallProgress | undefined, later: CallProgress, seconds: number) {
  const perSecond = (of: (call: CallProgress) => number) =>
    earlier === undefined || seconds <= 0 ? 0 : Math.max(0, of(later) - of(earlier)) / seconds;
  const settledPerSecond = perSecond((call) => call.done - call.cached);
  const left = later.total === undefined ? undefined : later.total - later.done;
  return {
    requestsPerSecond: perSecond((call) => call.requests),
    secondsLeft: left === undefined || settledPerSecond === 0 ? undefined : left / settledPerSecond,
  };
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

/** Money: as many digits as small prices need. */
export function amount(cost: number): string {
  return cost.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: cost < 1 ? 4 : 2 });
}

function rate(perSecond: number): string {
  return perSecond.toLocaleString('en', { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
