// The pace of one endpoint and credential: sliding windows for quotas that are known, and a number of requests in flight
// and a rate that find the ones that are not. Shared by every statement of an engine; fair in order of asking.

import { onAbort } from '../common/on-abort.ts';
import { timerMs } from '../common/timer.ts';
import { LearntRate } from './learnt-rate.ts';
import { SlidingWindow } from './sliding-window.ts';

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
  /** Calls back once after so many milliseconds, or earlier when they are very many. */
  after(ms: number, callback: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, timerMs(ms));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A request as it ended. */
interface Ended {
  /** Its place among all that were sent, from 1. */
  readonly ordinal: number;
  readonly sentAt: number;
  readonly waitMs: number;
}

interface Waiter {
  grant(): void;
  /** Told of a pause the service asked for; whoever finds it too long waits no more. */
  hear(pauseMs: number): void;
}

const FIRST_WINDOW = 4;
/** Quotas are of a second or longer: what one held before a refusal was let through. */
const MEASURE_MS = 1000;
/** A shorter time tells no rate. */
const LEAST_MEASURE_MS = 100;
/** After a refusal: of the rate that was let through. */
const BACKOFF = 0.95;
/** Times of requests that are remembered. */
const MOST_RECENT = 10_000;

export class Limiter {
  readonly #clock: Clock;
  #quotas: Quotas;
  #declared: readonly SlidingWindow[];
  readonly #waiting: Waiter[] = [];
  #inFlight = 0;
  /** Requests in flight at most, for now. */
  #window: number;
  /** Nothing has gone wrong yet: the window doubles instead of growing by one. */
  #opening = true;
  /** Answers since the window last grew. */
  #streak = 0;
  #proven = false;
  /** Since when requests go without a pause. */
  #activeFrom: number | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #learnt: LearntRate | undefined;
  /** When requests went lately; the last of them is number `#sent`. */
  #recent: number[] = [];
  #sent = 0;
  #timer: { cancel(): void } | undefined;

  constructor(quotas: Quotas, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#quotas = quotas;
    this.#declared = windowsOf(quotas);
    this.#window = this.#firstWindow();
  }

  /** Other quotas from now on; what was learnt of the endpoint and what is in flight stays. */
  adjust(quotas: Quotas): void {
    const { concurrency, perSecond, perMinute } = this.#quotas;
    const sameRates = quotas.perSecond === perSecond && quotas.perMinute === perMinute;
    if (sameRates && quotas.concurrency === concurrency) return;
    this.#quotas = quotas;
    if (!sameRates) this.#declared = windowsOf(quotas);
    this.#window = this.#firstWindow();
    this.#pump();
  }

