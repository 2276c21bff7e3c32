// Waiting: how long a service asks for, how long we wait by ourselves, and a pause that a signal ends.

import { onAbort } from '../common/on-abort.ts';
import { timerMs } from '../common/timer.ts';
import type { WireResponse } from './wire.ts';

const FIRST_BACKOFF_MS = 200;

/** Exponential, with jitter over the upper half. */
export function backoffMs(attempt: number): number {
  const full = FIRST_BACKOFF_MS * 2 ** (attempt - 1);
  return full / 2 + Math.random() * (full / 2);
}

/**
 * `retry-after-ms`, `x-ms-retry-after-ms`, `Retry-After` in seconds or as an HTTP date, else the seconds in a 429's
 * message (7-azure-wire, section 5.1).
 */
export function retryAfterMs({ headers, body, status }: WireResponse, now = Date.now()): number | undefined {
  const ms = headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'];
  if (ms !== undefined && ms.trim() !== '' && Number.isFinite(Number(ms))) return Math.max(0, Number(ms));
  const after = headers['retry-after'];
  if (after !== undefined && after.trim() !== '') {
    if (Number.isFinite(Number(after))) return Math.max(0, Number(after) * 1000);
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  if (status !== 429) return undefined;
  const said = Buffer.from(body)
    .subarray(0, 4096)
    .toString('utf8')
    .match(/retry after (\d+) seconds?/i)?.[1];
  return said === undefined ? undefined : Number(said) * 1000;
}

/** @throws the signal's reason */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, timerMs(ms));
    const forget = onAbort(signal, (reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}
