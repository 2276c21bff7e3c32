// A view of ours on what the engine knows (sys.*, INFORMATION_SCHEMA.*): a literal a file in system-views/. Its rows
// are made when a statement that reads it starts, as a table of that statement.

import type { SqlType } from '../arrow/sql-type.ts';
import type { PlainValue } from '../arrow/write-values.ts';
import type { SystemTable } from '../catalog/definitions.ts';
import type { Snapshot } from '../catalog/snapshot.ts';
import type { CallStatistics } from '../udf/call-statistics.ts';

/** What views may show. */
export interface SystemSource {
  /** What the statement was planned on. */
  readonly snapshot: Snapshot;
  /** What DB_NAME() says. */
  readonly database: string;
  /** Of every statement of the engine so far, those that run included. */
  readonly operations: readonly CallStatistics[];
}

export interface SystemView {
  readonly table: SystemTable;
  /** One value a column. */
  rows(source: SystemSource): readonly (readonly PlainValue[])[];
}

export type SystemColumn<Row> = readonly [name: string, type: SqlType, of: (row: Row) => PlainValue];

export function systemView<Row>(view: {
  readonly schema: 'sys' | 'INFORMATION_SCHEMA';
  readonly name: string;
  rows(source: SystemSource): readonly Row[];
  readonly columns: readonly SystemColumn<Row>[];
}): SystemView {
  const { schema, name } = view;
  const columns = view.columns.map(([column, type]) => ({ name: column, type, nullable: true }));
  return {
    table: { kind: 'system', schema, name, columns },
    rows: (source) => view.rows(source).map((row) => view.columns.map(([, , of]) => of(row))),
  };
}
