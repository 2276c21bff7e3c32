// The dialect corpus: real statements that are read or refused cleanly, never with a crash and never slowly.
// It lies beside the repository, or in the folder that SQLC_SHARED names.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { InternalError, SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { parse } from '../src/parser/parse.ts';

interface Sample {
  readonly id: string;
  readonly sql: string;
  readonly kind: string;
  readonly scope?: string;
  readonly error_offset?: number;
}

const shared = process.env.SQLC_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));
const folder = join(shared, 'corpus', 'dialect');
const present = existsSync(folder);
const LIMIT_MS = 1000;
/** A sample that its source cut off: it ends before its query. */
const CUT_OFF = 'docs-19193e9a49';

function samples(name: string): Sample[] {
  if (!present) return [];
  const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n');
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

/** Tokens from one place of a text to another, as far as they can be told where a string may be open. */
function tokensBetween(text: string, one: number, other: number): number {
  const between = text.slice(Math.min(one, other), Math.max(one, other));
  return between.match(/'(?:[^']|'')*'?|\[[^\]]*\]|[\w@#$]+|[^\s\w]/g)?.length ?? 0;
}

function percent(part: number, whole: number): string {
  return `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
}

describe.skipIf(!present)(`dialect corpus${present ? '' : ' (skipped: ../shared is not here)'}`, () => {
  const accepted = samples('accept.jsonl');
  const rejected = samples('reject.jsonl');

  test('every statement parses or is refused with an error of the catalogue, within a second', () => {
    parse('SELECT 1; PRINT 1'); // builds both parsers
    for (const { id, sql } of [...accepted, ...rejected]) {
      const start = performance.now();
      expect(() => refusal(sql), id).not.toThrow();
      expect(performance.now() - start, id).toBeLessThan(LIMIT_MS);
    }
  });

  test('prefixes of statements never crash', () => {
    for (const { id, sql } of accepted.filter((sample) => sample.sql.length < 400)) {
      for (let end = 0; end < sql.length; end += 29) expect(() => refusal(sql.slice(0, end)), id).not.toThrow();
    }
  });

  test.each([
    ['core', 1],
    ['extended', 0.95],
  ])('of %s at least this share parses: %d', (scope, least) => {
    const all = accepted.filter((sample) => sample.scope === scope && sample.id !== CUT_OFF);
    const failed = all.flatMap(({ id, sql }) => refusal(sql)?.message.replace(/^/, `${id}: `) ?? []);
    console.log(`${scope}: ${percent(all.length - failed.length, all.length)} parse`);
    expect((all.length - failed.length) / all.length, failed.join('\n')).toBeGreaterThanOrEqual(least);
  });

  test('what is out of the language is refused when it is parsed or bound', async () => {
    const all = accepted.filter((sample) => sample.scope === 'out');
    const engine = await Engine.open();
    try {
      for (const { id, sql } of all) {
        const failure = refusal(sql) ?? (await engine.execute(sql).catch((found: unknown) => found));
        expect(failure, id).toBeInstanceOf(SqlcError);
        expect(failure, id).not.toBeInstanceOf(InternalError);
      }
    } finally {
      await engine.close();
    }
    const parsed = all.filter(({ sql }) => refusal(sql) === undefined);
    console.log(`out: ${percent(all.length, all.length)} refused, ${parsed.length} of them by the binder`);
  });

  test('what the reference parser refuses is refused by parse alone, and near the same place', () => {
    const accepts = rejected.filter(({ sql }) => refusal(sql) === undefined);
    expect(accepts.map(({ sql }) => sql)).toEqual([]);
    const near = rejected.filter(
      ({ sql, error_offset: at = 0 }) => tokensBetween(sql, refusal(sql)?.span?.start ?? sql.length, at) <= 1,
    );
    console.log(
      `reject: ${percent(rejected.length, rejected.length)} refused, ${percent(near.length, rejected.length)} within a token`,
    );
    expect(near.length / rejected.length).toBeGreaterThanOrEqual(0.9);
  });
});
