// Which services answer an operation: the one a call names; else those of the catalog that list it, sharing the work;
// else an endpoint of the environment; else the embedded local models.

import { isDeepStrictEqual } from 'node:util';
import type { ServiceDefinition } from '../catalog/definitions.ts';
import { EMPTY_SNAPSHOT, type Snapshot } from '../catalog/snapshot.ts';
import { error, SqlcError } from '../common/errors.ts';
import type { Services } from '../exec/statement-work.ts';
import { namedService, sharingServices } from '../planner/bind/services.ts';
import type { CallTerms } from '../planner/call-terms.ts';
import { API_VERSIONS } from '../udf/api-versions.ts';
import { serviceIdentity } from '../udf/cache-key.ts';
import type { Quotas } from '../udf/limiter.ts';
import type { ServiceType, WireOperation } from '../udf/operation.ts';
import { type PriceFile, readPriceFile } from '../udf/price-file.ts';
import type { Service, ServicePool } from '../udf/service.ts';
import { declaredTerms } from './call-terms.ts';
import { type Declared, declaredBy, declaredByEnvironment, type Environment, VARIABLES } from './declared-service.ts';
import { limiterKey, ServiceEndpoints } from './service-endpoints.ts';

const TIMEOUT_SECONDS: Readonly<Record<ServiceType, number>> = {
  language: 10,
  vision: 20,
  face: 20,
  speech: 60,
  translator: 10,
  anomaly: 10,
};
const DAY_MS = 24 * 3600 * 1000;
const TTL_DAYS = 90;
const CURRENCY = 'USD';
const LATEST = 'latest';

export interface ServiceDirectory {
  forStatement(options: {
    readonly snapshot: Snapshot;
    readonly requestTimeoutSeconds: number | undefined;
  }): Pick<Services, 'find'>;
  /** What is known of calls without asking anybody. */
  terms(snapshot: Snapshot): Promise<CallTerms>;
  close(): Promise<void>;
}

export interface DirectoryOptions {
  /** Endpoints, keys, proxies. */
  readonly env: Environment;
  readonly operations: readonly WireOperation[];
  /** Path of the user's prices; the file need not be there. */
  readonly priceFile: string;
  /** Told once, when functions first run on the local models. */
  notice(text: string): void;
}

export function serviceDirectory(options: DirectoryOptions): ServiceDirectory {
  return new Directory(options);
}

