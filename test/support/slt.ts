// sqllogictest files: read, replayed on a backend, and rewritten. Each record becomes a test named by its line.
// Knows nothing of sqlc's plans: a backend takes SQL and gives types, values as text, and what its calls cost.
//
// Beside the usual records (statement, query, halt, hash-threshold, skipif, onlyif) there are two of ours, both about
// the query before them: `types int, decimal(38,6)` are the SQL types of its columns, and
// `calls language/sentiment distinct=3 requests=1` is what it asked of an operation (`calls none`: of no service).

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { familyOf, type SqlType, typeName } from '../../src/arrow/sql-type.ts';
import { renderError, SqlcError } from '../../src/common/errors.ts';

export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

interface Place {
  /** 1-based line of the record's first word. */
  readonly line: number;
  /** Engines the record is for, of `skipif` and `onlyif`. */
  readonly runsOn: (engine: string) => boolean;
}

export type SltRecord = Place &
  (
    | { readonly kind: 'statement'; readonly sql: string; readonly error: RegExp | undefined }
    | { readonly kind: 'query-error'; readonly sql: string; readonly error: RegExp }
    | QueryRecord
    | { readonly kind: 'types'; readonly expected: string }
    | { readonly kind: 'calls'; readonly operation: string; readonly expected: ReadonlyMap<string, number> }
  );

interface QueryRecord {
  readonly kind: 'query';
  readonly sql: string;
  /** A letter a column: I integers, R decimals and floats, B bits, T everything else. */
  readonly types: string;
  readonly sort: SortMode;
  /** Queries of one label have one result. */
  readonly label: string | undefined;
  readonly hashThreshold: number;
  readonly expected: readonly string[];
  /** Lines of the file (0-based, half open) that hold the expected result. */
  readonly expectedAt: readonly [from: number, to: number];
}

export interface SltFile {
  readonly path: string;
  readonly lines: readonly string[];
  /** Marked `# relational`: means the same on bare DuckDB. */
  readonly relational: boolean;
  readonly records: readonly SltRecord[];
}

export interface Answer {
  /** Absent when the backend's types are not ours. */
  readonly types: readonly SqlType[] | undefined;
  readonly rows: readonly (readonly string[])[];
  readonly calls: readonly CallCounts[];
}

export type CallCounts = { readonly operation: string } & Readonly<
  Record<'distinct' | 'requests' | 'documents' | 'cached', number>
>;

/** As in `skipif ENGINE`. */
export type Engine = 'sqlc' | 'duckdb';

export interface Backend {
  readonly engine: Engine;
  /** Whether `calls` is asserted: without rules the same answers may cost more. */
  readonly countsCalls: boolean;
  statement(sql: string): Promise<void>;
  query(sql: string): Promise<Answer>;
  close(): Promise<void>;
}

const SEPARATOR = '----';
const COUNTERS = ['distinct', 'requests', 'documents', 'cached'] as const;

export function readSlt(path: string): SltFile {
  const lines = readFileSync(path, 'utf8').split('\n');
  const relational = lines.some((line) => line.trim() === '# relational');
  const records: SltRecord[] = [];
  let hashThreshold = 0;
  let conditions: ((engine: string) => boolean)[] = [];
  for (let at = 0; at < lines.length; ) {
    const [word = '', ...rest] = (lines[at] ?? '').trim().split(/\s+/);
    if (word === '' || word.startsWith('#')) {
      at++;
      continue;
    }
    if (word === 'halt') break;
    if (word === 'hash-threshold') {
      hashThreshold = Number(rest[0]);
      at++;
      continue;
    }
    if (word === 'skipif' || word === 'onlyif') {
      const [named = ''] = rest;
      conditions.push((engine) => (engine === named) === (word === 'onlyif'));
      at++;
      continue;
    }
    const all = conditions;
    const place: Place = { line: at + 1, runsOn: (engine) => all.every((holds) => holds(engine)) };
    conditions = [];
    const [record, next] = readRecord(lines, at, word, rest, { ...place, path, hashThreshold });
    records.push(record);
    at = next;
  }
  return { path, lines, relational, records };
}

interface Reading extends Place {
  readonly path: string;
  readonly hashThreshold: number;
}

