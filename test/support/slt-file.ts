// sqllogictest files: read into records, and rewritten. What a record means is slt-record.ts.
//
// Beside the usual records (statement, query, halt, hash-threshold, skipif, onlyif) there are two of ours, both about
// the query before them: `types int, decimal(38,6)` are the SQL types of its columns, and
// `calls language/sentiment distinct=3 requests=1` is what it asked of an operation (`calls none`: of no service).

import { readFileSync } from 'node:fs';

export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

interface Place {
  /** 1-based line of the record's first word. */
  readonly line: number;
  /** Engines the record is for, of `skipif` and `onlyif`, by the names an engine answers to. */
  readonly runsOn: (names: readonly string[]) => boolean;
}

export type SltRecord = Place &
  (
    | { readonly kind: 'statement'; readonly sql: string; readonly error: RegExp | undefined }
    | { readonly kind: 'query-error'; readonly sql: string; readonly error: RegExp }
    | QueryRecord
    | { readonly kind: 'halt' }
    | { readonly kind: 'types'; readonly expected: string }
    | { readonly kind: 'calls'; readonly operation: string; readonly expected: ReadonlyMap<string, number> }
  );

export interface QueryRecord {
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
  /** Of the database, marked `# collation NAME`. */
  readonly collation: string | undefined;
  readonly records: readonly SltRecord[];
}

const SEPARATOR = '----';
export const COUNTERS = ['distinct', 'requests', 'documents', 'cached'] as const;

export function readSlt(path: string): SltFile {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  const relational = lines.some((line) => line.trim() === '# relational');
  const collation = /^# collation (\w+)$/.exec(lines.find((line) => line.startsWith('# collation ')) ?? '')?.[1];
  const records: SltRecord[] = [];
  let hashThreshold = 0;
  let conditions: Place['runsOn'][] = [];
  for (let at = 0; at < lines.length; ) {
    const [word = '', ...rest] = (lines[at] ?? '').trim().split(/\s+/);
    if (word === '' || word.startsWith('#')) {
      at++;
      continue;
    }
    if (word === 'hash-threshold') {
      hashThreshold = Number(rest[0]);
      at++;
      continue;
    }
    if (word === 'skipif' || word === 'onlyif') {
      const [named = ''] = rest;
      conditions.push((names) => names.includes(named) === (word === 'onlyif'));
      at++;
      continue;
    }
    const all = conditions;
    const place: Place = { line: at + 1, runsOn: (names) => all.every((holds) => holds(names)) };
    conditions = [];
    const [record, next] = readRecord(lines, at, word, rest, { ...place, path, hashThreshold });
    records.push(record);
    at = next;
  }
  return { path, lines, relational, collation, records };
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
      if (!/^[A-Z]+$/.test(types)) throw problem('the types of a query are letters, such as I, R, B and T');
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
    case 'halt':
      return [{ ...place, kind: 'halt' }, at + 1];
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

export function rewritten(file: SltFile, answered: ReadonlyMap<QueryRecord, readonly string[]>): string {
  const lines = [...file.lines];
  for (const [{ expectedAt }, result] of [...answered].reverse()) {
    lines.splice(expectedAt[0], expectedAt[1] - expectedAt[0], ...result);
  }
  return lines.join('\n');
}
