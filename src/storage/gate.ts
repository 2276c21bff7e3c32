// At most so many things at once, first come first served; whoever waits can be cancelled.

export class Gate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `task` when there is room. @throws the signal's reason if it is aborted while waiting. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await task();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.#limit) {
      this.#running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const admitted = () => {
        signal?.removeEventListener('abort', cancelled);
        this.#running++;
        resolve();
      };
      const cancelled = () => {
        this.#waiting.splice(this.#waiting.indexOf(admitted), 1);
        reject(signal?.reason);
      };
      this.#waiting.push(admitted);
      signal?.addEventListener('abort', cancelled, { once: true });
    });
  }
}
