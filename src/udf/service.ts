// A service as the call operator sees it: where requests go, with which headers, how many at once.

import type { ServiceType } from './operation.ts';
import type { Transport } from './wire.ts';

export interface Service {
  /** As named in messages and the report: `LANGUAGE_ENDPOINT`'s host, or `local`. */
  readonly name: string;
  readonly type: ServiceType;
  /** What a user changes when the service refuses: a variable's name. */
  readonly configuredBy: string;
  readonly transport: Transport;
  /** Credentials included: never shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** Requests in flight at most. */
  readonly concurrency: number;
  /** Milliseconds one attempt may take. */
  readonly requestTimeoutMs: number;
  /** Shared by every statement of the process: nobody sends a second request before the first was answered. */
  readonly state: { answered: boolean };
}
