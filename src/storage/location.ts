// What a user-facing location means: a local path, or (account, container, key) behind an endpoint.
// Every scheme of one blob gives the same value. Text only: nothing is asked of a disk or a network here.

import { resolve as resolvePath } from 'node:path';
import { error } from '../common/errors.ts';
import {
  accountOf,
  blobEndpoint,
  type Endpoint,
  hostUrl,
  isLoopback,
  overridingEndpoint,
  readConnectionOptions,
  withoutSecrets,
  withPath,
} from './endpoint.ts';

export interface LocalLocation {
  readonly kind: 'local';
  /** Absolute; a trailing `/` says that it is a folder. */
  readonly path: string;
}

export interface BlobLocation {
  readonly kind: 'blob';
  readonly account: string;
  readonly container: string;
  /** The blob's name, or a folder: '' and a trailing `/` say so, otherwise what is there decides. Never decoded. */
  readonly key: string;
  /** The account's endpoint; its path is `/` or, on this machine, the account. */
  readonly endpoint: URL;
}

export type Location = LocalLocation | BlobLocation;

export interface LocationOptions {
  /** CONNECTION_OPTIONS of the data source, as written. */
  readonly connectionOptions?: string | undefined;
  /** SQLC_BLOB_ENDPOINT; CONNECTION_OPTIONS is nearer and wins. */
  readonly blobEndpoint?: string | undefined;
  /** What relative local paths start from; the working directory by default. */
  readonly currentFolder?: string | undefined;
}

