// One attempt at a request: it ends with its answer, at its deadline, or with the caller's signal, whichever is first.

import { setMaxListeners } from 'node:events';
import { timerMs } from '../common/timer.ts';
import { TransportError } from './wire.ts';

/**
 * Runs one attempt under a deadline.
 *
 * @param run is given the controller of this attempt; it should stop when that fires, and what it says later is dropped.
 * @throws {TransportError} `timeout` at the deadline.
 * @throws the signal's reason when cancelled, and whatever `run` throws.
 */
export async function attempt<T>(
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  run: (controller: AbortController) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  // A controller of our own: AbortSignal.any would keep a reference on a signal that outlives many requests.
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  const onDeadline = () => {
    controller.abort(new TransportError('timeout', `no whole answer within ${timeoutMs} ms`));
  };
  const timer = setTimeout(onDeadline, timerMs(timeoutMs));
  // A statement's signal serves all its requests at once; Node would call eleven of them a leak.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      run(controller).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
