// One file of the result cache: an lmdb environment of entries by key, shared by the processes that open it.
// Stands under the result cache, which decides which file is written and which is deleted. Knows no answers.
//
// Commits reach the kernel and not the disk (noSync): a killed process loses nothing, a power cut may tear the file.
// So a file that was not left whole is checked page by page before lmdb may touch it; `.whole` says which ones were.

import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { type Damage, headerDamage, pageDamage } from './lmdb-check.ts';

type Lmdb = typeof import('lmdb');
type Database = import('lmdb').RootDatabase<Uint8Array, Uint8Array>;

export interface AnswerFileOptions {
  readonly path: string;
  /** Address space to begin with; lmdb takes more when the file outgrows it. */
  readonly mapBytes: number;
  /** Milliseconds of the epoch: what a new file says of its age. */
  readonly createdMs: number;
}

export interface DamagedFile extends Damage {
  /** Of the file that was looked at; another process may have put a new one in its place. */
  readonly inode: number | undefined;
}

/** Changes when what stands in a file comes to stand differently; 16-byte keys never meet this one. */
const LAYOUT = 1;
const LAYOUT_KEY = new Uint8Array([0]);
/** What lmdb makes of its default of 126 readers. */
const LOCK_BYTES = 8_272;
/** A writer in another process may be in the middle of a header page while it is read. */
const LOOKS = 3;

export class AnswerFile {
  readonly path: string;
  readonly createdMs: number;
  readonly #database: Database;
  readonly #inode: number;
  #sizeBytes: number;
  #markedWhole: boolean;
  #trusted = true;
  #unsynced = false;

  private constructor(path: string, database: Database, found: { createdMs: number; stats: Stats; whole: boolean }) {
    this.path = path;
    this.createdMs = found.createdMs;
    this.#database = database;
    this.#inode = found.stats.ino;
    this.#sizeBytes = found.stats.size;
    this.#markedWhole = found.whole;
  }

  /**
   * Opens a file, or makes it.
   *
   * @returns what is wrong when its contents cannot be used
   * @throws what the file system throws
   */
  static open(lmdb: Lmdb, options: AnswerFileOptions): AnswerFile | DamagedFile {
    const inode = statsOf(options.path)?.ino;
    const opened = AnswerFile.#open(lmdb, options);
    return opened instanceof AnswerFile ? opened : { ...opened, inode };
  }

