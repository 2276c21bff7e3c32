// Numbers remembered by key, each with the moment it was learnt: of two the later one holds, whoever learnt it.

/** Figures remembered; the oldest are forgotten first. */
const MOST = 2000;

interface Figure {
  readonly value: number;
  /** Milliseconds of the epoch. */
  readonly atMs: number;
}

export class Figures {
  readonly #figures = new Map<string, Figure>();
  readonly #accepts: (value: number) => boolean;

  constructor(accepts: (value: number) => boolean = Number.isFinite) {
    this.#accepts = accepts;
  }

  get(key: string): number | undefined {
    return this.#figures.get(key)?.value;
  }

  learn(key: string, value: number): void {
    this.#figures.set(key, { value, atMs: Date.now() });
    this.#forget();
  }

  /** Those of another memory, as its JSON says them. What is none of ours is passed over. */
  take(kept: unknown): void {
    if (typeof kept !== 'object' || kept === null) return;
    const now = Date.now();
    for (const [key, entry] of Object.entries(kept)) {
      if (!Array.isArray(entry)) continue;
      const [value, atMs]: unknown[] = entry;
      if (typeof value !== 'number' || value < 0 || !this.#accepts(value) || typeof atMs !== 'number') continue;
      const known = this.#figures.get(key);
      // A clock that was ahead must not be right for ever.
      const figure = { value, atMs: Math.min(atMs, now) };
      if (known === undefined || known.atMs < figure.atMs) this.#figures.set(key, figure);
    }
    this.#forget();
  }

  toJSON(): Record<string, readonly [value: number, atMs: number]> {
    return Object.fromEntries(Array.from(this.#figures, ([key, { value, atMs }]) => [key, [value, atMs]]));
  }

  #forget(): void {
    if (this.#figures.size <= MOST) return;
    const byAge = Array.from(this.#figures).sort(([, a], [, b]) => a.atMs - b.atMs);
    for (const [key] of byAge.slice(0, this.#figures.size - MOST)) this.#figures.delete(key);
  }
}
