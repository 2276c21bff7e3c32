// Answers that were paid for, kept on disk by key and shared by processes. Stands between the call operator and the
// folder of answers. It never fails a query: what it cannot do it leaves, and says so once.

import { accessSync, constants, mkdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { InternalError } from '../common/errors.ts';
import type { AnswerFile } from './answer-file.ts';
import { AnswerFolder } from './answer-folder.ts';
import { type CacheEntry, decodeEntry, EntryWriter } from './cache-entry.ts';
import type { CacheKey } from './cache-key.ts';
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
  readonly key: CacheKey;
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
  getMany(keys: readonly CacheKey[], options?: { readonly ttlMs?: number | undefined }): (Outcome | undefined)[];
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

/** Entries of one transaction, so that other processes and this one's event loop get their turn. */
const TRANSACTION_ENTRIES = 500;
const MAX_ENTRY_BYTES = 8 * 2 ** 20;
const SYNC_EVERY_MS = 5_000;
/** Errors of open files after which there is more wrong than a file. */
const MAX_DROPS = 3;

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

class FolderCache implements ResultCache {
  readonly #options: ResultCacheOptions;
  readonly #now: () => number;
  readonly #told = new Set<string>();
  readonly #writer = new EntryWriter();
  /** Undefined: neither read nor written. */
  #folder: AnswerFolder | undefined;
  #drops = 0;
  /** Not written yet; all of them come with `#writing`. */
  #waiting: CachePut[] = [];
  #writing: Promise<void> | undefined;
  #syncedAt = performance.now();
  #syncing: Promise<void> | undefined;

  constructor(options: ResultCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async open(): Promise<void> {
    const { folder, limitBytes } = this.#options;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      const lmdb = await import('lmdb');
      const onDamage = (text: string) => this.#tell('damage', text);
      this.#folder = new AnswerFolder({ lmdb, folder, limitBytes, now: this.#now, onDamage });
      this.#folder.look();
    } catch (failure) {
      this.#giveUp(failure);
    }
  }

  getMany(keys: readonly CacheKey[], options: { readonly ttlMs?: number | undefined } = {}): (Outcome | undefined)[] {
    const found = new Array<Outcome | undefined>(keys.length).fill(undefined);
    this.#attempt((folder) => {
      folder.look();
      const now = this.#now();
      const ttlMs = options.ttlMs ?? Number.POSITIVE_INFINITY;
      for (const [i, key] of keys.entries()) {
        const entry = this.#find(folder, key);
        if (entry === undefined) continue;
        const ageMs = Math.max(0, now - entry.writtenMs);
        if (ageMs <= ttlMs && ageMs <= (entry.ttlMs ?? Number.POSITIVE_INFINITY)) found[i] = entry.outcome;
      }
    });
    return found;
  }

  async putMany(entries: readonly CachePut[]): Promise<void> {
    const kept = entries.filter(({ outcome }) => outcome.ok || !outcome.error.retriable);
    if (kept.length === 0) return;
    this.#waiting = this.#waiting.concat(kept);
    this.#writing ??= this.#writeWaiting();
    await this.#writing;
  }

  /** Answers that arrived in one turn of the event loop share a transaction: it costs as much as ten of them. */
  async #writeWaiting(): Promise<void> {
    await setImmediate();
    const entries = this.#waiting;
    this.#waiting = [];
    this.#writing = undefined;
    for (let done = 0; done < entries.length; ) {
      if (done > 0) await setImmediate();
      const written = this.#write(entries, done);
      if (written === 0) return;
      done += written;
    }
    this.#syncNowAndThen();
  }

  stats(): ResultCacheStats {
    const { limitBytes } = this.#options;
    let stats: ResultCacheStats = { entries: 0, bytes: 0, limitBytes, oldestMs: undefined };
    this.#attempt((folder) => {
      folder.look();
      const entries = folder.files.reduce((sum, file) => sum + file.entries(), 0);
      const bytes = folder.files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const oldestMs = entries === 0 ? undefined : Math.min(...folder.files.map((file) => file.createdMs));
      stats = { entries, bytes, limitBytes, oldestMs };
    });
    return stats;
  }

  clear(): ResultCacheStats {
    const stats = this.stats();
    this.#attempt((folder) => folder.clear());
    return stats;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#syncing;
    for (const file of this.#folder?.files ?? []) {
      if (file.unsynced && file.state() === 'same') await sync(file);
    }
    this.#attempt((folder) => folder.close());
    this.#folder = undefined;
  }

  #find(folder: AnswerFolder, key: CacheKey): CacheEntry | undefined {
    for (const file of folder.files) {
      try {
        const bytes = file.get(key);
        if (bytes === undefined) continue;
        const entry = decodeEntry(key, bytes);
        if (entry !== undefined) return entry;
        file.distrust();
        this.#tell('entry', `answers in "${file.path}" of the result cache are damaged: they are asked again`);
      } catch (failure) {
        this.#drop(folder, file, failure);
        return undefined;
      }
    }
    return undefined;
  }

  /** One transaction. @returns how many entries are done with; 0 when no more can be kept */
  #write(entries: readonly CachePut[], from: number): number {
    let done = 0;
    this.#attempt((folder) => {
      let current: AnswerFile | undefined;
      try {
        folder.look();
        done = folder.write(Math.min(TRANSACTION_ENTRIES, entries.length - from), (file) => {
          current = file;
          return this.#fill(folder, file, entries, from);
        });
      } catch (failure) {
        if (failure instanceof InternalError) throw failure;
        const path = this.#options.folder;
        const reason = reasonOf(failure);
        this.#tell('write', `the result cache in "${path}" takes no answers (${reason}): new ones are not kept`);
        if (current !== undefined && !isDisk(failure)) this.#drop(folder, current, failure);
      }
    });
    return done;
  }

  #fill(folder: AnswerFolder, file: AnswerFile, entries: readonly CachePut[], from: number): number {
    const writtenMs = this.#now();
    const mostBytes = Math.min(MAX_ENTRY_BYTES, folder.shareBytes / 2);
    let room = folder.shareBytes / 4;
    let done = 0;
    file.write((put) => {
      while (done < TRANSACTION_ENTRIES && room > 0) {
        const entry = entries[from + done];
        if (entry === undefined) return;
        const bytes = this.#writer.encode(entry.key, { outcome: entry.outcome, writtenMs, ttlMs: entry.ttlMs });
        if (bytes.length <= mostBytes) {
          put(entry.key, bytes);
          room -= bytes.length;
        }
        done++;
      }
    });
    return done;
  }

  #drop(folder: AnswerFolder, file: AnswerFile, failure: unknown): void {
    const reason = reasonOf(failure);
    this.#tell('read', `"${file.path}" of the result cache cannot be used (${reason}): its answers may be asked again`);
    folder.drop(file);
    this.#drops++;
    if (this.#drops > MAX_DROPS) throw failure;
  }

  #syncNowAndThen(): void {
    const [newest] = this.#folder?.files ?? [];
    if (newest === undefined || !newest.unsynced || this.#syncing !== undefined) return;
    if (performance.now() - this.#syncedAt < SYNC_EVERY_MS) return;
    this.#syncing = sync(newest).then(() => {
      this.#syncedAt = performance.now();
      this.#syncing = undefined;
    });
  }

  /** A cache that cannot go on is none from then on. */
  #attempt(action: (folder: AnswerFolder) => void): void {
    if (this.#folder === undefined) return;
    try {
      action(this.#folder);
    } catch (failure) {
      if (failure instanceof InternalError) throw failure;
      this.#giveUp(failure);
    }
  }

  #giveUp(failure: unknown): void {
    const folder = this.#folder;
    this.#folder = undefined;
    const path = this.#options.folder;
    const reason = reasonOf(failure);
    this.#tell(
      'unusable',
      `the result cache in "${path}" cannot be used (${reason}): answers are neither found nor kept`,
    );
    try {
      folder?.close();
    } catch {
      // The end of the process closes it.
    }
  }

  #tell(kind: string, text: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#options.onNotice?.(text);
  }
}

async function sync(file: AnswerFile): Promise<void> {
  try {
    await file.sync();
  } catch {
    file.distrust();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk gives errors',
  ENOTDIR: 'it is not a folder',
  EEXIST: 'it is not a folder',
};
/** lmdb gives error numbers where the file system gives names. */
const NUMBERS: Readonly<Record<number, string>> = {
  5: 'EIO',
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

/** The transaction came to nothing, the file is as it was. */
function isDisk(failure: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EIO'].includes(codeOf(failure));
}
