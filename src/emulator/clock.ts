// Time as the emulator knows it: one value handed in, so that a test can let it pass as it likes.

import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds of a clock that only goes forward. */
  nowMs(): number;
  /** @throws the signal's reason when that fires first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  async wait(ms, signal) {
    try {
      // Node drops the fraction, and an answer must not come early.
      await setTimeout(Math.ceil(ms), undefined, { signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw cause;
    }
  },
};
