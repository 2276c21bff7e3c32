// What runs teach about calls, kept across runs in one small file beside the result cache.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallMeter } from '../exec/progress.ts';
import type { LearntCalls } from '../planner/learnt-calls.ts';

const FILE = 'statistics.json';
const VERSION = 1;

export class LearntStatistics implements LearntCalls {
  readonly #folder: string;
  readonly #selectivity = new Figures((share) => share <= 1);
  readonly #latencyMs = new Figures();
  readonly #price = new Figures();
  #loaded = false;
  #changed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads what earlier runs kept; a file that cannot be read teaches nothing. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    try {
      const kept: unknown = JSON.parse(await readFile(join(this.#folder, FILE), 'utf8'));
      if (typeof kept !== 'object' || kept === null || !('version' in kept) || kept.version !== VERSION) return;
      const { selectivity, latencyMs, price }: Record<string, unknown> = { ...kept };
      this.#selectivity.read(selectivity);
      this.#latencyMs.read(latencyMs);
      this.#price.read(price);
    } catch {
      // absent, or damaged: it is only a memory of what the next run learns again
    }
  }

  selectivity(key: string): number | undefined {
    return this.#selectivity.get(key);
  }

  price(operation: string): number | undefined {
    return this.#price.get(operation);
  }

  /**
   * Milliseconds an answered request took; `undefined`: none was seen.
   *
   * @param service as the run report names it
   */
  latencyMs(operation: string, service: string): number | undefined {
    return this.#latencyMs.get(`${operation} ${service}`);
  }

  learn(key: string, rows: number, kept: number): void {
    if (rows === 0) return;
    this.#selectivity.set(key, kept / rows);
    this.#changed = true;
  }

  /** What a statement that ended, however it ended, saw of a call. */
  learnCall({ stats, pool }: Pick<CallMeter, 'stats' | 'pool'>): void {
    const { operation, service, latencyMs, answered, cost } = stats;
    const median = latencyMs.p50;
    if (median !== null) {
      // Halfway to the latest: one slow afternoon is soon forgotten, one slow statement never counts for all.
      const known = this.latencyMs(operation, service) ?? median;
      this.#latencyMs.set(`${operation} ${service}`, (known + median) / 2);
      this.#changed = true;
    }
    if (answered > 0 && pool[0].pricePer1000(operation) !== undefined) {
      this.#price.set(operation, cost / answered);
      this.#changed = true;
    }
  }

  /** Keeps what was learnt; a folder that cannot be written is no error. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const aside = join(this.#folder, `${FILE}.${randomUUID()}`);
    const kept = { version: VERSION, selectivity: this.#selectivity, latencyMs: this.#latencyMs, price: this.#price };
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(aside, JSON.stringify(kept));
      await rename(aside, join(this.#folder, FILE));
    } catch {
      // read-only or full: the next run learns again
    }
  }
}

/** Figures remembered of each kind; the oldest are forgotten first. */
const MAX_FIGURES = 2000;

/** Numbers by key, from 0. */
class Figures {
  readonly #values = new Map<string, number>();
  readonly #accepts: (value: number) => boolean;

  constructor(accepts: (value: number) => boolean = Number.isFinite) {
    this.#accepts = accepts;
  }

  get(key: string): number | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: number): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > MAX_FIGURES && oldest !== undefined) this.#values.delete(oldest);
  }

  /** What is none of ours is passed over. */
  read(kept: unknown): void {
    if (typeof kept !== 'object' || kept === null) return;
    for (const [key, value] of Object.entries(kept))
      if (typeof value === 'number' && value >= 0 && this.#accepts(value)) this.set(key, value);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#values);
  }
}
