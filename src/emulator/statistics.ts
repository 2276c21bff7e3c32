// What the emulator counts, in total and by operation: the referee of tests and benchmarks.
// A document is counted when it arrives, and again when an answer that holds it was sent whole.

import { type Digest, DigestSet } from './digest-set.ts';

export interface Counters {
  /** Service requests, refused ones included; not `/status`, `/ready`, `/emulator/*`. */
  requests: number;
  /** Requests answered 2xx, sent whole. */
  answered: number;
  /** Documents that arrived, those of throttled requests left out. */
  documents: number;
  /** Documents in answers sent whole, refused documents included. */
  documentsAnswered: number;
  /** By (operation, options, input). */
  distinctDocuments: number;
  /** Asked again after having been answered whole. */
  duplicateDocuments: number;
  /** Requests refused by key or quota. */
  throttled: number;
  /** Requests that ended in any other way than answered or throttled. */
  failed: number;
  bytesIn: number;
  bytesOut: number;
  peakConcurrency: number;
}

export interface EmulatorStatistics extends Readonly<Counters> {
  readonly operations: Readonly<Record<string, Readonly<Counters>>>;
}

/** One request under way. */
export interface Ticket {
  /** Documents found in the request. */
  arrived(documents: number): void;
  /** Those which could be read, one digest each. */
  asked(digests: readonly Digest[]): void;
  /** Those the answer holds. */
  answering(digests: Iterable<Digest>): void;
  /** Once: how the request ended. */
  end(outcome: 'answered' | 'throttled' | 'failed', bytesOut: number): void;
}

export class Statistics {
  readonly #total = new Tally();
  readonly #operations = new Map<string, Tally>();
  readonly #seen = new DigestSet();
  readonly #answered = new DigestSet();

  begin(operation: string | undefined, bytesIn: number): Ticket {
    const tallies = operation === undefined ? [this.#total] : [this.#total, this.#tallyOf(operation)];
    for (const tally of tallies) tally.begin(bytesIn);
    const add = (counter: keyof Counters, amount: number) => {
      for (const tally of tallies) tally.counters[counter] += amount;
    };
    let answering: Iterable<Digest> = [];
    return {
      arrived: (documents) => add('documents', documents),
      asked: (digests) => {
        let distinct = 0;
        let duplicate = 0;
        for (const digest of digests) {
          if (this.#answered.has(digest)) duplicate += 1;
          if (this.#seen.add(digest)) distinct += 1;
        }
        add('distinctDocuments', distinct);
        add('duplicateDocuments', duplicate);
      },
      answering: (digests) => {
        answering = digests;
      },
      end: (outcome, bytesOut) => {
        add(outcome, 1);
        add('bytesOut', bytesOut);
        for (const tally of tallies) tally.open -= 1;
        if (outcome !== 'answered') return;
        let documents = 0;
        for (const digest of answering) {
          this.#answered.add(digest);
          documents += 1;
        }
        add('documentsAnswered', documents);
      },
    };
  }

  snapshot(): EmulatorStatistics {
    const operations = [...this.#operations].map(([id, tally]) => [id, { ...tally.counters }] as const);
    return { ...this.#total.counters, operations: Object.fromEntries(operations) };
  }

  #tallyOf(operation: string): Tally {
    const tally = this.#operations.get(operation) ?? new Tally();
    this.#operations.set(operation, tally);
    return tally;
  }
}

class Tally {
  open = 0;
  readonly counters: Counters = {
    requests: 0,
    answered: 0,
    documents: 0,
    documentsAnswered: 0,
    distinctDocuments: 0,
    duplicateDocuments: 0,
    throttled: 0,
    failed: 0,
    bytesIn: 0,
    bytesOut: 0,
    peakConcurrency: 0,
  };

  begin(bytesIn: number): void {
    this.open += 1;
    this.counters.requests += 1;
    this.counters.bytesIn += bytesIn;
    this.counters.peakConcurrency = Math.max(this.counters.peakConcurrency, this.open);
  }
}
