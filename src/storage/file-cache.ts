// Versions of blobs as files on this machine, shared by the processes that name the same folder.
// A version is a name (the digest of what identifies it), so a file is complete and right or absent: it is written
// aside and renamed. Knows nothing of Azure.
//
// Evicting a name must not take a file from a query that has yet to open it, in any process. So a query reads hard
// links in a folder of its own (a lease): `blobs/` may lose the name, the bytes live until the lease is released.

import { createHash, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { error, invariant, SqlcError } from '../common/errors.ts';
import { CacheLease, type Lease } from './cache-lease.ts';
import { cancellation, throwIfCancelled } from './cancellation.ts';
import { extensionsOf } from './folder-rules.ts';

/** What identifies the bytes of a blob. */
export interface CacheKey {
  /** The endpoint with the account, so that emulators that share an account name stay apart. */
  readonly account: string;
  readonly container: string;
  readonly key: string;
  readonly version?: string | undefined;
  readonly etag: string;
  readonly lengthBytes: number;
}

export interface FileCacheOptions {
  /** Made when the first file is; this process and its user alone may read it. */
  readonly folder: string;
  /** Files in use by queries come on top, until they are released. */
  readonly limitBytes: number;
  /** Whether `close` removes the folder. */
  readonly temporary?: boolean;
}

export interface CacheUsage {
  readonly files: number;
  readonly bytes: number;
}

/** Writes bytes at an offset of the file being filled. */
export type WriteAt = (bytes: Uint8Array, offset: number) => Promise<void>;

interface Entry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly usedMs: number;
  readonly shared: boolean;
}

const HEARTBEAT_MS = 60_000;
/** Past this without a heartbeat, the process that held a lease is gone. */
const LEASE_DEAD_MS = 10 * HEARTBEAT_MS;
/** Past this without a write, a part belongs to nobody. */
const PART_DEAD_MS = 3_600_000;
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

export class FileCache {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #temporary: boolean;
  readonly #leases = new Set<CacheLease>();
  readonly #filling = new Map<string, Promise<string>>();
  #heartbeat: NodeJS.Timeout | undefined;
  #trimming: Promise<void> = Promise.resolve();
  /** Bytes known or promised since the last look at the folder; other processes' show at the next look. */
  #usedBytes = Number.POSITIVE_INFINITY;
  #promisedBytes = 0;
  /** Written since the last look at the folder. */
  #newBytes = 0;
  #ready: Promise<void> | undefined;

  constructor(options: FileCacheOptions) {
    this.#folder = options.folder;
    this.#limitBytes = options.limitBytes;
    this.#temporary = options.temporary ?? false;
  }

  get #blobs(): string {
    return join(this.#folder, 'blobs');
  }

  /** Starts the use of files by one query. Nothing touches the disk before the first file. */
  lease(): Lease {
    return this.#newLease();
  }

  /**
   * The file of a version, filled by `fill` when it is not there yet. One filling at a time for a version and process.
   *
   * @param fill writes exactly `key.lengthBytes` bytes.
   * @throws SqlcError `output/write`, `exec/disk-full`, `exec/cancelled`; what `fill` throws.
   */
  async obtain(
    key: CacheKey,
    options: { readonly lease: Lease; readonly signal?: AbortSignal | undefined },
    fill: (write: WriteAt) => Promise<void>,
  ): Promise<{ readonly path: string; readonly hit: boolean }> {
    const lease = this.#own(options.lease);
    const name = nameOf(key);
    await this.#prepare();
    for (;;) {
      throwIfCancelled(options.signal);
      const found = await this.#adopt(lease, name, key.lengthBytes);
      if (found !== undefined) return { path: found, hit: true };
      const other = this.#filling.get(name);
      if (other === undefined) break;
      // If the other one fails, its reason may be its own (cancelled), so the loop then tries itself.
      await settled(other, options.signal);
    }
    const filling = this.#fill(lease, name, key.lengthBytes, fill);
    this.#filling.set(name, filling);
    try {
      return { path: await filling, hit: false };
    } finally {
      this.#filling.delete(name);
    }
  }

