// Blob endpoints: which host holds an account, and what may stand in for it (an emulator, an override).
// First stop of location.ts; knows nothing of containers, keys or requests.

import { error } from '../common/errors.ts';

export interface Endpoint {
  /** Without query, user name or trailing slash in its path; loopback endpoints carry the account as their path. */
  readonly url: URL;
  readonly account: string;
}

/** What CONNECTION_OPTIONS of a data source says. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  /** Names of options that mean nothing here; the caller warns about them. */
  readonly ignored: readonly string[];
}

const ACCOUNT_HOST = /^([a-z0-9-]+)\.(?:[a-z0-9-]+\.)*?(?:blob|dfs)\./;

/**
 * Reads `Name=value;Name=value`.
 *
 * @throws SqlcError `syntax/option-value` when a part has no `=`.
 */
export function readConnectionOptions(text: string): ConnectionOptions {
  let endpoint: string | undefined;
  const ignored: string[] = [];
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    if (equals < 0) {
      throw error('syntax/option-value', {
        name: 'CONNECTION_OPTIONS',
        found: 'a part without "="',
        expected: "'Name=value;…'",
      });
    }
    const name = part.slice(0, equals).trim();
    if (name.toLowerCase() === 'endpoint') endpoint = part.slice(equals + 1).trim();
    else ignored.push(name);
  }
  return { ...(endpoint === undefined ? {} : { endpoint }), ignored };
}

/** The authority of a location as a URL (`http` for this machine, `https` elsewhere), or undefined if it is none. */
export function hostUrl(authority: string): URL | undefined {
  // WHATWG parsing turns every spelling of an address (127.1, 0x7f.1) into one, so that no other passes as loopback.
  const parsed = parseUrl(`http://${authority}`);
  if (parsed === undefined || parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') return undefined;
  if (parsed.username !== '' || parsed.password !== '') return undefined;
  return isLoopback(parsed) ? parsed : parseUrl(`https://${authority}`);
}

/** 127.0.0.0/8, ::1 and localhost: the only hosts that plain http may reach. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The account a blob or dfs host belongs to, or undefined for any other host. */
export function accountOf(host: string): string | undefined {
  return ACCOUNT_HOST.exec(host.toLowerCase())?.[1]?.replace(/-secondary$/, '');
}

/** A dfs host names the same account as its blob host, and only the latter speaks the blob protocol. */
export function blobEndpoint(host: URL): URL {
  const url = new URL(host);
  url.hostname = url.hostname.replace(/\.dfs\./, '.blob.');
  return url;
}

/**
 * An endpoint that overrides the host of a location.
 *
 * @param account the account the location names; used where the endpoint names none.
 * @throws SqlcError `catalog/location`, `storage/insecure`, `storage/scheme`.
 */
export function overridingEndpoint(text: string, account: string): Endpoint {
  const shown = withoutSecrets(text);
  const url = parseUrl(text);
  if (url === undefined) throw error('catalog/location', { location: shown, reason: 'is not the URL of an endpoint' });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw error('storage/scheme', { scheme: url.protocol.slice(0, -1) }, { hint: 'An endpoint is https://….' });
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw error('catalog/location', { location: shown, reason: 'carries more than a host and an account' });
  }
  if (url.protocol === 'http:' && !isLoopback(url)) throw error('storage/insecure', { location: shown });
  const [named, ...others] = url.pathname.split('/').filter((segment) => segment !== '');
  if (others.length > 0) throw error('catalog/location', { location: shown, reason: 'has a path after the account' });
  if (named !== undefined) return { url: withPath(url, named), account: named };
  if (isLoopback(url)) return { url: withPath(url, account), account };
  return { url: withPath(url, ''), account: accountOf(url.hostname) ?? account };
}

export function withPath(url: URL, path: string): URL {
  const copy = new URL(url);
  copy.pathname = `/${path}`;
  return copy;
}

/** The text up to where a signature or a password could stand. */
export function withoutSecrets(text: string): string {
  return text.replace(/\?.*$/s, '').replace(/^(https?:\/\/)[^/]*@/i, '$1');
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
