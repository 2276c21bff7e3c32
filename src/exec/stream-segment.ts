// The streaming shape: rows come in their order, are buffered in DuckDB, answered and passed on through the segment's
// SQL. What is asked depends on counts, never on time; the consumer's stop sends no further request.
//
// Where a limit may stop the stream, rows are answered in waves that grow. Where none can, one call goes on from buffer
// to buffer: what the next one needs is asked while the last answers of the one before are on their way, and a batch
// that is not full waits for it. The requests are those of the whole, and no slow one holds the others up.

import type { DuckDBDataChunk } from '@duckdb/node-api';
import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { error } from '../common/errors.ts';
import type { ParameterExpr } from '../planner/expression.ts';
import { ROW_FROM, ROW_TO, type Segment } from '../planner/physical.ts';
import { quote } from '../planner/sql-text.ts';
import { columnName } from '../planner/unparse.ts';
import { type AskedTogether, askedTogether, type SharedCalls, sharedCalls } from './asked-together.ts';
import type { Connection } from './duckdb/connection.ts';
import { WORK } from './duckdb/database.ts';
import { FlowingCall } from './flowing-call.ts';
import type { StatementWork } from './statement-work.ts';
import { readAhead, together } from './together.ts';

/** Rows buffered before they are answered, when nothing above stops early: few at first, so that rows soon appear. */
const FIRST_BUFFER_ROWS = 2048;
const MAX_BUFFER_ROWS = 20_480;
/** Rows that may wait for a batch to fill. */
export const MAX_HELD_ROWS = 131_072;

export type Chunks = (signal: AbortSignal) => AsyncGenerator<DuckDBDataChunk>;

export interface StreamOptions {
  /** Whether a consumer may stop at any row. */
  readonly growing: boolean;
  /** Whether the next buffer may be read while one is answered: not where what is asked below changes what is here. */
  readonly ahead: boolean;
}

export async function* streamSegment(
  segment: Segment,
  rows: Chunks,
  work: StatementWork,
  { growing, ahead }: StreamOptions,
  signal: AbortSignal,
): AsyncGenerator<DuckDBDataChunk> {
  await work.makeArea();
  // A connection has one open stream: the buffer reads on its own, or it would end the stream of the segment below.
  const connection = await work.options.database.connect();
  try {
    const buffer = new RowBuffer(segment, work, connection, signal);
    if (growing) yield* inWaves(buffer, rows(signal));
    else if (ahead) yield* flowing(buffer, (stop) => readAhead((end) => gathered(rows(end)), stop), signal);
    else yield* stepwise(buffer, gathered(rows(signal)));
  } finally {
    connection.close();
  }
}

/**
 * The first wave asks for one batch, each later one doubles what was asked for so far, so that at most twice the inputs
 * up to the stopping row are bought.
 */
async function* inWaves(buffer: RowBuffer, rows: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<DuckDBDataChunk> {
  const waves = buffer.calls.map((calls) => ({ calls, size: calls[0].operation.limits.documents, asked: 0 }));
  for await (const chunk of rows) {
    let lo = buffer.end;
    await buffer.append([chunk], lo);
    while (lo < buffer.end) {
      let hi = buffer.end;
      for (const { calls, size } of waves) hi = Math.min(hi, await buffer.cutAfter(calls, lo, hi, size));
      const asked = await buffer.answer(lo, hi, false);
      for (const wave of waves) {
        wave.asked += asked.get(wave.calls[0].answers) ?? 0;
        if (wave.asked >= wave.size) wave.size = wave.asked;
      }
      yield* buffer.read(lo, hi);
      lo = hi;
    }
  }
}

async function* flowing(
  buffer: RowBuffer,
  buffers: (stop: AbortSignal) => AsyncIterable<readonly DuckDBDataChunk[]>,
  signal: AbortSignal,
): AsyncGenerator<DuckDBDataChunk> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  let asking: readonly FlowingCall[] = [];
  let lo = 0;
  try {
    for await (const chunks of buffers(stop)) {
      const from = buffer.end;
      await buffer.append(chunks, lo);
      if (asking.length === 0) asking = await buffer.startAsking(stop);
      await Promise.all(asking.map(async (one) => one.ask(await buffer.newInputs(one.asked, lo, from))));
      const answered = await buffer.answeredUpTo(lo, buffer.end);
      const hold = buffer.end - answered < MAX_HELD_ROWS;
      if (!hold) {
        await Promise.all(asking.map((one) => one.end({ last: false })));
        asking = [];
      }
      const hi = hold ? answered : buffer.end;
      yield* buffer.read(lo, hi);
      lo = hi;
    }
    await Promise.all(asking.map((one) => one.end({ last: true })));
    yield* buffer.read(lo, buffer.end);
  } finally {
    ended.abort(error('exec/cancelled', {}));
    await Promise.allSettled(asking.map((one) => one.end({ last: true })));
  }
}

