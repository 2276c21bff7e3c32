// `sqlc` over blobs (a real Azurite) and Parquet: the main path from credential to cognitive call, and what a wrong
// key, a missing blob and a changed file look like. The secret is in nothing that is printed or written.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from './support/azurite.ts';
import { type Outcome, openWorkspace, type Workspace } from './support/cli.ts';

const REVIEWS = `id|country|review
1|FR|I love this wonderful hotel
2|FR|The room was dirty and the staff rude
3|DE|Das ist ein schönes Haus am See
4|FR|
`;

let azurite: Azurite;
let workspace: Workspace;
let outcomes: Outcome[];

beforeAll(async () => {
  azurite = await startAzurite();
  await azurite.putBlobs('lake', {
    'reviews/2020/a.csv': REVIEWS,
    'reviews/2020/_SUCCESS': 'no data',
    'reviews/b.csv': 'id|country|review\n5|FR|Absolutely terrible, never again\n',
    'bad/c.csv': 'id|country|review\n6|FR|fine\nseven|FR|fine\n',
  });
}, 30_000);
afterAll(() => azurite?.close());
beforeEach(async () => {
  workspace = await openWorkspace();
  outcomes = [];
});
afterEach(async () => {
  const root = join(workspace.path, '..');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
  const written = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  await workspace.close();
  for (const text of [...outcomes.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...written])
    expect(text).not.toContain(azurite.key);
});

async function run(script: string, args: readonly string[] = []): Promise<Outcome> {
  const outcome = await workspace.run(['run', '-', '--quiet', ...args], { input: script });
  outcomes.push(outcome);
  return outcome;
}

const credential = (secret = azurite.key) =>
  `CREATE DATABASE SCOPED CREDENTIAL lake_key WITH IDENTITY = 'user', SECRET = '${secret}';\n`;

const source = `CREATE EXTERNAL DATA SOURCE lake WITH (
  TYPE = HADOOP, LOCATION = 'wasbs://lake@devstoreaccount1.blob.core.windows.net', CREDENTIAL = lake_key, CONNECTION_OPTIONS = '@endpoint');
CREATE EXTERNAL FILE FORMAT pipes WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = '|', FIRST_ROW = 2));
`;

const table = (location = '/reviews') =>
  `${source.replace('@endpoint', `Endpoint=${azurite.endpoint}`)}CREATE EXTERNAL TABLE reviews (id int, country varchar(2), review nvarchar(4000))
  WITH (LOCATION = '${location}', DATA_SOURCE = lake, FILE_FORMAT = pipes);
`;

describe('external tables on blobs', () => {
  test('from the credential to the cognitive call', async () => {
    const query = `SELECT id, SENTIMENT(review) AS mood, DETECT_LANGUAGE(review) AS lang FROM reviews
      WHERE country = 'FR' ORDER BY id;`;
    expect(await run(credential() + table() + query)).toEqual({
      stdout: 'id,mood,lang\n1,positive,en\n2,negative,en\n4,,\n5,negative,en\n',
      stderr: '',
      status: 0,
    });
  });

  test('aggregates, and the file cache the next time', async () => {
    const query =
      'SELECT SENTIMENT(review) AS mood, COUNT(*) AS n FROM reviews GROUP BY SENTIMENT(review) ORDER BY n, mood;';
    const first = await run(credential() + table() + query);
    expect(first.stderr).toBe('');
    expect(first.stdout.split('\n').slice(0, -1).sort()).toEqual([
      ',1',
      'mood,n',
      'negative,2',
      'neutral,1',
      'positive,1',
    ]);
    expect(await run(credential() + table() + query)).toEqual(first);
  });

  test('SQLC_BLOB_ENDPOINT in place of CONNECTION_OPTIONS', async () => {
    const script = credential() + table().replace(/, CONNECTION_OPTIONS = '[^']*'/, '');
    const outcome = await workspace.run(['run', '-'], {
      input: `${script} SELECT COUNT(*) AS n FROM reviews`,
      env: { SQLC_BLOB_ENDPOINT: azurite.endpoint },
    });
    expect(outcome).toEqual({ stdout: 'n\n5\n', stderr: '', status: 0 });
  });

  test('a wrong key', async () => {
    const wrong = Buffer.alloc(64, 9).toString('base64');
    const { stdout, stderr, status } = await run(`${credential(wrong)}${table()}SELECT COUNT(*) AS n FROM reviews`);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toMatch(
      /^<stdin>:7:1: error storage\/access \(15883\): storage refused access to "[^"]*lake[^"]*" \(403 \w+\)\n {2}7 \| SELECT COUNT\(\*\) AS n FROM reviews\n {6}\^+\n/,
    );
    expect(stderr).not.toContain(wrong);
  });

  test('a secret that is no key', async () => {
    const { stdout, stderr, status } = await run(`${credential('hush!')}${table()}SELECT COUNT(*) AS n FROM reviews`);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toContain('error storage/credential (46506): credential "lake_key" cannot be used here: ');
    expect(stderr).not.toContain('hush!');
  });

  test('a secret is masked where an error shows its line', async () => {
    const { stderr } = await run(
      `CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'user', SECRET = '${azurite.key}', NONSENSE`,
    );
    expect(stderr).toContain('error syntax/');
    expect(stderr).not.toContain(azurite.key.slice(0, 20));
  });

  test('no such blob, no such container', async () => {
    const missing = await run(`${credential()}${table('/nothing/here')}SELECT COUNT(*) AS n FROM reviews`);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(
      /^<stdin>:7:1: error storage\/missing \(16561\): no file at "[^"]*nothing\/here[^"]*"\n/,
    );
    const container = table().replace('wasbs://lake@', 'wasbs://elsewhere@');
    const absent = await run(`${credential()}${container}SELECT COUNT(*) AS n FROM reviews`);
    expect(absent.status).toBe(1);
    expect(absent.stderr).toMatch(/^<stdin>:7:1: error storage\/missing \(16561\): no file at "[^"]*elsewhere[^"]*"\n/);
  });

  test('storage that is not there', async () => {
    const script = table().replace(azurite.endpoint, 'http://127.0.0.1:1/devstoreaccount1');
    const { stdout, stderr, status } = await run(`${credential()}${script}SELECT COUNT(*) AS n FROM reviews`);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toContain('<stdin>:7:1: error storage/unavailable: storage did not answer for ');
    expect(stderr.split('\n')).toHaveLength(4);
  });

  test('a malformed row names the blob, the row, the column and the value', async () => {
    const { stderr, status } = await run(`${credential()}${table('/bad')}SELECT COUNT(*) AS n FROM reviews`);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^<stdin>:7:1: error storage\/rejected-row \(7320\): file "[^"]*bad\/c.csv", row 3: column "id" is 'seven', expected int\n/,
    );
  });

  test('a persistent database keeps no secret', async () => {
    const { stdout, stderr, status } = await run(credential() + table(), ['--database', 'db']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    const [head, line, caret, hint] = stderr.split('\n');
    expect(head).toBe(
      '<stdin>:1:35: error catalog/master-key-needed (15581): a secret cannot be stored in a persistent database without a master key',
    );
    expect(line).toMatch(/^ {2}1 \| CREATE DATABASE SCOPED CREDENTIAL lake_key WITH IDENTITY = 'user', SECRET = '\*+/);
    expect(caret).toBe(`${' '.repeat(40)}^^^^^^^^`);
    expect(hint).toBe('  hint: Run without --database, where credentials live in memory only.');
  });

  test('explain of the whole path reads nothing', async () => {
    const script = `${credential()}${table()}SELECT SENTIMENT(review) AS mood FROM reviews`.replace(
      azurite.endpoint,
      'http://127.0.0.1:1/devstoreaccount1',
    );
    const outcome = await workspace.run(['explain', '-'], { input: script });
    outcomes.push(outcome);
    expect({ stderr: outcome.stderr, status: outcome.status }).toEqual({ stderr: '', status: 0 });
    expect(outcome.stdout).toContain('scan dbo.reviews');
  });
});

