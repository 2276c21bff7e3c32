// What an output format is: batches of one result in, text or bytes to a sink out. Formats know columns and values;
// not where the text goes, nor what made the rows.

import type { RecordBatch, Schema } from 'apache-arrow';

export interface ResultStream {
  /** Column names are unique; the SQL types stand in the fields' metadata. */
  readonly schema: Schema;
  readonly batches: AsyncIterable<RecordBatch>;
}

/** Where a format writes. A promise is back-pressure: the format makes nothing more until it is kept. */
export interface Sink {
  write(chunk: string | Uint8Array): Promise<void> | void;
}

export interface OutputOptions {
  /** Columns of the terminal a table has to fit, when there is one. */
  readonly width?: number | undefined;
  /** The result is one of several in the same output: json keeps each to one line. */
  readonly several?: boolean | undefined;
}

export interface OutputFormat {
  readonly name: string;
  /** What stands between two results in one output (`--all-results`). */
  readonly separator: string;
  /** Writes one result, whole and in order, in memory that does not grow with its rows. */
  write(result: ResultStream, sink: Sink, options?: OutputOptions): Promise<void>;
}
