// One attempt at a request: it ends with its answer, at its deadline, or with the caller's signal, whichever is first.

import { onAbort } from '../common/on-abort.ts';
import { timerMs } from '../common/timer.ts';
import { TransportError } from './wire.ts';

export interface Attempt {
  /** Ends it, whatever becomes of what it runs. */
  stop(reason: unknown): void;
  /** Says how what it runs is stopped. */
  onStop(act: (reason: unknown) => void): void;
}

/**
 * Runs one attempt under a deadline.
 *
 * @param run what it gives after a stop is dropped.
 * @throws {TransportError} `timeout` at the deadline.
 * @throws the signal's reason when cancelled, and whatever `run` throws.
 */
export function attempt<T>(
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    let act = (_reason: unknown) => {};
    const end = () => {
      clearTimeout(timer);
      forget();
    };
    const stop = (reason: unknown) => {
      end();
      reject(reason);
      act(reason);
    };
    const timer = setTimeout(
      () => stop(new TransportError('timeout', `no whole answer within ${timeoutMs} ms`)),
      timerMs(timeoutMs),
    );
    const forget = onAbort(signal, stop);
    const onStop = (given: (reason: unknown) => void) => {
      act = given;
    };
    run({ stop, onStop }).finally(end).then(resolve, reject);
  });
}