describe('Parquet', () => {
  const columns = (list: string) => `CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = '.');
CREATE EXTERNAL FILE FORMAT parquet WITH (FORMAT_TYPE = PARQUET);
CREATE EXTERNAL TABLE t (${list}) WITH (LOCATION = 'data', DATA_SOURCE = here, FILE_FORMAT = parquet);
`;

  beforeEach(async () => {
    await workspace.write({ 'data/_hidden': '' });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const write = (sql: string, name: string) =>
      connection.run(`COPY (${sql}) TO '${join(workspace.path, 'data', name)}' (FORMAT parquet)`);
    await write(
      "SELECT 1 AS id, 'one' AS \"Name\", 1.50::DECIMAL(9,2) AS price, DATE '2020-01-02' AS day",
      'a.parquet',
    );
    await write(
      "SELECT DATE '2020-01-03' AS day, 'two' AS \"Name\", NULL::DECIMAL(9,2) AS price, 2 AS id",
      'b.parquet',
    );
    connection.closeSync();
    instance.closeSync();
  });

  test('columns by name, in any order, without case', async () => {
    const script = columns('day date, ID bigint, name varchar(10), price decimal(9, 2)');
    expect(await run(`${script}SELECT * FROM t ORDER BY id`)).toEqual({
      stdout: 'day,ID,name,price\n2020-01-02,1,one,1.50\n2020-01-03,2,two,\n',
      stderr: '',
      status: 0,
    });
  });

  test('a column that is in no file', async () => {
    const { stdout, stderr, status } = await run(`${columns('id int, nam varchar(10)')}SELECT id FROM t`);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(
      stderr,
    ).toBe(`<stdin>:4:1: error storage/column-missing (207): column "nam" of "dbo.t" is in none of its files
  4 | SELECT id FROM t
      ^^^^^^^^^^^^^^^^
  hint: did you mean "Name"?
`);
  });

  test('a type that does not go with the declared one', async () => {
    const { stderr, status } = await run(`${columns('id int, day int')}SELECT id FROM t`);
    expect(status).toBe(1);
    expect(stderr).toContain('<stdin>:4:1: error storage/format: ');
    expect(stderr).toContain('column "day" holds date, declared int\n');
  });

  test('a value that does not fit the declared type', async () => {
    const { stdout, stderr, status } = await run(`${columns('id int, name varchar(2)')}SELECT id, name FROM t`);
    expect({ stdout: stdout.split('\n')[1] ?? '', status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toContain(
      '<stdin>:4:1: error storage/too-long (8152): a value of column "name" is longer than the column is declared\n',
    );
  });
});
