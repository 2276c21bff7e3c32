// External services: CREATE and ALTER to definitions, every option checked against the others and the catalog
// (4-cognitive section 3); and which services may answer an operation. Asks nobody: credentials are tried when used.

import type { ServiceDefinition } from '../../catalog/definitions.ts';
import { findObject, type Snapshot, sameName } from '../../catalog/snapshot.ts';
import { error, invariant, type SqlcError } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { API_VERSIONS } from '../../udf/api-versions.ts';
import { endpointProblem, isLoopback } from '../../udf/endpoint.ts';
import { pricedIds, type WireOperation } from '../../udf/operation.ts';
import { quotasOfTier, tiersOf } from '../../udf/tiers.ts';

type Operations = readonly Pick<WireOperation, 'id' | 'service' | 'fusion'>[];
type Type = ServiceDefinition['type'];
type Given = {
  readonly [K in Exclude<keyof ServiceDefinition, 'name' | 'type' | 'stamp'>]: ServiceDefinition[K] | undefined;
};

/** @throws SqlcError catalog/exists, catalog/credential-missing, bind/unknown-operation, service/endpoint, not-supported, syntax/option-* */
export function bindService(
  { name, options }: ast.CreateService,
  snapshot: Snapshot,
  operations: Operations,
): ServiceDefinition {
  if (findObject(snapshot, 'service', name.name) !== undefined)
    throw error('catalog/exists', { kind: 'service', name: name.name }, { span: name.span });
  const { type } = options;
  invariant(type !== undefined, 'TYPE was required');
  if (API_VERSIONS[type] === undefined)
    throw error('not-supported', { what: `TYPE = ${type.toUpperCase()}` }, { span: name.span });
  const { location, ...given } = givenOf(type, options, snapshot, operations);
  invariant(location !== undefined, 'LOCATION was required');
  return checked({ name: name.name, type, location, ...given }, name, options);
}

/** What was not given stays. @throws SqlcError as bindService, and catalog/unknown-object */
export function bindAlteredService(
  { name, options }: ast.AlterService,
  snapshot: Snapshot,
  operations: Operations,
): ServiceDefinition {
  const service = existing(snapshot, name);
  const given = givenOf(service.type, options, snapshot, operations);
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return checked({ ...service, ...changes }, name, options);
}

/** The service a call names. @throws SqlcError catalog/unknown-object, bind/service-operation */
export function namedService(
  snapshot: Snapshot,
  operation: Operations[number],
  name: Pick<ast.Identifier, 'name'> & { readonly span?: Span },
): ServiceDefinition {
  const service = existing(snapshot, name);
  const refuse = (reason: string) =>
    error('bind/service-operation', { name: service.name, operation: operation.id, reason }, { span: name.span });
  if (service.type !== operation.service) throw refuse(`its TYPE is ${service.type.toUpperCase()}`);
  if (!lists(service, operation.id)) throw refuse(`its OPERATIONS are ${service.operations?.join(', ')}`);
  return service;
}

/** Those that share an operation's work; none when the environment or the local models answer it. */
export function sharingServices(snapshot: Snapshot, operation: Operations[number]): readonly ServiceDefinition[] {
  return snapshot.services.filter((s) => s.type === operation.service && lists(s, operation.id));
}

function lists({ operations }: ServiceDefinition, id: string): boolean {
  return operations === undefined || operations.includes(id);
}

function existing(
  snapshot: Snapshot,
  { name, span }: { readonly name: string; readonly span?: Span | undefined },
): ServiceDefinition {
  const found = findObject(snapshot, 'service', name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    snapshot.services.map((s) => s.name),
  );
  throw error('catalog/unknown-object', { kind: 'service', name }, { span, hint });
}

