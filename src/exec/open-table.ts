// Tables that are not in the database: made readable, in the statement's work area, before a statement reads them.

import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { chunkOf } from '../arrow/values-to-chunk.ts';
import type { SystemTable } from '../catalog/definitions.ts';
import type { ExternalRead } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { WORK } from './duckdb/database.ts';
import { type ExternalFiles, listFiles, openExternal } from './external-table.ts';
import { externalName, type StatementWork } from './statement-work.ts';

const CHUNK_ROWS = 2048;

/**
 * Makes tables readable; columns that are read by nobody are not looked into.
 *
 * @param as `view`: as `names.external(table)`; `inline`: as `inlineNames.external(table)`
 * @throws SqlcError storage/*, catalog/missing-reference, exec/cancelled
 */
export async function openTables(
  reads: readonly ExternalRead[],
  work: StatementWork,
  files: ExternalFiles,
  as: 'view' | 'inline' = 'view',
): Promise<void> {
  const fresh = reads.filter(({ table }) => !work.opened.has(table));
  for (const { table } of fresh) work.opened.add(table);
  const lists = fresh.map(({ table }) => (table.kind === 'external' ? listFiles(table, work, files) : undefined));
  // All of them first, so that of several that fail it is always the same one that is told.
  await Promise.allSettled(lists);
  for (const [i, { table, columns }] of fresh.entries()) {
    const listed = await lists[i];
    if (table.kind === 'system') await openSystemTable(table, work);
    else if (listed !== undefined) await openExternal(table, columns, listed, work, files, as);
  }
}

/** The rows of a moment: they do not change while the statement reads them. */
async function openSystemTable(table: SystemTable, work: StatementWork) {
  const { names, options, connection, schema } = work;
  await work.makeArea();
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
