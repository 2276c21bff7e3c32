// A few rows about sqlc itself, for the output formats: what commands list that run no SQL.

import { arrowSchema } from '../arrow/arrow-type.ts';
import { batchOfColumns } from '../arrow/batch-of-columns.ts';
import type { SqlType } from '../arrow/sql-type.ts';
import type { ResultStream } from '../output/format.ts';

export type ListedColumn = readonly [name: string, type: SqlType, values: readonly unknown[]];

export function listing(columns: readonly ListedColumn[]): ResultStream {
  const schema = arrowSchema(columns.map(([name, type]) => ({ name, type, nullable: true })));
  const batch = batchOfColumns(
    schema,
    columns.map(([, , values]) => values),
  );
  return {
    schema,
    batches: (async function* () {
      yield batch;
    })(),
  };
}
