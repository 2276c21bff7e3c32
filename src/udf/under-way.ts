// Requests under way, taken one by one as they end. A request that hangs does not keep whoever waits once the signal
// says to stop.

export class UnderWay<T> {
  readonly requests = new Set<Promise<T>>();
  readonly #ended: Promise<T>[] = [];
  #wake: () => void = () => {};
  readonly #stop: AbortSignal;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
    stop.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Those that `next` has not given yet. */
  get size(): number {
    return this.requests.size + this.#ended.length;
  }

  add(request: Promise<T>): void {
    this.requests.add(request);
    const end = () => {
      this.requests.delete(request);
      this.#ended.push(request);
      this.#wake();
    };
    request.then(end, end);
  }

  /** What the next request to end gives. @throws what it throws; the signal's reason */
  async next(): Promise<T> {
    for (;;) {
      this.#stop.throwIfAborted();
      const ended = this.#ended.shift();
      if (ended !== undefined) return ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
