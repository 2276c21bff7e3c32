// The pace of one endpoint and credential: token buckets for quotas that are known, and a window of requests in flight
// and a rate that find the ones that are not. Shared by every statement of an engine; fair in order of asking.

export interface Quotas {
  /** Requests in flight at most. */
  readonly concurrency: number;
  readonly perSecond?: number | undefined;
  readonly perMinute?: number | undefined;
}

/** How a request ended, as far as pace is concerned. */
export type Pace = 'answered' | 'throttled' | 'overloaded' | 'neutral';

export interface Permit {
  /**
   * Ends the request. `throttled` (429) and `overloaded` (time-outs, 503) slow everybody down.
   *
   * @param waitMs what the service asked to wait
   */
  release(pace: Pace, waitMs?: number): void;
}

export interface Clock {
  now(): number;
  /** Calls back once after so many milliseconds. */
  after(ms: number, callback: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

interface Waiter {
  grant(): void;
}

const FIRST_WINDOW = 4;
const DECREASE = 0.7;
/** After a 429 the pace is what was answered lately, a little less, and then creeps up again. */
const RATE_BACKOFF = 0.95;
const RATE_CREEP = 1.02;
const MEASURE_MS = 1000;

export class Limiter {
  readonly #clock: Clock;
  #quotas: Quotas;
  #buckets: readonly TokenBucket[];
  readonly #waiting: Waiter[] = [];
  #inFlight = 0;
  #window: number;
  /** Answers since the window last grew. */
  #streak = 0;
  #proven = false;
  #pausedUntil = 0;
  /** Found by being throttled: requests a second. */
  #learnt: TokenBucket | undefined;
  #recent: number[] = [];
  #timer: { cancel(): void } | undefined;

  constructor(quotas: Quotas, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#quotas = quotas;
    this.#buckets = bucketsOf(quotas, clock.now());
    this.#window = this.#firstWindow();
  }

  /** Other quotas from now on; what was learnt of the endpoint and what is in flight stays. */
  adjust(quotas: Quotas): void {
    const { concurrency, perSecond, perMinute } = this.#quotas;
    const sameRates = quotas.perSecond === perSecond && quotas.perMinute === perMinute;
    if (sameRates && quotas.concurrency === concurrency) return;
    this.#quotas = quotas;
    if (!sameRates) this.#buckets = bucketsOf(quotas, this.#clock.now());
    this.#window = this.#firstWindow();
    this.#pump();
  }

  /** A known quota is kept by its bucket: nothing has to be found out slowly. */
  #firstWindow(): number {
    const { concurrency } = this.#quotas;
    return this.#buckets.length > 0 ? concurrency : Math.min(FIRST_WINDOW, concurrency);
  }

  /** Requests a second the service is believed to allow; `undefined`: nothing is known. */
  get ratePerSecond(): number | undefined {
    const known = [
      this.#quotas.perSecond,
      this.#quotas.perMinute === undefined ? undefined : this.#quotas.perMinute / 60,
      this.#learnt?.perSecond,
    ];
    const rates = known.filter((rate) => rate !== undefined);
    return rates.length === 0 ? undefined : Math.min(...rates);
  }

  get concurrency(): number {
    return this.#quotas.concurrency;
  }

  /** Waits for its turn. @throws the signal's reason */
  acquire(signal: AbortSignal): Promise<Permit> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const waiter: Waiter = {
        grant: () => {
          signal.removeEventListener('abort', abandon);
          resolve(this.#permit());
        },
      };
      const abandon = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abandon, { once: true });
      this.#waiting.push(waiter);
      this.#pump();
    });
  }

  #permit(): Permit {
    let open = true;
    return {
      release: (pace, waitMs = 0) => {
        if (!open) return;
        open = false;
        this.#inFlight--;
        this.#learn(pace, waitMs);
        this.#pump();
      },
    };
  }

  #learn(pace: Pace, waitMs: number): void {
    const now = this.#clock.now();
    if (pace === 'answered') {
      this.#proven = true;
      this.#recent.push(now);
      if (this.#recent.length > 10_000) this.#recent = this.#recent.slice(-5_000);
      this.#streak++;
      if (this.#streak >= this.#window) {
        this.#streak = 0;
        this.#window = Math.min(this.#quotas.concurrency, this.#window + 1);
        this.#learnt?.scale(RATE_CREEP);
      }
      return;
    }
    if (pace === 'neutral') return;
    // Of the requests that were under way together only the first one's refusal is news.
    const news = now >= this.#pausedUntil;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + waitMs);
    if (!news) return;
    this.#streak = 0;
    this.#window = Math.max(1, Math.floor(this.#window * DECREASE));
    if (pace === 'throttled') {
      const lately = this.#recent.filter((at) => at > now - MEASURE_MS).length;
      const measured = Math.max(1, lately * (1000 / MEASURE_MS) * RATE_BACKOFF);
      this.#learnt = new TokenBucket(measured, 1000, now, 1);
    }
  }

  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#waiting.length > 0) {
      // Until an endpoint has answered once, one request is in flight: a wrong key costs one request.
      if (this.#inFlight >= (this.#proven ? this.#window : 1)) return;
      const now = this.#clock.now();
      const buckets = this.#learnt === undefined ? this.#buckets : [...this.#buckets, this.#learnt];
      const wait = Math.max(this.#pausedUntil - now, ...buckets.map((b) => b.waitMs(now)), 0);
      if (wait > 0) {
        this.#timer = this.#clock.after(wait, () => this.#pump());
        return;
      }
      for (const bucket of buckets) bucket.take(now);
      this.#inFlight++;
      this.#waiting.shift()?.grant();
    }
  }
}

function bucketsOf({ perSecond, perMinute }: Quotas, now: number): readonly TokenBucket[] {
  return [
    ...(perSecond === undefined ? [] : [new TokenBucket(perSecond, 1000, now)]),
    ...(perMinute === undefined ? [] : [new TokenBucket(perMinute, 60_000, now)]),
  ];
}

/** Lets `amount` requests through per period, spread evenly, with a burst of what a tenth of a second allows. */
class TokenBucket {
  #perMs: number;
  #burst: number;
  #tokens: number;
  #at: number;

  constructor(amount: number, periodMs: number, now: number, burst?: number) {
    this.#perMs = amount / periodMs;
    this.#burst = burst ?? Math.max(1, (amount / periodMs) * 100);
    this.#tokens = this.#burst;
    this.#at = now;
  }

  get perSecond(): number {
    return this.#perMs * 1000;
  }

  scale(factor: number): void {
    this.#perMs *= factor;
  }

  waitMs(now: number): number {
    this.#refill(now);
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  take(now: number): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
