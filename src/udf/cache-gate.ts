// What only one process may do at a time to the files of the result cache: opening, writing, deleting. A lock that the
// death of its holder releases: the write lock of an lmdb environment in which nothing is ever written.

import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { headerDamage } from './lmdb-check.ts';
import { type Database, type Lmdb, lockOf, openEnvironment, statsOf } from './lmdb-environment.ts';

const MAP_BYTES = 2 ** 20;
/** Past this an `.opening` file was left by a dead process: opening takes a millisecond. */
const OPENING_DEAD_MS = 2_000;
const WAIT_MS = 1;

export class CacheGate {
  readonly #lmdb: Lmdb;
  readonly #path: string;
  #database: Database;
  #inode: number;
  #held = false;

  /** @throws errors of lmdb and of the file system */
  constructor(lmdb: Lmdb, path: string) {
    this.#lmdb = lmdb;
    this.#path = path;
    [this.#database, this.#inode] = this.#open();
  }

  /**
   * Runs `action` while no other process runs one. Blocks until it is its turn: milliseconds.
   *
   * @throws what `action` throws; errors of lmdb and of the file system
   */
  hold<T>(action: () => T): T {
    if (this.#held) return action();
    // Somebody cleaned up: the others meet at the new one.
    if (statsOf(lockOf(this.#path))?.ino !== this.#inode) this.#reopen();
    let done: { readonly result: T } | undefined;
    this.#database.transactionSync(() => {
      this.#held = true;
      try {
        done = { result: action() };
      } finally {
        this.#held = false;
      }
    });
    if (done === undefined) throw new Error('the lock was not given');
    return done.result;
  }

  close(): void {
    this.#exclusively(() => this.#database.close());
  }

  #reopen(): void {
    this.close();
    [this.#database, this.#inode] = this.#open();
  }

  #open(): [Database, number] {
    return this.#exclusively(() => {
      if (statsOf(this.#path) !== undefined && headerDamage(this.#path) !== undefined) {
        rmSync(this.#path);
        rmSync(lockOf(this.#path), { force: true });
      }
      return [openEnvironment(this.#lmdb, this.#path, MAP_BYTES), statSync(lockOf(this.#path)).ino];
    });
  }

  /** lmdb cannot guard its own opening, so a file does that cannot exist twice. */
  #exclusively<T>(action: () => T): T {
    const path = `${this.#path}.opening`;
    const started = performance.now();
    while (!isMade(path)) {
      const ageMs = Date.now() - (statsOf(path)?.mtimeMs ?? Date.now());
      if (ageMs > OPENING_DEAD_MS || performance.now() - started > OPENING_DEAD_MS) rmSync(path, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
    try {
      return action();
    } finally {
      rmSync(path, { force: true });
    }
  }
}

function isMade(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw failure;
  }
}
