// A quota as services word it: so many requests in any period of a length. All of them may go at once; the next goes
// when the oldest is a period ago, so that no period, wherever it begins, holds more.

/** Times that are remembered; of a larger quota each of several shorter periods gets its part. */
const MOST = 1000;

export class SlidingWindow {
  readonly #periodMs: number;
  /** A ring: times of the last requests, the oldest at `#next`. */
  readonly #times: Float64Array;
  #next = 0;

  /** @param amount a fraction is spread evenly: half a request a second is one in two */
  constructor(amount: number, periodMs: number) {
    const whole = Number.isInteger(amount);
    const parts = whole ? Math.ceil(amount / MOST) : amount;
    this.#periodMs = periodMs / parts;
    this.#times = new Float64Array(whole ? Math.floor(amount / parts) : 1).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until another may go; 0: now. */
  waitMs(now: number): number {
    return Math.max(0, (this.#times[this.#next] ?? 0) + this.#periodMs - now);
  }

  take(now: number): void {
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
  }
}
