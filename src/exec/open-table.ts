// Tables that are not in the database: made readable, in the statement's work area, before a statement reads them.

import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { chunkOf } from '../arrow/values-to-chunk.ts';
import type { SystemTable } from '../catalog/definitions.ts';
import type { ExternalRead } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { WORK } from './duckdb/database.ts';
import { type ExternalFiles, openExternal } from './external-table.ts';
import { externalName, type StatementWork } from './statement-work.ts';

const CHUNK_ROWS = 2048;

/** Makes `names.external(table)` readable; columns that are read by nobody are not looked into. @throws SqlcError storage/*, catalog/missing-reference, exec/cancelled */
export async function openTable(
  { table, columns }: ExternalRead,
  work: StatementWork,
  files: ExternalFiles,
): Promise<void> {
  if (work.opened.has(table)) return;
  work.opened.add(table);
  if (table.kind === 'external') await openExternal(table, columns, work, files);
  else await openSystemTable(table, work);
}

/** The rows of a moment: they do not change while the statement reads them. */
async function openSystemTable(table: SystemTable, { names, options, connection, schema }: StatementWork) {
  const columns = table.columns.map((c) => `${quote(c.name)} ${duckdbTypeName(c.type)}`);
  await connection.run(`CREATE TABLE ${names.external(table)} (${columns.join(', ')})`);
  const types = table.columns.map((c) => c.type);
  const rows = options.systemRows(table);
  const appender = await connection.appender(WORK, schema, externalName(table.schema, table.name));
  try {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const part = rows.slice(from, from + CHUNK_ROWS);
      const values = types.map((_, i) => part.map((row) => row[i] ?? null));
      appender.appendDataChunk(chunkOf(types, values));
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}
