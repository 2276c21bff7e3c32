// A rate that was found by being refused. It lies between what was let through and what was being sent: it grows from the
// one to the other, ever slower, stays about there, and then tries for more, ever faster (as TCP CUBIC grows). So what a
// service allows is found again soon when it was underrated or has changed, and seldom overstepped when it has not.

/** From the rate that was let through to the one that was refused; as long again, and it is twice that. */
const REGAIN_MS = 30_000;
/** Requests that were due while the process was busy may go at once, as far as this long ago. */
const LATE_MS = 50;

export class LearntRate {
  readonly #from: number;
  readonly #to: number;
  readonly #since: number;
  /** When the next request is due. */
  #dueAt: number;

  /**
   * @param from requests a second to begin with
   * @param to requests a second that may be too many
   */
  constructor(from: number, to: number, now: number) {
    this.#from = from;
    this.#to = Math.max(from, to);
    this.#since = now;
    this.#dueAt = now;
  }

  perSecond(now: number): number {
    const place = Math.max(0, now - this.#since) / REGAIN_MS - 1;
    return this.#to + (place < 0 ? this.#to - this.#from : this.#to) * place ** 3;
  }

  /** Milliseconds until another may go; 0: now. */
  waitMs(now: number): number {
    return Math.max(0, this.#dueAt - now);
  }

  take(now: number): void {
    this.#dueAt = Math.max(this.#dueAt, now - LATE_MS) + 1000 / this.perSecond(now);
  }
}
