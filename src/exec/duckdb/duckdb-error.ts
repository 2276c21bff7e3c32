// DuckDB's messages -> our catalogue. Our own errors raised inside SQL come back by their code.

import { error, SqlcError } from '../../common/errors.ts';
import { SHIELDED } from '../../planner/duckdb-dialect/casts.ts';
import { RAISED } from '../../planner/duckdb-dialect/raise.ts';

export function duckdbError(cause: unknown): SqlcError {
  if (cause instanceof SqlcError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const refusedText = message.match(new RegExp(`${RAISED}exec/date-conversion:(\\w+) ([\\s\\S]*?)", expected format`));
  if (refusedText !== null) {
    const [, type = '', value = ''] = refusedText;
    return error('exec/date-conversion', { value: `'${value}'`, type });
  }
  const raised = message.match(new RegExp(`${RAISED}([a-z/-]+)(?::([^\\s"]+))?`));
  const refused = message.match(new RegExp(`${RAISED}service/document:(\\S+) ([^\\n]*)`));
  if (refused !== null) return error('service/document', { code: refused[1] ?? '', detail: refused[2] ?? '' });
  if (raised !== null) return raisedError(raised[1] ?? '', (raised[2] ?? '').replace(/'$/, ''));
  const [first = ''] = message.split('\n');
  const undefinedResult = first.match(
    /cannot take (square root|logarithm) of [a-z ]+|(ACOS|ASIN)[^.]*undefined outside \[-1,1\]/i,
  );
  if (undefinedResult !== null) return error('exec/floating-point', { detail: detailOf(undefinedResult[0]) });
  const pattern = first.match(REFUSED_PATTERN);
  if (pattern !== null) return error('exec/regexp', { detail: pattern[1] ?? '' });
  const shown = vectorError(first) ?? conversionError(first) ?? overflowError(first);
  if (shown !== undefined) return shown;
  if (/nextval: reached (max|min)imum value/i.test(message)) return error('sequence/exhausted', {});
  if (/More than one row returned by a subquery/i.test(message)) return error('exec/scalar-rows', {});
  if (/^Out of Memory Error/.test(first)) return error('exec/out-of-memory', { detail: detailOf(first) });
  if (/No space left/i.test(message)) return error('exec/disk-full', { path: 'the temporary folder' });
  if (/^INTERRUPT/i.test(first)) return error('exec/cancelled', {});
  return error('exec/engine', { detail: detailOf(first) }, { cause });
}

/** What RE2 says of a pattern. */
const REFUSED_PATTERN =
  /^Invalid Input Error: (?:Pattern failed to parse, error: ')?((?:missing [\])]|unexpected \)|no argument for repetition|bad repetition|invalid (?:escape|character class|perl operator|repetition|named capture)|trailing \\|duplicate capture|pattern too large)[^:]*)/i;

/** Text that is no value of its type, quoted as the user wrote it. */
function conversionError(first: string): SqlcError | undefined {
  const found =
    first.match(/Could not convert (?:string )?(['"])(?<value>[\s\S]*)\1 to (?<type>[A-Z0-9_]+(?:\(\d+,\d+\))?)/i) ??
    first.match(/(?<type>date|time|timestamp) field value out of range: "(?<value>[^"]*)"/i) ??
    first.match(/invalid (?<type>date|time|timestamp) field format: "(?<value>[^"]*)"/i);
  const { value, type } = found?.groups ?? {};
  if (value === undefined || type === undefined) return undefined;
  const name = sqlName(type);
  const params = { value: `'${unshielded(value)}'`, type: name };
  if (/^(date|time)/.test(name)) return error('exec/date-conversion', params);
  return error(INEXACT.test(name) ? 'exec/number-conversion' : 'exec/conversion', params);
}

/** Types whose refused texts have a number of their own. */
const INEXACT = /^(decimal|float|real)/;

/** A text that is no vector, or one of other dimensions. */
function vectorError(first: string): SqlcError | undefined {
  const [, value, dimensions] = first.match(/with value '([\s\S]*)' can't be cast .* type FLOAT\[(\d+)\]/) ?? [];
  return value === undefined
    ? undefined
    : error('exec/number-conversion', { value: `'${value}'`, type: `vector(${dimensions})` });
}

/** A number that its type does not hold. */
function overflowError(first: string): SqlcError | undefined {
  const cast =
    first.match(/Type \w+ with value (?<value>\S+) can't be cast .* destination type (?<type>\w+)/) ??
    first.match(/Casting value "(?<value>[^"]*)" to type (?<type>\w+(?:\(\d+,\d+\))?) failed/) ??
    first.match(/[Ff]ailed to cast decimal value (?<value>\S+) to type (?<type>\w+)/);
  const sum = first.match(/Overflow in \w+ of (?<type>\w+) \((?<value>[^)]*)\)/i);
  const { value, type } = cast?.groups ?? sum?.groups ?? {};
  if (value !== undefined && type !== undefined)
    return error('exec/overflow', { detail: `${value} does not fit ${sqlName(type)}` });
  return /^(Conversion|Out of Range) Error|overflow/i.test(first)
    ? error('exec/overflow', { detail: detailOf(first) })
    : undefined;
}

function raisedError(code: string, detail: string): SqlcError {
  switch (code) {
    case 'exec/length':
      return error(code, { name: detail.toUpperCase() });
    case 'exec/overflow':
      return error(code, { detail: `a number does not fit ${detail}` });
    case 'exec/date-overflow':
    case 'exec/date-range':
    case 'exec/date-parts':
      return error(code, { type: detail });
    case 'exec/argument-range': {
      const [name = '', argument = '', least = '', found = ''] = detail.split(':');
      const expected = argument === 'return_option' ? '0 or 1' : `${least} or more`;
      return error(code, { name, argument, found, expected });
    }
    case 'exec/bit-offset': {
      const [name = '', found = '', last = ''] = detail.split(':');
      return error(code, { name, found, last });
    }
    case 'exec/bit-value':
    case 'exec/unistr':
      return error(code, { found: decodeURIComponent(detail) });
    case 'exec/regexp-flags':
      return error(code, { flags: decodeURIComponent(detail) });
    case 'exec/recursion':
      return error(code, { limit: detail });
    case 'storage/too-long':
      return error(code, { column: decodeURIComponent(detail) });
    case 'exec/truncated': {
      const [table = '', column = '', value = ''] = detail.split(':').map(decodeURIComponent);
      return error(code, { table, column, value });
    }
    case 'exec/json':
    case 'exec/json-path':
    case 'exec/json-scalar':
    case 'exec/json-fragment':
    case 'exec/json-long':
    case 'exec/json-key':
    case 'exec/series-step':
    case 'exec/divide-by-zero':
    case 'exec/date-difference':
    case 'exec/bucket-width':
    case 'exec/translate':
    case 'exec/encoding':
      return error(code, {});
    default:
      return error('exec/engine', { detail: `${code} ${detail}` });
  }
}

/** Characters that the dialect moved out of DuckDB's way, back as the user wrote them. */
function unshielded(text: string): string {
  const to = [...SHIELDED.to];
  return [...text].map((c) => (to.includes(c) ? (SHIELDED.from[to.indexOf(c)] ?? c) : c)).join('');
}

const NAMES: Readonly<Record<string, string>> = {
  INT8: 'tinyint',
  INT16: 'smallint',
  INT32: 'int',
  INT64: 'bigint',
  UINT8: 'tinyint',
  DOUBLE: 'float',
  FLOAT: 'real',
  BOOL: 'bit',
  // DuckDB names a UUID by what it is stored as, and we read a bit as this decimal (duckdb-dialect/casts.ts).
  INT128: 'uniqueidentifier',
  'DECIMAL(37,0)': 'bit',
  TIMESTAMP: 'datetime2',
  DATE: 'date',
  TIME: 'time',
};

function sqlName(duckdb: string): string {
  const bare = duckdb.replace(/[^A-Z0-9_(),]+$/i, '');
  return NAMES[bare.toUpperCase()] ?? bare.toLowerCase();
}

function detailOf(first: string): string {
  const text = first.replace(/^[A-Za-z -]+ Error: /, '').trim();
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/[.!]+$/, '');
}
