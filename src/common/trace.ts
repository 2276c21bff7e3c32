// A piece of work as whoever traces sees it. The rooms open and end spans through this; engine/telemetry.ts hands them
// to OpenTelemetry. Attributes name and count things: never a text of the user's, a statement's words or a key.

import { SqlcError } from './errors.ts';

export type TraceAttributes = Readonly<Record<string, string | number | boolean>>;

export interface TraceSpan {
  /** `client`: it waits for another process. */
  child(name: string, attributes: TraceAttributes, kind?: 'internal' | 'client'): TraceSpan;
  set(attributes: TraceAttributes): void;
  /** Marks it failed. @param type an error's code, a status: no message, which may quote the user */
  fail(type: string): void;
  end(): void;
}

/** What `fail` takes of an error. */
export function failureType(failure: unknown): string {
  return failure instanceof SqlcError ? failure.code : 'internal';
}

/** Nobody traces. */
export const UNTRACED: TraceSpan = { child: () => UNTRACED, set: () => {}, fail: () => {}, end: () => {} };
