// A call that is asked for one set of inputs after the other, and waits for the answers only when it ends.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { SharedCalls, StatementWork } from './statement-work.ts';

interface Handed {
  readonly keys: DuckDBDataChunk;
  taken(): void;
}

export class FlowingCall {
  readonly calls: SharedCalls;
  readonly #work: StatementWork;
  readonly #signal: AbortSignal;
  readonly #answered: Promise<unknown>;
  #count = 0;
  #counted: (count: number) => void = () => {};
  #handed: Handed | undefined;
  #ended = false;
  #wake = () => {};

  /** @param signal stops it: nothing more is sent */
  constructor(calls: SharedCalls, work: StatementWork, signal: AbortSignal) {
    this.calls = calls;
    this.#work = work;
    this.#signal = signal;
    const count = new Promise<number>((resolve) => {
      this.#counted = resolve;
    });
    this.#answered = work.ask(calls[0], this.#keys(), { signal, count });
    this.#answered.catch(() => {}); // told to whoever asks next or ends it
  }

  /**
   * Asks for the inputs a query of keys gives.
   *
   * @returns when all of them are on their way, or in a batch that is not full
   * @throws whatever the call fails with
   */
  async ask(sql: string): Promise<void> {
    const reader = await this.#work.options.database.connect();
    try {
      for await (const keys of reader.stream(sql, [], this.#signal)) {
        this.#count += keys.rowCount;
        const taken = new Promise<void>((resolve) => {
          this.#handed = { keys, taken: resolve };
        });
        this.#wake();
        await Promise.race([taken, this.#answered]);
      }
    } finally {
      reader.close();
    }
  }

  /**
   * Returns when every input is answered or failed.
   *
   * @param last nobody asks for more after this
   * @throws whatever the call fails with
   */
  async end({ last }: { readonly last: boolean }): Promise<void> {
    if (last) this.#counted(this.#count);
    this.#ended = true;
    this.#wake();
    await this.#answered;
  }

  async *#keys(): AsyncGenerator<DuckDBDataChunk> {
    for (;;) {
      while (this.#handed === undefined) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const { keys, taken } = this.#handed;
      this.#handed = undefined;
      yield keys;
      taken();
    }
  }
}
