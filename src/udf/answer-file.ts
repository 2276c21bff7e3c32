// One file of the result cache: entries by key, shared by the processes that open it. Stands under the result cache,
// which decides which file is written and which is deleted. Knows no answers.
//
// Commits reach the kernel and not the disk (noSync): a killed process loses nothing, a power cut may tear the file.
// So a file that was not left whole is checked page by page before it is used; `.whole` says which ones were.

import { readFileSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import type { CacheGate } from './cache-gate.ts';
import type { CacheKey } from './cache-key.ts';
import { type Damage, headerDamage, pageDamage } from './lmdb-check.ts';
import { type Database, type Lmdb, lockOf, openEnvironment, statsOf } from './lmdb-environment.ts';

export interface AnswerFileOptions {
  readonly lmdb: Lmdb;
  readonly gate: CacheGate;
  readonly path: string;
  /** Its place among the files: the higher, the newer. */
  readonly number: number;
  readonly mapBytes: number;
  /** Whether to make it when it is absent. */
  readonly make: boolean;
  /** Milliseconds of the epoch: what a new file says of its age. */
  readonly createdMs: number;
}

export interface DamagedFile extends Damage {
  /** Of the file that was looked at; another process may have put a new one in its place. */
  readonly inode: number;
}

/** Changes when what stands in a file comes to stand differently; keys of answers are longer than this one. */
const LAYOUT = 1;
const LAYOUT_KEY = 'layout';
/** A writer in another process may be in the middle of a header page while it is read. */
const LOOKS = 3;
const CONTENT_ERRORS = { from: -30_799, to: -30_700, version: -30_794 } as const;

export class AnswerFile {
  readonly path: string;
  readonly number: number;
  readonly inode: number;
  readonly createdMs: number;
  readonly #database: Database;
  readonly #gate: CacheGate;
  readonly #lockInode: number | undefined;
  #sizeBytes: number;
  #markedWhole: boolean;
  #trusted = true;
  #unsynced = false;

  private constructor(options: AnswerFileOptions, database: Database, stats: Stats) {
    this.path = options.path;
    this.number = options.number;
    this.inode = stats.ino;
    this.createdMs = createdOf(database, options.createdMs);
    this.#database = database;
    this.#gate = options.gate;
    this.#lockInode = statsOf(lockOf(this.path))?.ino;
    this.#sizeBytes = stats.size;
    this.#markedWhole = isMarkedWhole(this.path, stats);
  }

  /**
   * @returns what is wrong when its contents cannot be used; undefined when it is gone, or another one by now
   * @throws errors of lmdb about anything but the contents, and of the file system
   */
  static open(options: AnswerFileOptions): AnswerFile | DamagedFile | undefined {
    const { path, gate } = options;
    const before = statsOf(path);
    if (before === undefined && !options.make) return undefined;
    const whole = before === undefined || isMarkedWhole(path, before);
    try {
      if (!whole) check(() => headerDamage(path));
      const database = gate.hold(() => openNow(options, before));
      if (database === undefined) return undefined;
      try {
        // Not inside the gate: it takes a second for half a gigabyte, and writers would wait.
        if (!whole) checkPages(database, path);
        return gate.hold(() => {
          const stats = statsOf(path);
          if (stats === undefined || stats.ino !== (before ?? stats).ino) {
            database.close();
            return undefined;
          }
          if (!whole) markWhole(path, before);
          return new AnswerFile(options, database, stats);
        });
      } catch (failure) {
        gate.hold(() => database.close());
        throw failure;
      }
    } catch (failure) {
      if (!(failure instanceof Unusable) || before === undefined) throw failure;
      return { ...failure.damage, inode: before.ino };
    }
  }

  /** What other processes did to the path meanwhile. `cut`: pages we have mapped are gone; touching them ends us. */
  state(): 'same' | 'replaced' | 'cut' {
    const stats = statsOf(this.path);
    // Those who hold different locks do not see each other's commits.
    if (stats?.ino !== this.inode || statsOf(lockOf(this.path))?.ino !== this.#lockInode) return 'replaced';
    if (stats.size < this.#sizeBytes) return 'cut';
    this.#sizeBytes = stats.size;
    return 'same';
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get unsynced(): boolean {
    return this.#unsynced;
  }

  entries(): number {
    const { entryCount } = this.#database.getStats() as { entryCount: number };
    return entryCount - 1;
  }

  /** lmdb's one buffer, good until the next call. Its `length` is right, but native functions do not see it. */
  get(key: CacheKey): Buffer | undefined {
    return this.#database.getBinaryFast(key);
  }

  /** One transaction, inside the gate; when it returns, the death of this process loses nothing of it. */
  write(fill: (put: (key: CacheKey, value: Uint8Array) => void) => void): void {
    if (this.#markedWhole) removeMark(this.path);
    this.#markedWhole = false;
    this.#unsynced = true;
    this.#database.transactionSync(() => fill((key, value) => this.#database.putSync(key, value)));
    this.#sizeBytes = Math.max(this.#sizeBytes, statsOf(this.path)?.size ?? 0);
  }

  /** Brings what was written so far to the disk. */
  async sync(): Promise<void> {
    this.#unsynced = false;
    const file = await openFile(this.path, 'r+');
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /** The next process that opens the file checks it. */
  distrust(): void {
    this.#trusted = false;
    removeMark(this.path);
  }

  close(): void {
    this.#gate.hold(() => {
      this.#database.close();
      if (!this.#trusted || this.#unsynced || this.#markedWhole) return;
      const stats = statsOf(this.path);
      if (stats?.ino === this.inode && stats.size >= this.#sizeBytes) markWhole(this.path, stats);
    });
  }
}

/** Removes a file for every process, inside the gate: those that have it open see it at their next look. */
export function removeAnswerFile(path: string): void {
  for (const each of [markOf(path), path, lockOf(path)]) rmSync(each, { force: true });
}

/**
 * Inside the gate.
 *
 * @returns false when the file is not there any more, or is another one
 * @throws errors of the file system
 */
export function moveAnswerFile(path: string, to: string, inode: number): boolean {
  if (statsOf(path)?.ino !== inode) return false;
  rmSync(markOf(path), { force: true });
  renameSync(path, to);
  rmSync(lockOf(path), { force: true });
  return true;
}

class Unusable extends Error {
  readonly damage: Damage;
  constructor(damage: Damage) {
    super(damage.detail);
    this.damage = damage;
  }
}

function openNow(options: AnswerFileOptions, before: Stats | undefined): Database | undefined {
  const now = statsOf(options.path);
  if (before !== undefined && now?.ino !== before.ino) return undefined;
  try {
    return openEnvironment(options.lmdb, options.path, options.mapBytes);
  } catch (failure) {
    const code = Number((failure as { code?: unknown }).code);
    if (code === CONTENT_ERRORS.version) throw new Unusable({ kind: 'version', detail: 'another version of lmdb' });
    if (code >= CONTENT_ERRORS.from && code <= CONTENT_ERRORS.to) {
      throw new Unusable({ kind: 'damaged', detail: `lmdb error ${code}` });
    }
    throw failure;
  }
}

/** Under a read transaction, so that no writer reuses a page while it is looked at. */
function checkPages(database: Database, path: string): void {
  const transaction = database.useReadTransaction();
  try {
    check(() => pageDamage(path));
  } finally {
    transaction.done();
  }
}

function check(look: () => Damage | undefined): void {
  let damage: Damage | undefined;
  for (let i = 0; i < LOOKS; i++) {
    damage = look();
    if (damage === undefined) return;
  }
  if (damage !== undefined) throw new Unusable(damage);
}

/** Reads what the file says of itself, or writes it. */
function createdOf(database: Database, createdMs: number): number {
  const found = database.getBinary(LAYOUT_KEY)?.toString();
  if (found === undefined) {
    const text = Buffer.from(`${LAYOUT} ${createdMs}`);
    database.transactionSync(() => database.putSync(LAYOUT_KEY, text));
    return createdMs;
  }
  const [, layout, created] = /^(\d+) (\d+)$/.exec(found) ?? [];
  if (layout === undefined) throw new Unusable({ kind: 'damaged', detail: 'its layout is not a number' });
  if (Number(layout) === LAYOUT) return Number(created);
  throw new Unusable({ kind: 'version', detail: `layout ${layout} instead of ${LAYOUT}` });
}

const markOf = (path: string): string => `${path}.whole`;

function removeMark(path: string): void {
  try {
    rmSync(markOf(path), { force: true });
  } catch {
    // Then the file's size and time contradict the mark as soon as it is written.
  }
}

/** Says that the file, as long as it has this size and time, needs no check. */
function markWhole(path: string, stats: Stats): void {
  try {
    writeFileSync(markOf(path), markText(stats), { mode: 0o600 });
  } catch {
    // Without the mark the next opening takes longer, no more.
  }
}

function isMarkedWhole(path: string, stats: Stats): boolean {
  try {
    return readFileSync(markOf(path), 'utf8') === markText(stats);
  } catch {
    return false;
  }
}

function markText(stats: Stats): string {
  return `${stats.size} ${stats.mtimeMs}\n`;
}
