// Answers of one operation and service within one statement: a DuckDB table keyed by the bytes of the inputs, so that
// memory does not grow with them and equal inputs are asked once, wherever in the statement they stand.

import type { DuckDBAppender } from '@duckdb/node-api';
import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { BIT, NVARCHAR_MAX, type SqlType, struct, VARBINARY_MAX } from '../arrow/sql-type.ts';
import { chunkOf } from '../arrow/values-to-chunk.ts';
import type { PhysicalCall } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { columnName } from '../planner/unparse.ts';
import type { Answered } from '../udf/call-operator.ts';
import { isLocal } from '../udf/operation.ts';
import type { Connection } from './duckdb/connection.ts';
import { WORK } from './duckdb/database.ts';

const ERROR: SqlType = struct({ code: NVARCHAR_MAX, message: NVARCHAR_MAX, retriable: BIT });
const CHUNK_ROWS = 2048;

export class AnswerTable {
  readonly #connection: Connection;
  readonly #schema: string;
  readonly #table: string;
  readonly #types: readonly SqlType[];
  #rows = 0;
  /** Of answers on their way into the table. */
  #appender: AnswerAppender | undefined;

  private constructor(connection: Connection, schema: string, table: string, types: readonly SqlType[]) {
    this.#connection = connection;
    this.#schema = schema;
    this.#table = table;
    this.#types = types;
  }

  /** Takes the connection over: it appends while others read. */
  static async create(connection: Connection, schema: string, table: string, call: PhysicalCall): Promise<AnswerTable> {
    const keys = call.operation.inputs.map((): SqlType => VARBINARY_MAX);
    const types = [...keys, call.operation.answer, ERROR];
    const columns = types.map(
      (type, i) => `${i < keys.length ? `k${i + 1}` : i === keys.length ? 'v' : 'e'} ${duckdbTypeName(type)}`,
    );
    await connection.run(`CREATE TABLE ${WORK}.${schema}.${quote(table)} (${columns.join(', ')})`);
    return new AnswerTable(connection, schema, table, types);
  }

  /**
   * Query for the distinct inputs of calls among some rows that no answer is known for yet.
   *
   * @param first column that numbers the rows: with it comes the first row that needs each input
   * @param from only inputs that no row before this one needs
   */
  missing(calls: readonly PhysicalCall[], rows: string, first: string | undefined, from = 0): string {
    const names = this.#types.slice(0, -2).map((_, i) => `k${i + 1}`);
    const wanted = calls.map((call) => {
      const keys = call.inputs.map((id, i) => `encode(${columnName(id)}) AS k${i + 1}`);
      const items = first === undefined ? keys : [...keys, `${first} AS first`];
      return `SELECT ${items.join(', ')} FROM ${rows} WHERE ${needed(call)}`;
    });
    const all = `(${wanted.join(' UNION ALL ')}) AS w`;
    const distinct =
      first === undefined
        ? `SELECT DISTINCT ${names.join(', ')} FROM ${all}`
        : `SELECT ${names.join(', ')}, min(first) AS first FROM ${all} GROUP BY ${names.join(', ')} HAVING min(first) >= ${from}`;
    const known = names.map((k) => `a.${k} IS NOT DISTINCT FROM d.${k}`).join(' AND ');
    const unknown =
      this.#rows === 0
        ? ''
        : ` WHERE NOT EXISTS (SELECT 1 FROM ${WORK}.${this.#schema}.${quote(this.#table)} AS a WHERE ${known})`;
    return `SELECT * FROM (${distinct}) AS d${unknown}`;
  }

  /** How many rows need an answer, once for each call. */
  async count(calls: readonly PhysicalCall[], rows: string, signal: AbortSignal): Promise<number> {
    const counts = calls.map((call) => `(SELECT count(*) FROM ${rows} WHERE ${needed(call)})`);
    const [[found] = []] = await this.#connection.rows(`SELECT ${counts.join(' + ')}`, [], signal);
    return Number(found ?? 0);
  }

  /** Counts the inputs of a query of keys as answered, without answers: for estimates. */
  async pretend(keys: string, width: number, rows: number): Promise<void> {
    const names = Array.from({ length: width }, (_, i) => `k${i + 1}`).join(', ');
    await this.#connection.run(
      `INSERT INTO ${WORK}.${this.#schema}.${quote(this.#table)} (${names}) SELECT ${names} FROM (${keys}) AS k`,
    );
    this.#rows += rows;
  }

  /** For answers as they come; one at a time. */
  async appender(): Promise<AnswerAppender> {
    const made = new AnswerAppender(
      await this.#connection.appender(WORK, this.#schema, this.#table),
      this.#types,
      (rows) => {
        this.#rows += rows;
      },
    );
    this.#appender = made;
    return made;
  }

  /** Those who read see every answer that has come, also while more are asked for. */
  flush(): void {
    this.#appender?.flush();
  }

  close(): void {
    this.#connection.close();
  }
}

/** Takes answers in, a chunk at a time; flushed, they are in the table. */
export class AnswerAppender {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly SqlType[];
  readonly #appended: (rows: number) => void;
  #pending: Answered[] = [];
  #closed = false;

  constructor(appender: DuckDBAppender, types: readonly SqlType[], appended: (rows: number) => void) {
    this.#appender = appender;
    this.#types = types;
    this.#appended = appended;
  }

  add(answered: readonly Answered[]): void {
    this.#pending.push(...answered);
    while (this.#pending.length >= CHUNK_ROWS) {
      this.#append(this.#pending.slice(0, CHUNK_ROWS));
      this.#pending = this.#pending.slice(CHUNK_ROWS);
    }
  }

  /** Nothing once it is closed. */
  flush(): void {
    if (this.#closed) return;
    this.#append(this.#pending);
    this.#pending = [];
    this.#appender.flushSync();
  }

  /** Answers that were not flushed are lost. */
  close(): void {
    this.#closed = true;
    this.#appender.closeSync();
  }

  #append(answers: readonly Answered[]): void {
    if (answers.length === 0) return;
    const keys = (answers[0]?.input ?? []).map((_, i) => answers.map(({ input }) => bytesOf(input[i])));
    const values = answers.map(({ outcome }) => (outcome.ok ? outcome.value : null));
    const errors = answers.map(({ outcome }) => (outcome.ok ? null : { ...outcome.error }));
    const chunk = chunkOf(this.#types, [...keys, values, errors]);
    this.#appender.appendDataChunk(chunk);
    chunk.reset();
    this.#appended(answers.length);
  }
}

/** A NULL needs no call: its answer is NULL. Neither does a text that services refuse as empty. */
function needed({ operation, inputs }: PhysicalCall): string {
  const conditions = operation.inputs.flatMap((input, i) => {
    const name = columnName(inputs[i] ?? 0);
    if (input.optional) return [];
    return [`${name} IS NOT NULL`, ...(isLocal(operation) ? [] : [`${name} <> ''`])];
  });
  return ['TRUE', ...conditions].join(' AND ');
}

function bytesOf(text: string | null | undefined): Uint8Array | null {
  return text === null || text === undefined ? null : Buffer.from(text);
}
