/** What earlier runs, or this one's first batches, taught about calls. Read by rules; kept by the engine. */
export interface LearntCalls {
  /** Share of rows a predicate over a call's answer keeps, 0..1. */
  selectivity(key: string): number | undefined;
  /** Price of one input of an operation; 1 where no price is known. */
  cost(operation: string): number;
}

export const NOTHING_LEARNT: LearntCalls = { selectivity: () => undefined, cost: () => 1 };
