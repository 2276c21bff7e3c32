// What a service's definition becomes: its pace, its patience, what its answers are kept under, and what of it is shared
// with other services and kept when definitions change.

import { afterEach, describe, expect, test } from 'vitest';
import { changed } from '../src/catalog/changed.ts';
import type { ServiceDefinition } from '../src/catalog/definitions.ts';
import { EMPTY_SNAPSHOT, type Snapshot } from '../src/catalog/snapshot.ts';
import type { CatalogChange } from '../src/catalog/store.ts';
import { SqlcError } from '../src/common/errors.ts';
import { type DirectoryOptions, type ServiceDirectory, serviceDirectory } from '../src/engine/services.ts';
import type { Statement } from '../src/parser/ast.ts';
import { parse } from '../src/parser/parse.ts';
import { bindCredential } from '../src/planner/bind/objects.ts';
import { bindAlteredService, bindService } from '../src/planner/bind/services.ts';
import { Limiter } from '../src/udf/limiter.ts';
import { allOperations } from '../src/udf/operations/index.generated.ts';
import { keyPhrases } from '../src/udf/operations/key-phrases.ts';
import { sentiment } from '../src/udf/operations/sentiment.ts';
import { quotasOfTier, tiersOf } from '../src/udf/tiers.ts';

const directories: ServiceDirectory[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) await directory.close();
});

function open(env: DirectoryOptions['env'] = {}): ServiceDirectory {
  const directory = serviceDirectory({ env, operations: allOperations, priceFile: '/no/such/file', notice: () => {} });
  directories.push(directory);
  return directory;
}

/** A catalog after some statements. */
function defined(script: string, before: Snapshot = EMPTY_SNAPSHOT): Snapshot {
  return parse(script).reduce((snapshot, statement) => changed(snapshot, changeOf(statement, snapshot)), before);
}

function changeOf(statement: Statement, snapshot: Snapshot): CatalogChange {
  switch (statement.kind) {
    case 'create-credential':
      return { action: 'create', kind: 'credential', definition: bindCredential(statement, snapshot, false) };
    case 'create-service':
      return { action: 'create', kind: 'service', definition: bindService(statement, snapshot, allOperations) };
    case 'alter-service':
      return { action: 'replace', kind: 'service', definition: bindAlteredService(statement, snapshot, allOperations) };
    default:
      throw new Error(`not expected: ${statement.kind}`);
  }
}

const service = (name: string, url: string, more = '') =>
  `CREATE EXTERNAL SERVICE ${name} WITH (TYPE = LANGUAGE, LOCATION = '${url}'${more});`;
const credential = (name: string, secret: string) =>
  `CREATE DATABASE SCOPED CREDENTIAL ${name} WITH IDENTITY = 'api-key', SECRET = '${secret}';`;

function find(directory: ServiceDirectory, snapshot: Snapshot, name?: string, operation = sentiment, seconds?: number) {
  return directory.forStatement({ snapshot, requestTimeoutSeconds: seconds }).find(operation, name);
}

describe('pace', () => {
  const pace = async (options: string) => {
    const snapshot = defined(service('s', 'https://s.example', options));
    const [{ limiter }] = await find(open(), snapshot);
    return [limiter.concurrency, limiter.ratePerSecond];
  };

  test('nothing is known of a rate unless it is said', async () => {
    expect(await pace('')).toEqual([16, undefined]);
    expect(await pace(', MAX_CONCURRENCY = 3')).toEqual([3, undefined]);
    expect(await pace(', REQUESTS_PER_SECOND = 2.5')).toEqual([16, 2.5]);
    expect(await pace(', REQUESTS_PER_SECOND = 100, REQUESTS_PER_MINUTE = 60')).toEqual([16, 1]);
  });

  test('a tier says it, options of its own say it better', async () => {
    expect(await pace(", TIER = 'F0'")).toEqual([16, 5]);
    expect(await pace(", TIER = 's3'")).toEqual([16, 500 / 60]);
    expect(await pace(", TIER = 'F0', REQUESTS_PER_MINUTE = 600, MAX_CONCURRENCY = 2")).toEqual([2, 10]);
  });

  test('every tier of every type is known', () => {
    const types: ServiceDefinition['type'][] = ['language', 'vision', 'face', 'speech', 'translator', 'anomaly'];
    for (const type of types) {
      expect(tiersOf(type)).toContain('F0');
      for (const tier of tiersOf(type)) expect(quotasOfTier(type, tier)).toBeDefined();
    }
    expect(quotasOfTier('vision', 'f0')).toEqual({ perMinute: 20 });
    expect(quotasOfTier('face', 'S9')).toBeUndefined();
  });

  test('one limiter for an origin and a credential, with the strictest quotas', async () => {
    const snapshot = defined(`${credential('a', 'same')} ${credential('b', 'same')} ${credential('c', 'other')}
      ${service('one', 'https://s.example', ', CREDENTIAL = a, REQUESTS_PER_MINUTE = 600')}
      ${service('two', 'https://s.example/path', ', CREDENTIAL = b, MAX_CONCURRENCY = 4')}
      ${service('three', 'https://s.example', ', CREDENTIAL = c')}
      ${service('four', 'https://t.example', ', CREDENTIAL = a')}`);
    const directory = open();
    const limiters: Limiter[] = [];
    for (const name of ['one', 'two', 'three', 'four'])
      for (const { limiter } of await find(directory, snapshot, name)) limiters.push(limiter);
    const [one, two, three, four] = limiters;
    expect(two).toBe(one);
    expect(new Set([one, three, four]).size).toBe(3);
    expect([one?.concurrency, one?.ratePerSecond]).toEqual([4, 10]);
    expect([three?.concurrency, three?.ratePerSecond]).toEqual([16, undefined]);
  });

  test('what is unchanged by ALTER is kept', async () => {
    const directory = open();
    const before = defined(service('s', 'https://s.example'));
    const [first] = await find(directory, before);
    const [slower] = await find(directory, defined('ALTER EXTERNAL SERVICE s SET (MAX_CONCURRENCY = 2)', before));
    expect(slower.limiter).toBe(first.limiter);
    expect(slower.transport).toBe(first.transport);
    expect(slower.learntBatch).toBe(first.learntBatch);
    expect(slower.limiter.concurrency).toBe(2);
    const [moved] = await find(
      directory,
      defined("ALTER EXTERNAL SERVICE s SET (LOCATION = 'https://t.example')", before),
    );
    expect(moved.limiter).not.toBe(first.limiter);
    expect(moved.transport).not.toBe(first.transport);
  });

  test('another definition of the same endpoint holds for what the environment says of it', async () => {
    const directory = open({ LANGUAGE_ENDPOINT: 'https://s.example' });
    const snapshot = defined(service('s', 'https://s.example', ", OPERATIONS = ('language/sentiment'), TIER = 'F0'"));
    const [declared] = await find(directory, snapshot);
    const [environment] = await find(directory, snapshot, undefined, keyPhrases);
    expect([declared.name, environment.name]).toEqual(['s', 's.example']);
    expect(environment.limiter).toBe(declared.limiter);
    expect(environment.limiter.ratePerSecond).toBe(5);
  });
});

