// What makes two calls the same call, as one short digest: the operation, who answers it, the options and the input.
// Stands before the result cache. Must not know where answers are kept, nor any secret.

import * as crypto from 'node:crypto';
import type { Input, ServiceType } from './operation.ts';

/** Counts up when keys or values come to mean something else; answers of another format are then never found. */
const FORMAT = 1;
export const KEY_BYTES = 16;

type Hash = (algorithm: string, data: string, encoding: 'latin1') => string;
const hash = (crypto as unknown as { hash: Hash }).hash; // in Node since 20.12, not yet in the types of 20: three times as fast as createHash

/** A digest, one byte a character: buffers would cost the garbage collector more than the lookups. */
export type CacheKey = string;

/** A literal argument that became part of the request. */
export type CacheOption = string | number | boolean | null;

export interface CachedCall {
  /** `Operation.id`. */
  readonly operation: string;
  /** As `serviceIdentity` gives it. */
  readonly identity: string;
  /** In any order. */
  readonly options?: Readonly<Record<string, CacheOption>> | undefined;
}

/**
 * Who answers, as far as an answer depends on it: services of one cache group share their answers.
 *
 * @param service `modelVersion` is the one asked for (`latest`), not the one that answered; `cacheGroup` by default
 *   the endpoint's origin, for a local model its name.
 */
export function serviceIdentity(service: {
  readonly type: ServiceType;
  readonly apiVersion: string;
  readonly modelVersion: string;
  readonly cacheGroup: string;
}): string {
  return JSON.stringify([service.type, service.apiVersion, service.modelVersion, service.cacheGroup]);
}

/**
 * The key of each input of a call. Inputs are equal byte-wise; NULL, an empty text and an argument
 * left out at the end are three different inputs.
 */
export function cacheKeys(call: CachedCall): (input: Input) => CacheKey {
  const options = Object.entries(call.options ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const context = hash('sha256', JSON.stringify([FORMAT, call.operation, call.identity, options]), 'latin1');
  const prefix = context.slice(0, KEY_BYTES);
  return (input) => {
    let text = prefix;
    for (const argument of input) text += argument === null ? '-' : `${argument.length}:${argument}`;
    return hash('sha256', text, 'latin1').slice(0, KEY_BYTES);
  };
}
