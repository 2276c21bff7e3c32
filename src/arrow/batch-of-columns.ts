// A record batch out of a few JavaScript values, for results that no relational engine made.

import { type Data, makeData, RecordBatch, type Schema, Struct, vectorFromArray } from 'apache-arrow';

/** @param columns the values of each field of the schema, all equally many. */
export function batchOfColumns(schema: Schema, columns: readonly (readonly unknown[])[]): RecordBatch {
  const children = schema.fields.map((field, i): Data => {
    const [data] = vectorFromArray(columns[i] ?? [], field.type).data;
    return data ?? makeData({ type: field.type });
  });
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: columns[0]?.length ?? 0, children }),
  );
}
