// Takes what completes and lets it go on in another order: whatever waits here together is let go one by one, drawn
// from a seed. What never waits beside something else is only delayed by a few turns of the event loop.

import { seeded } from './seeded.ts';

/** Turns of the event loop that something may be held for, so that others catch up with it. */
const MOST_TURNS = 4;

export class Turns {
  readonly #random: (below: number) => number;
  readonly #waiting: { turns: number; readonly go: () => void }[] = [];
  #running = false;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** Resolves when it is this one's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ turns: this.#random(MOST_TURNS), go: resolve });
      this.#run();
    });
  }

  /** The same values in another order. */
  shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    return values.flatMap(() => left.splice(this.#random(left.length), 1));
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => {
      this.#running = false;
      for (const one of this.#waiting) one.turns -= 1;
      const due = this.#waiting.filter(({ turns }) => turns < 0);
      const chosen = due[this.#random(due.length)];
      if (chosen !== undefined) {
        this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
        chosen.go();
      }
      if (this.#waiting.length > 0) this.#run();
    });
  }
}
