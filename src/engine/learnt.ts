// What runs teach about calls, kept across runs in a small folder beside the result cache. A run that ends leaves one
// file: what it found there and what it learnt, put together. Runs that end together leave a file each, the next one
// makes them one again: nobody waits for a lock, nothing anybody learnt is lost.

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallMeter } from '../exec/progress.ts';
import type { LearntCalls } from '../planner/learnt-calls.ts';
import { Figures } from './figures.ts';

const FOLDER = 'statistics';
const SUFFIX = '.json';
const VERSION = 2;

/** What is known, by kind. */
class Memory {
  readonly selectivity = new Figures((share) => share <= 1);
  readonly latencyMs = new Figures();
  readonly price = new Figures();

  /** What is none of ours is passed over. */
  take(kept: unknown): void {
    if (typeof kept !== 'object' || kept === null || !('version' in kept) || kept.version !== VERSION) return;
    const { selectivity, latencyMs, price }: Record<string, unknown> = { ...kept };
    this.selectivity.take(selectivity);
    this.latencyMs.take(latencyMs);
    this.price.take(price);
  }

  toJSON() {
    const { selectivity, latencyMs, price } = this;
    return { version: VERSION, selectivity, latencyMs, price };
  }
}

export class LearntStatistics implements LearntCalls {
  readonly #folder: string;
  #known = new Memory();
  #loaded = false;
  #changed = false;

  /** @param folder of the caches */
  constructor(folder: string) {
    this.#folder = join(folder, FOLDER);
  }

  /** Reads what earlier runs kept. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    await this.#read();
  }

  /** Of this process alone: what is kept stays. */
  forget(): void {
    this.#known = new Memory();
  }

  selectivity(key: string): number | undefined {
    return this.#known.selectivity.get(key);
  }

  price(operation: string): number | undefined {
    return this.#known.price.get(operation);
  }

  /** Of this statement's data alone: nothing is kept. */
  inputs(): undefined {
    return undefined;
  }

  /**
   * Milliseconds an answered request took; `undefined`: none was seen.
   *
   * @param service as the run report names it
   */
  latencyMs(operation: string, service: string): number | undefined {
    return this.#known.latencyMs.get(`${operation} ${service}`);
  }

  learn(key: string, rows: number, kept: number): void {
    if (rows === 0) return;
    this.#known.selectivity.learn(key, kept / rows);
    this.#changed = true;
  }

  /** What a statement that ended, however it ended, saw of a call. */
  learnCall({ stats, pool }: Pick<CallMeter, 'stats' | 'pool'>): void {
    const { operation, service, latencyMs, answered, cost, saved } = stats;
    const median = latencyMs.p50;
    if (median !== null) {
      // Halfway to the latest: one slow afternoon is soon forgotten, one slow statement never counts for all.
      const known = this.latencyMs(operation, service) ?? median;
      this.#known.latencyMs.learn(`${operation} ${service}`, (known + median) / 2);
      this.#changed = true;
    }
    // What came with another operation's requests does not tell what it costs alone.
    if (answered > 0 && saved.fusion === 0 && pool[0].pricePer1000(operation) !== undefined) {
      this.#known.price.learn(operation, cost / answered);
      this.#changed = true;
    }
  }

  /** Keeps what was learnt, beside what others learnt meanwhile; a folder that cannot be written is no error. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const read = await this.#read();
    const whole = join(this.#folder, `${randomUUID()}${SUFFIX}`);
    const aside = `${whole}.part`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(aside, JSON.stringify(this.#known));
      await rename(aside, whole);
      // Only what was read, and only now: it stands in the new file.
      for (const path of read) await rm(path, { force: true });
    } catch {
      // read-only or full: the next run learns again
    }
  }

  /** @returns the files read; one that is gone stands in one that was written since, one that is damaged teaches nothing */
  async #read(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const read: string[] = [];
    for (const path of names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(this.#folder, name))) {
      try {
        const text = await readFile(path, 'utf8');
        read.push(path);
        this.#known.take(JSON.parse(text));
      } catch {
        // it is only a memory of what the next run learns again
      }
    }
    return read;
  }
}
