// The streaming shape: rows come in their order, are buffered in DuckDB, answered in waves and passed on through the
// segment's SQL. Wave sizes depend on counts, never on time; the consumer's stop sends no further request.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import type { ParameterExpr } from '../planner/expression.ts';
import { ROW_FROM, ROW_TO, type Segment } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { columnName } from '../planner/unparse.ts';
import { distinctKeys } from './distinct-keys.ts';
import type { Connection } from './duckdb/connection.ts';
import { WORK } from './duckdb/database.ts';
import type { StatementWork } from './statement-work.ts';

/** Rows buffered before they are answered, when nothing above stops early: few at first, so that rows soon appear. */
const FIRST_BUFFER_ROWS = 2048;
const MAX_BUFFER_ROWS = 20_480;

/**
 * @param growing a consumer may stop at any row: the first wave asks for one batch, each later one doubles what was
 *   asked for so far, so that at most twice the inputs up to the stopping row are bought.
 */
export async function* streamSegment(
  segment: Segment,
  rows: AsyncIterable<DuckDBDataChunk>,
  work: StatementWork,
  growing: boolean,
): AsyncGenerator<DuckDBDataChunk> {
  // A connection has one open stream: the buffer reads on its own, or it would end the stream of the segment below.
  const connection = await work.options.database.connect();
  try {
    yield* answerInWaves(new RowBuffer(segment, work, connection), segment, rows, growing);
  } finally {
    connection.close();
  }
}

async function* answerInWaves(
  buffer: RowBuffer,
  segment: Segment,
  rows: AsyncIterable<DuckDBDataChunk>,
  growing: boolean,
): AsyncGenerator<DuckDBDataChunk> {
  let wave = growing ? segment.call.operation.limits.documents : Number.POSITIVE_INFINITY;
  let asked = 0;
  for await (const end of buffer.fill(rows, growing)) {
    for (let lo = end.from; lo < end.to; ) {
      const hi = Number.isFinite(wave) ? await buffer.cutAfter(lo, end.to, wave) : end.to;
      asked += await buffer.answer(lo, hi);
      if (growing && asked >= wave) wave = asked;
      yield* buffer.read(lo, hi);
      lo = hi;
    }
  }
}

class RowBuffer {
  readonly #segment: Segment;
  readonly #work: StatementWork;
  readonly #table: string;
  readonly #connection: Connection;

  constructor(segment: Segment, work: StatementWork, connection: Connection) {
    this.#connection = connection;
    this.#segment = segment;
    this.#work = work;
    this.#table = work.names.stage(segment.stage);
  }

  /** Fills the buffer time after time; what was read of the one before is gone then. */
  async *fill(rows: AsyncIterable<DuckDBDataChunk>, growing: boolean): AsyncGenerator<{ from: number; to: number }> {
    const connection = this.#connection;
    const { options } = this.#work;
    const { columns, row, stage } = this.#segment;
    const staging = `stage_${stage}_in`;
    const qualified = `${WORK}.${this.#work.schema}.${quote(staging)}`;
    const definition = columns.map((c) => `${columnName(c.id)} ${duckdbTypeName(c.type)}`).join(', ');
    let total = 0;
    let least = growing ? 1 : FIRST_BUFFER_ROWS;
    let held = 0;
    const open = async () => {
      await connection.run(`CREATE OR REPLACE TABLE ${qualified} (${definition || 'c0 INTEGER'})`);
      return connection.appender(WORK, this.#work.schema, staging);
    };
    let appender = await open();
    const take = async () => {
      appender.flushSync();
      appender.closeSync();
      const numbered = `SELECT *, row_number() OVER () - 1 + ${total} AS ${columnName(row.id)} FROM ${qualified}`;
      await connection.run(`CREATE OR REPLACE TABLE ${this.#table} AS ${numbered}`, [], options.signal);
      const range = { from: total, to: total + held };
      total += held;
      held = 0;
      return range;
    };
    for await (const chunk of rows) {
      appender.appendDataChunk(chunk);
      held += chunk.rowCount;
      if (held < least) continue;
      yield await take();
      if (!growing) least = Math.min(MAX_BUFFER_ROWS, least * 2);
      appender = await open();
    }
    if (held > 0) yield await take();
    else appender.closeSync();
  }

  /** The end of a wave that starts at `lo` and asks for at most `inputs` new distinct inputs. */
  async cutAfter(lo: number, end: number, inputs: number): Promise<number> {
    const connection = this.#connection;
    const { options } = this.#work;
    const answers = await this.#work.answersOf(this.#segment.call);
    const keys = answers.missing(this.#segment.call, this.#range(lo, end), columnName(this.#segment.row.id));
    const [[first] = []] = await connection.rows(
      `SELECT first FROM (${keys}) AS k ORDER BY first LIMIT 1 OFFSET ${inputs}`,
      [],
      options.signal,
    );
    return first === undefined || first === null ? end : Number(first);
  }

  /** Asks for what the rows need and nobody has answered yet; returns how many inputs that were. */
  async answer(lo: number, hi: number): Promise<number> {
    const { call, row } = this.#segment;
    const { options } = this.#work;
    const answers = await this.#work.answersOf(call);
    const keys = answers.missing(call, this.#range(lo, hi), columnName(row.id));
    const connection = await options.database.connect();
    let asked = 0;
    try {
      const sql = distinctKeys(keys, call.inputs.length, ' ORDER BY first');
      const counted = async function* (chunks: AsyncIterable<DuckDBDataChunk>) {
        for await (const chunk of chunks) {
          asked += chunk.rowCount;
          yield chunk;
        }
      };
      await this.#work.ask(call, counted(connection.stream(sql, [], options.signal)));
    } finally {
      connection.close();
    }
    await this.#work.countRows(call, this.#range(lo, hi));
    return asked;
  }

  async *read(lo: number, hi: number): AsyncGenerator<DuckDBDataChunk> {
    const { body } = this.#segment;
    const parameters = body.parameters.map((p): ParameterExpr => {
      if (p.name === ROW_FROM) return { ...p, value: String(lo) };
      return p.name === ROW_TO ? { ...p, value: String(hi) } : p;
    });
    yield* this.#connection.stream(body.sql, parameters, this.#work.options.signal);
  }

  #range(lo: number, hi: number): string {
    const row = columnName(this.#segment.row.id);
    return `(SELECT * FROM ${this.#table} WHERE ${row} >= ${lo} AND ${row} < ${hi}) AS r`;
  }
}
