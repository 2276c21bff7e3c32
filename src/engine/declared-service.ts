// What is known of an endpoint before anything is sent: from a definition and its credential, or from the environment.

import type { ServiceDefinition } from '../catalog/definitions.ts';
import { findObject, type Snapshot } from '../catalog/snapshot.ts';
import { error } from '../common/errors.ts';
import type { Quotas } from '../udf/limiter.ts';
import type { ServiceType } from '../udf/operation.ts';
import { quotasOfTier } from '../udf/tiers.ts';
import { credentialHeaders, type Headers, isSendable, subscriptionKey } from './service-endpoints.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How the environment's variables of a type begin. */
export const VARIABLES: Readonly<Record<ServiceType, string>> = {
  language: 'LANGUAGE',
  vision: 'VISION',
  face: 'FACE',
  speech: 'SPEECH',
  translator: 'TRANSLATOR',
  anomaly: 'ANOMALY_DETECTOR',
};
const CONCURRENCY = 16;

/** One endpoint as a definition or the environment gives it, credentials in hand. */
export interface Declared {
  readonly name: string;
  readonly type: ServiceType;
  readonly url: URL;
  readonly configuredBy: string;
  readonly keyedBy: string;
  readonly headers: Headers;
  readonly quotas: Quotas;
  readonly definition: Partial<ServiceDefinition>;
}

/** @throws SqlcError service/credential, not-supported */
export function declaredBy(definition: ServiceDefinition, snapshot: Snapshot): Declared {
  const { name, type, location, region } = definition;
  const credential =
    definition.credential === undefined ? undefined : findObject(snapshot, 'credential', definition.credential);
  const tier = definition.tier === undefined ? undefined : quotasOfTier(type, definition.tier);
  return {
    name,
    type,
    url: new URL(location),
    configuredBy: `LOCATION of service "${name}"`,
    keyedBy: credential === undefined ? `CREDENTIAL of service "${name}"` : `credential "${credential.name}"`,
    headers: {
      ...(credential === undefined ? {} : credentialHeaders(credential, name)),
      ...(region === undefined ? {} : regionHeader(region)),
    },
    quotas: {
      concurrency: definition.maxConcurrency ?? tier?.concurrency ?? CONCURRENCY,
      perSecond: definition.requestsPerSecond ?? tier?.perSecond,
      perMinute: definition.requestsPerMinute ?? tier?.perMinute,
    },
    definition,
  };
}

/** @throws SqlcError service/endpoint, service/header */
export function declaredByEnvironment(type: ServiceType, env: Environment): Declared | undefined {
  const prefix = VARIABLES[type];
  const endpoint = env[`${prefix}_ENDPOINT`];
  if (endpoint === undefined || endpoint === '') return undefined;
  const url = endpointUrl(`${prefix}_ENDPOINT`, endpoint);
  const key = sendable(`${prefix}_KEY`, env);
  const region = sendable(`${prefix}_REGION`, env);
  return {
    name: url.host,
    type,
    url,
    configuredBy: `${prefix}_ENDPOINT`,
    keyedBy: `${prefix}_KEY`,
    headers: {
      ...(key === undefined ? {} : subscriptionKey(key)),
      ...(region === undefined ? {} : regionHeader(region)),
    },
    quotas: { concurrency: CONCURRENCY },
    definition: {},
  };
}

function sendable(variable: string, env: Environment): string | undefined {
  const value = env[variable];
  if (value === undefined || value === '') return undefined;
  if (!isSendable(value)) throw error('service/header', { variable });
  return value;
}

function regionHeader(region: string): Headers {
  return { 'ocp-apim-subscription-region': region };
}

function endpointUrl(variable: string, endpoint: string): URL {
  try {
    return new URL(endpoint);
  } catch {
    throw error('service/endpoint', {
      variable,
      found: `"${endpoint}"`,
      expected: 'a URL such as https://westus2.api.cognitive.microsoft.com',
    });
  }
}
