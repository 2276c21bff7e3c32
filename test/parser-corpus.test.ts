// The dialect corpus: real statements that are read or refused cleanly, never with a crash and never slowly.
// How many are read is a report, printed and not asserted, since most of the dialect is still to come.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InternalError, SqlcError } from '../src/common/errors.ts';
import { parse } from '../src/parser/parse.ts';

interface Sample {
  readonly id: string;
  readonly sql: string;
  readonly kind: string;
  readonly scope?: string;
  readonly error_offset?: number;
}

const folder = new URL('../../shared/corpus/dialect/', import.meta.url);
const present = existsSync(folder);
const LIMIT_MS = 1000;

function samples(name: string): Sample[] {
  if (!present) return [];
  const lines = readFileSync(new URL(name, folder), 'utf8').trim().split('\n');
  return lines.map((line): Sample => JSON.parse(line));
}

/** The error of a statement, or undefined when it parses; anything but a user's error is thrown. */
function refusal(sql: string): SqlcError | undefined {
  try {
    parse(sql);
    return undefined;
  } catch (found) {
    if (!(found instanceof SqlcError) || found instanceof InternalError) throw found;
    return found;
  }
}

const OURS = /^\s*(?:CREAT\w*|DRO?P)\s+(?:EXTE?R?NAL\s+(?:DATAS?|FILEF?|TABLE)\b|DATABASE\s+SCOPED)/i;

describe.skipIf(!present)(`dialect corpus${present ? '' : ' (skipped: ../shared is not here)'}`, () => {
  const accepted = samples('accept.jsonl');
  const rejected = samples('reject.jsonl');

  test('every statement parses or is refused with an error of the catalogue, within a second', () => {
    for (const { id, sql } of [...accepted, ...rejected]) {
      const start = performance.now();
      expect(() => refusal(sql), id).not.toThrow();
      expect(performance.now() - start, id).toBeLessThan(LIMIT_MS);
    }
  });

  test('prefixes of statements never crash', () => {
    for (const { id, sql } of accepted.filter((sample) => sample.sql.length < 400)) {
      for (let end = 0; end < sql.length; end += 7) expect(() => refusal(sql.slice(0, end)), id).not.toThrow();
    }
  });

  test('statements on external objects that the reference refuses are refused', () => {
    const ours = rejected.filter(({ sql }) => OURS.test(sql));
    expect(ours.length).toBeGreaterThan(50);
    expect(ours.filter(({ sql }) => refusal(sql) === undefined).map(({ sql }) => sql)).toEqual([]);
  });

  test('report', () => {
    const lines = ['core', 'extended', 'out'].map((scope) => {
      const all = accepted.filter((sample) => sample.scope === scope);
      const codes = all.map(({ sql }) => refusal(sql)?.code);
      const parsed = codes.filter((code) => code === undefined).length;
      const later = codes.filter((code) => code === 'not-supported').length;
      return `${scope}: ${parsed} of ${all.length} parse, ${later} not supported yet, ${all.length - parsed - later} syntax errors`;
    });
    const refused = rejected.filter(({ sql }) => refusal(sql) !== undefined);
    const near = refused.filter(
      ({ sql, error_offset: at = 0 }) => Math.abs((refusal(sql)?.span?.start ?? -99) - at) <= 16,
    );
    lines.push(
      `reject: ${refused.length} of ${rejected.length} refused, ${near.length} within 16 characters of the reference`,
    );
    console.log(lines.join('\n'));
  });
});
