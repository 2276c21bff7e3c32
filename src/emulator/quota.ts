// The quotas of a resource: requests at a time, per second and per minute. A request that is refused uses up nothing.

import type { Switches } from './switches.ts';

const MINUTE_MS = 60_000;
/** A bucket filled in many small steps may miss a whole token by a rounding error. */
const ROUNDING = 1e-6;

export class Quota {
  readonly #limits: Pick<Switches, 'rps' | 'rpm' | 'connections'>;
  readonly #burst: number;
  /** The bucket of `rps`: full at first, so that as many as a second allows may come at once. */
  #tokens: number;
  #filledMs = 0;
  /** The window of `rpm` begins with its first request. */
  #windowMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;

  constructor(limits: Pick<Switches, 'rps' | 'rpm' | 'connections'>) {
    this.#limits = limits;
    this.#burst = Math.max(1, limits.rps);
    this.#tokens = this.#burst;
  }

  /**
   * Lets one request in, or says in how many whole seconds to ask again; 0: it is let in.
   *
   * @param open requests under way.
   */
  admit(nowMs: number, open: number): number {
    const { rps, rpm, connections } = this.#limits;
    if (connections > 0 && open >= connections) return 1;
    this.#refill(nowMs);
    const tokenMs = rps > 0 && this.#tokens < 1 - ROUNDING ? ((1 - this.#tokens) / rps) * 1000 : 0;
    const windowMs = rpm > 0 && this.#inWindow >= rpm ? this.#windowMs + MINUTE_MS - nowMs : 0;
    const waitMs = Math.max(tokenMs, windowMs);
    if (waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1000));
    this.#tokens -= 1;
    this.#inWindow += 1;
    return 0;
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#filledMs) / 1000) * this.#limits.rps);
    this.#filledMs = nowMs;
    if (nowMs - this.#windowMs < MINUTE_MS) return;
    this.#windowMs = nowMs;
    this.#inWindow = 0;
  }
}
