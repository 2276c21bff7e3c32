// Distinct inputs -> cache -> documents -> full batches -> limiter -> transport -> one outcome per input -> cache. Bounded in
// flight, cancelled by the signal. One request and its retries are request.ts. Knows no SQL and no tables.

import { setMaxListeners } from 'node:events';
import { error } from '../common/errors.ts';
import { timerMs } from '../common/timer.ts';
import type { TraceSpan } from '../common/trace.ts';
import { Batcher } from './batcher.ts';
import type { Budget } from './budget.ts';
import type { CallStatistics } from './call-statistics.ts';
import type { ErrorLimit } from './error-limit.ts';
import type { Input, Operation, Outcome } from './operation.ts';
import { priceOf } from './price.ts';
import { askBatch, type RequestOptions } from './request.ts';
import type { Service, ServicePool } from './service.ts';
import { UnderWay } from './under-way.ts';
import { WholeAnswers } from './whole-answers.ts';

export interface Answered {
  readonly input: Input;
  readonly outcome: Outcome;
}

/** The result cache as one operation and its services see it. */
export interface AnswerCache {
  /** `undefined`: not known. In the order of the inputs. */
  get(inputs: readonly Input[]): Promise<readonly (Outcome | undefined)[]>;
  /** Resolves when a killed process would still find them. Keeps no retriable error. */
  put(answers: readonly Answered[]): Promise<void>;
}

export interface CallOptions {
  readonly operation: Operation;
  readonly pool: ServicePool;
  readonly stats: CallStatistics;
  readonly budget: Budget;
  readonly errorLimit: ErrorLimit;
  /** `read`: a miss is an error; `refresh`: ask again and overwrite. */
  readonly cache: { readonly mode: 'on' | 'read' | 'refresh'; readonly store: AnswerCache } | undefined;
  readonly signal: AbortSignal;
  /** Whether more inputs come soon: then the last batch, when it is not full, is left unasked. */
  readonly holdPartial: boolean;
  /** Of the call; a request is below it. */
  readonly span: TraceSpan;
  /** Seconds a single required wait (Retry-After) may last. */
  readonly maxWaitSeconds: number;
  /** Seconds without any answer. */
  readonly maxStallSeconds: number;
}

/** Requests under way when the consumer stops get this long to land in the cache. */
const GRACE_MS = 5000;

/**
 * Answers for distinct inputs, in any order; with `holdPartial`, perhaps not for the last of them.
 *
 * @param inputs as many as are looked up in the cache at once, asked for as soon as they come
 * @throws SqlcError service/*, budget/*, cache/miss; the signal's reason when cancelled
 */
export async function* callOperation(
  inputs: AsyncIterable<readonly Input[]>,
  options: CallOptions,
): AsyncGenerator<readonly Answered[]> {
  const { stats } = options;
  const wholes = new WholeAnswers(options);
  yield* answersTo(batches(inputs, options, wholes), options, {
    complete: (documents) => wholes.complete(documents),
    statsOf: () => stats,
    billed: (operation, batch, service) => {
      stats.cost += priceOf(batch, operation, service) ?? 0;
    },
  });
}

/** What is known already, or a request to make; of another operation than the call's where it says so. */
export type Item<A> =
  | { readonly kind: 'cached'; readonly answers: readonly A[] }
  | ({ readonly kind: 'batch'; readonly inputs: readonly Input[] } & Partial<Pick<CallOptions, 'operation'>>);

/** The answers to items, and the requests they take. @throws as callOperation */
export async function* answersTo<A extends Answered>(
  items: AsyncIterable<Item<A>>,
  options: CallOptions,
  taken: Pick<RequestOptions<A>, 'complete' | 'billed' | 'statsOf'>,
): AsyncGenerator<readonly A[]> {
  const { pool, signal } = options;
  const stop = new AbortController();
  const kill = new AbortController();
  // Every request under way and every one waiting its turn listens; their number is bounded by the limiters.
  setMaxListeners(0, stop.signal, kill.signal);
  const stopped = () => stop.abort(signal.reason);
  signal.addEventListener('abort', stopped, { once: true });
  if (signal.aborted) stopped();
  const stall = stallClock(options, stop);
  const run = { ...options, ...taken, signal: stop.signal, kill: kill.signal, progress: () => stall.restart() };
  const underWay = new UnderWay<readonly A[]>(stop.signal);
  // As many as are on the wire stand ready: a place that comes free is taken at once.
  const most = 2 * pool.reduce((sum, service) => sum + service.limiter.concurrency, 0);
  const pick = weighted(pool);
  const settle = async (): Promise<readonly A[]> => {
    const answers = await underWay.next();
    options.errorLimit.count(answers.length, answers.filter(({ outcome }) => !outcome.ok).length);
    return answers;
  };
  try {
    for await (const item of items) {
      stop.signal.throwIfAborted();
      if (item.kind === 'cached') {
        yield item.answers;
        continue;
      }
      const { operation = options.operation } = item;
      const request = askBatch(item.inputs, pick(), { ...run, operation, stats: run.statsOf(operation) });
      underWay.add(request);
      // At once, also while inputs are slow to come: what waits its turn would meet the same refusal.
      request.catch((failure) => stop.abort(failure));
      stall.watch(request);
      while (underWay.size >= most) yield await settle();
    }
    while (underWay.size > 0) yield await settle();
    options.errorLimit.check();
  } finally {
    stall.end();
    signal.removeEventListener('abort', stopped);
    stop.abort(signal.reason);
    await landed(underWay.requests, kill, options.cache !== undefined);
  }
}

