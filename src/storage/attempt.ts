// One request to storage, tried again while that can help, with a limit on silence and the caller's right to cancel.
// Knows when an answer is worth another try; what a final failure means to the user is blob-error.ts.

import { setTimeout as delay } from 'node:timers/promises';
import { SqlcError } from '../common/errors.ts';
import { cancellation, throwIfCancelled, withLinked } from './cancellation.ts';
import type { Gate } from './gate.ts';

export interface Patience {
  /** Tries when nothing answers at all. */
  readonly maxTries: number;
  /** Tries when the service says that it is busy or broken (429, 5xx). */
  readonly maxTriesBusy: number;
  /** Silence after which a try is given up: no headers, or no further bytes. */
  readonly silenceMs: number;
  /** Wait before the second try; doubled each time, and Retry-After counts when longer, up to `maxDelayMs`. */
  readonly delayMs: number;
  readonly maxDelayMs: number;
}

// A dead endpoint is an error after a few seconds, a throttled account gets about ten to recover.
export const DEFAULT_PATIENCE: Patience = {
  maxTries: 3,
  maxTriesBusy: 6,
  silenceMs: 5_000,
  delayMs: 250,
  maxDelayMs: 5_000,
};

export interface AttemptContext {
  readonly patience: Patience;
  readonly gate: Gate;
  readonly signal?: AbortSignal | undefined;
  /** Called once for each request sent. */
  readonly onRequest: () => void;
}

/** A try that was given up because nothing came for `silenceMs`. */
export class SilenceError extends Error {
  constructor() {
    super('no answer in time');
  }
}

/** How one try is cancelled, and how it says that bytes still arrive. */
export interface Try {
  readonly signal: AbortSignal;
  readonly progress: () => void;
}

const BUSY = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Runs `request` until it succeeds, fails for good, or has been tried often enough.
 *
 * @throws what the last try threw; SqlcError `exec/cancelled` (or the signal's own SqlcError) when cancelled.
 */
export async function attempt<T>(context: AttemptContext, request: (one: Try) => Promise<T>): Promise<T> {
  const { patience, signal } = context;
  for (let tries = 1; ; tries++) {
    try {
      return await context.gate.run(() => tryOnce(context, request), signal);
    } catch (failure) {
      if (signal?.aborted) throw cancellation(signal);
      const limit = triesFor(failure, patience);
      if (tries >= limit) throw failure;
      const waitMs = Math.max(patience.delayMs * 2 ** (tries - 1), retryAfterMs(failure));
      const options = signal === undefined ? {} : { signal };
      await delay(Math.min(waitMs, patience.maxDelayMs), undefined, options).catch(() => undefined);
      throwIfCancelled(signal);
    }
  }
}

function tryOnce<T>(context: AttemptContext, request: (one: Try) => Promise<T>): Promise<T> {
  return withLinked(context.signal, async (controller) => {
    const silence = new SilenceError();
    const timer = setTimeout(() => controller.abort(silence), context.patience.silenceMs);
    context.onRequest();
    try {
      return await request({ signal: controller.signal, progress: () => timer.refresh() });
    } catch (failure) {
      throw controller.signal.reason === silence ? silence : failure;
    } finally {
      clearTimeout(timer);
    }
  });
}

function triesFor(failure: unknown, patience: Patience): number {
  if (failure instanceof SilenceError) return patience.maxTries;
  const status = statusOf(failure);
  if (status !== undefined) return BUSY.has(status) ? patience.maxTriesBusy : 1;
  return failure instanceof SqlcError || codeOf(failure) === undefined ? 1 : patience.maxTries;
}

export function statusOf(failure: unknown): number | undefined {
  const status = (failure as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** The error code of the service (`AuthenticationFailed`) or of the network (`ECONNREFUSED`). */
export function codeOf(failure: unknown): string | undefined {
  const code = (failure as { code?: unknown } | null)?.code;
  // An answer to HEAD has no body, so there the code stands in a header only.
  const found = typeof code === 'string' && code !== '' ? code : headerOf(failure, 'x-ms-error-code');
  return found === '' ? undefined : found;
}

function retryAfterMs(failure: unknown): number {
  const seconds = Number(headerOf(failure, 'retry-after') ?? 0);
  return Number.isFinite(seconds) ? seconds * 1_000 : 0;
}

function headerOf(failure: unknown, name: string): string | undefined {
  const { response } = (failure ?? {}) as { response?: { headers?: { get?: (name: string) => string | undefined } } };
  return response?.headers?.get?.(name);
}
