// What an engine keeps of the endpoints its services point to: a transport per address, a limiter per address and
// credential, whatever happens to the definitions; and the headers a credential becomes. Everything is closed with
// the engine.

import { createHash } from 'node:crypto';
import type { CredentialDefinition } from '../catalog/definitions.ts';
import { error } from '../common/errors.ts';
import { type HttpTransportOptions, httpTransport } from '../udf/http-transport.ts';
import { Limiter, type Quotas } from '../udf/limiter.ts';
import type { ServiceType } from '../udf/operation.ts';
import type { Transport } from '../udf/wire.ts';

export type Headers = Readonly<Record<string, string>>;
type Address = Pick<HttpTransportOptions, 'variable' | 'allowHttp'> & { readonly endpoint: URL };

const LEAST_CONNECTIONS = 128;

export class ServiceEndpoints {
  readonly #env: NonNullable<HttpTransportOptions['env']>;
  readonly #transports = new Map<string, Transport>();
  readonly #limiters = new Map<string, Limiter>();
  readonly #learntBatches = new Map<string, Map<string, number>>();

  /** @param env where proxies are named */
  constructor(env: NonNullable<HttpTransportOptions['env']>) {
    this.#env = env;
  }

  /** @throws SqlcError service/endpoint */
  transport(address: Address, concurrency: number): Transport {
    const connections = Math.max(LEAST_CONNECTIONS, concurrency);
    const options = { ...address, env: this.#env, connections };
    const key = [address.endpoint.href, address.allowHttp === true, connections].join(' ');
    return kept(this.#transports, key, () => httpTransport(options));
  }

  /** Quotas of before are replaced: those of a definition that changed hold from its next request on. */
  limiter(key: string, quotas: Quotas): Limiter {
    const limiter = kept(this.#limiters, key, () => new Limiter(quotas));
    limiter.adjust(quotas);
    return limiter;
  }

  /** What an address was found to take, by operation. */
  learntBatch({ href }: URL): Map<string, number> {
    return kept(this.#learntBatches, href, () => new Map<string, number>());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()));
    this.#transports.clear();
  }
}

function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  all.set(key, made);
  return made;
}

/** Whose quotas are spent: of a type of service, at an origin, with these credentials. Holds none of them. */
export function limiterKey(type: ServiceType, { origin }: URL, credentials: Headers): string {
  const digest = createHash('sha256').update(JSON.stringify(credentials)).digest('hex');
  return [type, origin, digest].join(' ');
}

const KEY_HEADERS: ReadonlyMap<string, (secret: string) => Headers> = new Map([
  ['ocp-apim-subscription-key', subscriptionKey],
  ['api-key', (secret) => ({ 'api-key': secret })],
  ['bearer', (secret) => ({ authorization: `Bearer ${secret}` })],
]);
const TOKEN_IDENTITIES = ['managed identity', 'service principal'];

/**
 * The headers a credential becomes; its IDENTITY says which (4-cognitive section 3).
 *
 * @throws SqlcError service/credential, not-supported
 */
export function credentialHeaders(credential: CredentialDefinition, service: string): Headers {
  const identity = credential.identity.trim().toLowerCase();
  if (TOKEN_IDENTITIES.includes(identity))
    throw error('not-supported', { what: `IDENTITY = '${credential.identity}' of a service` });
  const { name, secret } = credential;
  // An identity is not repeated: it may be a key in the wrong place.
  const refuse = (reason: string) => error('service/credential', { name, service, reason });
  const headers = KEY_HEADERS.get(identity);
  if (headers === undefined) throw refuse('its IDENTITY is none that services take');
  if (secret === undefined || secret === '') throw refuse('it has no SECRET');
  if (!isSendable(secret)) throw refuse('its SECRET holds a character that cannot be sent');
  return headers(secret);
}

export function subscriptionKey(key: string): Headers {
  return { 'ocp-apim-subscription-key': key };
}

/** Whether a header can carry a text as it is. */
export function isSendable(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