/** A buffer is answered before the next is read: a segment below asks for what this one would ask for too. */
async function* stepwise(
  buffer: RowBuffer,
  buffers: AsyncIterable<readonly DuckDBDataChunk[]>,
): AsyncGenerator<DuckDBDataChunk> {
  let lo = 0;
  for await (const chunks of buffers) {
    await buffer.append(chunks, lo);
    const hold = buffer.end - lo < MAX_HELD_ROWS;
    await buffer.answer(lo, buffer.end, hold);
    const hi = hold ? await buffer.answeredUpTo(lo, buffer.end) : buffer.end;
    yield* buffer.read(lo, hi);
    lo = hi;
  }
  if (lo === buffer.end) return;
  await buffer.answer(lo, buffer.end, false);
  yield* buffer.read(lo, buffer.end);
}

async function* gathered(rows: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<DuckDBDataChunk[]> {
  let least = FIRST_BUFFER_ROWS;
  let chunks: DuckDBDataChunk[] = [];
  let held = 0;
  for await (const chunk of rows) {
    chunks.push(chunk);
    held += chunk.rowCount;
    if (held < least) continue;
    yield chunks;
    chunks = [];
    held = 0;
    least = Math.min(MAX_BUFFER_ROWS, least * 2);
  }
  if (held > 0) yield chunks;
}

/** Rows of a stream by their number, from the first that somebody still needs. */
class RowBuffer {
  /** Calls that share an answer table. */
  readonly calls: readonly SharedCalls[];
  /** Rows that ever came. */
  end = 0;
  readonly #asked: readonly AskedTogether[];
  readonly #segment: Segment;
  readonly #work: StatementWork;
  readonly #table: string;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;

  constructor(segment: Segment, work: StatementWork, connection: Connection, signal: AbortSignal) {
    this.calls = sharedCalls(segment.calls);
    this.#asked = askedTogether(segment.calls);
    this.#connection = connection;
    this.#segment = segment;
    this.#work = work;
    this.#table = work.names.stage(segment.stage);
    this.#signal = signal;
  }

  /** Takes rows in; those before `keep` are gone then. */
  async append(chunks: readonly DuckDBDataChunk[], keep: number): Promise<void> {
    const { columns, row, stage } = this.#segment;
    const name = `stage_${stage}_in`;
    const incoming = `${WORK}.${this.#work.schema}.${quote(name)}`;
    const definition = columns.map((c) => `${columnName(c.id)} ${duckdbTypeName(c.type)}`).join(', ');
    await this.#connection.run(`CREATE OR REPLACE TABLE ${incoming} (${definition || 'c0 INTEGER'})`);
    const appender = await this.#connection.appender(WORK, this.#work.schema, name);
    let rows = 0;
    for (const chunk of chunks) {
      appender.appendDataChunk(chunk);
      rows += chunk.rowCount;
      chunk.reset();
    }
    appender.flushSync();
    appender.closeSync();
    const number = columnName(row.id);
    const kept = keep < this.end ? `SELECT * FROM ${this.#table} WHERE ${number} >= ${keep} UNION ALL ` : '';
    const numbered = `SELECT *, row_number() OVER () - 1 + ${this.end} AS ${number} FROM ${incoming}`;
    await this.#connection.run(`CREATE OR REPLACE TABLE ${this.#table} AS ${kept}${numbered}`, [], this.#signal);
    this.end += rows;
  }

  /** The end of a wave that starts at `lo` and asks for at most `inputs` new distinct inputs. */
  async cutAfter(calls: SharedCalls, lo: number, end: number, inputs: number): Promise<number> {
    const first = await this.#missingFrom(calls, lo, end, inputs);
    return first ?? end;
  }

  /** The first row that waits for an answer. */
  async answeredUpTo(lo: number, end: number): Promise<number> {
    let first = end;
    for (const [call] of this.calls) (await this.#work.answersOf(call)).flush();
    for (const calls of this.calls) first = Math.min(first, (await this.#missingFrom(calls, lo, end, 0)) ?? end);
    return first;
  }

  /** The first row that needs the missing input number `skip`, in the order of the rows. */
  async #missingFrom(calls: SharedCalls, lo: number, end: number, skip: number): Promise<number | undefined> {
    const answers = await this.#work.answersOf(calls[0]);
    const keys = answers.missing(calls, this.#range(lo, end), columnName(this.#segment.row.id));
    const [[first] = []] = await this.#connection.rows(
      `SELECT first FROM (${keys}) AS k ORDER BY first LIMIT 1 OFFSET ${skip}`,
      [],
      this.#signal,
    );
    return first === undefined || first === null ? undefined : Number(first);
  }

  async startAsking(signal: AbortSignal): Promise<FlowingCall[]> {
    // Both who asks and who looks for answers needs the table.
    for (const [call] of this.calls) await this.#work.answersOf(call);
    return this.#asked.map((asked) => new FlowingCall(asked, this.#work, signal));
  }

  /** Query for the inputs of rows from `from` on that nobody asked for: unanswered ones are those of rows from `lo` on. */
  newInputs(asked: AskedTogether, lo: number, from: number): Promise<string> {
    return this.#work.missing(asked, this.#range(lo, this.end), columnName(this.#segment.row.id), from);
  }

  /**
   * Asks for what the rows need and nobody has answered yet, all calls at the same time.
   *
   * @param holdPartial the last batch may wait for more rows
   * @returns how many inputs were answered, by answer table
   */
  async answer(lo: number, hi: number, holdPartial: boolean): Promise<ReadonlyMap<string, number>> {
    const rows = this.#range(lo, hi);
    const work = this.#work;
    const answered = await together(
      this.#asked.map((asked) => async (signal) => {
        const sql = await work.missing(asked, rows, columnName(this.#segment.row.id));
        const reader = await work.options.database.connect();
        try {
          const counts = await work.ask(asked, reader.stream(sql, [], signal), { signal, holdPartial });
          return asked.map(([call], i): [string, number] => [call.answers, counts[i] ?? 0]);
        } finally {
          reader.close();
        }
      }),
      this.#signal,
    );
    return new Map(answered.flat());
  }

  async *read(lo: number, hi: number): AsyncGenerator<DuckDBDataChunk> {
    if (lo === hi) return;
    for (const calls of this.calls) await this.#work.countRows(calls, this.#range(lo, hi), this.#signal);
    const { body } = this.#segment;
    const parameters = body.parameters.map((p): ParameterExpr => {
      if (p.name === ROW_FROM) return { ...p, value: String(lo) };
      return p.name === ROW_TO ? { ...p, value: String(hi) } : p;
    });
    yield* this.#connection.stream(body.sql, parameters, this.#signal);
  }

  #range(lo: number, hi: number): string {
    const row = columnName(this.#segment.row.id);
    return `(SELECT * FROM ${this.#table} WHERE ${row} >= ${lo} AND ${row} < ${hi}) AS r`;
  }
}
