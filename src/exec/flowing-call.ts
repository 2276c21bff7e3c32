// A call, or fused ones, asked for one set of inputs after the other, and waits for the answers only when it ends.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { AskedTogether } from './asked-together.ts';
import { countsOf } from './distinct-keys.ts';
import type { StatementWork } from './statement-work.ts';

interface Handed {
  readonly keys: DuckDBDataChunk;
  taken(): void;
}

export class FlowingCall {
  readonly asked: AskedTogether;
  readonly #work: StatementWork;
  readonly #signal: AbortSignal;
  readonly #answered: Promise<unknown>;
  /** By member. */
  #counts: readonly number[];
  #counted: (counts: readonly number[]) => void = () => {};
  #handed: Handed | undefined;
  #ended = false;
  #wake = () => {};

  /** @param signal stops it: nothing more is sent */
  constructor(asked: AskedTogether, work: StatementWork, signal: AbortSignal) {
    this.asked = asked;
    this.#counts = asked.map(() => 0);
    this.#work = work;
    this.#signal = signal;
    const counts = new Promise<readonly number[]>((resolve) => {
      this.#counted = resolve;
    });
    this.#answered = work.ask(asked, this.#keys(), { signal, counts });
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
        const counts = countsOf(keys, this.asked[0][0].inputs.length, this.asked.length);
        this.#counts = this.#counts.map((count, i) => count + (counts[i] ?? 0));
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
    if (last) this.#counted(this.#counts);
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