interface Remote {
  readonly text: string;
  readonly scheme: string;
  /** Before the `@` of the authority. */
  readonly container: string | undefined;
  readonly host: URL;
  readonly path: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(?:\/(.*))?$/is;
const BLOB_SCHEMES = ['wasb', 'wasbs', 'asv', 'asvs', 'abfs', 'abfss', 'abs', 'adls', 'http', 'https'];
const SCHEME_HINTS: Readonly<Record<string, string>> = {
  adl: 'Azure Data Lake Storage Gen1 is retired; use abfss:// for Gen2.',
};

/**
 * Parses the LOCATION of a data source, or a location given by itself.
 *
 * @example
 * parseLocation('wasbs://photos@contoso.blob.core.windows.net/2024/')
 * // { kind: 'blob', account: 'contoso', container: 'photos', key: '2024/', endpoint: https://contoso.blob.core.windows.net/ }
 * @throws SqlcError `storage/scheme`, `storage/insecure`, `catalog/location`; `not-supported` for wildcards.
 */
export function parseLocation(text: string, options: LocationOptions = {}): Location {
  refuseText(text);
  const match = SCHEME.exec(text);
  if (match === null) return localLocation(text, options);
  const [, written = '', authority = '', path = ''] = match;
  const scheme = written.toLowerCase();
  if (scheme === 'file') return fileLocation(text, authority, path, options);
  if (!BLOB_SCHEMES.includes(scheme)) {
    const hint = SCHEME_HINTS[scheme] ?? 'Use wasbs://, abfss://, https:// or a local path.';
    throw error('storage/scheme', { scheme }, { hint });
  }
  return blobLocation(remoteOf(text, scheme, authority, path), options);
}

/**
 * The location of a table below the location of its data source. `''`, `.`, `./` and `/` are the data source itself.
 *
 * @throws SqlcError `catalog/location` (46504) for `//`, `.` and `..` inside; `not-supported` for wildcards.
 */
export function resolveLocation(base: Location, relative: string): Location {
  const below = relative.replace(/^\.?\//, '');
  if (SCHEME.test(relative)) {
    throw error(
      'catalog/location',
      { location: withoutSecrets(relative), reason: 'names a scheme' },
      { hint: 'With a data source, the location is relative to it.' },
    );
  }
  if (below === '' || below === '.') return withTail(base, '');
  refuseText(relative);
  refuseSegments(relative, below);
  return withTail(base, below);
}

/** The location as error messages and listings show it; parses back to the same location. */
export function displayLocation(location: Location): string {
  if (location.kind === 'local') return location.path;
  const { endpoint, container, key } = location;
  return `wasbs://${container}@${endpoint.host}${endpoint.pathname.replace(/\/$/, '')}/${key}`;
}

function withTail(base: Location, below: string): Location {
  if (base.kind === 'local') return { kind: 'local', path: `${base.path.replace(/\/$/, '')}/${below}` };
  const folder = base.key.replace(/\/$/, '');
  return { ...base, key: folder === '' ? below : `${folder}/${below}` };
}

function localLocation(text: string, options: LocationOptions): LocalLocation {
  if (text === '') throw error('catalog/location', { location: '', reason: 'is empty' });
  const path = options.currentFolder === undefined ? resolvePath(text) : resolvePath(options.currentFolder, text);
  return { kind: 'local', path: text.endsWith('/') && path !== '/' ? `${path}/` : path };
}

function fileLocation(text: string, authority: string, path: string, options: LocationOptions): LocalLocation {
  if (authority !== '' && authority.toLowerCase() !== 'localhost') {
    throw error(
      'catalog/location',
      { location: text, reason: 'names another machine' },
      { hint: 'Write file:///path.' },
    );
  }
  return localLocation(`/${path}`, options);
}

function remoteOf(text: string, scheme: string, authority: string, path: string): Remote {
  const web = scheme === 'http' || scheme === 'https';
  const at = authority.lastIndexOf('@');
  const location = withoutSecrets(text);
  if (web && at >= 0) throw error('catalog/location', { location, reason: 'carries a user name' });
  if ((web && text.includes('?')) || /\?.*\bsig=/is.test(text)) {
    throw error(
      'catalog/location',
      { location, reason: 'carries a query string' },
      { hint: 'Put a shared access signature into a credential.' },
    );
  }
  const host = hostUrl(authority.slice(at + 1));
  if (host === undefined) throw error('catalog/location', { location: text, reason: 'names no host' });
  if (scheme === 'http' && !isLoopback(host)) throw error('storage/insecure', { location: text });
  return { text, scheme, container: at < 0 ? undefined : authority.slice(0, at), host, path };
}

function blobLocation(remote: Remote, options: LocationOptions): BlobLocation {
  const { text } = remote;
  const local = isLoopback(remote.host);
  const [account, afterAccount] = local ? firstSegment(remote.path) : ['', remote.path];
  if (local && account === '') {
    throw error(
      'catalog/location',
      { location: text, reason: 'names no account' },
      { hint: 'On this machine the path starts with the account: wasbs://container@127.0.0.1:10000/account/path.' },
    );
  }
  const [container, key] = containerAndKey(remote, afterAccount);
  if (container === '') throw error('catalog/location', { location: text, reason: 'names no container' });
  refuseSegments(text, container);
  if (key !== '') refuseSegments(text, key);
  const { url: endpoint, account: owner } = local
    ? { url: withPath(remote.host, account), account }
    : remoteEndpoint(remote, options);
  return { kind: 'blob', account: owner, container, key, endpoint };
}

function containerAndKey(remote: Remote, path: string): [string, string] {
  if (remote.container !== undefined) return [remote.container, path];
  // The Hadoop driver's meaning of an authority without a container.
  if (/^(wasb|asv)s?$/.test(remote.scheme)) return ['$root', path];
  if (/^abfss?$/.test(remote.scheme)) return ['', path];
  return firstSegment(path);
}

function remoteEndpoint(remote: Remote, options: LocationOptions): Endpoint {
  const { host, text } = remote;
  const fromSource =
    options.connectionOptions === undefined ? undefined : readConnectionOptions(options.connectionOptions).endpoint;
  const override = fromSource ?? options.blobEndpoint;
  const account = accountOf(host.hostname);
  if (override !== undefined && override !== '') {
    return overridingEndpoint(override, account ?? host.hostname.replace(/\..*$/, ''));
  }
  if (account === undefined) {
    throw error(
      'catalog/location',
      { location: text, reason: 'names no blob or dfs host' },
      { hint: 'Write https://account.blob.core.windows.net/container/path.' },
    );
  }
  return { url: blobEndpoint(host), account };
}

function firstSegment(path: string): [string, string] {
  const slash = path.indexOf('/');
  return slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
}

function refuseText(text: string): void {
  if (text.includes('*')) throw error('not-supported', { what: 'wildcard "*" in a location' });
  if (text.includes('\0')) {
    throw error('catalog/location', { location: text.replaceAll('\0', '\\0'), reason: 'holds a NUL character' });
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw error('catalog/location', { location: text, reason: 'holds half a surrogate pair' });
  }
}

// URLs drop `.` and `..` segments, so a key with one would reach another blob, or another container.
function refuseSegments(shown: string, path: string): void {
  const location = withoutSecrets(shown);
  const segments = path.replace(/\/$/, '').split('/');
  if (segments.includes('')) throw error('catalog/location', { location, reason: 'has "//" inside' });
  for (const dots of ['..', '.']) {
    if (segments.includes(dots)) throw error('catalog/location', { location, reason: `has "${dots}" as a segment` });
  }
}
