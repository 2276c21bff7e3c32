// The rows of one statement: read once, as record batches, an Arrow table or plain objects.

import { type RecordBatch, type Schema, Table } from 'apache-arrow';
import { columnTypesOf } from '../arrow/arrow-type.ts';
import { rowsOf } from '../arrow/to-objects.ts';
import { error } from '../common/errors.ts';
import type { RunReport } from '../exec/run-report.ts';

/**
 * @example
 * const result = await engine.query('SELECT SENTIMENT(text) AS mood FROM t');
 * for await (const batch of result.batches()) console.log(batch.numRows);
 */
export class Result {
  readonly schema: Schema;
  /** The run report, live until the stream ends. */
  readonly stats: RunReport;
  readonly #open: () => AsyncGenerator<RecordBatch>;
  #consumed = false;

  constructor(schema: Schema, stats: RunReport, open: () => AsyncGenerator<RecordBatch>) {
    this.schema = schema;
    this.stats = stats;
    this.#open = open;
  }

  /**
   * The rows, as they come; work starts with the first and stops when the reader does.
   *
   * @throws SqlcError exec/*, service/*, storage/*; exec/result-consumed the second time
   */
  batches(): AsyncGenerator<RecordBatch> {
    if (this.#consumed) throw error('exec/result-consumed', {});
    this.#consumed = true;
    return this.#open();
  }

  /** Gives back what a result that was kept holds, unread. */
  async discard(): Promise<void> {
    for await (const _ of this.batches()) break;
  }

  /** All rows as an Arrow table. */
  async toTable(): Promise<Table> {
    const batches: RecordBatch[] = [];
    for await (const batch of this.batches()) batches.push(batch);
    return new Table(this.schema, batches);
  }

  /** All rows as plain objects: bigint as BigInt, decimals and dates as text, NULL as null. */
  async toArray(): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for await (const row of this.rows()) rows.push(row);
    return rows;
  }

  /** The rows one by one, as toArray gives them. */
  async *rows(): AsyncGenerator<Record<string, unknown>> {
    const types = columnTypesOf(this.schema);
    for await (const batch of this.batches()) yield* rowsOf(batch, types);
  }
}
