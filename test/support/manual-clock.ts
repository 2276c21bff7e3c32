// A clock for tests: it stands still until told otherwise, and remembers what was waited for.

import type { Clock } from '../../src/emulator/clock.ts';

export interface ManualClock extends Clock {
  /** Milliseconds of every wait so far, in order. */
  readonly waits: readonly number[];
  advance(ms: number): void;
  /** From now on a wait lasts until `release` or its signal; before, it only moved the clock. */
  hold(): void;
  release(): void;
}

export function manualClock(): ManualClock {
  let now = 0;
  let held = false;
  const waits: number[] = [];
  let waiting: (() => void)[] = [];
  return {
    waits,
    nowMs: () => now,
    advance(ms) {
      now += ms;
    },
    hold() {
      held = true;
    },
    release() {
      held = false;
      for (const go of waiting) go();
      waiting = [];
    },
    wait(ms, signal) {
      waits.push(ms);
      if (!held) {
        now += ms;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
  };
}
