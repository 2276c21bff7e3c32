// What runs teach about calls, kept across runs in one small file beside the result cache.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LearntCalls } from '../planner/learnt-calls.ts';

const FILE = 'statistics.json';
const VERSION = 1;
/** Predicates remembered; the oldest are forgotten first. */
const MAX_ENTRIES = 2000;

export class LearntStatistics implements LearntCalls {
  readonly #folder: string;
  readonly #selectivity = new Map<string, number>();
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
      if (!('selectivity' in kept) || typeof kept.selectivity !== 'object' || kept.selectivity === null) return;
      for (const [key, share] of Object.entries(kept.selectivity)) {
        if (typeof share === 'number' && share >= 0 && share <= 1) this.#selectivity.set(key, share);
      }
    } catch {
      // absent, or damaged: it is only a memory of what the next run learns again
    }
  }

  selectivity(key: string): number | undefined {
    return this.#selectivity.get(key);
  }

  cost(): number {
    return 1;
  }

  learn(key: string, rows: number, kept: number): void {
    if (rows === 0) return;
    this.#selectivity.delete(key);
    this.#selectivity.set(key, kept / rows);
    const [oldest] = this.#selectivity.keys();
    if (this.#selectivity.size > MAX_ENTRIES && oldest !== undefined) this.#selectivity.delete(oldest);
    this.#changed = true;
  }

  /** Keeps what was learnt; a folder that cannot be written is no error. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const aside = join(this.#folder, `${FILE}.${randomUUID()}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(aside, JSON.stringify({ version: VERSION, selectivity: Object.fromEntries(this.#selectivity) }));
      await rename(aside, join(this.#folder, FILE));
    } catch {
      // read-only or full: the next run learns again
    }
  }
}
