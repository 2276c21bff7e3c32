// What `sqlc cache` shows and clears: the result cache and the file cache of a folder. Opens no database, so it works
// beside processes that have one open: both caches are made to be shared, and a query keeps the files it reads.

import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BIGINT, NVARCHAR_MAX } from '../arrow/sql-type.ts';
import { error } from '../common/errors.ts';
import type { ResultStream } from '../output/format.ts';
import { FileCache } from '../storage/file-cache.ts';
import { openResultCache } from '../udf/result-cache.ts';
import { cacheFolder, type Opening, openingSettings, resultsFolder } from './cache-folder.ts';
import type { Environment } from './declared-service.ts';
import { listing } from './listing.ts';

export const CACHE_NAMES = ['results', 'files'] as const;
export type CacheName = (typeof CACHE_NAMES)[number];

export interface CachesOptions extends Opening {
  readonly env: Environment;
  /** Told of damage that was found. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

interface Usage {
  readonly entries: number;
  readonly bytes: number;
  /** Milliseconds of the epoch; no answer is older. */
  readonly oldestMs?: number | undefined;
}

const MEGABYTE = 1024 * 1024;
const NOTHING: Usage = { entries: 0, bytes: 0 };

/**
 * A row for each cache: where it is, what it holds, how much it may hold.
 *
 * @throws SqlcError settings/*, output/write when a folder cannot be used
 */
export async function cacheStats(options: CachesOptions): Promise<ResultStream> {
  const caches = await settledCaches(options);
  const usage = await Promise.all(CACHE_NAMES.map((name) => used(caches, name, 'stats')));
  return listing([
    ['cache', NVARCHAR_MAX, CACHE_NAMES],
    ['folder', NVARCHAR_MAX, CACHE_NAMES.map((name) => caches.folders[name])],
    ['entries', BIGINT, usage.map(({ entries }) => BigInt(entries))],
    ['bytes', BIGINT, usage.map(({ bytes }) => BigInt(bytes))],
    ['limit_bytes', BIGINT, usage.map(() => BigInt(caches.limitBytes))],
    ['oldest', NVARCHAR_MAX, usage.map(({ oldestMs }) => (oldestMs === undefined ? null : isoTime(oldestMs)))],
  ]);
}

/** Empties caches; a row for each says what was removed. @throws SqlcError settings/*, output/write */
export async function clearCaches(names: readonly CacheName[], options: CachesOptions): Promise<ResultStream> {
  const caches = await settledCaches(options);
  const removed = await Promise.all(names.map((name) => used(caches, name, 'clear')));
  return listing([
    ['cache', NVARCHAR_MAX, names],
    ['folder', NVARCHAR_MAX, names.map((name) => caches.folders[name])],
    ['entries_removed', BIGINT, removed.map(({ entries }) => BigInt(entries))],
    ['bytes_removed', BIGINT, removed.map(({ bytes }) => BigInt(bytes))],
  ]);
}

interface Caches {
  readonly folders: Readonly<Record<CacheName, string>>;
  readonly limitBytes: number;
  readonly onNotice: CachesOptions['onNotice'];
}

async function settledCaches(options: CachesOptions): Promise<Caches> {
  const settings = await openingSettings(options, options.env);
  const folder = resolve(cacheFolder(options, settings, options.env));
  return {
    folders: { results: resultsFolder(folder), files: join(folder, 'files') },
    limitBytes: settings.cache_size_mb * MEGABYTE,
    onNotice: options.onNotice,
  };
}

async function used(caches: Caches, name: CacheName, action: 'stats' | 'clear'): Promise<Usage> {
  const { folders, limitBytes, onNotice } = caches;
  const folder = folders[name];
  if (!(await exists(folder))) return NOTHING;
  if (name === 'files') {
    const cache = new FileCache({ folder, limitBytes });
    const { files, bytes } = await (action === 'stats' ? cache.usage() : cache.clear());
    return { entries: files, bytes };
  }
  const cache = await openResultCache({ folder, limitBytes, onNotice });
  try {
    return cache[action]();
  } finally {
    await cache.close();
  }
}

/** Looking makes no folder. */
async function exists(folder: string): Promise<boolean> {
  try {
    await access(`${folder}/.`, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch (failure) {
    const code = (failure as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT') return false;
    const reasons: Readonly<Record<string, string>> = { EACCES: 'permission denied', ENOTDIR: 'it is not a folder' };
    throw error('output/write', { path: folder, reason: reasons[code] ?? code });
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '');
}