/** No new request; those under way may still land in the cache, for a while. */
async function landed(inFlight: ReadonlySet<Promise<unknown>>, kill: AbortController, cached: boolean): Promise<void> {
  if (inFlight.size === 0) return;
  const timer = cached ? setTimeout(() => kill.abort(), GRACE_MS) : undefined;
  if (!cached) kill.abort();
  await Promise.allSettled(inFlight);
  clearTimeout(timer);
}

/** What the cache knows at once; the rest in batches of documents. */
async function* batches(
  inputs: AsyncIterable<readonly Input[]>,
  options: CallOptions,
  wholes: WholeAnswers,
): AsyncGenerator<Item<Answered>> {
  const { stats, holdPartial } = options;
  const batcher = new Batcher(options.operation, options.pool);
  for await (const { hits, misses } of lookedUp(inputs, options)) {
    stats.distinct += hits.length + misses.length;
    if (hits.length > 0) yield { kind: 'cached', answers: hits };
    for (const input of misses) {
      for (const document of wholes.documentsFor(input)) {
        for (const batch of batcher.add(document)) yield { kind: 'batch', inputs: batch };
      }
    }
  }
  for (const batch of batcher.rest()) {
    // Of a text in pieces some may be on their way: the rest must follow.
    if (holdPartial && !wholes.holdsPieceOf(batch)) stats.distinct -= batch.length;
    else yield { kind: 'batch', inputs: batch };
  }
}

async function* lookedUp(
  inputs: AsyncIterable<readonly Input[]>,
  options: CallOptions,
): AsyncGenerator<{ hits: Answered[]; misses: readonly Input[] }> {
  const { cache } = options;
  for await (const group of inputs) {
    if (cache === undefined || cache.mode === 'refresh') {
      yield { hits: [], misses: group };
      continue;
    }
    const found = await cache.store.get(group);
    const hits: Answered[] = [];
    const misses: Input[] = [];
    for (const [i, input] of group.entries()) {
      const outcome = found[i];
      if (outcome === undefined) misses.push(input);
      else hits.push(cachedAnswer(input, outcome, options));
    }
    if (cache.mode === 'read' && misses.length > 0)
      throw error('cache/miss', { operation: options.operation.id, count: misses.length });
    yield { hits, misses };
  }
}

function cachedAnswer(input: Input, outcome: Outcome, { stats }: CallOptions): Answered {
  stats.cached++;
  if (!outcome.ok) stats.countError(outcome.error.code);
  return { input, outcome };
}

/** Smooth weighted round robin. */
function weighted(pool: ServicePool): () => Service {
  const turns = pool.map((service) => service.turn ?? { credit: 0 });
  const total = pool.reduce((sum, service) => sum + service.weight, 0);
  return () => {
    let best = 0;
    for (const [i, turn] of turns.entries()) {
      turn.credit += pool[i]?.weight ?? 0;
      if (turn.credit > (turns[best]?.credit ?? 0)) best = i;
    }
    const chosen = turns[best];
    if (chosen !== undefined) chosen.credit -= total;
    return pool[best] ?? pool[0];
  };
}

/** Ends the statement when requests are under way and nothing was answered for too long. */
function stallClock({ maxStallSeconds, stats, pool }: CallOptions, stop: AbortController) {
  let timer: NodeJS.Timeout | undefined;
  let underWay = 0;
  let over = false;
  const expire = () => {
    stop.abort(
      error('service/stalled', {
        service: pool[0].name,
        seconds: maxStallSeconds,
        answered: stats.answered,
        distinct: stats.distinct,
      }),
    );
  };
  const restart = () => {
    clearTimeout(timer);
    // A reader that takes its time, or inputs that are slow to come, are nobody's silence; and what lands after the
    // end must not start it again: it would keep the process.
    if (underWay > 0 && !over) timer = setTimeout(expire, timerMs(maxStallSeconds * 1000));
  };
  const settled = () => {
    underWay--;
    restart();
  };
  return {
    restart,
    watch: (request: Promise<unknown>) => {
      underWay++;
      restart();
      request.then(settled, settled);
    },
    end: () => {
      over = true;
      clearTimeout(timer);
    },
  };
}
