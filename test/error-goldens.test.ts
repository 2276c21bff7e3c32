// Every code of the catalogue is met by a test with its message: in a golden (`error <code>`), in an .slt or a
// command-line case, or asserted in a test of its own. Here are also the messages that no golden can reach.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../src/common/catalogue.ts';
import { renderError, SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { Database } from '../src/exec/duckdb/database.ts';
import { duckdbError } from '../src/exec/duckdb/duckdb-error.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const sources = fileURLToPath(new URL('../src/', import.meta.url));

/** A bug's code: what raises it is broken, and then has a test of its own. */
const BUGS = ['internal'];

describe('the catalogue', () => {
  test('every code has a golden', () => {
    const met = codesMet();
    const missing = Object.keys(catalogue).filter((code) => !met.has(code) && !BUGS.includes(code));
    expect(missing).toEqual([]);
  });

  test('every code is thrown somewhere', () => {
    const text = textsUnder(sources, /\.ts$/)
      .filter(([name]) => !name.endsWith('catalogue.ts'))
      .map(([, content]) => content)
      .join('\n');
    // The dialect raises some from inside SQL: `raise('exec/length:left')`.
    const unused = Object.keys(catalogue).filter((code) => !new RegExp(`['\`]${code}[':]`).test(text));
    expect(unused.filter((code) => !BUGS.includes(code))).toEqual([]);
  });

  test.each(Object.entries(catalogue))(
    '%s is worded as messages are',
    (_, entry: { message: string; hint?: string }) => {
      const { message, hint } = entry;
      expect(message).not.toMatch(/\b(invalid|bad|failed to|unable)\b/i);
      expect(message).not.toMatch(/\.$/);
      expect(message.replace(/^"?\{\w+\}"?/, '')).not.toMatch(/^[A-Z][a-z]/);
      if (hint !== undefined) expect(hint).toMatch(/^[A-Z].*[.)]$|^did you mean/);
    },
  );
});

describe('messages no golden can reach', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlc-errors-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const messageOf = async (work: () => Promise<unknown>): Promise<string> => {
    try {
      await work();
    } catch (failure) {
      if (failure instanceof SqlcError) return renderError(failure).replaceAll(folder, 'FOLDER');
      throw failure;
    }
    throw new Error('no error');
  };
  const open = (database: string) => Engine.open({ database, env: {}, settings: { cache_dir: join(folder, 'cache') } });

  test('a database where a file stands', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await messageOf(() => open(join(folder, 'file')))).toBe(
      'error catalog/open: database "FOLDER/file" cannot be opened: EEXIST',
    );
  });

  test('a database that is none', async () => {
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'data.duckdb'), 'this is no database file, only text that is long enough');
    expect(await messageOf(() => open(join(folder, 'other')))).toMatch(
      /^error catalog\/open: database "FOLDER\/other" cannot be opened: /,
    );
  });

  test('a database of a newer sqlc', async () => {
    const path = join(folder, 'newer');
    await (await open(path)).close();
    const database = await Database.open({ folder: path, memoryLimitMb: 128, temporaryFolder: join(folder, 'tmp') });
    const connection = await database.connect();
    await connection.run('UPDATE sqlc.meta SET format_version = 99');
    connection.close();
    database.close();
    expect(await messageOf(() => open(path))).toBe(
      'error catalog/newer-format: database was written by a newer sqlc (format 99, this one reads up to 3)\n  hint: Upgrade sqlc.',
    );
  });

  test('a database of another collation', async () => {
    const path = join(folder, 'collated');
    const withCollation = (collation: string) =>
      Engine.open({ database: path, env: {}, settings: { cache_dir: join(folder, 'cache'), collation } });
    await (await withCollation('CI_AS')).close();
    const again = await open(path);
    const [row] = await (await again.query("SELECT 1 AS found WHERE 'a' = 'A'")).toArray();
    await again.close();
    expect(row).toEqual({ found: 1 });
    expect(await messageOf(() => withCollation('BIN2_UTF8'))).toBe(
      'error catalog/collation: the collation of this database is CI_AS, not BIN2_UTF8\n  hint: The setting "collation" is for a new database: leave it out, or copy the tables into a new one.',
    );
  });

  test('a row that is not what the table declares', async () => {
    mkdirSync(join(folder, 'rows'));
    writeFileSync(join(folder, 'rows', 'a.csv'), '1|x\ntwo|y\n');
    const engine = await Engine.open({ env: {}, settings: { cache_dir: join(folder, 'cache') } });
    try {
      await engine.execute(
        `CREATE EXTERNAL DATA SOURCE d WITH (TYPE = HADOOP, LOCATION = '${folder}');
         CREATE EXTERNAL FILE FORMAT f WITH (FORMAT_TYPE = DELIMITEDTEXT);
         CREATE EXTERNAL TABLE t (a int, b varchar(5)) WITH (LOCATION = 'rows', DATA_SOURCE = d, FILE_FORMAT = f)`,
      );
      const failure = await messageOf(async () => (await engine.query('SELECT b FROM t')).toArray());
      expect(failure).toBe(
        'error storage/rejected-row (7320): file "FOLDER/rows/a.csv", row 2: column "a" is \'two\', expected int',
      );
    } finally {
      await engine.close();
    }
  });

  test('memory and disk run out', () => {
    const memory = new Error(
      'Out of Memory Error: could not allocate block of size 256.0 KiB (95.3 MiB/95.3 MiB used)',
    );
    expect(renderError(duckdbError(memory))).toBe(
      [
        'error exec/out-of-memory (701): the statement needs more memory than memory_limit_mb allows: could not allocate block of size 256.0 KiB (95.3 MiB/95.3 MiB used)',
        '  hint: Raise memory_limit_mb, or select less.',
      ].join('\n'),
    );
    const disk = new Error('IO Error: Could not write file "tmp/x": No space left on device');
    expect(renderError(duckdbError(disk))).toBe('error exec/disk-full: no space left in "the temporary folder"');
  });

  test('a result is read once, a closed engine not at all', async () => {
    const engine = await Engine.open({ env: {}, settings: { cache_dir: join(folder, 'cache') } });
    const result = await engine.query('SELECT 1 AS a');
    await result.toArray();
    expect(await messageOf(() => result.toArray())).toBe(
      'error exec/result-consumed: the batches of this result have been read already',
    );
    await engine.close();
    expect(await messageOf(() => engine.query('SELECT 1'))).toBe('error exec/closed: the engine is closed');
  });
});

/** `error <code>` in what is shown, `'<code>'` where a test compares it. */
function codesMet(): Set<string> {
  const met = new Set<string>();
  for (const [name, text] of textsUnder(here, /\.(test|test\.ts|slt|out|err)$/)) {
    if (name === 'error-goldens.test.ts') continue;
    for (const [, code = ''] of text.matchAll(/\berror ([a-z-]+(?:\/[a-z-]+)?)/g)) met.add(code);
    if (name.endsWith('.ts'))
      for (const [, code = ''] of text.matchAll(/['^`]([a-z-]+\\?\/[a-z-]+)(?:'|: )/g)) met.add(code.replace('\\', ''));
  }
  for (const [, code = ''] of readFileSync(join(here, 'error-goldens.test.ts'), 'utf8').matchAll(
    /'error ([a-z-]+\/[a-z-]+)/g,
  ))
    met.add(code);
  return met;
}

function textsUnder(folder: string, pattern: RegExp): (readonly [name: string, text: string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
}
