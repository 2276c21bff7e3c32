// A clock that moves only when it is told to, event by event: hours of waiting pass in no time, the same every time.

import type { Clock } from '../../src/udf/limiter.ts';

interface Event {
  readonly at: number;
  readonly callback: () => void;
}

export class VirtualClock implements Clock {
  #now = 0;
  #events: Event[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): { cancel(): void } {
    const event = { at: this.#now + ms, callback };
    this.#events.push(event);
    return {
      cancel: () => {
        this.#events = this.#events.filter((other) => other !== event);
      },
    };
  }

  /** Lets time pass until nothing is left to happen, or until `untilMs`. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await settled();
      const next = this.#events.reduce<Event | undefined>(
        (a, b) => (a === undefined || b.at < a.at ? b : a),
        undefined,
      );
      if (next === undefined || next.at > untilMs) return;
      this.#events = this.#events.filter((event) => event !== next);
      this.#now = next.at;
      next.callback();
    }
  }
}

/** Promises that can go on have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
