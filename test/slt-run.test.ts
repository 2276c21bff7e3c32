// `npm run slt` on a file as public corpora write them: one value a line, three decimals, hashes, engines by name.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runSlt } from './support/slt-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlc-slt-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function replayed(name: string, text: string): Promise<{ status: number; lines: string[] }> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const lines: string[] = [];
  const status = await runSlt([path], (line) => lines.push(line.replaceAll(folder, '')));
  return { status, lines };
}

const CORPUS = `hash-threshold 8

statement ok
CREATE TABLE t1(a INTEGER, b INTEGER)

statement ok
INSERT INTO t1(a,b) VALUES(1,10)

statement ok
INSERT INTO t1(a,b) VALUES(3,30), (2,NULL)

query II rowsort label-1
SELECT a, b FROM t1
----
1
10
2
NULL
3
30

query II rowsort label-1
SELECT a, b FROM t1 WHERE a > 0
----
1
10
2
NULL
3
30

query IR valuesort
SELECT a, a / 4.0 FROM t1
----
0.250
0.500
0.750
1
2
3

query II nosort
SELECT x.a, y.a FROM t1 x, t1 y ORDER BY x.a, y.a
----
18 values hashing to 7e7642b0bc7cd4b2d67b783aa1ae743f

onlyif mssql
query T
SELECT 'a' + 'b'
----
ab

skipif mssql
query T
SELECT 'a' || 'c'
----
wrong

onlyif sqlite # only there
statement ok
PRAGMA nothing

statement error
SELECT nothing FROM t1

onlyif mysql
halt

query I
SELECT COUNT(*) FROM t1
----
3

halt

query I
SELECT 1
----
2
`;

describe('npm run slt', () => {
  test('replays a public corpus up to its halt', async () => {
    const { status, lines } = await replayed('corpus.test', CORPUS);
    expect(lines).toEqual(['/corpus.test: 10 passed, 0 failed, 3 skipped', '10 passed, 0 failed, 3 skipped']);
    expect(status).toBe(0);
  });

  test('reports what differs, with its place', async () => {
    const { status, lines } = await replayed(
      'wrong.test',
      'query I nosort\nSELECT 1\n----\n2\n\nstatement ok\nSELECT\n',
    );
    expect(lines.slice(0, 1)).toEqual(['/wrong.test:1: SELECT 1\n  expected ["2"]\n  found    ["1"]\n']);
    expect(lines.slice(-1)).toEqual(['0 passed, 2 failed, 0 skipped']);
    expect(status).toBe(1);
  });

  test('needs a file', async () => {
    expect(await runSlt([], () => {})).toBe(2);
  });
});
