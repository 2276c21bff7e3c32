/** What earlier runs, or this one's first batches, taught about calls. Read by rules; kept by the engine. */
export interface LearntCalls {
  /** Share of rows a predicate over a call's answer keeps, 0..1. */
  selectivity(key: string): number | undefined;
  /** What one input of an operation was billed, on average; `undefined`: no price is known, or none was paid yet. */
  price(operation: string): number | undefined;
}

export const NOTHING_LEARNT: LearntCalls = { selectivity: () => undefined, price: () => undefined };
