// What a request's final failure means to the user. The SDK's own messages are never shown: they run over several
// lines and can carry the URL, and with it a signature.

import { error, SqlcError } from '../common/errors.ts';
import { codeOf, SilenceError, statusOf } from './attempt.ts';
import type { StorageCredential } from './credential.ts';

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  PARSE_ERROR: 'the answer is not that of blob storage',
};

const ACCESS_HINTS: Readonly<Record<StorageCredential['kind'], string>> = {
  anonymous: 'Give the data source a CREDENTIAL.',
  'account-key': 'Check that the secret of the credential is a key of this account.',
  sas: 'Check that the shared access signature allows reading and listing here and has not expired.',
};

/**
 * @param location as shown to the user, without secrets.
 * @param silenceMs the silence after which tries were given up.
 */
export function blobError(
  failure: unknown,
  location: string,
  credential: StorageCredential['kind'],
  silenceMs: number,
): SqlcError {
  if (failure instanceof SqlcError) return failure;
  if (failure instanceof SilenceError) {
    return error('storage/unavailable', { location, reason: `no answer within ${silenceMs / 1_000} s` });
  }
  const status = statusOf(failure);
  const code = codeOf(failure);
  if (status === undefined) {
    const known = code === undefined ? undefined : NETWORK[code];
    const name = failure instanceof Error ? failure.name : 'no reason given';
    return error('storage/unavailable', { location, reason: known ?? code ?? name });
  }
  return statusError(status, code ?? 'no code', location, credential);
}

function statusError(status: number, code: string, location: string, credential: StorageCredential['kind']): SqlcError {
  if (status === 412) return error('storage/changed', { location });
  if (status === 404) return blobMissing(location, credential);
  if (status === 401 || status === 403 || code === 'PublicAccessNotPermitted') {
    return error('storage/access', { location, status, code }, { hint: ACCESS_HINTS[credential] });
  }
  if (status >= 500 || status === 429 || status === 408) {
    return error('storage/unavailable', { location, reason: `${status} ${code}` });
  }
  return error('storage/unreadable', { location, reason: `${status} ${code}` });
}

/** Nothing is there, or nothing that this credential may see. */
export function blobMissing(location: string, credential: StorageCredential['kind']): SqlcError {
  const hint = 'Without a CREDENTIAL, a private container looks as if it did not exist.';
  return error('storage/missing', { location }, credential === 'anonymous' ? { hint } : {});
}
