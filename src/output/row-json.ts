// A row as one JSON object: every column in order, NULL as null.

import type { RecordBatch, Schema } from 'apache-arrow';
import { columnTypesOf } from '../arrow/arrow-type.ts';
import { jsonTextOf } from '../arrow/cell-text.ts';
import { cellReaders } from '../arrow/to-objects.ts';

/** Makes the writer of a schema's rows: batch in, then row number in and JSON out. */
export function rowJson(schema: Schema): (batch: RecordBatch) => (row: number) => string {
  const types = columnTypesOf(schema);
  const columns = types.map((type, index) => ({
    key: `${index === 0 ? '' : ','}${JSON.stringify(schema.fields[index]?.name ?? '')}:`,
    textOf: jsonTextOf(type),
  }));
  return (batch) => {
    const readers = cellReaders(batch, types);
    return (row) => {
      let text = '{';
      for (const [index, { key, textOf }] of columns.entries()) text += key + textOf(readers[index]?.(row) ?? null);
      return `${text}}`;
    };
  };
}
