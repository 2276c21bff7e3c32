// Keeps a result that is read after later statements have run: its rows wait in the work area, not in JavaScript.

import { columnTypesOf } from '../arrow/arrow-type.ts';
import { chunkToBatch } from '../arrow/chunk-to-batch.ts';
import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { batchToChunks } from '../arrow/values-to-chunk.ts';
import { WORK } from '../exec/duckdb/database.ts';
import { Result } from './result.ts';
import type { Session } from './session.ts';

/** Runs the result to its end; the one returned reads what was kept, once. */
export async function spooled(result: Result, session: Session): Promise<Result> {
  const { database } = session.parts;
  const types = columnTypesOf(result.schema);
  const table = `spool_${session.nextId()}`;
  const qualified = `${WORK}.main.${table}`;
  const writer = await database.connect();
  try {
    const columns = types.map((type, i) => `c${i} ${duckdbTypeName(type)}`);
    await writer.run(`CREATE TABLE ${qualified} (${columns.join(', ')})`);
    const appender = await writer.appender(WORK, 'main', table);
    try {
      for await (const batch of result.batches())
        for (const chunk of batchToChunks(batch, types)) appender.appendDataChunk(chunk);
      appender.flushSync();
    } finally {
      appender.closeSync();
    }
  } catch (failure) {
    await writer.run(`DROP TABLE IF EXISTS ${qualified}`);
    throw failure;
  } finally {
    writer.close();
  }
  return new Result(result.schema, result.stats, async function* () {
    const reader = await database.connect();
    try {
      for await (const chunk of reader.stream(`SELECT * FROM ${qualified}`, [], new AbortController().signal))
        yield chunkToBatch(chunk, result.schema, types);
    } finally {
      await reader.run(`DROP TABLE IF EXISTS ${qualified}`);
      reader.close();
    }
  });
}