  /** A path without glob characters for a file that stays where it is. */
  async alias(path: string, lease: Lease): Promise<string> {
    await this.#prepare();
    const owner = this.#own(lease);
    const name = `${createHash('sha256').update(path).digest('hex')}${extensionsOf(path)}`;
    const alias = join(await owner.folder(), name);
    await symlink(path, alias).catch((failure: unknown) => {
      if (codeOf(failure) !== 'EEXIST') throw this.#diskError(failure);
    });
    return alias;
  }

  async usage(): Promise<CacheUsage> {
    const entries = await this.#entries();
    return { files: entries.length, bytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) };
  }

  /** Forgets every file; queries that run keep theirs. Says what was removed. */
  async clear(): Promise<CacheUsage> {
    const entries = await this.#entries();
    for (const entry of entries) await rm(join(this.#blobs, entry.name), { force: true });
    this.#usedBytes = Number.POSITIVE_INFINITY;
    return { files: entries.length, bytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) };
  }

  /** Waits for what is being filled and releases every lease. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#filling.values());
    for (const lease of [...this.#leases]) await lease.release();
    if (this.#temporary && this.#ready !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #adopt(lease: CacheLease, name: string, lengthBytes: number): Promise<string | undefined> {
    const shared = join(this.#blobs, name);
    const mine = join(await lease.folder(), name);
    if (lease.names.has(name) && (await sizeOf(mine)) === lengthBytes) return mine;
    const path = await linkOrSame(shared, mine);
    if (path === undefined) return undefined;
    const size = await sizeOf(path);
    if (size !== lengthBytes) {
      await Promise.all([rm(mine, { force: true }), rm(shared, { force: true })]);
      return undefined;
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    lease.names.add(name);
    return path;
  }

  async #fill(
    lease: CacheLease,
    name: string,
    lengthBytes: number,
    fill: (write: WriteAt) => Promise<void>,
  ): Promise<string> {
    const shared = join(this.#blobs, name);
    const part = `${shared}.${randomUUID()}.part`;
    const mine = join(await lease.folder(), name);
    const keep = lengthBytes <= this.#limitBytes;
    lease.names.add(name);
    this.#promisedBytes += lengthBytes;
    try {
      if (keep) await this.#makeRoom(lengthBytes);
      await this.#write(part, lengthBytes, fill);
      // Larger than the whole cache: it belongs to this query alone.
      if (!keep) {
        await rename(part, mine);
        return mine;
      }
      const path = await linkOrSame(part, mine);
      await rename(part, shared);
      this.#usedBytes += lengthBytes;
      this.#newBytes += lengthBytes;
      return path === part || path === undefined ? shared : path;
    } catch (failure) {
      await rm(part, { force: true });
      throw this.#diskError(failure);
    } finally {
      this.#promisedBytes -= lengthBytes;
    }
  }

  async #write(part: string, lengthBytes: number, fill: (write: WriteAt) => Promise<void>): Promise<void> {
    const file = await open(part, 'wx', 0o600);
    try {
      await fill(async (bytes, offset) => {
        await file.write(bytes, 0, bytes.length, offset).catch((failure: unknown) => {
          throw this.#diskError(failure);
        });
      });
      const { size } = await file.stat();
      invariant(size === lengthBytes, `cache file of ${size} bytes instead of ${lengthBytes}`);
      // After a power cut a renamed file may have its length and none of its bytes, which no later check would see.
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const fits = this.#usedBytes + this.#promisedBytes <= this.#limitBytes;
    if (!fits || this.#newBytes + bytes > this.#limitBytes / 8) await this.#trim();
  }

  /** Removes the longest unused files that no query reads, until the rest and what is promised fit. */
  #trim(): Promise<void> {
    this.#trimming = this.#trimming.then(async () => {
      const entries = (await this.#entries()).sort((a, b) => a.usedMs - b.usedMs || (a.name < b.name ? -1 : 1));
      let used = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
      for (const entry of entries) {
        if (used + this.#promisedBytes <= this.#limitBytes) break;
        if (entry.shared || this.#isLeased(entry.name)) continue;
        await rm(join(this.#blobs, entry.name), { force: true });
        used -= entry.sizeBytes;
      }
      this.#usedBytes = used;
      this.#newBytes = 0;
    });
    return this.#trimming;
  }

  async #entries(): Promise<Entry[]> {
    const names = await readdir(this.#blobs).catch(() => []);
    const found: Entry[] = [];
    for (const name of names) {
      if (name.endsWith('.part')) continue;
      const stats = await stat(join(this.#blobs, name)).catch(() => undefined);
      if (stats === undefined) continue;
      found.push({ name, sizeBytes: stats.size, usedMs: stats.mtimeMs, shared: stats.nlink > 1 });
    }
    return found;
  }

  #isLeased(name: string): boolean {
    for (const lease of this.#leases) if (lease.names.has(name)) return true;
    return false;
  }

  #prepare(): Promise<void> {
    this.#ready ??= this.#makeFolders().catch((failure: unknown) => {
      this.#ready = undefined;
      throw this.#diskError(failure);
    });
    return this.#ready;
  }

  async #makeFolders(): Promise<void> {
    for (const folder of [this.#folder, this.#blobs, join(this.#folder, 'use')]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
    }
    await this.#sweep(this.#blobs, PART_DEAD_MS, (name) => name.endsWith('.part'));
    await this.#sweep(join(this.#folder, 'use'), LEASE_DEAD_MS, () => true);
  }

  /** What processes that ended badly left behind. */
  async #sweep(folder: string, deadMs: number, mine: (name: string) => boolean): Promise<void> {
    const before = Date.now() - deadMs;
    for (const name of await readdir(folder)) {
      if (!mine(name)) continue;
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      if (stats !== undefined && stats.mtimeMs < before) await rm(path, { recursive: true, force: true });
    }
  }

  #newLease(): CacheLease {
    const path = join(this.#folder, 'use', randomUUID());
    const lease = new CacheLease(path, async (released) => {
      this.#leases.delete(released);
      if (this.#leases.size === 0) this.#stopHeartbeat();
      if (released.names.size > 0 && this.#usedBytes > this.#limitBytes) await this.#trim();
    });
    this.#leases.add(lease);
    this.#heartbeat ??= setInterval(() => {
      const now = new Date();
      for (const open of this.#leases) open.touch(now);
    }, HEARTBEAT_MS).unref();
    return lease;
  }

  #own(lease: Lease): CacheLease {
    if (lease instanceof CacheLease && this.#leases.has(lease)) return lease;
    throw error('exec/closed', {});
  }

  #stopHeartbeat(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  #diskError(failure: unknown): unknown {
    if (failure instanceof SqlcError) return failure;
    const code = codeOf(failure);
    if (code === undefined) return failure;
    const path = this.#folder;
    if (code === 'ENOSPC' || code === 'EDQUOT') return error('exec/disk-full', { path });
    return error('output/write', { path, reason: code === 'EACCES' ? 'permission denied' : code });
  }
}

/**
 * Links `from` as `to`. On file systems without hard links `from` itself is used: then only the files of this
 * process are safe from eviction. Undefined when `from` does not exist.
 */
async function linkOrSame(from: string, to: string): Promise<string | undefined> {
  try {
    await link(from, to);
    return to;
  } catch (failure) {
    const code = codeOf(failure);
    if (code === 'ENOENT') return undefined;
    if (code === 'EEXIST') return to;
    if (code !== undefined && NO_LINKS.has(code)) return from;
    throw failure;
  }
}

function nameOf(key: CacheKey): string {
  const parts = [key.account, key.container, key.key, key.version ?? '', key.etag, key.lengthBytes];
  // Readers tell compression by the extension, so the name keeps it.
  return `${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}${extensionsOf(key.key)}`;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (stats) => stats.size,
    () => undefined,
  );
}

async function settled(other: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await other.catch(() => undefined);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const cancelled = () => reject(cancellation(signal));
    signal.addEventListener('abort', cancelled, { once: true });
    const done = () => {
      signal.removeEventListener('abort', cancelled);
      resolve();
    };
    other.then(done, done);
  });
}

function codeOf(failure: unknown): string | undefined {
  const code = (failure as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