  /** A known quota is kept by its window: nothing has to be found out slowly. */
  #firstWindow(): number {
    const { concurrency } = this.#quotas;
    return this.#declared.length > 0 ? concurrency : Math.min(FIRST_WINDOW, concurrency);
  }

  /** Requests a second the service is believed to allow; `undefined`: nothing is known. */
  get ratePerSecond(): number | undefined {
    const known = [
      this.#quotas.perSecond,
      this.#quotas.perMinute === undefined ? undefined : this.#quotas.perMinute / 60,
      this.#learnt?.perSecond(this.#clock.now()),
    ];
    const rates = known.filter((rate) => rate !== undefined);
    return rates.length === 0 ? undefined : Math.min(...rates);
  }

  get concurrency(): number {
    return this.#quotas.concurrency;
  }

  /**
   * Waits for its turn.
   *
   * @param refuse why a pause the service asked for, be it through another request, is too long to wait for
   * @throws the signal's reason, and what `refuse` gives
   */
  acquire(signal: AbortSignal, refuse: (pauseMs: number) => Error | undefined = () => undefined): Promise<Permit> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abandon = (reason: unknown) => {
        forget();
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(reason);
      };
      const forget = onAbort(signal, abandon);
      const waiter: Waiter = {
        grant: () => {
          forget();
          resolve(this.#permit());
        },
        hear: (pauseMs) => {
          const refusal = refuse(pauseMs);
          if (refusal !== undefined) abandon(refusal);
        },
      };
      this.#waiting.push(waiter);
      this.#pump();
    });
  }

  #permit(): Permit {
    const ordinal = this.#sent;
    const sentAt = this.#clock.now();
    let open = true;
    return {
      release: (pace, waitMs = 0) => {
        if (!open) return;
        open = false;
        this.#inFlight--;
        this.#learn(pace, { ordinal, sentAt, waitMs });
        this.#pump();
      },
    };
  }

  #learn(pace: Pace, request: Ended): void {
    switch (pace) {
      case 'answered':
        this.#answered();
        break;
      case 'throttled':
        this.#throttled(request);
        break;
      case 'overloaded':
        this.#shrink();
        break;
      case 'neutral':
        break;
      default:
        pace satisfies never;
    }
  }

  #answered(): void {
    this.#proven = true;
    this.#streak++;
    if (!this.#opening && this.#streak < this.#window) return;
    this.#streak = 0;
    this.#window = Math.min(this.#quotas.concurrency, this.#window + 1);
  }

  /** One failure takes one place, a windowful of answers gives one back: a few hardly matter, all of them do. */
  #shrink(): void {
    this.#opening = false;
    this.#window = Math.max(1, this.#window - 1);
  }

  #throttled({ ordinal, sentAt, waitMs }: Ended): void {
    const now = this.#clock.now();
    const resumedAt = this.#pausedUntil;
    this.#pausedUntil = Math.max(resumedAt, now + waitMs);
    // Of the requests that were under way together only the first one's refusal is news.
    if (sentAt < resumedAt) return;
    this.#shrink();
    const activeFrom = this.#activeFrom ?? sentAt;
    this.#activeFrom = undefined;
    const before = this.#recent.slice(0, this.#recent.length - (this.#sent - ordinal) - 1);
    const passed = before.filter((at) => at >= Math.max(activeFrom, sentAt - MEASURE_MS)).length;
    if (passed === 0) {
      // Somebody else uses up the quota, or the wait was too short: one request finds out when it is over.
      this.#proven = false;
      return;
    }
    const activeMs = Math.max(LEAST_MEASURE_MS, sentAt - activeFrom);
    const asked = Math.min((passed * 1000) / activeMs, this.#learnt?.perSecond(now) ?? Number.POSITIVE_INFINITY);
    this.#learnt = new LearntRate(passed * BACKOFF, activeMs < MEASURE_MS ? asked : passed, this.#pausedUntil);
  }

  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const pauseMs = this.#pausedUntil - this.#clock.now();
    if (pauseMs > 0) for (const waiter of [...this.#waiting]) waiter.hear(pauseMs);
    while (this.#waiting.length > 0) {
      // Until an endpoint has answered once, one request is in flight: a wrong key costs one request.
      if (this.#inFlight >= (this.#proven ? this.#window : 1)) return;
      const now = this.#clock.now();
      const paces = this.#learnt === undefined ? this.#declared : [...this.#declared, this.#learnt];
      const wait = Math.max(this.#pausedUntil - now, ...paces.map((pace) => pace.waitMs(now)), 0);
      if (wait > 0) {
        this.#timer = this.#clock.after(Math.ceil(wait), () => this.#pump());
        return;
      }
      for (const pace of paces) pace.take(now);
      this.#activeFrom ??= now;
      this.#sent++;
      this.#recent.push(now);
      if (this.#recent.length > MOST_RECENT) this.#recent = this.#recent.slice(-MOST_RECENT / 2);
      this.#inFlight++;
      this.#waiting.shift()?.grant();
    }
  }
}

function windowsOf({ perSecond, perMinute }: Quotas): readonly SlidingWindow[] {
  return [
    ...(perSecond === undefined ? [] : [new SlidingWindow(perSecond, 1000)]),
    ...(perMinute === undefined ? [] : [new SlidingWindow(perMinute, 60_000)]),
  ];
}
