// A service as the call operator sees it: where requests go, with which headers, how fast, at what price.

import type { Limiter } from './limiter.ts';
import type { RequestSettings, ServiceType } from './operation.ts';
import type { Transport } from './wire.ts';

export interface Service {
  /** As named in messages and the report: the service's name, an endpoint's host, or `local`. */
  readonly name: string;
  readonly type: ServiceType;
  /** What a user changes when the service refuses: a variable, or `LOCATION of service "x"`. */
  readonly configuredBy: string;
  /** What a user changes when the key is refused. */
  readonly keyedBy: string;
  readonly transport: Transport;
  /** Credentials included: never shown. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Added to every request: the model version asked for, whether inputs may be kept. */
  readonly settings?: RequestSettings | undefined;
  /** Milliseconds one attempt may take. */
  readonly requestTimeoutMs: number;
  /** Of the endpoint and credential: shared by every statement of the engine. */
  readonly limiter: Limiter;
  /** Documents a request may hold where the service refused more, by operation; learnt while running. */
  readonly learntBatch: Map<string, number>;
  /** Among services that share work: requests go in this proportion. */
  readonly weight: number;
  /** Whose turn is next in its pool: kept between statements, so that small ones are shared too. */
  readonly turn?: { credit: number } | undefined;
  /** TYPE + API version + requested model version + cache group: services that may answer for each other. */
  readonly cacheIdentity: string;
  /** Milliseconds an answer stays in the cache. */
  readonly ttlMs: number;
  readonly currency: string;
  /** Price of 1,000 billed units of an operation; `undefined`: not known. 0 for local models. */
  pricePer1000(operation: string): number | undefined;
  /** Price of 1,000 requests of a fusion group, beside what they ask for; `undefined`: requests cost nothing. */
  pricePer1000Requests(group: string): number | undefined;
}

/** The services that answer one operation together; at least one. */
export type ServicePool = readonly [Service, ...Service[]];
