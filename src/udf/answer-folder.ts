// The files of the result cache in their folder: which are open, which is written, which goes. Stands between the
// result cache and one file. Knows no answers; its errors are the result cache's to swallow.
//
// The files are numbered. The highest is written; when it has its share of the limit the next is begun and the lowest
// deleted. So the oldest answers go, whole files at a time: room comes back to the disk, and deleting single entries
// from a tree of random keys would free hardly a page.

import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AnswerFile, type DamagedFile, moveAnswerFile, removeAnswerFile } from './answer-file.ts';
import { CacheGate } from './cache-gate.ts';
import type { Lmdb } from './lmdb-environment.ts';

export interface AnswerFolderOptions {
  readonly lmdb: Lmdb;
  /** Exists, and can be written. */
  readonly folder: string;
  readonly limitBytes: number;
  readonly now: () => number;
  readonly onDamage: (text: string) => void;
}

const MOST_FILES = 8;
/** Below, a file is mostly pages that are free until the next transaction. */
const GOOD_FILE_BYTES = 4 * 2 ** 20;
const LEAST_FILE_BYTES = 64 * 1024;
/** The lock and the mark of a file. */
const OVERHEAD_BYTES = 16_384;
/** Room a transaction may take: the pages it copies, whatever it puts on them. */
const SPARE_BYTES = 256 * 1024;
const ENTRY_SPARE_BYTES = 8 * 1024;
const TICK_MS = 50;
const NAME = /^answers-(\d{6,})\.mdb$/;

/** Found before lmdb finds it, which would say so on standard error. */
export class DiskFull extends Error {
  readonly code = 'ENOSPC';
}

export class AnswerFolder {
  /** At which size a file has its share. */
  readonly shareBytes: number;
  readonly #options: AnswerFolderOptions;
  readonly #gate: CacheGate;
  #files: readonly AnswerFile[] = [];
  /** Modification time of the folder when its files were listed. */
  #listedMs = Number.NaN;

  constructor(options: AnswerFolderOptions) {
    const files = Math.min(MOST_FILES, Math.max(2, Math.floor(options.limitBytes / GOOD_FILE_BYTES)));
    // One more, for the ends past a file's share.
    this.shareBytes = Math.max(LEAST_FILE_BYTES, Math.floor(options.limitBytes / (files + 1)));
    this.#options = options;
    this.#gate = new CacheGate(options.lmdb, join(options.folder, 'gate.mdb'));
  }

  /** Open files, the newest first. */
  get files(): readonly AnswerFile[] {
    return this.#files;
  }

  /** Opens what other processes made and lets go of what they removed. Cheap when they did nothing. */
  look(): void {
    const { folder } = this.#options;
    const modifiedMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    if (modifiedMs === undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const file of this.#files) {
      const state = file.state();
      if (state === 'same') continue;
      if (state === 'cut') file.distrust();
      this.#forget(file);
      if (state === 'cut')
        this.#moveAside(file.number, { kind: 'damaged', detail: 'it was cut short', inode: file.inode });
    }
    if (modifiedMs === this.#listedMs) return;
    // Two changes within a tick of the file system's clock look like one, so a fresh time is not yet trusted.
    this.#listedMs = modifiedMs !== undefined && Date.now() - modifiedMs > TICK_MS ? modifiedMs : Number.NaN;
    const known = new Set(this.#files.map(({ number }) => number));
    for (const name of readdirSync(folder)) {
      const number = Number(NAME.exec(name)?.[1]);
      if (!Number.isNaN(number) && !known.has(number)) this.#open(number, false);
    }
  }

  /**
   * Runs `write` on the file that has room, while no other process writes. After `look`.
   *
   * @param entries how many it will put
   * @throws DiskFull; what `write` throws
   */
  write<T>(entries: number, write: (file: AnswerFile) => T): T {
    const { bavail, bsize } = statfsSync(this.#options.folder);
    if (bavail * bsize < SPARE_BYTES + entries * ENTRY_SPARE_BYTES) throw new DiskFull();
    return this.#gate.hold(() => write(this.#current()));
  }

  /** After an error that says nothing good of a file: it is listed again at the next look, and then checked. */
  drop(file: AnswerFile): void {
    file.distrust();
    this.#forget(file);
    this.#listedMs = Number.NaN;
  }

  /** Deletes every file, for every process, and what was moved aside. */
  clear(): void {
    this.#gate.hold(() => {
      for (const file of this.#files) this.#remove(file);
      this.#removeSetAside();
    });
  }

  close(): void {
    for (const file of this.#files) this.#forget(file);
    this.#gate.close();
  }

  /** Inside the gate. */
  #current(): AnswerFile {
    const [newest] = this.#files;
    if (newest?.state() === 'same' && newest.sizeBytes < this.shareBytes) return newest;
    // The new file ends past its share, by a transaction at most.
    let bytes = this.shareBytes * 1.5;
    for (const { sizeBytes } of this.#files) bytes += sizeBytes + OVERHEAD_BYTES;
    for (const file of [...this.#files].reverse()) {
      if (bytes <= this.#options.limitBytes) break;
      bytes -= file.sizeBytes + OVERHEAD_BYTES;
      this.#remove(file);
    }
    const number = (newest?.number ?? 0) + 1;
    this.#open(number, true);
    const [made] = this.#files;
    if (made?.number !== number) throw new Error('a new file is damaged');
    return made;
  }

  #open(number: number, make: boolean): void {
    const { lmdb, now } = this.#options;
    const mapBytes = Math.ceil((this.shareBytes * 2) / 2 ** 20) * 2 ** 20;
    const path = this.#path(number);
    const file = AnswerFile.open({ lmdb, gate: this.#gate, path, number, mapBytes, make, createdMs: now() });
    if (file instanceof AnswerFile) this.#files = [...this.#files, file].sort((a, b) => b.number - a.number);
    else if (file !== undefined) this.#moveAside(number, file);
  }

  #moveAside(number: number, damage: DamagedFile): void {
    const path = this.#path(number);
    const date = new Date(this.#options.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const aside = `${this.#options.folder}.damaged-${date}`;
    const moved = this.#gate.hold(() => {
      // One is enough to look into; they are outside the limit.
      this.#removeSetAside();
      return moveAnswerFile(path, aside, damage.inode);
    });
    if (!moved) return;
    const what = damage.kind === 'version' ? 'is of another version' : 'is damaged';
    this.#options.onDamage(
      `"${path}" of the result cache ${what} (${damage.detail}): it is now "${aside}", and its answers are asked again`,
    );
  }

  #removeSetAside(): void {
    const { folder } = this.#options;
    const prefix = `${basename(folder)}.damaged-`;
    for (const name of readdirSync(dirname(folder))) {
      if (name.startsWith(prefix)) rmSync(join(dirname(folder), name), { force: true });
    }
  }

  #remove(file: AnswerFile): void {
    this.#forget(file);
    removeAnswerFile(file.path);
  }

  #forget(file: AnswerFile): void {
    this.#files = this.#files.filter((each) => each !== file);
    file.close();
  }

  #path(number: number): string {
    return join(this.#options.folder, `answers-${String(number).padStart(6, '0')}.mdb`);
  }
}
