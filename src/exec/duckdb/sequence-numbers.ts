// Sequences as the relational engine counts them, in the work area: made from where ours stand, and read back.

import type { SequenceDefinition } from '../../catalog/definitions.ts';
import { SEQUENCES, sequenceName } from '../../planner/duckdb-dialect/sequences.ts';
import type { Connection } from './connection.ts';
import { WORK } from './database.ts';

/** Makes the engine's sequence anew. @param next the number that it gives next */
export async function placeSequence(connection: Connection, sequence: SequenceDefinition, next: bigint): Promise<void> {
  const { minimum, maximum, increment, cycle, stamp } = sequence;
  const place = `${WORK}.${SEQUENCES}.${sequenceName(stamp?.id ?? 0)}`;
  const isOver = next > BigInt(maximum) || next < BigInt(minimum);
  const last = BigInt(increment) > 0n ? maximum : minimum;
  await connection.run(
    `CREATE OR REPLACE SEQUENCE ${place} INCREMENT BY ${increment} MINVALUE ${minimum} MAXVALUE ${maximum} START WITH ${isOver ? last : next} ${cycle ? 'CYCLE' : 'NO CYCLE'}`,
  );
  // It stands behind its last number.
  if (isOver) await connection.run(`SELECT nextval('${place}')`);
}

/** The next number of each of them that has given one since it was made, by id. */
export async function nextNumbers(
  connection: Connection,
  sequences: readonly SequenceDefinition[],
): Promise<Map<number, bigint>> {
  const rows = await connection.rows(
    `SELECT sequence_name, last_value FROM duckdb_sequences() WHERE database_name = '${WORK}' AND schema_name = '${SEQUENCES}' AND last_value IS NOT NULL`,
  );
  const given = new Map(rows.map(([name, last]) => [String(name), BigInt(String(last))]));
  return new Map(
    sequences.flatMap((sequence) => {
      const { stamp, increment } = sequence;
      const last = given.get(sequenceName(stamp?.id ?? 0));
      return last === undefined || stamp === undefined
        ? []
        : [[stamp.id, following(last + BigInt(increment), sequence)]];
    }),
  );
}

/** Around again, where it may. */
function following(next: bigint, { minimum, maximum, increment, cycle }: SequenceDefinition): bigint {
  const isOver = next > BigInt(maximum) || next < BigInt(minimum);
  if (!isOver || !cycle) return next;
  return BigInt(BigInt(increment) > 0n ? minimum : maximum);
}
