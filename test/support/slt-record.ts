// One record of a sqllogictest file against a backend: what it expects and what was found, for a test or a report.
// Knows nothing of sqlc's plans: a backend takes SQL and gives types, values as text, and what its calls cost.

import { createHash } from 'node:crypto';
import { familyOf, type SqlType, typeName } from '../../src/arrow/sql-type.ts';
import { renderError, SqlcError } from '../../src/common/errors.ts';
import { COUNTERS, type QueryRecord, type SltRecord, type SortMode } from './slt-file.ts';

export interface Answer {
  /** Absent when the backend's types are not ours. */
  readonly types: readonly SqlType[] | undefined;
  readonly rows: readonly (readonly string[])[];
  readonly calls: readonly CallCounts[];
}

export type CallCounts = { readonly operation: string } & Readonly<
  Record<'distinct' | 'requests' | 'documents' | 'cached', number>
>;

export interface Backend {
  /** What `skipif` and `onlyif` call it; ours is one of T-SQL too. */
  readonly names: readonly ('sqlc' | 'mssql' | 'duckdb')[];
  /** Whether `calls` is asserted: without rules the same answers may cost more. */
  readonly countsCalls: boolean;
  statement(sql: string): Promise<void>;
  query(sql: string): Promise<Answer>;
  close(): Promise<void>;
}

/** The lines that stand for a result: a row a line, values between tabs; a hash when there are too many. */
export function resultLines(rows: Answer['rows'], sort: SortMode, hashThreshold: number): string[] {
  const shown = rows.map((row) => row.map(shownValue));
  const values = shown.flat();
  if (sort === 'valuesort') values.sort(byText);
  const lines = sort === 'valuesort' ? values : shown.map((row) => row.join('\t'));
  if (sort === 'rowsort') lines.sort(byText);
  if (hashThreshold === 0 || values.length <= hashThreshold) return lines;
  const flat = lines.flatMap((line) => line.split('\t'));
  const hash = createHash('md5').update(flat.map((value) => `${value}\n`).join(''));
  return [`${values.length} values hashing to ${hash.digest('hex')}`];
}

function shownValue(value: string): string {
  return value === '' ? '(empty)' : value.replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value a line is as good as a row a line. */
function rowWise(expected: readonly string[], columns: number): readonly string[] {
  if (columns === 1 || expected.length % columns !== 0 || expected.some((line) => line.includes('\t'))) return expected;
  return Array.from({ length: expected.length / columns }, (_, row) =>
    expected.slice(row * columns, (row + 1) * columns).join('\t'),
  );
}

/** What the records of one file share. */
export class SltSession {
  readonly backend: Backend;
  /** Our own files say the types of columns exactly; a public corpus has other letters and shorter numbers. */
  readonly strict: boolean;
  readonly answered = new Map<QueryRecord, readonly string[]>();
  readonly #labelled = new Map<string, readonly string[]>();
  #last: Answer | undefined;

  constructor(backend: Backend, strict: boolean) {
    this.backend = backend;
    this.strict = strict;
  }

  /** Pairs that should be equal. */
  async run(record: SltRecord): Promise<readonly Comparison[]> {
    switch (record.kind) {
      case 'halt':
        return [];
      case 'statement':
        if (record.error !== undefined) return this.#expectError(this.backend.statement(record.sql), record.error);
        await this.backend.statement(record.sql);
        return [];
      case 'query-error':
        return this.#expectError(this.backend.query(record.sql), record.error);
      case 'query':
        return this.#query(record);
      case 'types':
        return this.#last?.types === undefined
          ? []
          : [{ expected: record.expected, found: this.#last.types.map(typeName).join(', ') }];
      case 'calls':
        return this.backend.countsCalls ? calls(record.operation, record.expected, this.#last) : [];
    }
  }

  async #query(record: QueryRecord): Promise<readonly Comparison[]> {
    this.#last = undefined;
    const answer = await this.backend.query(record.sql);
    this.#last = answer;
    const lines = resultLines(answer.rows, record.sort, record.hashThreshold);
    this.answered.set(record, lines);
    const expected = record.sort === 'valuesort' ? record.expected : rowWise(record.expected, record.types.length);
    const compared = [this.strict ? { expected, found: lines } : loosely(record, answer, { expected, found: lines })];
    if (this.strict && answer.types !== undefined)
      compared.push({ expected: [record.types], found: [answer.types.map(letterOf).join('')] });
    if (record.label !== undefined) {
      compared.push({ expected: this.#labelled.get(record.label) ?? lines, found: lines });
      this.#labelled.set(record.label, lines);
    }
    return compared;
  }

  async #expectError(work: Promise<unknown>, pattern: RegExp): Promise<readonly Comparison[]> {
    const failure: unknown = await work.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    const expected = `an error that matches ${pattern}`;
    if (failure === undefined) return [{ expected, found: 'no error' }];
    if (!this.backend.names.includes('sqlc')) return [];
    if (!(failure instanceof SqlcError)) throw failure;
    const text = renderError(failure);
    return [{ expected, found: this.strict && !pattern.test(text) ? text : expected }];
  }
}

export interface Comparison {
  readonly expected: string | readonly string[] | object;
  readonly found: string | readonly string[] | object;
}

/** As sqllogictest writes values: whole numbers, three decimals, one value a line. */
function loosely(record: QueryRecord, answer: Answer, own: Comparison): Comparison {
  if (JSON.stringify(own.expected) === JSON.stringify(own.found)) return own;
  const rows = answer.rows.map((row) => row.map((value, i) => classic(value, record.types[i] ?? 'T')));
  const found = resultLines(rows, record.sort, record.hashThreshold).flatMap((line) => line.split('\t'));
  const expected = record.expected.flatMap((line) => line.split('\t'));
  return { expected, found };
}

function classic(value: string, letter: string): string {
  const text = value === 'true' ? '1' : value === 'false' ? '0' : value;
  if (text === 'NULL' || text === '' || Number.isNaN(Number(text))) return text;
  if (letter === 'I') return /^-?\d+$/.test(text) ? text : String(Math.trunc(Number(text)));
  return letter === 'R' ? Number(text).toFixed(3) : text;
}

function letterOf(type: SqlType): string {
  switch (familyOf(type)) {
    case 'integer':
      return 'I';
    case 'decimal':
    case 'float':
      return 'R';
    case 'bit':
      return 'B';
    default:
      return 'T';
  }
}

function calls(operation: string, expected: ReadonlyMap<string, number>, answer: Answer | undefined): Comparison[] {
  if (answer === undefined) return [{ expected: 'calls after a query that was answered', found: 'none' }];
  const asked = answer.calls.filter((call) => call.requests > 0 || call.distinct > 0);
  if (operation === 'none') return [{ expected: [], found: asked }];
  const found = asked.find((call) => call.operation === operation);
  const asserted = COUNTERS.filter((name) => expected.has(name));
  const wanted = asserted.map((name) => [name, expected.get(name)]);
  const counted = asserted.map((name) => [name, found?.[name]]);
  return [{ expected: Object.fromEntries(wanted), found: Object.fromEntries(counted) }];
}
