// sqllogictest files as tests: each record becomes one, named by its line.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rewritten, type SltFile, type SltRecord } from './slt-file.ts';
import { type Backend, SltSession } from './slt-record.ts';

export interface ReplayOptions {
  /** Shown in the names of the tests. */
  readonly mode: string;
  /** What the backend is called in `skipif` and `onlyif`. */
  readonly names: Backend['names'];
  readonly open: () => Promise<Backend>;
  /** Writes what the queries answered into the file in place of checking it. */
  readonly rewrite: boolean;
}

/** Makes a test of every record of a file, in one session of a backend. */
export function replaySlt(file: SltFile, name: string, { mode, names, open, rewrite }: ReplayOptions): void {
  describe(`${name} (${mode})`, () => {
    let session: SltSession | undefined;
    beforeAll(async () => {
      session = new SltSession(await open(), true);
    });
    afterAll(async () => {
      await session?.backend.close();
      if (rewrite && session !== undefined) writeFileSync(file.path, rewritten(file, session.answered));
    });
    const end = file.records.findIndex((record) => record.kind === 'halt' && record.runsOn(names));
    for (const record of file.records.slice(0, end < 0 ? undefined : end)) {
      const title = `${name}:${record.line}: ${titleOf(record)}`;
      test.skipIf(!record.runsOn(names))(title, async () => {
        if (session === undefined) throw new Error('the backend is not open');
        const compared = await session.run(record);
        if (rewrite && record.kind === 'query') return;
        for (const { expected, found } of compared) expect(found).toEqual(expected);
      });
    }
  });
}

export function titleOf(record: SltRecord): string {
  if (!('sql' in record)) return record.kind;
  const sql = record.sql.replaceAll(/\s+/g, ' ').trim();
  return sql.length > 100 ? `${sql.slice(0, 100)}…` : sql;
}
