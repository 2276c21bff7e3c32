// DuckDB's messages -> our catalogue. Our own errors raised inside SQL come back by their code.

import { catalogue, type ErrorCode } from '../../common/catalogue.ts';
import { error, SqlcError } from '../../common/errors.ts';
import { RAISED, SHIELDED } from '../../planner/duckdb-dialect.ts';

export function duckdbError(cause: unknown): SqlcError {
  if (cause instanceof SqlcError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const raised = message.match(new RegExp(`${RAISED}([a-z/-]+)(?::([^\\s]+))?`));
  const refused = message.match(new RegExp(`${RAISED}service/document:(\\S+) ([^\\n]*)`));
  if (refused !== null) return error('service/document', { code: refused[1] ?? '', detail: refused[2] ?? '' });
  if (raised !== null) return raisedError(raised[1] ?? '', raised[2] ?? '');
  const [first = ''] = message.split('\n');
  const conversion =
    first.match(/Could not convert (?:string )?'([\s\S]*)' to (\S+)/i) ??
    first.match(/(?:invalid \w+ field format: |Failed to cast value: .*)"([^"]*)"/i);
  if (conversion !== null) {
    return error('exec/conversion', {
      value: `'${unshielded(conversion[1] ?? '')}'`,
      type: sqlName(conversion[2] ?? typeIn(first)),
    });
  }
  if (/^Conversion Error/.test(first)) return error('exec/overflow', { detail: detailOf(first) });
  if (/^Out of Range Error|overflow/i.test(first)) return error('exec/overflow', { detail: detailOf(first) });
  if (/More than one row returned by a subquery/i.test(message)) return error('exec/scalar-rows', {});
  if (/^Out of Memory Error/.test(first)) return error('exec/out-of-memory', { detail: detailOf(first) });
  if (/No space left/i.test(message)) return error('exec/disk-full', { path: 'the temporary folder' });
  if (/^INTERRUPT/i.test(first)) return error('exec/cancelled', {});
  return error('exec/engine', { detail: detailOf(first) }, { cause });
}

function raisedError(code: string, detail: string): SqlcError {
  const known = code in catalogue ? (code as ErrorCode) : 'exec/engine'; // checked by `in`
  if (known === 'exec/length') return error(known, { name: detail.toUpperCase() });
  if (known === 'exec/divide-by-zero') return error(known, {});
  return error('exec/engine', { detail: `${code} ${detail}` });
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
  UUID: 'uniqueidentifier',
  TIMESTAMP: 'datetime2',
  DATE: 'date',
  TIME: 'time',
};

function sqlName(duckdb: string): string {
  const bare = duckdb.replace(/[^A-Z0-9_(),]+$/i, '');
  return NAMES[bare.toUpperCase()] ?? bare.toLowerCase();
}

function typeIn(message: string): string {
  return message.match(/\b(date|timestamp|time|uuid)\b/i)?.[1]?.toUpperCase() ?? 'its type';
}

function detailOf(first: string): string {
  const text = first.replace(/^[A-Za-z -]+ Error: /, '').trim();
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/[.!]+$/, '');
}
