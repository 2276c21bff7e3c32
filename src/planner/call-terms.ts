// What is declared of the services that answer calls, as far as a plan depends on it. Read by rules; known to the engine.

import type { CognitiveCall } from './plan.ts';

type Asked = Pick<CognitiveCall, 'operation' | 'service'>;

export interface CallTerms {
  /**
   * Who answers a call, as one name: calls with different ones are not asked together. `undefined`: nobody who may be
   * asked for several things in one request.
   */
  fusedBy(call: Asked): string | undefined;
  /** Of one billed unit; `undefined`: no price is known. */
  unitPrice(call: Asked): number | undefined;
  /** Of one request, beside its inputs. */
  requestPrice(call: Asked): number;
}

export const NO_TERMS: CallTerms = { fusedBy: () => undefined, unitPrice: () => undefined, requestPrice: () => 0 };