  static #open(lmdb: Lmdb, options: AnswerFileOptions): AnswerFile | Damage {
    const { path } = options;
    const before = statsOf(path);
    const whole = before === undefined || before.size === 0 || isMarkedWhole(path, before);
    if (!whole) {
      const damage = look(() => headerDamage(path));
      if (damage !== undefined) return damage;
    }
    makeLockFile(path);
    const opened = openDatabase(lmdb, options);
    if ('kind' in opened) return opened;
    try {
      if (before !== undefined && !whole) {
        const damage = checkPages(opened, path);
        if (damage !== undefined) {
          opened.close();
          return damage;
        }
        markWhole(path, before);
      }
      const layout = layoutOf(opened, options.createdMs);
      if (layout.layout !== LAYOUT) {
        opened.close();
        return { kind: 'version', detail: `layout ${layout.layout} instead of ${LAYOUT}` };
      }
      return new AnswerFile(path, opened, { createdMs: layout.createdMs, stats: statSync(path), whole });
    } catch (failure) {
      opened.close();
      throw failure;
    }
  }

  get inode(): number {
    return this.#inode;
  }

  /** What other processes did to the path meanwhile. `cut`: pages we have mapped are gone; touching them ends us. */
  state(): 'same' | 'replaced' | 'cut' {
    const stats = statsOf(this.path);
    if (stats === undefined || stats.ino !== this.#inode) return 'replaced';
    if (stats.size < this.#sizeBytes) return 'cut';
    this.#sizeBytes = stats.size;
    return 'same';
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  entries(): number {
    const { entryCount } = this.#database.getStats() as { entryCount: number };
    return entryCount - 1;
  }

  /** Bytes that are good until the next call. */
  get(key: Uint8Array): Buffer | undefined {
    const found = this.#database.getBinaryFast(key);
    // lmdb gives its one buffer with a length of its own, which native functions do not see.
    return found === undefined ? undefined : Buffer.from(found.buffer, found.byteOffset, found.length);
  }

  /** One transaction; when it returns, the death of this process loses nothing of it. */
  write(put: (put: (key: Uint8Array, value: Uint8Array) => void) => void): void {
    if (this.#markedWhole) rmSync(markOf(this.path), { force: true });
    this.#markedWhole = false;
    this.#unsynced = true;
    this.#database.transactionSync(() => put((key, value) => this.#database.putSync(key, value)));
    this.#sizeBytes = Math.max(this.#sizeBytes, statsOf(this.path)?.size ?? 0);
  }

  get unsynced(): boolean {
    return this.#unsynced;
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
    rmSync(markOf(this.path), { force: true });
  }

  close(): void {
    this.#database.close();
    const stats = statsOf(this.path);
    if (!this.#trusted || this.#unsynced || this.#markedWhole) return;
    if (stats?.ino === this.#inode && stats.size >= this.#sizeBytes) markWhole(this.path, stats);
  }
}

/** Removes a file for every process: those that have it open keep what they see until they look again. */
export function removeAnswerFile(path: string): void {
  for (const each of [markOf(path), path, lockOf(path)]) rmSync(each, { force: true });
}

/**
 * @returns false when the file is not there any more, or is another one
 * @throws what the file system throws
 */
export function moveAnswerFile(path: string, to: string, inode: number | undefined): boolean {
  if (inode === undefined || statsOf(path)?.ino !== inode) return false;
  rmSync(markOf(path), { force: true });
  renameSync(path, to);
  rmSync(lockOf(path), { force: true });
  return true;
}

function openDatabase(lmdb: Lmdb, { path, mapBytes }: AnswerFileOptions): Database | Damage {
  try {
    return lmdb.open<Uint8Array, Uint8Array>({
      path,
      mapSize: mapBytes,
      noSubdir: true,
      noSync: true,
      maxDbs: 1,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
  } catch (failure) {
    const code = (failure as { code?: unknown }).code;
    if (code === -30_794) return { kind: 'version', detail: 'another version of lmdb' };
    // -30793: not an lmdb file; the rest of its range stands for contents that contradict each other.
    if (typeof code === 'number' && code < -30_700) return { kind: 'damaged', detail: `lmdb error ${code}` };
    throw failure;
  }
}

/** Under a read transaction, so that no writer reuses a page while it is looked at. */
function checkPages(database: Database, path: string): Damage | undefined {
  const transaction = database.useReadTransaction();
  try {
    return look(() => pageDamage(path));
  } finally {
    transaction.done();
  }
}

function look(once: () => Damage | undefined): Damage | undefined {
  let damage: Damage | undefined;
  for (let i = 0; i < LOOKS; i++) {
    damage = once();
    if (damage === undefined) return undefined;
  }
  return damage;
}

function layoutOf(database: Database, createdMs: number): { readonly layout: number; readonly createdMs: number } {
  const found = database.getBinary(LAYOUT_KEY);
  if (found !== undefined) return JSON.parse(found.toString()) as { layout: number; createdMs: number };
  const layout = { layout: LAYOUT, createdMs };
  database.transactionSync(() => database.putSync(LAYOUT_KEY, Buffer.from(JSON.stringify(layout))));
  return layout;
}

/**
 * lmdb makes its lock file sparse and writes to it through a map: on a full disk that is SIGBUS. So it is made here,
 * whole, and appears at once, since another process may be opening it.
 */
function makeLockFile(path: string): void {
  if (statsOf(lockOf(path)) !== undefined) return;
  const draft = `${lockOf(path)}.${randomUUID()}`;
  try {
    writeFileSync(draft, new Uint8Array(LOCK_BYTES), { mode: 0o600 });
    linkSync(draft, lockOf(path));
  } catch (failure) {
    const code = (failure as NodeJS.ErrnoException).code;
    // Another process was faster, or the file system has no links: then lmdb makes its own.
    if (!['EEXIST', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code ?? '')) throw failure;
  } finally {
    rmSync(draft, { force: true });
  }
}

const lockOf = (path: string): string => `${path}-lock`;
const markOf = (path: string): string => `${path}.whole`;

/** Says that the file, as long as it has this size and time, needs no check. */
function markWhole(path: string, stats: Stats): void {
  try {
    writeFileSync(markOf(path), whole(stats), { mode: 0o600 });
  } catch {
    // Without the mark the next opening takes longer, no more.
  }
}

function isMarkedWhole(path: string, stats: Stats): boolean {
  try {
    return readFileSync(markOf(path), 'utf8') === whole(stats);
  } catch {
    return false;
  }
}

function whole(stats: Stats): string {
  return `${stats.size} ${stats.mtimeMs}\n`;
}

function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
