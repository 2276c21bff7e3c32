import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderError, SqlcError } from '../src/common/errors.ts';
import { StorageCredential, storageCredential } from '../src/storage/credential.ts';
import { readConnectionOptions } from '../src/storage/endpoint.ts';
import { displayLocation, type LocationOptions, parseLocation, resolveLocation } from '../src/storage/location.ts';

const CONTOSO = 'wasbs://c@contoso.blob.core.windows.net/p/q';

describe('parseLocation', () => {
  test.each([
    ['wasbs://c@contoso.blob.core.windows.net/p/q', CONTOSO],
    ['wasb://c@contoso.blob.core.windows.net/p/q', CONTOSO],
    ['WASBS://c@Contoso.Blob.Core.Windows.Net/p/q', CONTOSO],
    ['asvs://c@contoso.blob.core.windows.net/p/q', CONTOSO],
    ['abfss://c@contoso.dfs.core.windows.net/p/q', CONTOSO],
    ['abfs://c@contoso.dfs.core.windows.net/p/q', CONTOSO],
    ['https://contoso.blob.core.windows.net/c/p/q', CONTOSO],
    ['https://contoso.dfs.core.windows.net/c/p/q', CONTOSO],
    ['abs://c@contoso.blob.core.windows.net/p/q', CONTOSO],
    ['abs://contoso.blob.core.windows.net/c/p/q', CONTOSO],
    ['adls://c@contoso.dfs.core.windows.net/p/q', CONTOSO],
    ['adls://contoso.dfs.core.windows.net/c/p/q', CONTOSO],
  ])('%s is one blob', (text, shown) => {
    const location = parseLocation(text);
    expect(displayLocation(location)).toBe(shown);
    expect(location).toMatchObject({ kind: 'blob', account: 'contoso', container: 'c', key: 'p/q' });
    expect(location.kind === 'blob' && location.endpoint.href).toBe('https://contoso.blob.core.windows.net/');
    expect(parseLocation(displayLocation(location))).toEqual(location);
  });

  test.each([
    ['wasbs://c@contoso.blob.core.windows.net', 'wasbs://c@contoso.blob.core.windows.net/'],
    ['wasbs://c@contoso.blob.core.windows.net/p/', 'wasbs://c@contoso.blob.core.windows.net/p/'],
    ['wasbs://contoso.blob.core.windows.net/p', 'wasbs://$root@contoso.blob.core.windows.net/p'],
    ['wasbs://c@contoso.z12.blob.storage.azure.net/p', 'wasbs://c@contoso.z12.blob.storage.azure.net/p'],
    ['wasbs://c@contoso.blob.core.chinacloudapi.cn/p', 'wasbs://c@contoso.blob.core.chinacloudapi.cn/p'],
    ['wasbs://c@contoso.blob.core.windows.net/a%20b/ü ?#[1]', 'wasbs://c@contoso.blob.core.windows.net/a%20b/ü ?#[1]'],
    ['wasbs://c@127.0.0.1:10000/devstoreaccount1/p', 'wasbs://c@127.0.0.1:10000/devstoreaccount1/p'],
    ['wasbs://c@127.1:10000/devstoreaccount1/p', 'wasbs://c@127.0.0.1:10000/devstoreaccount1/p'],
    ['abfss://c@localhost:10000/devstoreaccount1/p', 'wasbs://c@localhost:10000/devstoreaccount1/p'],
    ['abs://[::1]:10000/devstoreaccount1/c/p', 'wasbs://c@[::1]:10000/devstoreaccount1/p'],
    ['http://127.0.0.1:10000/devstoreaccount1/c/p', 'wasbs://c@127.0.0.1:10000/devstoreaccount1/p'],
    ['https://127.0.0.1:10000/devstoreaccount1/c/p', 'wasbs://c@127.0.0.1:10000/devstoreaccount1/p'],
  ])('%s', (text, shown) => {
    const location = parseLocation(text);
    expect(displayLocation(location)).toBe(shown);
    expect(parseLocation(shown)).toEqual(location);
  });

  test('this machine means plain http with the account as path', () => {
    const location = parseLocation('wasbs://c@127.0.0.1:10000/devstoreaccount1/p');
    expect(location).toMatchObject({ account: 'devstoreaccount1', container: 'c', key: 'p' });
    expect(location.kind === 'blob' && location.endpoint.href).toBe('http://127.0.0.1:10000/devstoreaccount1');
  });

  test.each<[LocationOptions, string, string]>([
    [{ connectionOptions: 'Endpoint=http://127.0.0.1:10000/dev' }, 'http://127.0.0.1:10000/dev', 'dev'],
    [{ blobEndpoint: 'http://127.0.0.1:10000/dev' }, 'http://127.0.0.1:10000/dev', 'dev'],
    [{ blobEndpoint: 'http://127.0.0.1:10000/dev/' }, 'http://127.0.0.1:10000/dev', 'dev'],
    [{ blobEndpoint: 'http://127.0.0.1:10000' }, 'http://127.0.0.1:10000/contoso', 'contoso'],
    [{ blobEndpoint: 'https://fabrikam.blob.core.windows.net' }, 'https://fabrikam.blob.core.windows.net/', 'fabrikam'],
    [{ blobEndpoint: 'https://blobs.example.com' }, 'https://blobs.example.com/', 'contoso'],
    [{ blobEndpoint: '' }, 'https://contoso.blob.core.windows.net/', 'contoso'],
    [
      { connectionOptions: 'Driver=x; endpoint = http://127.0.0.1:1/near', blobEndpoint: 'http://127.0.0.1:2/far' },
      'http://127.0.0.1:1/near',
      'near',
    ],
  ])('endpoint override %j', (options, endpoint, account) => {
    const location = parseLocation(CONTOSO, options);
    expect(location).toMatchObject({ account, container: 'c', key: 'p/q' });
    expect(location.kind === 'blob' && location.endpoint.href).toBe(endpoint);
  });

  test('an override leaves a location on this machine alone', () => {
    const location = parseLocation('wasbs://c@127.0.0.1:1/a/p', { blobEndpoint: 'http://127.0.0.1:2/b' });
    expect(displayLocation(location)).toBe('wasbs://c@127.0.0.1:1/a/p');
  });

  test.each([
    ['/data/a.csv', '/data/a.csv'],
    ['/data/folder/', '/data/folder/'],
    ['data/a[1]?.csv', '/work/data/a[1]?.csv'],
    ['./', '/work/'],
    ['/', '/'],
    ['file:///data/a%20b.csv', '/data/a%20b.csv'],
    ['FILE://localhost/data/', '/data/'],
  ])('local %s', (text, path) => {
    expect(parseLocation(text, { currentFolder: '/work' })).toEqual({ kind: 'local', path });
  });

  test.each<[string, string, LocationOptions?]>([
    ['', 'error catalog/location (46504): location "" is empty'],
    [
      's3://b/k',
      'error storage/scheme (46530): scheme "s3" is not supported\n  hint: Use wasbs://, abfss://, https:// or a local path.',
    ],
    [
      'adl://a.azuredatalakestore.net/p',
      'error storage/scheme (46530): scheme "adl" is not supported\n  hint: Azure Data Lake Storage Gen1 is retired; use abfss:// for Gen2.',
    ],
    [
      'http://contoso.blob.core.windows.net/c/p',
      'error storage/insecure: plain http is only allowed to this machine, found "http://contoso.blob.core.windows.net/c/p"\n  hint: Use https, wasbs or abfss.',
    ],
    [
      'https://contoso.blob.core.windows.net/c/p?sv=2024&sig=SECRET',
      'error catalog/location (46504): location "https://contoso.blob.core.windows.net/c/p" carries a query string\n  hint: Put a shared access signature into a credential.',
    ],
    [
      'wasbs://c@contoso.blob.core.windows.net/p?sv=2024&sig=SECRET',
      'error catalog/location (46504): location "wasbs://c@contoso.blob.core.windows.net/p" carries a query string\n  hint: Put a shared access signature into a credential.',
    ],
    [
      'https://user:SECRET@contoso.blob.core.windows.net/c',
      'error catalog/location (46504): location "https://contoso.blob.core.windows.net/c" carries a user name',
    ],
    [
      'https://example.com/c/p',
      'error catalog/location (46504): location "https://example.com/c/p" names no blob or dfs host\n  hint: Write https://account.blob.core.windows.net/container/path.',
    ],
    [
      'abfss://contoso.dfs.core.windows.net/p',
      'error catalog/location (46504): location "abfss://contoso.dfs.core.windows.net/p" names no container',
    ],
    [
      'https://contoso.blob.core.windows.net',
      'error catalog/location (46504): location "https://contoso.blob.core.windows.net" names no container',
    ],
    [
      'wasbs://c@127.0.0.1:10000',
      'error catalog/location (46504): location "wasbs://c@127.0.0.1:10000" names no account\n  hint: On this machine the path starts with the account: wasbs://container@127.0.0.1:10000/account/path.',
    ],
    ['wasbs://c@/p', 'error catalog/location (46504): location "wasbs://c@/p" names no host'],
    [
      'wasbs://..@contoso.blob.core.windows.net/p',
      'error catalog/location (46504): location "wasbs://..@contoso.blob.core.windows.net/p" has ".." as a segment',
    ],
    [
      'https://contoso.blob.core.windows.net/c/../other/p',
      'error catalog/location (46504): location "https://contoso.blob.core.windows.net/c/../other/p" has ".." as a segment',
    ],
    [
      'file://server/share',
      'error catalog/location (46504): location "file://server/share" names another machine\n  hint: Write file:///path.',
    ],
    ['/data/*.csv', 'error not-supported: wildcard "*" in a location is not supported yet'],
    [
      'wasbs://c@contoso.blob.core.windows.net/p/**',
      'error not-supported: wildcard "*" in a location is not supported yet',
    ],
    ['/data/\0', 'error catalog/location (46504): location "/data/\\0" holds a NUL character'],
    [
      CONTOSO,
      'error storage/insecure: plain http is only allowed to this machine, found "http://10.0.0.1:10000/dev"\n  hint: Use https, wasbs or abfss.',
      { blobEndpoint: 'http://10.0.0.1:10000/dev' },
    ],
    [
      CONTOSO,
      'error catalog/location (46504): location "https://a.blob.core.windows.net/" carries more than a host and an account',
      { blobEndpoint: 'https://a.blob.core.windows.net/?sig=SECRET' },
    ],
    [
      CONTOSO,
      'error catalog/location (46504): location "nonsense" is not the URL of an endpoint',
      { blobEndpoint: 'nonsense' },
    ],
  ])('%j is refused', (text, message, options = {}) => {
    expect(failureOf(() => parseLocation(text, options))).toBe(message);
  });

  test('connection options that mean nothing here are named', () => {
    expect(readConnectionOptions('Endpoint=http://127.0.0.1:1/a;TrustServerCertificate=yes;')).toEqual({
      endpoint: 'http://127.0.0.1:1/a',
      ignored: ['TrustServerCertificate'],
    });
  });
});

