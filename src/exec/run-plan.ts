// Runs a physical plan: stages in order, then the output as record batches. The only place that turns chunks of the
// relational engine into Arrow; between operators chunks stay what they are (docs/adr).

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { RecordBatch, Schema } from 'apache-arrow';
import { chunkToBatch } from '../arrow/chunk-to-batch.ts';
import { CHUNK_ROWS } from '../arrow/write-vector.ts';
import type { PhysicalPlan } from '../planner/physical.ts';
import { sharedCalls } from './asked-together.ts';
import type { ExternalFiles } from './external-table.ts';
import { openTables } from './open-table.ts';
import { runStages } from './run-stage.ts';
import type { StatementWork } from './statement-work.ts';
import { type Chunks, streamSegment } from './stream-segment.ts';

/** Everything the output needs: external tables opened, set-oriented calls answered. */
export async function prepareOutput(plan: PhysicalPlan, work: StatementWork, files: ExternalFiles): Promise<void> {
  await openTables(plan.external, work, files);
  await runStages(plan.stages, work);
}

/** @throws SqlcError whatever a fragment, a service or storage says; the signal's reason when cancelled */
export async function* runOutput(plan: PhysicalPlan, schema: Schema, work: StatementWork): AsyncGenerator<RecordBatch> {
  const types = plan.columns.map((c) => c.type);
  const { output } = plan;
  const [offset, limit] = output.kind === 'stream' ? [output.offset, output.limit] : [0, undefined];
  let skip = offset;
  let left = limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  for await (const chunk of outputChunks(plan, work)) {
    const from = Math.min(skip, chunk.rowCount);
    const rows = Math.min(left, chunk.rowCount - from);
    skip -= from;
    left -= rows;
    if (rows === 0) continue;
    const whole = chunkToBatch(chunk, schema, types);
    // Its memory is the engine's, which no garbage collector sees: left alone, gigabytes of it wait for one.
    chunk.reset();
    work.options.report.rows += rows;
    yield rows === whole.numRows ? whole : whole.slice(from, from + rows);
    if (left === 0) return;
  }
}

async function* outputChunks(plan: PhysicalPlan, work: StatementWork): AsyncGenerator<DuckDBDataChunk> {
  const { output } = plan;
  const { signal, database } = work.options;
  if (output.kind === 'fragment') {
    const { sql, parameters } = output.fragment;
    // The engine takes longer over a stream.
    if (output.mostRows <= CHUNK_ROWS) yield* await work.connection.chunks(sql, parameters, signal);
    else yield* work.connection.stream(sql, parameters, signal);
    return;
  }
  const source = await database.connect();
  try {
    const asked = output.segments.flatMap((segment) => sharedCalls(segment.calls).map(([call]) => call.answers));
    const options = { growing: output.limit !== undefined, ahead: new Set(asked).size === asked.length };
    const first: Chunks = (stop) => source.stream(output.source.sql, output.source.parameters, stop);
    const rows = output.segments.reduce<Chunks>(
      (below, segment) => (stop) => streamSegment(segment, below, work, options, stop),
      first,
    );
    yield* rows(signal);
  } finally {
    source.close();
  }
}
