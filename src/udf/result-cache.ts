// Answers that were paid for, kept on disk by key and shared by processes. Stands between the call operator and the
// files of answers. It never fails a query: what it cannot do it leaves, and says so once.
//
// The folder holds numbered files. The highest is written; at an eighth of the limit the next is begun and the lowest
// deleted. So the oldest answers go, whole files at a time: room comes back to the disk, and deleting single entries
// from a tree of random keys would free hardly a page.

import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InternalError } from '../common/errors.ts';
import { AnswerFile, type DamagedFile, moveAnswerFile, removeAnswerFile } from './answer-file.ts';
import { type CacheEntry, EntryReader, EntryWriter } from './cache-entry.ts';
import type { Outcome } from './operation.ts';

export interface ResultCacheOptions {
  /** `<cache_dir>/results`; made when absent. On this machine, not on a network. */
  readonly folder: string;
  /** Bytes on disk; 0: nothing is kept. */
  readonly limitBytes: number;
  /** Milliseconds of the epoch; the clock by default. */
  readonly now?: (() => number) | undefined;
  /** Told once for each kind of trouble: a sentence for a person. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

export interface CachePut {
  /** As `cacheKeys` makes it. */
  readonly key: Uint8Array;
  readonly outcome: Outcome;
  /** How long the answer holds at most, for answers that name things a service forgets. */
  readonly ttlMs?: number | undefined;
}

export interface ResultCacheStats {
  readonly entries: number;
  /** Bytes on disk. */
  readonly bytes: number;
  readonly limitBytes: number;
  /** Milliseconds of the epoch; nothing in the cache was written before. Undefined when it is empty. */
  readonly oldestMs: number | undefined;
}

/** Answers by key, on disk. No method throws or rejects for trouble with the disk. */
export interface ResultCache {
  /**
   * What is known of these inputs, in their order; undefined: ask.
   *
   * @param options.ttlMs answers written longer ago count as unknown. One from the future, since clocks are set
   *   back, counts as written now.
   */
  getMany(keys: readonly Uint8Array[], options?: { readonly ttlMs?: number | undefined }): (Outcome | undefined)[];
  /**
   * Keeps answers and permanent refusals; retriable errors it leaves out. When it resolves, they survive the death
   * of this process; a power cut may take the last seconds.
   */
  putMany(entries: readonly CachePut[]): Promise<void>;
  stats(): ResultCacheStats;
  /** Forgets every answer, for every process, and what was moved aside as damaged. Says what there was. */
  clear(): ResultCacheStats;
  /** Brings everything to the disk. Afterwards nothing is found and nothing kept. */
  close(): Promise<void>;
}

const FILES = 8;
/** Entries of one transaction, so that other processes and this one's event loop get their turn. */
const TRANSACTION_ENTRIES = 500;
const MAX_ENTRY_BYTES = 8 * 2 ** 20;
const MIN_FILE_BYTES = 64 * 1024;
const SYNC_EVERY_MS = 5_000;
const TICK_MS = 50;
/** Errors of open files after which there is more wrong than a file. */
const MAX_DROPS = 3;
const NAME = /^answers-(\d{6,})\.mdb$/;

/**
 * Opens the cache of a folder. Loads lmdb (tens of milliseconds), so call it when the first answer is looked up.
 *
 * @returns a cache that finds and keeps nothing when the folder cannot be used; `onNotice` is told why
 */
export async function openResultCache(options: ResultCacheOptions): Promise<ResultCache> {
  const cache = new FolderCache(options);
  if (options.limitBytes > 0) await cache.open();
  return cache;
}

type Lmdb = typeof import('lmdb');

class FolderCache implements ResultCache {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #fileBytes: number;
  readonly #now: () => number;
  readonly #onNotice: (text: string) => void;
  readonly #told = new Set<string>();
  readonly #writer = new EntryWriter();
  readonly #reader = new EntryReader();
  /** Undefined: neither read nor written. */
  #lmdb: Lmdb | undefined;
  /** The newest first. */
  #files: { readonly number: number; readonly file: AnswerFile }[] = [];
  /** Modification time of the folder when its files were listed. */
  #listedMs = Number.NaN;
  #drops = 0;
  #syncedAt = performance.now();
  #syncing: Promise<void> | undefined;

  constructor(options: ResultCacheOptions) {
    this.#folder = options.folder;
    this.#limitBytes = options.limitBytes;
    // One more than files, because a file ends somewhat past its share.
    this.#fileBytes = Math.max(MIN_FILE_BYTES, Math.floor(options.limitBytes / (FILES + 1)));
    this.#now = options.now ?? Date.now;
    this.#onNotice = options.onNotice ?? (() => {});
  }

  async open(): Promise<void> {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      accessSync(this.#folder, constants.R_OK | constants.W_OK | constants.X_OK);
      this.#lmdb = await import('lmdb');
      this.#look();
    } catch (failure) {
      this.#giveUp(failure);
    }
  }