class Directory implements ServiceDirectory {
  readonly #options: DirectoryOptions;
  readonly #endpoints: ServiceEndpoints;
  readonly #locals = new Map<ServiceType, Promise<Service>>();
  /** Of the statement begun last: quotas are those of its definitions. */
  #latest: Snapshot = EMPTY_SNAPSHOT;
  /** Whose turn it is, by operation and service; forgotten when definitions change. */
  readonly #turns = new Map<string, { credit: number }>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#endpoints = new ServiceEndpoints(options.env);
  }

  forStatement({
    snapshot,
    requestTimeoutSeconds,
  }: Parameters<ServiceDirectory['forStatement']>[0]): Pick<Services, 'find'> {
    if (!isDeepStrictEqual(snapshot.services, this.#latest.services)) this.#turns.clear();
    this.#latest = snapshot;
    let read: Promise<PriceFile | undefined> | undefined;
    const prices = () => {
      read ??= readPriceFile(this.#options.priceFile, this.#options.operations);
      return read;
    };
    return {
      find: async (operation, name) => {
        const declared = this.#declared(snapshot, operation, name);
        const [first, ...others] = declared;
        if (first === undefined) return [timed(await this.#local(operation.service), requestTimeoutSeconds)];
        const file = await prices();
        const cacheGroup = commonGroup(declared, operation) ?? first.url.origin;
        const service = (one: Declared) =>
          this.#service(one, { operation, cacheGroup, prices: file, timeoutSeconds: requestTimeoutSeconds });
        const pool: ServicePool = [service(first), ...others.map(service)];
        refuseDifferent(pool, operation);
        return pool;
      },
    };
  }

  async terms(snapshot: Snapshot): Promise<CallTerms> {
    const { operations, priceFile } = this.#options;
    const fusible = operations.some(({ fusion }) => fusion !== undefined);
    const file = fusible ? await readPriceFile(priceFile, operations) : undefined;
    return declaredTerms(({ operation, service }) => {
      const declared = this.#declared(snapshot, operation, service);
      return declared.map(({ name, definition }) => ({ name, definition, sheet: priced(definition, file) }));
    });
  }

  async close(): Promise<void> {
    const locals = await Promise.all(this.#locals.values());
    await Promise.all([this.#endpoints.close(), ...locals.map((service) => service.transport.close())]);
  }

  /** Who shall answer; none: the local models. @throws SqlcError bind/service-operation, service/*, not-supported */
  #declared(snapshot: Snapshot, operation: WireOperation, name: string | undefined): readonly Declared[] {
    if (name !== undefined) return [declaredBy(namedService(snapshot, operation, { name }), snapshot)];
    const sharing = sharingServices(snapshot, operation);
    if (sharing.length > 0) return sharing.map((definition) => declaredBy(definition, snapshot));
    const given = declaredByEnvironment(operation.service, this.#options.env);
    return given === undefined ? [] : [given];
  }

  #service(
    { name, type, url, configuredBy, keyedBy, headers, quotas, definition }: Declared,
    {
      operation,
      cacheGroup,
      prices,
      timeoutSeconds,
    }: {
      readonly operation: WireOperation;
      readonly cacheGroup: string;
      readonly prices: PriceFile | undefined;
      readonly timeoutSeconds: number | undefined;
    },
  ): Service {
    const { allowHttp = false, modelVersion, loggingOptOut, requestTimeout } = definition;
    const key = limiterKey(type, url, headers);
    const shared = strictest([quotas, ...this.#quotasOf(key)]);
    const address = { endpoint: url, variable: configuredBy, allowHttp };
    return {
      name,
      type,
      configuredBy,
      keyedBy,
      transport: this.#endpoints.transport(address, shared.concurrency),
      headers: async () => headers,
      settings: { modelVersion, loggingOptOut },
      requestTimeoutMs: (requestTimeout ?? timeoutSeconds ?? TIMEOUT_SECONDS[type]) * 1000,
      limiter: this.#endpoints.limiter(key, shared),
      learntBatch: this.#endpoints.learntBatch(url),
      weight: definition.weight ?? 1,
      turn: this.#turn(operation.id, name),
      cacheIdentity: serviceIdentity({
        type,
        apiVersion: definition.apiVersion ?? API_VERSIONS[type]?.[0] ?? '',
        modelVersion: modelVersion ?? LATEST,
        cacheGroup: definition.cacheGroup ?? cacheGroup,
      }),
      ttlMs: (definition.ttl ?? TTL_DAYS) * DAY_MS,
      ...priced(definition, prices),
    };
  }

  /** Of every service that spends the same: an origin and credentials have one pace, whoever asks. */
  #quotasOf(key: string): readonly Quotas[] {
    const snapshot = this.#latest;
    return snapshot.services.flatMap((definition) => {
      try {
        const { type, url, headers, quotas } = declaredBy(definition, snapshot);
        return limiterKey(type, url, headers) === key ? [quotas] : [];
      } catch (failure) {
        // What another service's credential lacks is said when that service is asked.
        if (failure instanceof SqlcError) return [];
        throw failure;
      }
    });
  }

  #turn(operation: string, service: string): { credit: number } {
    const key = JSON.stringify([operation, service]);
    const turn = this.#turns.get(key) ?? { credit: 0 };
    this.#turns.set(key, turn);
    return turn;
  }

  #local(type: ServiceType): Promise<Service> {
    const known = this.#locals.get(type);
    if (known !== undefined) return known;
    const variable = VARIABLES[type];
    this.#options.notice(`no ${variable}_ENDPOINT is set: functions run on the embedded local models`);
    // Loaded with the first call: with endpoints of one's own the models are never needed.
    const made = import('./local-service.ts').then((m) => m.localService(type, variable, TTL_DAYS * DAY_MS));
    this.#locals.set(type, made);
    return made;
  }
}

function timed(service: Service, seconds: number | undefined): Service {
  return seconds === undefined ? service : { ...service, requestTimeoutMs: seconds * 1000 };
}

function strictest(all: readonly Quotas[]): Quotas {
  const least = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  };
  return {
    concurrency: Math.min(...all.map((q) => q.concurrency)),
    perSecond: least(all.map((q) => q.perSecond)),
    perMinute: least(all.map((q) => q.perMinute)),
  };
}

/** The definition's own prices come first; the file's are for services that say nothing, in their currency. */
function priced(
  definition: Partial<ServiceDefinition>,
  file: PriceFile | undefined,
): Pick<Service, 'currency' | 'pricePer1000' | 'pricePer1000Requests'> {
  const { prices, pricePer1000 } = definition;
  const hasOwn = prices !== undefined || pricePer1000 !== undefined;
  const currency = definition.currency ?? (hasOwn ? CURRENCY : (file?.currency ?? CURRENCY));
  const fromFile = (id: string) => (file?.currency === currency ? file.prices.get(id) : undefined);
  return {
    currency,
    pricePer1000: (operation) => prices?.[operation] ?? pricePer1000 ?? fromFile(operation),
    pricePer1000Requests: (group) => prices?.[group] ?? fromFile(group),
  };
}

/** The cache group that services sharing an operation were given; they must not have been given two. */
function commonGroup(declared: readonly Declared[], operation: WireOperation): string | undefined {
  const groups = new Set(declared.flatMap(({ definition }) => definition.cacheGroup ?? []));
  if (groups.size > 1) throw different(declared, operation, 'CACHE_GROUP');
  return [...groups][0];
}

/** Services that share work must give the same answers, whichever is asked. */
function refuseDifferent(pool: ServicePool, operation: WireOperation): void {
  const [first] = pool;
  if (pool.some(({ cacheIdentity }) => cacheIdentity !== first.cacheIdentity))
    throw different(pool, operation, 'MODEL_VERSION');
  if (pool.some(({ currency }) => currency !== first.currency)) throw different(pool, operation, 'CURRENCY');
}

function different(services: readonly { readonly name: string }[], operation: WireOperation, option: string) {
  const names = services.map(({ name }) => `"${name}"`).join(', ');
  return error('service/differ', { services: names, operation: operation.id, option });
}
