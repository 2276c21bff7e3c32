// Cancelling: signals below signals, work that stops together, and the error a cancelled caller sees.

import { error, SqlcError } from '../common/errors.ts';

/** The signal's own SqlcError (a timeout, a closed engine), or `exec/cancelled`. */
export function cancellation(signal: AbortSignal): SqlcError {
  return signal.reason instanceof SqlcError ? signal.reason : error('exec/cancelled', {});
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancellation(signal);
}

/** Runs with a controller that is also aborted when `signal` is. */
export async function withLinked<T>(
  signal: AbortSignal | undefined,
  run: (controller: AbortController) => Promise<T>,
): Promise<T> {
  throwIfCancelled(signal);
  const controller = new AbortController();
  const cancel = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await run(controller);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * Runs `task` for each item, `limit` at once. The first failure cancels the others, and is thrown when all have ended.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  options: { readonly limit: number; readonly signal?: AbortSignal | undefined },
  task: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await withLinked(options.signal, async (controller) => {
    const queue = items[Symbol.iterator]();
    const failures: unknown[] = [];
    const worker = async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        if (controller.signal.aborted) return;
        try {
          await task(next.value, controller.signal);
        } catch (failure) {
          failures.push(failure);
          controller.abort(failure);
        }
      }
    };
    await Promise.all(Array.from({ length: options.limit }, worker));
    if (failures.length > 0) throw failures[0];
    throwIfCancelled(options.signal);
  });
}
