// Opens lmdb environments of one file. Where lmdb leaves traps on the way (a lock file on a full disk), they are here.

import { randomUUID } from 'node:crypto';
import { linkSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import type * as lmdbModule from 'lmdb';
import type { CacheKey } from './cache-key.ts';

export type Lmdb = typeof lmdbModule;
export type Database = lmdbModule.RootDatabase<Uint8Array, CacheKey>;

/** What lmdb makes of its default of 126 readers. */
const LOCK_BYTES = 8_272;

export const lockOf = (path: string): string => `${path}-lock`;

export function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * Opens an environment, or makes it. Only while no other process opens, closes or writes it: lmdb's opening sets the
 * number of the newest transaction to what it read a moment before, which undoes a commit in between; and who closes
 * last destroys the locks that one who opens just then goes on to use.
 *
 * @param mapBytes address space to begin with; lmdb takes more when the file outgrows it
 * @throws errors of lmdb (`code` is its number) and of the file system
 */
export function openEnvironment(lmdb: Lmdb, path: string, mapBytes: number): Database {
  makeLockFile(path);
  const options = {
    path,
    permissionsMode: 0o600,
    mapSize: mapBytes,
    noSubdir: true,
    noSync: true,
    maxDbs: 1,
    encoding: 'binary' as const,
    keyEncoder: LATIN1,
  };
  return lmdb.open<Uint8Array, CacheKey>(options);
}

interface KeyEncoder {
  writeKey(key: CacheKey, target: Buffer, position: number): number;
  readKey(source: Buffer, start: number, end: number): CacheKey;
}

const LATIN1: KeyEncoder = {
  writeKey(key, target, position) {
    for (let i = 0; i < key.length; i++) target[position + i] = key.charCodeAt(i);
    return position + key.length;
  },
  readKey: (source, start, end) => source.toString('latin1', start, end),
};

/**
 * lmdb makes its lock file sparse and writes to it through a map: on a full disk that is SIGBUS. So it is made here,
 * whole, and appears at once.
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
