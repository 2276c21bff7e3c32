/** What earlier runs, or this one's first batches, taught about calls. Read by rules; kept by the engine. */
export interface LearntCalls {
  /** Share of rows a predicate over calls' answers keeps, 0..1. */
  selectivity(key: string): number | undefined;
  /** What one input of an operation was billed, on average; `undefined`: no price is known, or none was paid yet. */
  price(operation: string): number | undefined;
  /** What a call would be asked if no answer dropped a row before it; `undefined`: not counted. */
  inputs(key: string): CallInputs | undefined;
}

export interface CallInputs {
  /** Rows with an input. */
  readonly rows: number;
  /** Different inputs among them. */
  readonly distinct: number;
}

export const NOTHING_LEARNT: LearntCalls = {
  selectivity: () => undefined,
  price: () => undefined,
  inputs: () => undefined,
};
