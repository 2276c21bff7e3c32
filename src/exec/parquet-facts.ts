// What is known of Parquet files on this machine, found out once for each version of a file: its columns, and the
// longest text of a column. The format's own statistics do not tell lengths, so that a declared varchar(n) would have
// to be checked on every read; where all texts are known to fit, a column is read as it is.

import { type Bounds, hull } from '../arrow/bounds.ts';
import { unscaledOf } from '../arrow/decimal-text.ts';
import { sqlTypeOf } from '../arrow/duckdb-logical-type.ts';
import { familyOf, type SqlType } from '../arrow/sql-type.ts';
import { quote, stringLiteral } from '../planner/sql-text.ts';
import type { Connection } from './duckdb/connection.ts';

/** A version of a file: another one of the same path has another size or time. */
export interface ParquetFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
}

/** By name; `undefined` is a type we do not have. */
export type ParquetColumns = ReadonlyMap<string, SqlType | undefined>;

interface Facts {
  readonly columns: ParquetColumns;
  /** Bytes, by column. */
  readonly longest: Map<string, number>;
  /** Of whole numbers and decimals, from the footer; absent where the footer does not tell. */
  bounds: ReadonlyMap<string, Bounds> | undefined;
}

const FILES = 10_000;
/** Longer columns are not read through for their longest text. */
const READ_THROUGH_BYTES = 512 * 1_048_576;

export class ParquetFacts {
  /** Those used last stand last. */
  readonly #files = new Map<string, Facts>();

  /** @throws SqlcError what DuckDB says of a file that is not Parquet */
  async columnsOf(file: ParquetFile, connection: Connection, signal: AbortSignal): Promise<ParquetColumns> {
    return (await this.#factsOf(file, connection, signal)).columns;
  }

  /** Bytes of the longest text of each of some columns, of those that are not too large to find out. */
  async longestTexts(
    file: ParquetFile,
    columns: readonly string[],
    connection: Connection,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const { columns: present, longest } = await this.#factsOf(file, connection, signal);
    const open = columns.filter((name) => present.has(name) && !longest.has(name));
    if (open.length === 0) return longest;
    const from = stringLiteral(file.path);
    const names = open.map(stringLiteral).join(', ');
    const [[bytes] = []] = await connection.rows(
      `SELECT sum(total_uncompressed_size) FROM parquet_metadata(${from}) WHERE path_in_schema IN (${names})`,
      [],
      signal,
    );
    if (Number(bytes ?? 0) > READ_THROUGH_BYTES) return longest;
    const [lengths = []] = await connection.rows(
      `SELECT ${open.map((name) => `max(strlen(${quote(name)}))`).join(', ')} FROM read_parquet(${from})`,
      [],
      signal,
    );
    for (const [i, name] of open.entries()) longest.set(name, Number(lengths[i] ?? 0));
    return longest;
  }

  /** Bounds of the numbers in each column, where the statistics of all its row groups tell them. */
  async boundsOf(file: ParquetFile, connection: Connection, signal: AbortSignal): Promise<ReadonlyMap<string, Bounds>> {
    const facts = await this.#factsOf(file, connection, signal);
    facts.bounds ??= await boundsIn(file, facts.columns, connection, signal);
    return facts.bounds;
  }

  async #factsOf(file: ParquetFile, connection: Connection, signal: AbortSignal): Promise<Facts> {
    const key = `${file.path}\0${file.sizeBytes}\0${file.lastModified.getTime()}`;
    const known = this.#files.get(key) ?? {
      columns: await columnsIn(file, connection, signal),
      longest: new Map(),
      bounds: undefined,
    };
    this.#files.delete(key);
    this.#files.set(key, known);
    const [oldest] = this.#files.keys();
    if (this.#files.size > FILES && oldest !== undefined) this.#files.delete(oldest);
    return known;
  }
}

async function boundsIn(
  file: ParquetFile,
  columns: ParquetColumns,
  connection: Connection,
  signal: AbortSignal,
): Promise<Map<string, Bounds>> {
  const groups = await connection.rows(
    `SELECT path_in_schema, stats_min_value, stats_max_value FROM parquet_metadata(${stringLiteral(file.path)})
     WHERE stats_null_count IS NULL OR stats_null_count < num_values`,
    [],
    signal,
  );
  const bounds = new Map<string, Bounds | undefined>();
  for (const [path, min, max] of groups) {
    const name = String(path);
    const type = columns.get(name);
    // A path with a point or comma may be that of a field of a struct.
    if (type === undefined || !/^[^.,]+$/.test(name) || !['integer', 'decimal'].includes(familyOf(type))) continue;
    const scale = type.kind === 'decimal' ? type.scale : 0;
    const [low, high] = [unscaledOf(String(min), scale), unscaledOf(String(max), scale)];
    const before = bounds.has(name) ? bounds.get(name) : { low, high };
    const known = low !== undefined && high !== undefined && before?.low !== undefined && before.high !== undefined;
    bounds.set(
      name,
      known
        ? hull([
            { low: before.low, high: before.high },
            { low, high },
          ])
        : undefined,
    );
  }
  return new Map([...bounds].filter((entry): entry is [string, Bounds] => entry[1] !== undefined));
}

async function columnsIn(file: ParquetFile, connection: Connection, signal: AbortSignal): Promise<ParquetColumns> {
  const all = `SELECT * FROM read_parquet(${stringLiteral(file.path)})`;
  const described = await connection.rows(`DESCRIBE ${all}`, [], signal);
  const types = await connection.columnTypes(all);
  return new Map(
    described.map((row, i) => {
      const type = types[i];
      return [String(row[0]), type && sqlTypeOf(type)];
    }),
  );
}