describe('resolveLocation', () => {
  const folder = 'wasbs://c@contoso.blob.core.windows.net/base/';
  test.each([
    ['', folder],
    ['.', folder],
    ['./', folder],
    ['/', folder],
    ['x.csv', `${folder}x.csv`],
    ['/x/', `${folder}x/`],
    ['./x', `${folder}x`],
    ['a%20b/ü?.csv', `${folder}a%20b/ü?.csv`],
    ['_rejectedrows/1', `${folder}_rejectedrows/1`],
  ])('%j below a folder', (relative, shown) => {
    for (const base of [folder, folder.slice(0, -1)]) {
      expect(displayLocation(resolveLocation(parseLocation(base), relative))).toBe(shown);
    }
  });

  test('below a container and below a local folder', () => {
    const container = parseLocation('wasbs://c@contoso.blob.core.windows.net');
    expect(displayLocation(resolveLocation(container, '/x'))).toBe('wasbs://c@contoso.blob.core.windows.net/x');
    expect(displayLocation(resolveLocation(container, '/'))).toBe('wasbs://c@contoso.blob.core.windows.net/');
    expect(resolveLocation({ kind: 'local', path: '/data' }, '/x.csv')).toEqual({ kind: 'local', path: '/data/x.csv' });
    expect(resolveLocation({ kind: 'local', path: '/' }, '')).toEqual({ kind: 'local', path: '/' });
  });

  test.each([
    ['a//b', 'error catalog/location (46504): location "a//b" has "//" inside'],
    ['//', 'error catalog/location (46504): location "//" has "//" inside'],
    ['..', 'error catalog/location (46504): location ".." has ".." as a segment'],
    ['a/../b', 'error catalog/location (46504): location "a/../b" has ".." as a segment'],
    ['a/./b', 'error catalog/location (46504): location "a/./b" has "." as a segment'],
    ['year=*/', 'error not-supported: wildcard "*" in a location is not supported yet'],
    [
      'wasbs://c@contoso.blob.core.windows.net/x',
      'error catalog/location (46504): location "wasbs://c@contoso.blob.core.windows.net/x" names a scheme\n  hint: With a data source, the location is relative to it.',
    ],
  ])('%j is refused', (relative, message) => {
    expect(failureOf(() => resolveLocation(parseLocation(folder), relative))).toBe(message);
  });
});

