// Rows of a batch as plain objects: `result.toArray()`.

import type { RecordBatch } from 'apache-arrow';
import { invariant } from '../common/errors.ts';
import { type CellReader, type CellValue, cellReader, objectMaker } from './cell-value.ts';
import type { SqlType } from './sql-type.ts';

/**
 * The rows of a batch, values as `CellValue` says.
 *
 * @param types `columnTypesOf(batch.schema)`.
 */
export function rowsOf(batch: RecordBatch, types: readonly SqlType[]): Record<string, CellValue>[] {
  const readers = cellReaders(batch, types);
  const make = objectMaker(batch.schema.fields.map((field) => field.name));
  return Array.from({ length: batch.numRows }, (_, row) => make((column) => readers[column]?.(row) ?? null));
}

/** A reader for each column of a batch. */
export function cellReaders(batch: RecordBatch, types: readonly SqlType[]): CellReader[] {
  return types.map((type, index) => {
    const data = batch.data.children[index];
    invariant(data !== undefined, 'a batch with fewer columns than types');
    return cellReader(data, type);
  });
}
