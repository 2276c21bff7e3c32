// CREATE and ALTER EXTERNAL SERVICE: what their options may be (4-cognitive section 3).
// Whether operations, prices and the credential exist, and where LOCATION may point, is not known here.

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type { ServiceOptions, StringLiteral } from './ast.ts';
import { Options, type RawOption } from './options.ts';

const KNOWN = [
  ...['TYPE', 'LOCATION', 'CREDENTIAL', 'REGION', 'OPERATIONS', 'API_VERSION', 'MODEL_VERSION', 'TIER', 'WEIGHT'],
  ...['MAX_CONCURRENCY', 'REQUESTS_PER_SECOND', 'REQUESTS_PER_MINUTE', 'REQUEST_TIMEOUT', 'PRICE_PER_1000', 'PRICES'],
  ...['CURRENCY', 'TTL', 'CACHE_GROUP', 'FUSE', 'ALLOW_HTTP', 'LOGGING_OPT_OUT'],
];
const TYPES = ['language', 'vision', 'face', 'speech', 'translator', 'anomaly'] as const;
const MOST_CONCURRENT = 10_000;

/**
 * Checks a service's options.
 *
 * @param span the whole statement, for errors that have no narrower place
 * @throws SqlcError syntax/*-option, syntax/option-*
 */
export function serviceOf(verb: 'CREATE' | 'ALTER', raw: readonly RawOption[], span: Span): ServiceOptions {
  const statement = `${verb} EXTERNAL SERVICE`;
  if (verb === 'ALTER') refuseType(statement, raw);
  const options = new Options(statement, raw, KNOWN, span);
  if (verb === 'CREATE') options.require(['TYPE', 'LOCATION']);
  return {
    type: options.word('TYPE', TYPES),
    location: text(options, 'LOCATION'),
    credential: options.name('CREDENTIAL', { allowString: false }),
    region: matching(options, 'REGION', /^[a-z0-9-]+$/i, 'the name of a region, such as westus2'),
    operations: operationsOf(options),
    apiVersion: text(options, 'API_VERSION'),
    modelVersion: text(options, 'MODEL_VERSION'),
    tier: text(options, 'TIER'),
    weight: positive(options, 'WEIGHT'),
    maxConcurrency: concurrency(options),
    requestsPerSecond: positive(options, 'REQUESTS_PER_SECOND'),
    requestsPerMinute: positive(options, 'REQUESTS_PER_MINUTE'),
    requestTimeout: positive(options, 'REQUEST_TIMEOUT'),
    pricePer1000: price(options),
    prices: text(options, 'PRICES'),
    currency: matching(options, 'CURRENCY', /^[a-z]{3}$/i, 'three letters, such as USD'),
    ttl: positive(options, 'TTL'),
    cacheGroup: text(options, 'CACHE_GROUP'),
    fuse: options.word('FUSE', ['on', 'off', 'jobs']),
    allowHttp: switched(options, 'ALLOW_HTTP'),
    loggingOptOut: switched(options, 'LOGGING_OPT_OUT'),
  };
}

function refuseType(statement: string, raw: readonly RawOption[]): void {
  const type = raw.find(({ name }) => name.name.toUpperCase() === 'TYPE');
  if (type === undefined) return;
  const hint = 'The type of a service is fixed: drop it and create it again.';
  throw error('syntax/unknown-option', { name: 'TYPE', statement }, { span: type.name.span, hint });
}

/** A string that is not empty. */
function text(options: Options, name: string): StringLiteral | undefined {
  const literal = options.string(name);
  if (literal === undefined || literal.value.trim() !== '') return literal;
  throw error('syntax/option-value', { name, found: 'empty', expected: 'a string with text' }, { span: literal.span });
}

function matching(options: Options, name: string, form: RegExp, expected: string): StringLiteral | undefined {
  const literal = text(options, name);
  if (literal === undefined || form.test(literal.value)) return literal;
  throw error('syntax/option-value', { name, found: `'${literal.value}'`, expected }, { span: literal.span });
}

function operationsOf(options: Options): readonly StringLiteral[] | undefined {
  const operations = options.strings('OPERATIONS');
  const seen = new Set<string>();
  for (const { value, span } of operations ?? []) {
    const id = value.toLowerCase();
    if (seen.has(id)) throw error('syntax/repeated-option', { name: value }, { span });
    seen.add(id);
  }
  return operations;
}

function positive(options: Options, name: string): number | undefined {
  return inRange(options, name, 'a positive number', (value) => value > 0);
}

/** Nothing is a price too: a free tier, a container of one's own. */
function price(options: Options): number | undefined {
  return inRange(options, 'PRICE_PER_1000', 'a number, 0 or more', (value) => value >= 0);
}

function concurrency(options: Options): number | undefined {
  const expected = `a whole number from 1 to ${MOST_CONCURRENT}`;
  const fits = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST_CONCURRENT;
  return inRange(options, 'MAX_CONCURRENCY', expected, fits);
}

function inRange(
  options: Options,
  name: string,
  expected: string,
  fits: (value: number) => boolean,
): number | undefined {
  const found = options.number(name);
  if (found === undefined) return undefined;
  const { value, span } = found;
  if (Number.isFinite(value) && fits(value)) return value;
  throw error('syntax/option-range', { name, found: value, expected }, { span });
}

function switched(options: Options, name: string): boolean | undefined {
  const word = options.word(name, ['on', 'off']);
  return word === undefined ? undefined : word === 'on';
}
