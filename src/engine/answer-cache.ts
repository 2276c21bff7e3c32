// The result cache as a statement's calls see it: opened with the first lookup, bound to an operation and its services.

import { cacheKeys } from '../udf/cache-key.ts';
import type { CallOptions } from '../udf/call-operator.ts';
import { isLocal, type Operation } from '../udf/operation.ts';
import { openResultCache, type ResultCache, type ResultCacheOptions } from '../udf/result-cache.ts';
import type { ServicePool } from '../udf/service.ts';
import type { CacheMode } from './settings.ts';

export class AnswerCaches {
  readonly #options: ResultCacheOptions;
  #opened: Promise<ResultCache> | undefined;

  constructor(options: ResultCacheOptions) {
    this.#options = options;
  }

  /** `undefined` where nothing is remembered: the cache is off, or a registered function did not ask for it. */
  async of(operation: Operation, pool: ServicePool, mode: CacheMode): Promise<CallOptions['cache']> {
    if (mode === 'off' || (isLocal(operation) && !operation.cached)) return undefined;
    this.#opened ??= openResultCache(this.#options);
    const cache = await this.#opened;
    const [{ cacheIdentity, ttlMs }] = pool;
    const keyOf = cacheKeys({ operation: operation.id, identity: cacheIdentity });
    return {
      mode,
      store: {
        get: async (inputs) => cache.getMany(inputs.map(keyOf), { ttlMs }),
        put: (answers) => cache.putMany(answers.map(({ input, outcome }) => ({ key: keyOf(input), outcome }))),
      },
    };
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }
}