describe('quotas that change', () => {
  const never = new AbortController().signal;

  test('hold for what waits, and leave what is in flight', async () => {
    const clock = { now: () => 0, after: () => ({ cancel: () => {} }) };
    const limiter = new Limiter({ concurrency: 1 }, clock);
    (await limiter.acquire(never)).release('answered');
    const first = await limiter.acquire(never);
    let granted = 0;
    const waiting = [1, 2, 3].map(() => limiter.acquire(never).then(() => granted++));
    limiter.adjust({ concurrency: 3 });
    await Promise.all(waiting.slice(0, 2));
    expect(granted).toBe(2);
    limiter.adjust({ concurrency: 2 });
    first.release('answered');
    await Promise.resolve();
    expect(granted).toBe(2);
    limiter.adjust({ concurrency: 3 });
    await waiting[2];
    expect([granted, limiter.concurrency, limiter.ratePerSecond]).toEqual([3, 3, undefined]);
    limiter.adjust({ concurrency: 3, perMinute: 30 });
    expect(limiter.ratePerSecond).toBe(0.5);
  });
});

describe('what else a definition says', () => {
  test('patience: the service’s own, else the setting, else the default of its type', async () => {
    const plain = defined(service('s', 'https://s.example'));
    const patient = defined(service('s', 'https://s.example', ', REQUEST_TIMEOUT = 2.5'));
    const directory = open();
    const timeouts = [
      await find(directory, plain),
      await find(directory, plain, undefined, sentiment, 7),
      await find(directory, patient, undefined, sentiment, 7),
    ].map(([{ requestTimeoutMs }]) => requestTimeoutMs);
    expect(timeouts).toEqual([10_000, 7000, 2500]);
  });

  test('answers are kept by type, versions and cache group', async () => {
    const directory = open({ LANGUAGE_ENDPOINT: 'https://s.example/gateway' });
    const identityOf = async (script: string) => {
      const pool = await find(directory, defined(script));
      return [...new Set(pool.map(({ cacheIdentity }) => cacheIdentity))].join(' | ');
    };
    const alone = '["language","v3.1","latest","https://s.example"]';
    expect(await identityOf('')).toBe(alone);
    expect(await identityOf(service('s', 'https://s.example/', ", MODEL_VERSION = 'latest'"))).toBe(alone);
    const version = '["language","v3.1","2022-11-01","https://s.example"]';
    expect(await identityOf(service('s', 'https://s.example', ", MODEL_VERSION = '2022-11-01'"))).toBe(version);
    // Services that share work share their answers: under the group one of them was given, else the first one's origin.
    const two = service('a', 'https://s.example') + service('b', 'https://t.example');
    expect(await identityOf(two)).toBe(alone);
    const group = '["language","v3.1","latest","reviews"]';
    expect(await identityOf(`${two} ALTER EXTERNAL SERVICE b SET (CACHE_GROUP = 'reviews')`)).toBe(group);
  });

  test('days in the cache', async () => {
    const days = async (more: string) => {
      const [{ ttlMs }] = await find(open(), defined(service('s', 'https://s.example', more)));
      return ttlMs / (24 * 3600 * 1000);
    };
    expect([await days(''), await days(', TTL = 0.5')]).toEqual([90, 0.5]);
  });

  test('a service that is gone is an error, not another service', async () => {
    const directory = open({ LANGUAGE_ENDPOINT: 'https://s.example' });
    const failure = await find(directory, EMPTY_SNAPSHOT, 's').catch((cause: unknown) => cause);
    expect(failure instanceof SqlcError && failure.message).toBe('service "s" does not exist');
  });

  test('what no service has names the variable to set', async () => {
    const told: string[] = [];
    const notice = (text: string) => told.push(text);
    const directory = serviceDirectory({ env: {}, operations: allOperations, priceFile: '/no/such/file', notice });
    directories.push(directory);
    const [local] = await find(directory, EMPTY_SNAPSHOT);
    await find(directory, EMPTY_SNAPSHOT, undefined, keyPhrases);
    expect([local.name, local.pricePer1000('language/sentiment')]).toEqual(['local', 0]);
    expect(told).toEqual(['no LANGUAGE_ENDPOINT is set: functions run on the embedded local models']);
  });
});
