// Carries wire requests to handlers in this process: the emulator's, for the embedded local models.
// The same contract as over HTTP, deadlines and cancelling included; only the socket is missing.

import { type Attempt, attempt } from './attempt.ts';
import { type Transport, TransportError, type WireRequest, type WireResponse } from './wire.ts';

/** @param handle answers one request; it should stop early when its signal fires, and its late answer is dropped. */
export function inProcessTransport(
  handle: (request: WireRequest, signal: AbortSignal) => Promise<WireResponse>,
): Transport {
  const underWay = new Set<Attempt>();
  let closed = false;

  return {
    send(request, options) {
      return attempt(options, async (one) => {
        if (closed) throw closedError();
        const controller = new AbortController();
        one.onStop((reason) => controller.abort(reason));
        underWay.add(one);
        try {
          return await handle(request, controller.signal);
        } finally {
          underWay.delete(one);
        }
      });
    },
    async close() {
      closed = true;
      for (const one of underWay) one.stop(closedError());
    },
  };
}

function closedError(): TransportError {
  return new TransportError('other', 'the transport is closed');
}
