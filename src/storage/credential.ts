// What a credential (IDENTITY, SECRET) is when storage uses it: an account key, a shared access signature, nothing.
// The secret leaves this value only through `secret`; printing or serialising it shows the kind alone.

import { error } from '../common/errors.ts';

/** A credential as the catalog knows it. */
export interface NamedCredential {
  readonly name: string;
  readonly identity: string;
  readonly secret?: string | undefined;
}

/** How requests to one account are authorised. */
export class StorageCredential {
  readonly kind: 'anonymous' | 'account-key' | 'sas';
  readonly #secret: string;

  private constructor(kind: StorageCredential['kind'], secret: string) {
    this.kind = kind;
    this.#secret = secret;
  }

  /** The base64 account key, the signature's query without `?`, or ''. */
  get secret(): string {
    return this.#secret;
  }

  static anonymous(): StorageCredential {
    return new StorageCredential('anonymous', '');
  }

  static accountKey(base64: string): StorageCredential {
    return new StorageCredential('account-key', base64);
  }

  /** @param query the signature, with or without a leading `?`. */
  static sas(query: string): StorageCredential {
    return new StorageCredential('sas', query.trim().replace(/^\?/, ''));
  }
}

const ACCOUNT_KEY_BYTES = 64;
const LATER = ['MANAGED IDENTITY', 'USER IDENTITY', 'S3 ACCESS KEY'];
const FOR_SERVICES = [
  'OCP-APIM-SUBSCRIPTION-KEY',
  'API-KEY',
  'PREDICTION-KEY',
  'BEARER',
  'HTTPENDPOINTHEADERS',
  'HTTPENDPOINTQUERYSTRING',
];

/**
 * Decides what a credential is, at the time storage uses it. No credential is anonymous access.
 *
 * @throws SqlcError `storage/credential` when it cannot open storage; `not-supported` for token credentials.
 */
export function storageCredential(credential: NamedCredential | undefined): StorageCredential {
  if (credential === undefined) return StorageCredential.anonymous();
  const { name, secret = '' } = credential;
  const identity = credential.identity.trim().toUpperCase();
  if (LATER.includes(identity)) throw error('not-supported', { what: `IDENTITY '${identity}' for storage` });
  if (FOR_SERVICES.includes(identity)) throw refused(name, 'it is for a service, not for storage');
  if (identity === 'SHARED ACCESS SIGNATURE') return signature(name, secret);
  if (identity === 'STORAGE ACCOUNT KEY') return accountKey(name, secret);
  return byItsSecret(name, identity, secret);
}

function signature(name: string, secret: string): StorageCredential {
  if (secret === '') throw refused(name, 'IDENTITY is SHARED ACCESS SIGNATURE, but there is no secret');
  if (isSignature(secret)) return StorageCredential.sas(secret);
  const found = base64Bytes(secret) === ACCOUNT_KEY_BYTES ? 'an account key' : 'not one: "sig=" is missing';
  throw refused(name, `IDENTITY is SHARED ACCESS SIGNATURE, but the secret is ${found}`);
}

function accountKey(name: string, secret: string): StorageCredential {
  if (secret === '') throw refused(name, 'IDENTITY is STORAGE ACCOUNT KEY, but there is no secret');
  if (base64Bytes(secret) > 0) return StorageCredential.accountKey(secret.trim());
  const found = isSignature(secret) ? 'a shared access signature' : 'not base64';
  throw refused(name, `IDENTITY is STORAGE ACCOUNT KEY, but the secret is ${found}`);
}

// The identity of an account key is free text, so the secret itself has to tell.
function byItsSecret(name: string, identity: string, secret: string): StorageCredential {
  if (base64Bytes(secret) === ACCOUNT_KEY_BYTES) return StorageCredential.accountKey(secret.trim());
  if (isSignature(secret) && /(^|[?&])se=/.test(secret)) return StorageCredential.sas(secret);
  if (/@HTTPS?:/.test(identity)) throw error('not-supported', { what: 'a service principal for storage' });
  if (secret === '') throw refused(name, 'it has no secret');
  throw refused(name, 'the secret is neither an account key (64 bytes of base64) nor a shared access signature');
}

function isSignature(secret: string): boolean {
  return /(^|[?&])sig=/.test(secret.trim());
}

/** The bytes a base64 text stands for; 0 when it is not base64. */
function base64Bytes(text: string): number {
  const trimmed = text.trim();
  if (trimmed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(trimmed)) return 0;
  return Buffer.byteLength(trimmed, 'base64');
}

function refused(name: string, reason: string): Error {
  return error('storage/credential', { name, reason });
}
