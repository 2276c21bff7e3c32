// The storage room's front: what files a location holds, and a path on this machine for each that DuckDB can open.
// Opened once per engine. Local files are read in place; blobs come whole through the file cache.

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { error } from '../common/errors.ts';
import { DEFAULT_PATIENCE, type Patience } from './attempt.ts';
import { BlobContainer, type BlobVersion } from './blob-container.ts';
import { blobMissing } from './blob-error.ts';
import type { Lease } from './cache-lease.ts';
import { inParallel, withLinked } from './cancellation.ts';
import { StorageCredential } from './credential.ts';
import { FileCache } from './file-cache.ts';
import { inByteOrder, isHidden } from './folder-rules.ts';
import { Gate } from './gate.ts';
import { listLocal, localError, statOf } from './local-files.ts';
import { type BlobLocation, displayLocation, type Location } from './location.ts';

/** The storage part of a run report; counted up by every call it is passed to. */
export interface StorageStats {
  /** HTTP requests sent, repeats included. */
  requests: number;
  /** Bytes of blobs received, repeats included. */
  bytesFetched: number;
  bytesFromCache: number;
  /** Files handed out by `fetch`, local ones included. */
  files: number;
}

export interface StorageOptions {
  /** `cache_dir`; without one, a temporary folder that lives as long as the storage. */
  readonly cacheDir?: string | undefined;
  /** `cache_size_mb` in bytes. */
  readonly cacheLimitBytes?: number | undefined;
  readonly patience?: Partial<Patience> | undefined;
  /** Blobs asked for in one listing request; the service's limit by default. */
  readonly pageSize?: number | undefined;
  /** Blobs larger than this are fetched in parts of this size, several at once. */
  readonly partBytes?: number | undefined;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly stats?: StorageStats | undefined;
}

export interface ListOptions extends ReadOptions {
  readonly credential?: StorageCredential | undefined;
  /** Whether files of folders below count (PolyBase: yes, the default). */
  readonly recursive?: boolean | undefined;
}

export interface FetchOptions extends ReadOptions {
  /** Keeps the paths good until it is released; without one, until the storage is closed. */
  readonly lease?: Lease | undefined;
}

/** One file of a location, as it was when it was listed. */
export interface StoredFile {
  /** For people: an absolute path, or `wasbs://…`; without secrets. */
  readonly location: string;
  /** Below the folder that was listed; the name for a single file. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Blobs only, without quotes. */
  readonly etag?: string;
  readonly lastModified: Date;
  readonly source: FileSource;
}

/** Where the bytes are; for the storage room alone. */
export type FileSource =
  | { readonly kind: 'local'; readonly path: string; readonly modifiedMs: number }
  | { readonly kind: 'blob'; readonly location: BlobLocation; readonly credential: StorageCredential };

const REQUESTS_AT_ONCE = 8;
const CACHE_LIMIT_BYTES = 4_096 * 1_048_576;
const PART_BYTES = 8 * 1_048_576;
const PAGE_SIZE = 5_000;
// DuckDB reads `a[1].csv` as a pattern and silently opens `a1.csv`.
const GLOB_CHARACTERS = /[*?[\]{}]/;

export function newStorageStats(): StorageStats {
  return { requests: 0, bytesFetched: 0, bytesFromCache: 0, files: 0 };
}

export class Storage {
  readonly #options: StorageOptions;
  readonly #patience: Patience;
  readonly #cache: FileCache;
  readonly #gate = new Gate(REQUESTS_AT_ONCE);
  readonly #loopbackAgent = new Agent({ keepAlive: true });
  readonly #calls = new Set<AbortController>();
  readonly #ownLease: Lease;
  #closed = false;

  /** The folder all paths of blobs are in; DuckDB needs access to it. Local files are elsewhere. */
  readonly cacheFolder: string;

