// Which service answers an operation: an endpoint of the environment, else the embedded local models.

import { error } from '../common/errors.ts';
import { createEmulator } from '../emulator/emulator.ts';
import { localTextModels } from '../emulator/models/local-text-models.ts';
import type { Services } from '../exec/statement-work.ts';
import { httpTransport } from '../udf/http-transport.ts';
import { inProcessTransport } from '../udf/in-process-transport.ts';
import { Limiter } from '../udf/limiter.ts';
import type { ServiceType } from '../udf/operation.ts';
import type { Service } from '../udf/service.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES: Readonly<Partial<Record<ServiceType, string>>> = { language: 'LANGUAGE' };
const HTTP_CONCURRENCY = 16;
/** Local models work on this thread: two requests keep it busy while answers are stored. */
const LOCAL_CONCURRENCY = 2;
const TEXT_TIMEOUT_SECONDS = 10;
const TTL_MS = 90 * 24 * 3600 * 1000;

export interface ServiceDirectory {
  forStatement(options: { readonly requestTimeoutSeconds: number | undefined }): Services;
  close(): Promise<void>;
}

/** @param notice told once, when functions first run on the local models */
export function serviceDirectory(env: Environment, notice: (text: string) => void): ServiceDirectory {
  const made = new Map<ServiceType, Service>();
  const make = (type: ServiceType): Service => {
    const prefix = VARIABLES[type];
    const endpoint = prefix === undefined ? undefined : env[`${prefix}_ENDPOINT`];
    if (prefix !== undefined && endpoint !== undefined && endpoint !== '')
      return remote(type, `${prefix}_ENDPOINT`, endpoint, env[`${prefix}_KEY`], env);
    notice('no LANGUAGE_ENDPOINT is set: functions run on the embedded local models');
    return local(type);
  };
  return {
    forStatement: ({ requestTimeoutSeconds }) => ({
      async find(operation, name) {
        if (name !== undefined) throw error('not-supported', { what: `service "${name}" (CREATE EXTERNAL SERVICE)` });
        const type = operation.service;
        const service = made.get(type) ?? make(type);
        made.set(type, service);
        return [
          requestTimeoutSeconds === undefined
            ? service
            : { ...service, requestTimeoutMs: requestTimeoutSeconds * 1000 },
        ];
      },
      cacheOf: async () => undefined,
    }),
    async close() {
      await Promise.all([...made.values()].map((service) => service.transport.close()));
    },
  };
}

function remote(
  type: ServiceType,
  variable: string,
  endpoint: string,
  key: string | undefined,
  env: Environment,
): Service {
  const url = endpointUrl(variable, endpoint);
  const headers: Record<string, string> = key === undefined || key === '' ? {} : { 'ocp-apim-subscription-key': key };
  return {
    name: url.host,
    type,
    configuredBy: variable,
    keyedBy: variable.replace('_ENDPOINT', '_KEY'),
    transport: httpTransport({ endpoint: url, variable, env, connections: HTTP_CONCURRENCY }),
    headers: async () => headers,
    requestTimeoutMs: TEXT_TIMEOUT_SECONDS * 1000,
    limiter: new Limiter({ concurrency: HTTP_CONCURRENCY }),
    learntBatch: new Map(),
    weight: 1,
    cacheIdentity: `${type} v3.1 latest ${url.origin}`,
    ttlMs: TTL_MS,
    currency: 'USD',
    pricePer1000: () => undefined,
  };
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

function local(type: ServiceType): Service {
  const emulator = createEmulator({ models: localTextModels() });
  return {
    name: 'local',
    type,
    configuredBy: `${VARIABLES[type] ?? type.toUpperCase()}_ENDPOINT`,
    keyedBy: `${VARIABLES[type] ?? type.toUpperCase()}_KEY`,
    transport: inProcessTransport(emulator.handle),
    headers: async () => ({}),
    // A batch of long texts on a busy machine takes what it takes; the statement's own timeout bounds it.
    requestTimeoutMs: 600_000,
    limiter: new Limiter({ concurrency: LOCAL_CONCURRENCY }),
    learntBatch: new Map(),
    weight: 1,
    cacheIdentity: `${type} local`,
    ttlMs: TTL_MS,
    currency: 'USD',
    pricePer1000: () => 0,
  };
}
