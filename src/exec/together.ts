// Work done at the same time as one: the first failure stops the rest, and is told when all of it has ended.

/**
 * @param tasks started in order; each listens to the signal it is given
 * @throws the first failure
 */
export async function together<T>(
  tasks: readonly ((stop: AbortSignal) => Promise<T>)[],
  signal: AbortSignal,
): Promise<T[]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  let first: { readonly failure: unknown } | undefined;
  const running = tasks.map(async (task) => {
    try {
      return await task(stop);
    } catch (failure) {
      first ??= { failure };
      failed.abort(first.failure);
      throw failure;
    }
  });
  await Promise.allSettled(running);
  if (first !== undefined) throw first.failure;
  return Promise.all(running);
}

/** The items, the next one made while the reader works on the one before. Ends with what it is made from. */
export async function* readAhead<T>(
  make: (stop: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const ended = new AbortController();
  const items = make(AbortSignal.any([signal, ended.signal]))[Symbol.asyncIterator]();
  let next = items.next();
  next.catch(() => {}); // told when its turn comes
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = items.next();
      next.catch(() => {});
      yield value;
    }
  } finally {
    ended.abort();
    await next.catch(() => {});
    await items.return?.();
  }
}
