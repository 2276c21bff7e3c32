// Shows progress on standard error while services are asked: one line redrawn in place on a terminal, plain lines now
// and then elsewhere. The line is gone before anything else is written to the screen.

import { error } from '../common/errors.ts';
import type { CallProgress } from '../exec/progress.ts';
import { Display } from '../output/display-width.ts';
import { isSettled, progressText, type Reading } from './progress-text.ts';
import type { OpenSink } from './sink.ts';

const MODES = ['auto', 'always', 'never'] as const;
export type ProgressMode = (typeof MODES)[number];

const TICK_MS = 200;
/** What is over sooner is not worth a line. */
const PATIENCE_MS = 1_000;
/** Between plain lines. */
const LINE_MS = 5_000;
/** The pace shown is that of this last while. */
const WINDOW_MS = 10_000;
const ERASE = '\r\x1b[K';

/** @throws SqlcError usage/option */
export function progressMode(given: string | undefined): ProgressMode {
  const mode = MODES.find((m) => m === (given ?? 'auto'));
  if (mode === undefined)
    throw error('usage/option', { detail: `--progress is "${given}", expected auto, always or never` });
  return mode;
}

/** Whether what was asked of services is said at the end of a statement, even when nothing failed. */
export function showsSummary(mode: ProgressMode): boolean {
  return mode === 'always' || process.stderr.isTTY;
}

export class ProgressDisplay {
  readonly #way: 'line' | 'lines' | 'none';
  readonly #display = new Display();
  #timer: NodeJS.Timeout | undefined;
  #readings: Reading[] = [];
  #askedSinceMs: number | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  #drawn = false;
  /** A result stops in the middle of a line of the screen. */
  #midLine = false;
  readonly #clear = () => this.clear();

  constructor(mode: ProgressMode) {
    const terminal = process.stderr.isTTY && process.env.TERM !== 'dumb';
    if (mode === 'never' || (mode === 'auto' && !terminal)) this.#way = 'none';
    else this.#way = terminal ? 'line' : 'lines';
  }

  /** Shows how far an engine has come, until it is stopped. */
  start(engine: { progress(): readonly CallProgress[] }): void {
    if (this.#way === 'none') return;
    process.on('exit', this.#clear);
    const tick = () => this.#tick({ atMs: performance.now(), calls: engine.progress() });
    this.#timer = setInterval(tick, TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    process.off('exit', this.#clear);
    this.clear();
  }

  /** Takes the line off the screen; to be called before anything else is written there. */
  clear(): void {
    if (!this.#drawn) return;
    process.stderr.write(ERASE);
    this.#drawn = false;
  }

  /** `say`, which writes to the screen, with the line out of its way. */
  before<T>(say: (what: T) => void): (what: T) => void {
    return (what) => {
      this.clear();
      say(what);
    };
  }

  /** The sink, with the line out of its way. */
  around(sink: OpenSink): OpenSink {
    if (this.#way !== 'line' || !process.stdout.isTTY) return sink;
    return {
      ...sink,
      write: (chunk) => {
        this.clear();
        if (chunk.length > 0) this.#midLine = chunk.at(-1) !== (typeof chunk === 'string' ? '\n' : 10);
        return sink.write(chunk);
      },
    };
  }

  #tick(now: Reading): void {
    if (now.calls.every(isSettled)) {
      this.#askedSinceMs = undefined;
      this.#readings = [];
      this.clear();
      return;
    }
    this.#askedSinceMs ??= now.atMs;
    const earlier = this.#from(now);
    if (now.atMs - this.#askedSinceMs < PATIENCE_MS) return;
    const text = progressText(now, earlier);
    if (text !== undefined) this.#show(text, now.atMs);
  }

  /** The reading that the pace is measured from; keeps this one for later. */
  #from(now: Reading): Reading {
    const window = this.#readings.filter(({ atMs }) => atMs > now.atMs - WINDOW_MS);
    this.#readings = [...window, now];
    return window[0] ?? now;
  }

  #show(text: string, atMs: number): void {
    if (this.#way === 'lines') {
      if (atMs - this.#toldMs < LINE_MS) return;
      this.#toldMs = atMs;
      process.stderr.write(`${text}\n`);
      return;
    }
    if (this.#midLine) return;
    // The last column is left free: some terminals wrap when it is written.
    const width = Math.max(1, (process.stderr.columns || 80) - 1);
    process.stderr.write(`${ERASE}${this.#display.fit(text, width).text}`);
    this.#drawn = true;
  }
}
