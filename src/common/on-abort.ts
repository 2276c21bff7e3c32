// Listeners of a signal that many requests share, added and taken away for each of them. An EventTarget walks a list for
// every one and calls eleven of them a leak; here the signal has one listener and a set stands behind it.

type Listener = (reason: unknown) => void;

const listeners = new WeakMap<AbortSignal, Set<Listener>>();

/** Calls back when the signal fires; not when it has fired before. @returns takes the listener away */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  const all = listeners.get(signal) ?? listen(signal);
  all.add(listener);
  return () => {
    all.delete(listener);
  };
}

function listen(signal: AbortSignal): Set<Listener> {
  const all = new Set<Listener>();
  listeners.set(signal, all);
  signal.addEventListener(
    'abort',
    () => {
      for (const listener of all) listener(signal.reason);
    },
    { once: true },
  );
  return all;
}