function givenOf(type: Type, options: ast.ServiceOptions, snapshot: Snapshot, operations: Operations): Given {
  const { credential, location, region, apiVersion, modelVersion, tier, currency, cacheGroup } = options;
  const own = operations.filter((o) => o.service === type);
  const ids = own.map((o) => o.id);
  const id = (name: string, span: Span) => knownOperation(name, type, ids, span);
  const priced = (name: string, span: Span) => knownOperation(name, type, pricedIds(own), span);
  return {
    location: location?.value,
    credential: credential === undefined ? undefined : knownCredential(credential, snapshot),
    region: region?.value,
    operations: options.operations?.map((o) => id(o.value, o.span)),
    apiVersion: apiVersion === undefined ? undefined : knownVersion(type, apiVersion),
    modelVersion: modelVersion?.value,
    tier: tier === undefined ? undefined : knownTier(type, tier),
    weight: options.weight,
    maxConcurrency: options.maxConcurrency,
    requestsPerSecond: options.requestsPerSecond,
    requestsPerMinute: options.requestsPerMinute,
    requestTimeout: options.requestTimeout,
    pricePer1000: options.pricePer1000,
    prices: options.prices === undefined ? undefined : pricesOf(options.prices, priced),
    currency: currency?.value.toUpperCase(),
    ttl: options.ttl,
    cacheGroup: cacheGroup?.value,
    fuse: options.fuse,
    allowHttp: options.allowHttp,
    loggingOptOut: options.loggingOptOut,
  };
}

function knownOperation(name: string, type: Type, ids: readonly string[], span: Span): string {
  const found = ids.find((id) => id === name.toLowerCase());
  if (found !== undefined) return found;
  const hint = didYouMean(name, ids) ?? `Their operations are ${ids.join(', ')}.`;
  throw error('bind/unknown-operation', { type: type.toUpperCase(), name }, { span, hint });
}

function knownCredential({ name, span }: ast.Identifier, snapshot: Snapshot): string {
  const found = findObject(snapshot, 'credential', name);
  if (found === undefined) throw error('catalog/credential-missing', { name }, { span });
  return found.name;
}

function knownVersion(type: Type, { value, span }: ast.StringLiteral): string {
  const found = API_VERSIONS[type]?.find((version) => sameName(version, value));
  if (found === undefined)
    throw error('not-supported', { what: `API_VERSION '${value}' of ${type.toUpperCase()}` }, { span });
  return found;
}

function knownTier(type: Type, { value, span }: ast.StringLiteral): string {
  if (quotasOfTier(type, value) !== undefined) return value.toUpperCase();
  const expected = `one of ${tiersOf(type).join(', ')}`;
  throw error('syntax/option-value', { name: 'TIER', found: `'${value}'`, expected }, { span });
}

function pricesOf(
  { value, span }: ast.StringLiteral,
  id: (name: string, span: Span) => string,
): Readonly<Record<string, number>> {
  const expected = 'a JSON object such as {"language/sentiment": 1.00}';
  const refuse = (found: string) => error('syntax/option-value', { name: 'PRICES', found, expected }, { span });
  let read: unknown;
  try {
    read = JSON.parse(value);
  } catch {
    throw refuse('not JSON');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw refuse('another kind of JSON');
  const prices = Object.entries(read).map(([name, price]): [string, number] => {
    if (typeof price !== 'number' || price < 0) throw refuse(`${JSON.stringify(price)} for "${name}"`);
    return [id(name, span), price];
  });
  return Object.fromEntries(prices);
}

/** Rules that need more than one option, of which some may have been given before. */
function checked(
  service: ServiceDefinition,
  name: ast.Identifier,
  { location, credential, allowHttp }: ast.ServiceOptions,
): ServiceDefinition {
  const span = (location ?? credential ?? name).span;
  const url = URL.canParse(service.location) ? new URL(service.location) : undefined;
  if (url === undefined) {
    throw misplaced('no URL', 'a URL such as https://westus2.api.cognitive.microsoft.com', span);
  }
  const problem = endpointProblem(url, service.allowHttp ?? false);
  if (problem !== undefined) {
    const byName = url.protocol === 'http:' && allowHttp !== false && endpointProblem(url, true) === undefined;
    const hint = byName ? 'ALLOW_HTTP = ON sends plain http to another machine, without any credential.' : undefined;
    throw misplaced(`"${url.protocol}//${url.host}${url.pathname}"`, problem, span, hint);
  }
  if (service.credential !== undefined && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const other = 'plain http to another machine, where no credential is sent';
    throw error('syntax/option-combination', { name: 'CREDENTIAL', other }, { span: (credential ?? name).span });
  }
  return service;
}

/** A user name, password or query is not repeated: it may be a secret. */
function misplaced(found: string, expected: string, span: Span, hint?: string): SqlcError {
  return error('service/endpoint', { variable: 'LOCATION', found, expected }, { span, hint });
}
