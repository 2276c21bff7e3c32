// DuckDB data chunks out of JavaScript values (answers of services) and out of Arrow batches (registered tables).
// The other direction is chunk-to-batch.ts.

import { DuckDBDataChunk } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { invariant } from '../common/errors.ts';
import { bindings } from './duckdb-bindings.ts';
import { duckdbType } from './duckdb-logical-type.ts';
import type { SqlType } from './sql-type.ts';
import { writeArrow } from './write-arrow.ts';
import { type PlainValue, writeValues } from './write-values.ts';
import { CHUNK_ROWS } from './write-vector.ts';

/**
 * A chunk of at most 2,048 rows.
 *
 * @param columns the values of each column, all equally many. Structs are objects (an absent field is NULL), lists
 *   arrays; decimals are text or bigint; a lone surrogate becomes U+FFFD. Dates and times are not values here.
 * @throws InternalError when a value is not of its type.
 */
export function chunkOf(types: readonly SqlType[], columns: readonly (readonly PlainValue[])[]): DuckDBDataChunk {
  const rows = columns[0]?.length ?? 0;
  invariant(rows <= CHUNK_ROWS, `a chunk of ${rows} rows`);
  invariant(
    columns.length === types.length && columns.every((column) => column.length === rows),
    'columns of a chunk differ in length',
  );
  const chunk = DuckDBDataChunk.create(types.map(duckdbType), rows);
  for (const [index, type] of types.entries()) {
    writeValues(bindings.data_chunk_get_vector(chunk.chunk, index), type, columns[index] ?? []);
  }
  return chunk;
}

/**
 * The rows of a batch as chunks of at most 2,048, made one at a time as they are asked for. Batches of another copy
 * of apache-arrow are read too.
 *
 * @param types `columnTypesOf(batch.schema)`.
 */
export function* batchToChunks(batch: RecordBatch, types: readonly SqlType[]): Generator<DuckDBDataChunk> {
  for (let from = 0; from < batch.numRows; from += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, batch.numRows - from);
    const chunk = DuckDBDataChunk.create(types.map(duckdbType), rows);
    const positions = Int32Array.from({ length: rows }, (_, i) => from + i);
    for (const [index, type] of types.entries()) {
      const data = batch.data.children[index];
      invariant(data !== undefined, 'a batch with fewer columns than types');
      writeArrow(bindings.data_chunk_get_vector(chunk.chunk, index), type, data, positions);
    }
    yield chunk;
  }
}
