// How large and how deep statements may be, through parsing, planning and running.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlcError } from '../src/common/errors.ts';
import { Engine } from '../src/engine/engine.ts';
import { parse } from '../src/parser/parse.ts';

const TIMEOUT_MS = 120_000;
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.open({ env: {} });
  await engine.execute("CREATE TABLE t (a int, b nvarchar(50)); INSERT INTO t VALUES (1, N'x'), (2, N'y')");
});
afterAll(() => engine.close());

async function answer(sql: string): Promise<unknown[]> {
  return (await engine.query(sql)).toArray();
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

describe('250 levels', () => {
  const nested: Record<string, { readonly sql: (n: number) => string; readonly rows: (n: number) => object[] }> = {
    parentheses: { sql: (n) => `SELECT ${'(1 + '.repeat(n)}1${')'.repeat(n)} AS a`, rows: (n) => [{ a: n + 1 }] },
    CASE: {
      sql: (n) => `SELECT ${'CASE WHEN a = 3 THEN 1 ELSE '.repeat(n)}a${' END'.repeat(n)} AS a FROM t ORDER BY 1`,
      rows: () => [{ a: 1 }, { a: 2 }],
    },
    calls: {
      sql: (n) => `SELECT ${'ABS(1 + '.repeat(n)}a${')'.repeat(n)} AS a FROM t WHERE a = 1`,
      rows: (n) => [{ a: n + 1 }],
    },
    subqueries: { sql: (n) => `SELECT ${'1 + (SELECT '.repeat(n)}1${')'.repeat(n)} AS a`, rows: (n) => [{ a: n + 1 }] },
    'subqueries over tables': {
      sql: (n) => `${'SELECT MAX(a) AS a FROM t WHERE a >= ('.repeat(n)}SELECT 1${')'.repeat(n)}`,
      rows: () => [{ a: 2 }],
    },
    'IN and EXISTS': {
      sql: (n) =>
        `${'SELECT a FROM t WHERE a = 1 AND a IN (SELECT a FROM t WHERE EXISTS ('.repeat(Math.ceil(n / 2))}SELECT a FROM t${'))'.repeat(Math.ceil(n / 2))}`,
      rows: () => [{ a: 1 }],
    },
    'derived tables': {
      sql: (n) => `SELECT a FROM ${'(SELECT a, b FROM '.repeat(n)}t${') AS x'.repeat(n)} ORDER BY a`,
      rows: () => [{ a: 1 }, { a: 2 }],
    },
  };
  test.each(Object.entries(nested))(
    'of %s work, one more is refused',
    async (_, { sql, rows }) => {
      expect(await answer(sql(250))).toEqual(rows(250));
      await expect(answer(sql(251))).rejects.toMatchObject({ code: 'syntax/too-deep' });
    },
    TIMEOUT_MS,
  );
});

test(
  'fifteen levels of correlated subqueries, deeper is refused',
  async () => {
    const nested = (n: number, level = 1): string =>
      level > n
        ? `SELECT MAX(a) FROM t WHERE a = t${n}.a`
        : `SELECT MAX(a) FROM t AS t${level} WHERE a = t${level - 1}.a AND a = (${nested(n, level + 1)})`;
    const sql = (n: number) => `SELECT a FROM t AS t0 WHERE a = (${nested(n - 1)}) ORDER BY a`;
    expect(await answer(sql(15))).toEqual([{ a: 1 }, { a: 2 }]);
    await expect(answer(sql(16))).rejects.toMatchObject({ code: 'bind/expression-too-deep' });
  },
  TIMEOUT_MS,
);

describe('long chains', () => {
  const flat: Record<string, readonly [sql: string, rows: object[]]> = {
    AND: [
      `SELECT a FROM t WHERE ${numbers(5000)
        .map((i) => `a <> ${i + 2}`)
        .join(' AND ')}`,
      [{ a: 1 }],
    ],
    OR: [
      `SELECT a FROM t WHERE ${numbers(5000)
        .map((i) => `a = ${i + 2}`)
        .join(' OR ')}`,
      [{ a: 2 }],
    ],
    '+': [`SELECT ${Array(5000).fill('a').join(' + ')} AS a FROM t ORDER BY 1`, [{ a: 5000 }, { a: 10_000 }]],
    '+ of texts': [`SELECT LEN(${Array(5000).fill('b').join(' + ')}) AS n FROM t WHERE a = 1`, [{ n: 5000n }]],
    'UNION ALL': [
      `SELECT COUNT(*) AS n FROM (${Array(5000).fill('SELECT a FROM t').join(' UNION ALL ')}) AS u`,
      [{ n: 10_000 }],
    ],
    IN: [
      `SELECT a FROM t WHERE a IN (${numbers(20_000)
        .map((i) => i + 2)
        .join(', ')})`,
      [{ a: 2 }],
    ],
  };
  test.each(Object.entries(flat))(
    'of %s',
    async (_, [sql, rows]) => {
      expect(await answer(sql)).toEqual(rows);
    },
    TIMEOUT_MS,
  );

  test(
    'what no stack holds is refused',
    async () => {
      const failure = await answer(`SELECT ${Array(20_000).fill('a').join(' * ')} AS a FROM t`).catch(
        (found: unknown) => found,
      );
      expect(failure).toBeInstanceOf(SqlcError);
      expect(failure).toMatchObject({ code: 'bind/expression-too-deep' });
    },
    TIMEOUT_MS,
  );
});

test(
  'a thousand columns',
  async () => {
    const rows = await answer(
      `SELECT ${numbers(1000)
        .map((i) => `a + ${i} AS c${i}`)
        .join(', ')} FROM t WHERE a = 1`,
    );
    expect(rows).toEqual([Object.fromEntries(numbers(1000).map((i) => [`c${i}`, i + 1]))]);
  },
  TIMEOUT_MS,
);

test(
  'a script of ten megabytes',
  async () => {
    const statements = numbers(60_000).map((i) => `SELECT ${i} AS n, '${'x'.repeat(150)}' AS text`);
    const script = statements.join(';\n');
    expect(script.length).toBeGreaterThan(10_000_000);
    expect(parse(script)).toHaveLength(60_000);
    expect(await answer(`SELECT LEN('${'x'.repeat(10_000_000)}') AS n`)).toEqual([{ n: 10_000_000 }]);
  },
  TIMEOUT_MS,
);
