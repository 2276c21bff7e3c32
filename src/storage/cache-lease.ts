// The folder of links through which one query reads files of the cache (file-cache.ts says why).
// Its heartbeat tells other processes that it is still in use.

import { mkdir, rm, utimes } from 'node:fs/promises';

/** Files one query reads. Their paths are good until `release`. */
export interface Lease {
  release(): Promise<void>;
}

export class CacheLease implements Lease {
  readonly names = new Set<string>();
  readonly #path: string;
  readonly #onRelease: (lease: CacheLease) => Promise<void>;
  #made: Promise<string> | undefined;

  constructor(path: string, onRelease: (lease: CacheLease) => Promise<void>) {
    this.#path = path;
    this.#onRelease = onRelease;
  }

  folder(): Promise<string> {
    this.#made ??= mkdir(this.#path, { recursive: true, mode: 0o700 }).then(() => this.#path);
    return this.#made;
  }

  touch(now: Date): void {
    if (this.#made !== undefined) utimes(this.#path, now, now).catch(() => undefined);
  }

  async release(): Promise<void> {
    if (this.#made !== undefined) await rm(this.#path, { recursive: true, force: true });
    await this.#onRelease(this);
  }
}