function readRecord(
  lines: readonly string[],
  at: number,
  word: string,
  rest: readonly string[],
  { path, hashThreshold, ...place }: Reading,
): [record: SltRecord, next: number] {
  const problem = (text: string) => new Error(`${path}:${at + 1}: ${text}`);
  switch (word) {
    case 'statement': {
      const [outcome, ...pattern] = rest;
      if (outcome !== 'ok' && outcome !== 'error') throw problem('statement is "ok" or "error"');
      const [sql, next] = readSql(lines, at + 1);
      const error = outcome === 'error' ? new RegExp(pattern.join(' ')) : undefined;
      return [{ ...place, kind: 'statement', sql, error }, next];
    }
    case 'query': {
      if (rest[0] === 'error') {
        const [sql, next] = readSql(lines, at + 1);
        return [{ ...place, kind: 'query-error', sql, error: new RegExp(rest.slice(1).join(' ')) }, next];
      }
      const [types = '', second, third] = rest;
      if (!/^[IRBT]+$/.test(types)) throw problem('the types of a query are letters of I, R, B and T');
      const isSort = second === 'nosort' || second === 'rowsort' || second === 'valuesort';
      const [sql, separator] = readSql(lines, at + 1);
      if (lines[separator] !== SEPARATOR) throw problem(`no ${SEPARATOR} after the query`);
      let end = separator + 1;
      while (end < lines.length && lines[end] !== '') end++;
      const record: SltRecord = {
        ...place,
        kind: 'query',
        sql,
        types,
        sort: isSort ? second : 'nosort',
        label: isSort ? third : second,
        hashThreshold,
        expected: lines.slice(separator + 1, end),
        expectedAt: [separator + 1, end],
      };
      return [record, end];
    }
    case 'types':
      return [{ ...place, kind: 'types', expected: rest.join(' ') }, at + 1];
    case 'calls': {
      const [operation = 'none', ...counts] = rest;
      const expected = counts.map((count): [string, number] => {
        const [name = '', value] = count.split('=');
        if (!COUNTERS.some((counter) => counter === name)) throw problem(`"${name}" is not counted`);
        return [name, Number(value)];
      });
      return [{ ...place, kind: 'calls', operation, expected: new Map(expected) }, at + 1];
    }
    default:
      throw problem(`"${word}" is not a record`);
  }
}

/** SQL ends at the separator or at a blank line. */
function readSql(lines: readonly string[], from: number): [sql: string, end: number] {
  let end = from;
  while (end < lines.length && lines[end] !== SEPARATOR && lines[end] !== '') end++;
  return [lines.slice(from, end).join('\n'), end];
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

export interface ReplayOptions {
  /** Shown in the names of the tests. */
  readonly mode: string;
  readonly engine: Engine;
  readonly open: () => Promise<Backend>;
  /** Writes what the queries answered into the file in place of checking it. */
  readonly rewrite: boolean;
}

/** Makes a test of every record of a file, in one session of a backend. */
export function replaySlt(file: SltFile, name: string, { mode, engine, open, rewrite }: ReplayOptions): void {
  describe(`${name} (${mode})`, () => {
    let backend: Backend | undefined;
    let last: Answer | undefined;
    const labelled = new Map<string, readonly string[]>();
    const answered = new Map<QueryRecord, string[]>();
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(async () => {
      await backend?.close();
      if (rewrite) writeFileSync(file.path, rewritten(file, answered));
    });
    for (const record of file.records) {
      const title = `${name}:${record.line}: ${titleOf(record)}`;
      test.skipIf(!record.runsOn(engine))(title, async () => {
        if (backend === undefined) throw new Error('the backend is not open');
        switch (record.kind) {
          case 'statement':
            if (record.error !== undefined) return expectError(backend.statement(record.sql), record.error, engine);
            return backend.statement(record.sql);
          case 'query-error':
            return expectError(backend.query(record.sql), record.error, engine);
          case 'query': {
            last = undefined;
            last = await backend.query(record.sql);
            const lines = resultLines(last.rows, record.sort, record.hashThreshold);
            if (rewrite) answered.set(record, lines);
            else checkQuery(record, last, lines, labelled);
            return;
          }
          case 'types':
            if (last?.types !== undefined) expect(last.types.map(typeName).join(', ')).toBe(record.expected);
            return;
          case 'calls':
            if (backend.countsCalls) checkCalls(record.operation, record.expected, last);
        }
      });
    }
  });
}

function titleOf(record: SltRecord): string {
  if (!('sql' in record)) return record.kind;
  const sql = record.sql.replaceAll(/\s+/g, ' ').trim();
  return sql.length > 100 ? `${sql.slice(0, 100)}…` : sql;
}

async function expectError(work: Promise<unknown>, pattern: RegExp, engine: Engine): Promise<void> {
  const failure: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (failure === undefined) expect.fail(`no error, where ${pattern} was expected`);
  if (engine !== 'sqlc') return;
  if (!(failure instanceof SqlcError)) throw failure;
  expect(renderError(failure)).toMatch(pattern);
}

function checkQuery(
  record: QueryRecord,
  answer: Answer,
  lines: readonly string[],
  labelled: Map<string, readonly string[]>,
): void {
  const expected = record.sort === 'valuesort' ? record.expected : rowWise(record.expected, record.types.length);
  expect(lines).toEqual(expected);
  if (answer.types !== undefined) expect(answer.types.map(letterOf).join('')).toBe(record.types);
  if (record.label === undefined) return;
  expect(lines).toEqual(labelled.get(record.label) ?? lines);
  labelled.set(record.label, lines);
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

function checkCalls(operation: string, expected: ReadonlyMap<string, number>, answer: Answer | undefined): void {
  if (answer === undefined) throw new Error('calls stands after a query that was answered');
  const asked = answer.calls.filter((call) => call.requests > 0 || call.distinct > 0);
  if (operation === 'none') {
    expect(asked).toEqual([]);
    return;
  }
  const found = asked.find((call) => call.operation === operation);
  const counts = COUNTERS.filter((name) => expected.has(name)).map((name) => [name, found?.[name]]);
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(expected));
}

function rewritten(file: SltFile, answered: ReadonlyMap<QueryRecord, string[]>): string {
  const lines = [...file.lines];
  for (const [{ expectedAt }, result] of [...answered].reverse()) {
    lines.splice(expectedAt[0], expectedAt[1] - expectedAt[0], ...result);
  }
  return lines.join('\n');
}