  getMany(keys: readonly Uint8Array[], options: { readonly ttlMs?: number | undefined } = {}): (Outcome | undefined)[] {
    const found = new Array<Outcome | undefined>(keys.length).fill(undefined);
    if (!this.#attempt(() => this.#look())) return found;
    const now = this.#now();
    const ttlMs = options.ttlMs ?? Number.POSITIVE_INFINITY;
    for (const [i, key] of keys.entries()) {
      const entry = this.#find(key);
      if (entry === undefined) continue;
      const ageMs = Math.max(0, now - entry.writtenMs);
      if (ageMs <= ttlMs && ageMs <= (entry.ttlMs ?? Number.POSITIVE_INFINITY)) found[i] = entry.outcome;
    }
    return found;
  }

  async putMany(entries: readonly CachePut[]): Promise<void> {
    const kept = entries.filter(({ outcome }) => outcome.ok || !outcome.error.retriable);
    for (let done = 0; done < kept.length; ) {
      if (done > 0) await setImmediate();
      const written = this.#write(kept, done);
      if (written === 0) return;
      done += written;
    }
    if (kept.length > 0) this.#syncNowAndThen();
  }

  stats(): ResultCacheStats {
    let stats = this.#nothing();
    this.#attempt(() => {
      this.#look();
      stats = this.#stats();
    });
    return stats;
  }

  clear(): ResultCacheStats {
    const stats = this.stats();
    this.#attempt(() => {
      for (const { number } of this.#files) this.#remove(number);
      for (const path of this.#setAside()) rmSync(path, { force: true });
    });
    return stats;
  }

  async close(): Promise<void> {
    await this.#syncing;
    for (const { file } of this.#files) {
      if (file.unsynced && file.state() === 'same') await file.sync().catch(() => file.distrust());
    }
    this.#closeFiles();
    this.#lmdb = undefined;
  }

  #nothing(): ResultCacheStats {
    return { entries: 0, bytes: 0, limitBytes: this.#limitBytes, oldestMs: undefined };
  }

  #stats(): ResultCacheStats {
    let entries = 0;
    let bytes = 0;
    for (const { file } of this.#files) {
      entries += file.entries();
      bytes += file.sizeBytes;
    }
    const oldestMs = entries === 0 ? undefined : Math.min(...this.#files.map(({ file }) => file.createdMs));
    return { entries, bytes, limitBytes: this.#limitBytes, oldestMs };
  }

  #find(key: Uint8Array): CacheEntry | undefined {
    for (const { number, file } of this.#files) {
      try {
        const bytes = file.get(key);
        if (bytes === undefined) continue;
        const entry = this.#reader.decode(key, bytes);
        if (entry !== undefined) return entry;
        file.distrust();
        this.#tell('entry', `answers in "${file.path}" are damaged: they are asked again`);
      } catch (failure) {
        this.#drop(number, failure);
        return undefined;
      }
    }
    return undefined;
  }

  /** One transaction. @returns how many entries are done with; 0 when no more can be kept */
  #write(entries: readonly CachePut[], from: number): number {
    let done = 0;
    let current: { readonly number: number; readonly file: AnswerFile } | undefined;
    try {
      this.#look();
      if (this.#lmdb === undefined) return 0;
      current = this.#current(this.#lmdb);
      const writtenMs = this.#now();
      let room = this.#fileBytes / 4;
      current.file.write((put) => {
        done = 0;
        while (done < TRANSACTION_ENTRIES && room > 0) {
          const entry = entries[from + done];
          if (entry === undefined) return;
          const bytes = this.#writer.encode(entry.key, { outcome: entry.outcome, writtenMs, ttlMs: entry.ttlMs });
          done++;
          room -= bytes.length;
          if (bytes.length <= Math.min(MAX_ENTRY_BYTES, this.#fileBytes / 2)) put(entry.key, bytes);
        }
      });
      return done;
    } catch (failure) {
      if (failure instanceof InternalError) throw failure;
      const reason = reasonOf(failure);
      this.#tell('write', `the result cache in "${this.#folder}" takes no answers (${reason}): new ones are not kept`);
      if (current !== undefined && !isFull(failure)) this.#drop(current.number, failure);
      return 0;
    }
  }

  /** The file to write to: with room. */
  #current(lmdb: Lmdb): { readonly number: number; readonly file: AnswerFile } {
    const [newest] = this.#files;
    if (newest !== undefined && newest.file.sizeBytes < this.#fileBytes) return newest;
    let bytes = this.#fileBytes;
    for (const { file } of this.#files) bytes += file.sizeBytes;
    for (const { number, file } of [...this.#files].reverse()) {
      if (bytes <= this.#limitBytes) break;
      bytes -= file.sizeBytes;
      this.#remove(number);
    }
    const number = (newest?.number ?? 0) + 1;
    this.#open(lmdb, number);
    const [made] = this.#files;
    if (made?.number !== number) throw new Error('a new file is damaged');
    return made;
  }

  /** Opens what other processes made and lets go of what they removed. */
  #look(): void {
    if (this.#lmdb === undefined) return;
    for (const { number, file } of this.#files) {
      const state = file.state();
      if (state === 'same') continue;
      if (state === 'cut') file.distrust();
      this.#forget(number);
      if (state === 'cut') this.#moveAside(number, { kind: 'damaged', detail: 'it was cut short', inode: file.inode });
    }
    const { mtimeMs } = statSync(this.#folder, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === this.#listedMs) return;
    if (mtimeMs === undefined) mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // Two changes within a tick of the file system's clock look like one, so a fresh time is not yet trusted.
    this.#listedMs = mtimeMs !== undefined && Date.now() - mtimeMs > TICK_MS ? mtimeMs : Number.NaN;
    const known = new Set(this.#files.map(({ number }) => number));
    for (const name of readdirSync(this.#folder)) {
      const number = Number(NAME.exec(name)?.[1]);
      if (Number.isNaN(number) || known.has(number)) continue;
      this.#open(this.#lmdb, number);
    }
  }

  #open(lmdb: Lmdb, number: number): void {
    const path = this.#path(number);
    const mapBytes = Math.ceil((this.#fileBytes * 2) / 2 ** 20) * 2 ** 20;
    const file = AnswerFile.open(lmdb, { path, mapBytes, createdMs: this.#now() });
    if (file instanceof AnswerFile) {
      this.#files.push({ number, file });
      this.#files.sort((a, b) => b.number - a.number);
    } else {
      this.#moveAside(number, file);
    }
  }

  #moveAside(number: number, damage: DamagedFile): void {
    const path = this.#path(number);
    const date = new Date(this.#now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const aside = `${this.#folder}.damaged-${date}`;
    // One is enough to look into; they are outside the limit.
    for (const earlier of this.#setAside()) rmSync(earlier, { force: true });
    if (!moveAnswerFile(path, aside, damage.inode)) return;
    const what = damage.kind === 'version' ? 'is of another version' : 'is damaged';
    this.#tell(
      'damage',
      `"${path}" of the result cache ${what} (${damage.detail}): it is now "${aside}", and its answers are asked again`,
    );
  }

  #setAside(): string[] {
    const prefix = `${basename(this.#folder)}.damaged-`;
    const names = readdirSync(dirname(this.#folder)).filter((name) => name.startsWith(prefix));
    return names.map((name) => join(dirname(this.#folder), name));
  }

  /** After an error that says nothing good of the file. */
  #drop(number: number, failure: unknown): void {
    const entry = this.#files.find((each) => each.number === number);
    if (entry === undefined) return;
    this.#drops++;
    if (this.#drops > MAX_DROPS) {
      this.#giveUp(failure);
      return;
    }
    entry.file.distrust();
    this.#forget(number);
    // Listed again at the next look, and then checked.
    this.#listedMs = Number.NaN;
    this.#tell(
      'read',
      `"${entry.file.path}" of the result cache cannot be read (${reasonOf(failure)}): its answers may be asked again`,
    );
  }

  #remove(number: number): void {
    this.#forget(number);
    removeAnswerFile(this.#path(number));
  }

  #forget(number: number): void {
    const entry = this.#files.find((each) => each.number === number);
    this.#files = this.#files.filter((each) => each.number !== number);
    entry?.file.close();
  }

  #closeFiles(): void {
    for (const { number } of this.#files) this.#forget(number);
  }

  #path(number: number): string {
    return join(this.#folder, `answers-${String(number).padStart(6, '0')}.mdb`);
  }

  #syncNowAndThen(): void {
    const [newest] = this.#files;
    if (newest === undefined || this.#syncing !== undefined) return;
    if (performance.now() - this.#syncedAt < SYNC_EVERY_MS) return;
    this.#syncing = newest.file
      .sync()
      .catch(() => newest.file.distrust())
      .finally(() => {
        this.#syncedAt = performance.now();
        this.#syncing = undefined;
      });
  }

  /** @returns false when there is no cache, or none any more */
  #attempt(action: () => void): boolean {
    if (this.#lmdb === undefined) return false;
    try {
      action();
      return true;
    } catch (failure) {
      this.#giveUp(failure);
      return false;
    }
  }

  #giveUp(failure: unknown): void {
    this.#closeFiles();
    this.#lmdb = undefined;
    const reason = reasonOf(failure);
    this.#tell(
      'unusable',
      `the result cache in "${this.#folder}" cannot be used (${reason}): answers are neither found nor kept`,
    );
  }

  #tell(kind: string, text: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#onNotice(text);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'it is not a folder',
  EEXIST: 'it is not a folder',
};
/** lmdb gives error numbers where the file system gives names. */
const NUMBERS: Readonly<Record<number, string>> = {
  1: 'EPERM',
  13: 'EACCES',
  28: 'ENOSPC',
  30: 'EROFS',
  122: 'EDQUOT',
};

function codeOf(failure: unknown): string {
  const code = (failure as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? (NUMBERS[code] ?? String(code)) : String(code ?? '');
}

function reasonOf(failure: unknown): string {
  const code = codeOf(failure);
  return REASONS[code] ?? (failure instanceof Error ? failure.message : code);
}

function isFull(failure: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(failure));
}
