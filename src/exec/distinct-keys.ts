// Distinct inputs on their way out of DuckDB: keys are bytes where they are compared, and text again where they leave
// for a service.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Wanted } from '../udf/fused-inputs.ts';
import type { Input } from '../udf/operation.ts';

export function distinctKeys(keys: string, width: number, tail = ''): string {
  return `SELECT ${texts(width)} FROM (${keys}) AS k${tail}`;
}

/** The same with the members of fused calls that each input is wanted for: a bit each, in the column after the keys. */
export function wantedKeys(keys: string, width: number, tail = ''): string {
  return `SELECT ${texts(width)}, wanted FROM (${keys}) AS k${tail}`;
}

function texts(width: number): string {
  return Array.from({ length: width }, (_, i) => `decode(k${i + 1})`).join(', ');
}

/** Rows of key texts as inputs, a group a chunk; the chunks are done with then. */
export async function* inputsOf(chunks: AsyncIterable<DuckDBDataChunk>, width: number): AsyncGenerator<Input[]> {
  for await (const chunk of chunks) yield inputsIn(chunk, width);
}

export async function* wantedOf(chunks: AsyncIterable<DuckDBDataChunk>, width: number): AsyncGenerator<Wanted[]> {
  for await (const chunk of chunks) {
    const members = chunk.getColumnValues(width);
    yield inputsIn(chunk, width).map((input, row) => ({ input, members: Number(members[row]) }));
  }
}

/** How many inputs a chunk of keys has for each of so many members. */
export function countsOf(chunk: DuckDBDataChunk, width: number, members: number): number[] {
  if (members === 1) return [chunk.rowCount];
  const wanted = chunk.getColumnValues(width).map(Number);
  return Array.from({ length: members }, (_, i) => wanted.filter((bits) => (bits & (1 << i)) !== 0).length);
}

function inputsIn(chunk: DuckDBDataChunk, width: number): Input[] {
  const columns = Array.from({ length: width }, (_, i) => chunk.getColumnValues(i));
  // The query gives text.
  const inputs = Array.from({ length: chunk.rowCount }, (_, row) =>
    columns.map((values) => values[row] as string | null),
  );
  chunk.reset();
  return inputs;
}