describe('storageCredential', () => {
  const key = Buffer.alloc(64, 1).toString('base64');
  const sas = 'sv=2024-11-04&se=2030-01-01&sig=abc%3D';

  test.each([
    ['user', key, 'account-key', key],
    [
      'storage account key',
      Buffer.alloc(16, 1).toString('base64'),
      'account-key',
      Buffer.alloc(16, 1).toString('base64'),
    ],
    ['SHARED ACCESS SIGNATURE', sas, 'sas', sas],
    ['Shared Access Signature', `?${sas}`, 'sas', sas],
    ['whatever', `?${sas}`, 'sas', sas],
  ])('IDENTITY %s', (identity, secret, kind, kept) => {
    const found = storageCredential({ name: 'k', identity, secret });
    expect([found.kind, found.secret]).toEqual([kind, kept]);
  });

  test('no credential is anonymous', () => {
    expect(storageCredential(undefined).kind).toBe('anonymous');
  });

  test.each([
    [
      'SHARED ACCESS SIGNATURE',
      key,
      'storage/credential (46506): credential "k" cannot be used here: IDENTITY is SHARED ACCESS SIGNATURE, but the secret is an account key',
    ],
    [
      'SHARED ACCESS SIGNATURE',
      'hunter2',
      'storage/credential (46506): credential "k" cannot be used here: IDENTITY is SHARED ACCESS SIGNATURE, but the secret is not one: "sig=" is missing',
    ],
    [
      'SHARED ACCESS SIGNATURE',
      undefined,
      'storage/credential (46506): credential "k" cannot be used here: IDENTITY is SHARED ACCESS SIGNATURE, but there is no secret',
    ],
    [
      'STORAGE ACCOUNT KEY',
      sas,
      'storage/credential (46506): credential "k" cannot be used here: IDENTITY is STORAGE ACCOUNT KEY, but the secret is a shared access signature',
    ],
    [
      'user',
      'hunter2',
      'storage/credential (46506): credential "k" cannot be used here: the secret is neither an account key (64 bytes of base64) nor a shared access signature',
    ],
    ['user', undefined, 'storage/credential (46506): credential "k" cannot be used here: it has no secret'],
    [
      'Ocp-Apim-Subscription-Key',
      'hunter2',
      'storage/credential (46506): credential "k" cannot be used here: it is for a service, not for storage',
    ],
    ['Managed Identity', undefined, "not-supported: IDENTITY 'MANAGED IDENTITY' for storage is not supported yet"],
    [
      'id@https://login.example/token',
      'hunter2',
      'not-supported: a service principal for storage is not supported yet',
    ],
  ])('IDENTITY %s is refused', (identity, secret, message) => {
    expect(failureOf(() => storageCredential({ name: 'k', identity, secret }))).toBe(`error ${message}`);
  });

  test('printing a credential does not show its secret', () => {
    const credential = StorageCredential.sas(sas);
    expect(JSON.stringify(credential)).toBe('{"kind":"sas"}');
    expect(inspect(credential, { showHidden: true, depth: 9 })).not.toContain('sig=');
  });
});

function failureOf(run: () => unknown): string {
  try {
    run();
  } catch (failure) {
    if (failure instanceof SqlcError) return renderError(failure);
    throw failure;
  }
  return 'nothing was thrown';
}
