// Results of plain DuckDB queries as Arrow batches, for tests of the arrow and output rooms.

import { DuckDBInstance } from '@duckdb/node-api';
import type { RecordBatch, Schema } from 'apache-arrow';
import { arrowSchema } from '../../src/arrow/arrow-type.ts';
import { chunkToBatch } from '../../src/arrow/chunk-to-batch.ts';
import { sqlTypeOf } from '../../src/arrow/duckdb-logical-type.ts';
import type { SqlType } from '../../src/arrow/sql-type.ts';
import type { Sink } from '../../src/output/format.ts';

export type Connection = Awaited<ReturnType<DuckDBInstance['connect']>>;

export async function openDuckdb(): Promise<Connection> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

export interface Batches {
  readonly schema: Schema;
  readonly types: SqlType[];
  readonly list: RecordBatch[];
  readonly batches: AsyncIterable<RecordBatch>;
}

/** Runs a query; `declared` names the SQL types of the columns where DuckDB's own do not say them. */
export async function batchesOf(
  connection: Connection,
  sql: string,
  declared: readonly SqlType[] = [],
): Promise<Batches> {
  const result = await connection.stream(sql);
  const types = result.columnTypes().map((physical, index) => {
    const type = declared[index] ?? sqlTypeOf(physical);
    if (type === undefined) throw new Error(`no SQL type for ${physical}`);
    return type;
  });
  const names = result.columnNames();
  const schema = arrowSchema(types.map((type, index) => ({ name: names[index] ?? '', type, nullable: true })));
  const list: RecordBatch[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    list.push(chunkToBatch(chunk, schema, types));
  }
  return {
    schema,
    types,
    list,
    batches: (async function* () {
      yield* list;
    })(),
  };
}

/** A sink that keeps what it was given. */
export class TextSink implements Sink {
  private readonly chunks: Buffer[] = [];

  write(chunk: string | Uint8Array): void {
    this.chunks.push(Buffer.from(chunk as Uint8Array));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}