  constructor(options: StorageOptions = {}) {
    const temporary = options.cacheDir === undefined;
    this.#options = options;
    this.#patience = { ...DEFAULT_PATIENCE, ...options.patience };
    this.cacheFolder = temporary ? join(tmpdir(), `sqlc-files-${randomUUID()}`) : join(options.cacheDir ?? '', 'files');
    this.#cache = new FileCache({
      folder: this.cacheFolder,
      limitBytes: options.cacheLimitBytes ?? CACHE_LIMIT_BYTES,
      temporary,
    });
    this.#ownLease = this.#cache.lease();
  }

  /**
   * The files of a location in ascending byte order of `path`. A folder's files are those below it, except names that
   * start with `_` or `.` and what is in such folders; a location that names a file is that file, whatever its name.
   *
   * @throws SqlcError `storage/missing`, `storage/access`, `storage/unavailable`, `storage/unreadable`;
   *   `exec/cancelled`.
   */
  async list(location: Location, options: ListOptions = {}): Promise<StoredFile[]> {
    return this.#call(options.signal, async (signal) => {
      const files =
        location.kind === 'local'
          ? await this.#listLocal(location.path, options, signal)
          : await this.#listBlobs(location, options, signal);
      return inByteOrder(files, (file) => file.path);
    });
  }

  /**
   * An absolute path of the whole file, with its extensions and without glob characters. A blob of which the cache has
   * this version costs no request.
   *
   * @throws SqlcError `storage/changed` when the blob is no longer what was listed; `storage/missing`,
   *   `storage/access`, `storage/unavailable`, `storage/unreadable`; `output/write`, `exec/disk-full`;
   *   `exec/cancelled`.
   */
  async fetch(file: StoredFile, options: FetchOptions = {}): Promise<string> {
    return this.#call(options.signal, (signal) => this.#fetch(file, options, signal));
  }

  /** `fetch` for many, several at once; paths in the order of `files`. The first failure stops the others. */
  async fetchAll(files: readonly StoredFile[], options: FetchOptions = {}): Promise<string[]> {
    return this.#call(options.signal, async (signal) => {
      const paths: string[] = [];
      await inParallel(files.entries(), { limit: REQUESTS_AT_ONCE, signal }, async ([index, file], one) => {
        paths[index] = await this.#fetch(file, options, one);
      });
      return paths;
    });
  }

  /**
   * Checks that a local file is still what was listed. A blob needs no check: all its bytes were of one version.
   *
   * @throws SqlcError `storage/file-changed`, `storage/missing`, `storage/unreadable`.
   */
  async verify(file: StoredFile): Promise<void> {
    if (file.source.kind !== 'local') return;
    const found = await statOf(file.source.path);
    if (found.size === file.sizeBytes && found.mtimeMs === file.source.modifiedMs) return;
    throw error('storage/file-changed', { location: file.location });
  }

  /** Starts a query's use of files: pass it to `fetch`, release it when the query is done. */
  lease(): Lease {
    return this.#cache.lease();
  }

  /** Cancels what runs, releases every lease, removes the temporary folder. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls) call.abort(error('exec/closed', {}));
    await this.#cache.close();
    this.#loopbackAgent.destroy();
  }

  async #listLocal(path: string, options: ListOptions, signal: AbortSignal): Promise<StoredFile[]> {
    const files = await listLocal(path, { recursive: options.recursive ?? true, signal });
    return files.map((file) => ({
      location: file.path,
      path: file.relativePath,
      sizeBytes: file.sizeBytes,
      lastModified: file.lastModified,
      source: { kind: 'local', path: file.path, modifiedMs: file.modifiedMs },
    }));
  }

  async #listBlobs(location: BlobLocation, options: ListOptions, signal: AbortSignal): Promise<StoredFile[]> {
    const credential = options.credential ?? StorageCredential.anonymous();
    const container = await this.#container(location, credential, options.stats);
    const { key } = location;
    const isFolder = key === '' || key.endsWith('/');
    // PolyBase looks at what is there: a blob of exactly this name comes before a folder.
    let named = isFolder ? undefined : await container.find(key, signal);
    if (named !== undefined && named !== 'folder') {
      return [storedBlob(location, credential, named, key.slice(key.lastIndexOf('/') + 1))];
    }
    const prefix = isFolder ? key : `${key}/`;
    const { blobs, exists } = await container.list(prefix, options.recursive ?? true, signal);
    if (!exists && isFolder) named = await container.find(key.slice(0, -1), signal);
    // As the service itself would say it, so that the message and its hint are the same.
    if (!exists && named !== 'folder') throw blobMissing(displayLocation(location), credential.kind);
    return blobs
      .map((version) => storedBlob(location, credential, version, version.key.slice(prefix.length)))
      .filter((file) => !isHidden(file.path));
  }

  async #fetch(file: StoredFile, options: FetchOptions, signal: AbortSignal): Promise<string> {
    const { source } = file;
    const lease = options.lease ?? this.#ownLease;
    if (options.stats !== undefined) options.stats.files++;
    if (source.kind === 'blob') return this.#fetchBlob(file, source, { ...options, lease, signal });
    await access(source.path, constants.R_OK).catch((failure: unknown) => {
      throw localError(failure, file.location);
    });
    return GLOB_CHARACTERS.test(source.path) ? this.#cache.alias(source.path, lease) : source.path;
  }

  async #fetchBlob(
    file: StoredFile,
    source: FileSource & { readonly kind: 'blob' },
    options: FetchOptions & { readonly lease: Lease; readonly signal: AbortSignal },
  ): Promise<string> {
    const { location, credential } = source;
    const { sizeBytes, etag = '', lastModified } = file;
    const key = {
      account: location.endpoint.href,
      container: location.container,
      key: location.key,
      etag,
      lengthBytes: sizeBytes,
    };
    const { path, hit } = await this.#cache.obtain(key, options, async (write) => {
      const container = await this.#container(location, credential, options.stats);
      const version: BlobVersion = { key: location.key, sizeBytes, etag, lastModified };
      const partBytes = this.#options.partBytes ?? PART_BYTES;
      if (sizeBytes <= partBytes) return container.readInto(write, version, undefined, options.signal);
      const parallel = { limit: REQUESTS_AT_ONCE, signal: options.signal };
      await inParallel(offsetsOf(sizeBytes, partBytes), parallel, (offset, signal) => {
        const range = { offset, length: Math.min(partBytes, sizeBytes - offset) };
        return container.readInto(write, version, range, signal);
      });
    });
    if (hit && options.stats !== undefined) options.stats.bytesFromCache += sizeBytes;
    return path;
  }

  #container(
    location: BlobLocation,
    credential: StorageCredential,
    stats: StorageStats | undefined,
  ): Promise<BlobContainer> {
    return BlobContainer.open(location, credential, {
      patience: this.#patience,
      gate: this.#gate,
      loopbackAgent: this.#loopbackAgent,
      pageSize: this.#options.pageSize ?? PAGE_SIZE,
      onRequest: () => {
        if (stats !== undefined) stats.requests++;
      },
      onBytes: (count) => {
        if (stats !== undefined) stats.bytesFetched += count;
      },
    });
  }

  async #call<T>(signal: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closed) throw error('exec/closed', {});
    return withLinked(signal, async (controller) => {
      this.#calls.add(controller);
      try {
        return await run(controller.signal);
      } finally {
        this.#calls.delete(controller);
      }
    });
  }
}

function storedBlob(
  folder: BlobLocation,
  credential: StorageCredential,
  version: BlobVersion,
  path: string,
): StoredFile {
  const location: BlobLocation = { ...folder, key: version.key };
  const { sizeBytes, etag, lastModified } = version;
  const source: FileSource = { kind: 'blob', location, credential };
  return { location: displayLocation(location), path, sizeBytes, etag, lastModified, source };
}

function* offsetsOf(sizeBytes: number, partBytes: number): Generator<number> {
  for (let offset = 0; offset < sizeBytes; offset += partBytes) yield offset;
}
