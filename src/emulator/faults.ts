// How requests end badly and what happens to the documents of an answer, as the switches say and the draws decide.

import type { WireResponse } from '../udf/wire.ts';
import { jsonAnswer } from './answers.ts';
import { type Draw, placeOf } from './draws.ts';
import type { Switches } from './switches.ts';

/** What befalls the connection in place of an answer, or halfway through it. */
export type SocketFault = 'reset' | 'silence' | 'cut-body';

export type RequestFault = 'error' | 'unavailable' | SocketFault;

const FAULTS: readonly RequestFault[] = ['error', 'unavailable', 'reset', 'silence', 'cut-body'];

/** Takes one draw whatever comes of it, so that later draws of the request do not depend on the share. */
export function drawFault(share: number, draw: Draw): RequestFault | undefined {
  const drawn = draw();
  return drawn < share ? FAULTS[Math.floor((drawn / share) * FAULTS.length)] : undefined;
}

export function isSocketFault(fault: RequestFault | undefined): fault is SocketFault {
  return fault === 'reset' || fault === 'silence' || fault === 'cut-body';
}

/** The answer that comes instead, when the fault is one that answers. */
export function faultAnswer(fault: RequestFault | undefined): WireResponse | undefined {
  if (fault === 'error') {
    const message = 'The request could not be processed. Please try again.';
    return jsonAnswer(500, { error: { code: 'InternalServerError', message } });
  }
  if (fault === 'unavailable') {
    const message = 'The service is temporarily unavailable. Please try again.';
    return jsonAnswer(503, { error: { code: 'ServiceUnavailable', message } });
  }
  return undefined;
}

/** What an operation asks about the documents of one request. */
export interface DocumentFaults {
  /** Whether the text is refused for good. */
  poisons(text: string): boolean;
  /** The entries an answer holds: all in order when no switch says otherwise. */
  arrange<Entry>(entries: readonly Entry[]): readonly Entry[];
}

export function documentFaults({ poison, reorder, drop, duplicate, seed }: Switches, draw: Draw): DocumentFaults {
  return {
    poisons: (text) => poison > 0 && placeOf(text, seed) < poison,
    arrange(entries) {
      const sent = drop > 0 || duplicate > 0 ? entries.flatMap((entry) => copies(entry, draw)) : entries;
      return reorder ? shuffled(sent, draw) : sent;
    },
  };

  function copies<Entry>(entry: Entry, next: Draw): Entry[] {
    const dropped = next() < drop;
    const repeated = next() < duplicate;
    if (dropped) return [];
    return repeated ? [entry, entry] : [entry];
  }
}

function shuffled<Entry>(entries: readonly Entry[], draw: Draw): readonly Entry[] {
  return entries
    .map((entry) => ({ entry, place: draw() }))
    .sort((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}
