// Fills requests with documents in the order they come, up to the operation's limits and to what its services are
// known to take.

import type { Input, Operation } from './operation.ts';
import type { ServicePool } from './service.ts';

/** Bytes a document adds beside its text: braces, id, quotes. */
const DOCUMENT_OVERHEAD_BYTES = 64;

export class Batcher {
  readonly #documents: number;
  readonly #requestBytes: number;
  #batch: Input[] = [];
  #bytes = 0;

  constructor({ id, limits }: Operation, pool: ServicePool) {
    this.#documents = Math.min(...pool.map((s) => s.learntBatch.get(id) ?? limits.documents));
    this.#requestBytes = limits.requestBytes;
  }

  /** Takes a document in; gives the batches that are full now. */
  *add(document: Input): Generator<readonly Input[]> {
    const bytes = document.reduce(
      (sum, text) => sum + Buffer.byteLength(JSON.stringify(text ?? '')),
      DOCUMENT_OVERHEAD_BYTES,
    );
    if (this.#bytes + bytes > this.#requestBytes) yield* this.rest();
    this.#batch.push(document);
    this.#bytes += bytes;
    if (this.#batch.length >= this.#documents) yield* this.rest();
  }

  get isEmpty(): boolean {
    return this.#batch.length === 0;
  }

  /** What is not full when nothing more comes. */
  *rest(): Generator<readonly Input[]> {
    if (this.isEmpty) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    yield batch;
  }
}
