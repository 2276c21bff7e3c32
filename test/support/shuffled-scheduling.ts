// Loaded before each test file when SQLC_SHUFFLE holds a seed (`npm run test:shuffled`): everything a statement waits
// for (its turn at a service, an answer, the cache, DuckDB) comes back in another order, and the distinct inputs reach
// the call operator in another one, so that other texts share a request. Answers must not change.

import { Dispatcher } from 'undici';
import { AnswerCaches } from '../../src/engine/answer-cache.ts';
import { Connection } from '../../src/exec/duckdb/connection.ts';
import { StatementWork } from '../../src/exec/statement-work.ts';
import { Limiter } from '../../src/udf/limiter.ts';
import { Turns } from './turns.ts';

const seed = Number(process.env.SQLC_SHUFFLE);
if (!Number.isSafeInteger(seed)) throw new Error(`SQLC_SHUFFLE is "${process.env.SQLC_SHUFFLE}", expected a seed`);
const turns = new Turns(seed);

/** Begins in another order, and comes back in another one. */
function late<This, Args extends unknown[], T>(method: (this: This, ...args: Args) => Promise<T>) {
  return async function (this: This, ...args: Args): Promise<T> {
    await turns.next();
    try {
      return await method.apply(this, args);
    } finally {
      await turns.next();
    }
  };
}

async function* lateEach<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const one of all) {
    await turns.next();
    yield one;
  }
}

// Of its two forms the one with a callback has no caller here.
Dispatcher.prototype.request = late(Dispatcher.prototype.request) as Dispatcher['request'];
Limiter.prototype.acquire = late(Limiter.prototype.acquire);
Connection.prototype.run = late(Connection.prototype.run);
Connection.prototype.rows = late(Connection.prototype.rows);
Connection.prototype.columnTypes = late(Connection.prototype.columnTypes);
Connection.prototype.appender = late(Connection.prototype.appender);

const { stream } = Connection.prototype;
Connection.prototype.stream = function (...args) {
  return lateEach(stream.apply(this, args));
};

const { missing } = StatementWork.prototype;
StatementWork.prototype.missing = async function (...args) {
  const [seed = 0] = turns.shuffled(Array.from({ length: 100 }, (_, i) => i));
  return `SELECT * FROM (${await missing.apply(this, args)}) AS k ORDER BY hash(k, ${seed})`;
};

const { of } = AnswerCaches.prototype;
AnswerCaches.prototype.of = async function (...args) {
  const cache = await of.apply(this, args);
  if (cache === undefined) return undefined;
  const { mode, store } = cache;
  return { mode, store: { get: late(store.get), put: late(store.put) } };
};
