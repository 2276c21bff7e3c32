// One container, read through the Azure SDK: look at a blob, list a folder, read bytes of a version of a blob.
// The only file that touches `@azure/storage-blob`, and it loads it when the first blob is asked for.

import type { Agent } from 'node:http';
import type { BlobItem, ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { type AttemptContext, attempt, codeOf, statusOf, type Try } from './attempt.ts';
import { blobError } from './blob-error.ts';
import type { StorageCredential } from './credential.ts';
import { isLoopback } from './endpoint.ts';
import type { WriteAt } from './file-cache.ts';
import { type BlobLocation, displayLocation } from './location.ts';

/** A version of a blob. */
export interface BlobVersion {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** What a listing of a folder says. */
export interface FolderListing {
  readonly blobs: readonly BlobVersion[];
  /** False when no blob at all, directory markers included, starts with the prefix. */
  readonly exists: boolean;
}

export interface ContainerOptions extends Omit<AttemptContext, 'signal'> {
  /** For plain http; https goes through the SDK's own agent, which knows HTTPS_PROXY. */
  readonly loopbackAgent: Agent;
  /** Blobs a listing asks for in one request. */
  readonly pageSize: number;
  readonly onBytes: (count: number) => void;
}

interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export class BlobContainer {
  readonly #client: ContainerClient;
  readonly #location: BlobLocation;
  readonly #credential: StorageCredential;
  readonly #options: ContainerOptions;

  private constructor(
    client: ContainerClient,
    location: BlobLocation,
    credential: StorageCredential,
    options: ContainerOptions,
  ) {
    this.#client = client;
    this.#location = location;
    this.#credential = credential;
    this.#options = options;
  }

  /** @param location any location of the container; its key does not matter. */
  static async open(
    location: BlobLocation,
    credential: StorageCredential,
    options: ContainerOptions,
  ): Promise<BlobContainer> {
    const sdk = await import('@azure/storage-blob');
    const { endpoint, account, container } = location;
    const url = `${endpoint.href.replace(/\/$/, '')}/${encodeURIComponent(container)}`;
    const pipeline: StoragePipelineOptions & { agent?: Agent } = {
      // Tries are counted and bounded in attempt.ts; a second loop inside would multiply them.
      retryOptions: { maxTries: 1 },
      // A proxy of the environment cannot reach this machine; the SDK takes an agent but does not declare it.
      ...(isLoopback(endpoint) && endpoint.protocol === 'http:' ? { agent: options.loopbackAgent } : {}),
    };
    const key =
      credential.kind === 'account-key'
        ? new sdk.StorageSharedKeyCredential(account, credential.secret)
        : new sdk.AnonymousCredential();
    const signed = credential.kind === 'sas' ? `${url}?${credential.secret}` : url;
    return new BlobContainer(new sdk.ContainerClient(signed, key, pipeline), location, credential, options);
  }

  /**
   * The blob of exactly this name; `'folder'` if it only marks a directory; undefined if there is none.
   *
   * @throws SqlcError `storage/access`, `storage/missing` (the container), `storage/unavailable`.
   */
  async find(key: string, signal?: AbortSignal): Promise<BlobVersion | 'folder' | undefined> {
    try {
      return await attempt({ ...this.#options, signal }, async (one) => {
        const found = await this.#client.getBlobClient(key).getProperties({ abortSignal: one.signal });
        if (isMarker(key, found.contentLength ?? 0, found.metadata)) return 'folder';
        return {
          key,
          sizeBytes: found.contentLength ?? 0,
          etag: bareEtag(found.etag),
          lastModified: found.lastModified ?? new Date(0),
        };
      });
    } catch (failure) {
      if (statusOf(failure) === 404 && !isContainerMissing(failure)) return undefined;
      throw this.#error(failure, key);
    }
  }

  /**
   * The blobs whose names start with `prefix` (a folder: '' or with a trailing `/`), markers left out, unsorted.
   *
   * @throws SqlcError `storage/access`, `storage/missing` (the container), `storage/unavailable`.
   */
  async list(prefix: string, recursive: boolean, signal?: AbortSignal): Promise<FolderListing> {
    const blobs: BlobVersion[] = [];
    let exists = prefix === '';
    let marker: string | undefined;
    try {
      do {
        const page = await attempt({ ...this.#options, signal }, (one) =>
          this.#page(prefix, recursive, marker, one.signal),
        );
        exists ||= page.items.length > 0 || page.folders > 0;
        for (const item of page.items) {
          const { contentLength = 0, etag, lastModified } = item.properties;
          if (isMarker(item.name, contentLength, item.metadata)) continue;
          blobs.push({ key: item.name, sizeBytes: contentLength, etag: bareEtag(etag), lastModified });
        }
        marker = page.next;
      } while (marker !== undefined && marker !== '');
    } catch (failure) {
      throw this.#error(failure, prefix);
    }
    return { blobs, exists };
  }

  /**
   * Hands a range of a version of a blob, in order, to `write` at the same offsets; the whole blob without a range.
   *
   * @throws SqlcError `storage/changed` when the blob is no longer that version; else as `find`.
   */
  async readInto(write: WriteAt, version: BlobVersion, range?: ByteRange, signal?: AbortSignal): Promise<void> {
    const { offset, length } = range ?? { offset: 0, length: version.sizeBytes };
    try {
      await attempt({ ...this.#options, signal }, async (one) => {
        const answer = await this.#client
          .getBlobClient(version.key)
          .download(offset, range === undefined ? undefined : length, {
            abortSignal: one.signal,
            conditions: { ifMatch: `"${version.etag}"` },
            maxRetryRequests: 0,
          });
        checkAnswer(answer, version, range);
        await this.#write(write, answer.readableStreamBody, { offset, length }, one);
      });
    } catch (failure) {
      throw this.#error(failure, version.key);
    }
  }

  async #write(write: WriteAt, body: NodeJS.ReadableStream | undefined, range: ByteRange, one: Try): Promise<void> {
    let written = 0;
    for await (const chunk of whole(body)) {
      one.progress();
      if (written + chunk.length > range.length) throw badAnswer();
      await write(chunk, range.offset + written);
      written += chunk.length;
      this.#options.onBytes(chunk.length);
    }
    if (written !== range.length) throw badAnswer();
  }

  async #page(
    prefix: string,
    recursive: boolean,
    marker: string | undefined,
    signal: AbortSignal,
  ): Promise<{ items: readonly BlobItem[]; folders: number; next: string | undefined }> {
    const options = { prefix, includeMetadata: true, abortSignal: signal };
    const paging = {
      maxPageSize: this.#options.pageSize,
      ...(marker === undefined ? {} : { continuationToken: marker }),
    };
    if (recursive) {
      const { value } = await this.#client.listBlobsFlat(options).byPage(paging).next();
      return { items: value?.segment.blobItems ?? [], folders: 0, next: value?.continuationToken };
    }
    const { value } = await this.#client.listBlobsByHierarchy('/', options).byPage(paging).next();
    const folders = value?.segment.blobPrefixes?.length ?? 0;
    return { items: value?.segment.blobItems ?? [], folders, next: value?.continuationToken };
  }

  #error(failure: unknown, key: string): Error {
    const location = { ...this.#location, key: isContainerMissing(failure) ? '' : key };
    return blobError(failure, displayLocation(location), this.#credential.kind, this.#options.patience.silenceMs);
  }
}

// A hole or a shifted range would be a silently wrong answer, so what came is compared with what was asked for.
function checkAnswer(
  answer: { contentLength?: number; contentRange?: string; etag?: string },
  version: BlobVersion,
  range: ByteRange | undefined,
): void {
  const { offset, length } = range ?? { offset: 0, length: version.sizeBytes };
  const rangeGiven = `bytes ${offset}-${offset + length - 1}/${version.sizeBytes}`;
  const asAsked = range === undefined || answer.contentRange === rangeGiven;
  if (answer.contentLength !== length || !asAsked || bareEtag(answer.etag) !== version.etag) throw badAnswer();
}

/** The bytes of a body; a body that breaks off is a network failure, whatever the SDK's stream calls it. */
async function* whole(body: NodeJS.ReadableStream | undefined): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  } catch (failure) {
    throw codeOf(failure) === undefined ? Object.assign(new Error('body'), { code: 'ECONNRESET' }) : failure;
  }
}

/** Another try may help: it is what a broken connection or a meddling proxy leaves behind. */
function badAnswer(): Error {
  return Object.assign(new Error('length'), { code: 'answer of another length than asked for' });
}

function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}

function isMarker(key: string, sizeBytes: number, metadata: Readonly<Record<string, string>> | undefined): boolean {
  if (key.endsWith('/')) return true;
  if (sizeBytes > 0) return false;
  return Object.entries(metadata ?? {}).some(([name, value]) => {
    return name.toLowerCase() === 'hdi_isfolder' && value.toLowerCase() === 'true';
  });
}

function isContainerMissing(failure: unknown): boolean {
  return codeOf(failure) === 'ContainerNotFound';
}
