// Decimals over Parquet: narrow where the files' statistics prove that 18 digits hold them, exact where they do not.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { Bounds } from '../src/arrow/bounds.ts';
import { decimal, INT } from '../src/arrow/sql-type.ts';
import type { ExternalTable } from '../src/catalog/definitions.ts';
import { Engine } from '../src/index.ts';
import { type Column, column, type Expr, operator } from '../src/planner/expression.ts';
import { narrowDecimals } from '../src/planner/narrow-decimals.ts';
import { columnsOf, type LogicalPlan } from '../src/planner/plan.ts';

const PRICE: Column = { id: 1, name: 'price', type: decimal(15, 2) };
const SHARE: Column = { id: 2, name: 'share', type: decimal(16, 2) };
const table = { kind: 'external', schema: 'dbo', name: 't', columns: [] } as unknown as ExternalTable; // only its identity counts
const scan: LogicalPlan = {
  kind: 'scan',
  table,
  columns: [
    { ...PRICE, source: 'price' },
    { ...SHARE, source: 'share' },
  ],
};
const product = operator('*', [column(PRICE), column(SHARE)], decimal(32, 4));

function total(expr: Expr): LogicalPlan {
  const sum = {
    kind: 'aggregate',
    fn: 'sum',
    args: [expr],
    distinct: false,
    orderBy: [],
    type: decimal(38, 4),
  } as const;
  return { kind: 'aggregate', child: scan, groups: [], aggregates: [{ id: 9, name: '', type: sum.type, expr: sum }] };
}

function argumentType(plan: LogicalPlan) {
  return plan.kind === 'aggregate' ? plan.aggregates[0]?.expr.args[0]?.type : undefined;
}

const within = (bounds: Record<string, Bounds>) => (_: unknown, name: string) => bounds[name];
const upTo = (high: bigint): Bounds => ({ low: -high, high });

test('a product that fits 18 digits is narrow, the sum over it is as it was', () => {
  const plan = narrowDecimals(total(product), within({ price: upTo(10n ** 9n), share: upTo(10n ** 9n - 1n) }));
  expect(argumentType(plan)).toEqual(decimal(18, 4));
  expect(columnsOf(plan)).toEqual([{ id: 9, name: '', type: decimal(38, 4), expr: expect.anything() }]);
});

test('one that may have 19 digits, or of which a side is not known, stays', () => {
  const plan = total(product);
  expect(narrowDecimals(plan, within({ price: upTo(10n ** 9n), share: upTo(10n ** 9n) }))).toBe(plan);
  expect(narrowDecimals(plan, within({ price: upTo(10n) }))).toBe(plan);
});

test('a product that gives up places rounds as it did', () => {
  const rounded = total(operator('*', [column(PRICE), column(SHARE)], decimal(38, 3)));
  expect(narrowDecimals(rounded, within({ price: upTo(10n), share: upTo(10n) }))).toBe(rounded);
});

test('more than 18 places are no 18 digits', () => {
  const tiny: Expr = { kind: 'cast', operand: column(PRICE), type: decimal(38, 20), onError: 'fail' };
  const plan = total(tiny);
  expect(narrowDecimals(plan, within({ price: upTo(0n) }))).toBe(plan);
});

test('what leaves the query, and what is no arithmetic, has the type it was bound with', () => {
  const narrow = within({ price: upTo(10n), share: upTo(10n) });
  const project: LogicalPlan = {
    kind: 'project',
    child: scan,
    columns: [{ id: 3, name: 'p', type: product.type, expr: product }],
  };
  expect(columnsOf(narrowDecimals(project, narrow)).map((c) => c.type)).toEqual([decimal(32, 4)]);
  const length = operator('len', [column({ id: 3, name: 'p', type: product.type })], INT);
  const above: LogicalPlan = {
    kind: 'project',
    child: project,
    columns: [{ id: 4, name: '', type: INT, expr: length }],
  };
  const [{ expr } = { expr: undefined }] = (narrowDecimals(above, narrow) as typeof above).columns;
  expect(expr).toMatchObject({ op: 'len', args: [{ kind: 'cast', type: decimal(32, 4) }] });
});

test('what comes of two short decimals may be long', async () => {
  const engine = await Engine.open({ env: {} });
  const result =
    await engine.query(`SELECT a * b AS product, c + c AS total, -c - c AS difference, c / d AS ratio, AVG(c) OVER () AS mean
    FROM (SELECT CAST(9999999999999.99 AS decimal(15, 2)) AS a, CAST(9999999999999.99 AS decimal(16, 2)) AS b,
      CAST(9999999999999999.99 AS decimal(18, 2)) AS c, CAST(2 AS decimal(3, 2)) AS d) AS t`);
  expect(await result.toArray()).toEqual([
    {
      product: '99999999999999800000000000.0001',
      total: '19999999999999999.98',
      difference: '-19999999999999999.98',
      ratio: '4999999999999999.995000',
      mean: '9999999999999999.990000',
    },
  ]);
  await engine.close();
});

test('answers are exact at either side of the limit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlc-test-'));
  const engine = await Engine.open({ env: {}, settings: { cache_dir: join(folder, 'cache') } });
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const duckdb = await instance.connect();
    const file = (name: string, high: string) =>
      duckdb.run(`COPY (SELECT unnest([${high}, -1.25, NULL])::DECIMAL(15,2) AS price, unnest([${high}, 2.50, 1])::DECIMAL(16,2) AS share,
        unnest([3, 4, 5])::INTEGER AS n) TO '${join(folder, name)}' (FORMAT parquet)`);
    await file('small.parquet', '0.10');
    await file('large.parquet', '9999999999999.99');
    duckdb.closeSync();
    await engine.execute(`CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = '${folder}');
      CREATE EXTERNAL FILE FORMAT parquet WITH (FORMAT_TYPE = PARQUET);`);
    const found: Record<string, unknown> = {};
    for (const name of ['small', 'large']) {
      await engine.execute(`CREATE EXTERNAL TABLE ${name} (price decimal(15, 2), share decimal(16, 2), n int)
        WITH (LOCATION = '${name}.parquet', DATA_SOURCE = here, FILE_FORMAT = parquet)`);
      const result = await engine.query(`SELECT SUM(price * share) AS product, SUM(price * (1 - share)) AS difference,
        SUM(price * n) AS times, AVG(price) AS mean, MAX(price * share) AS most,
        SUM(CASE WHEN n = 4 THEN price * share ELSE 0 END) AS chosen,
        SUM(price) / SUM(share) AS ratio FROM ${name}`);
      found[name] = (await result.toArray())[0];
    }
    expect(found).toEqual({
      small: {
        product: '-3.1150',
        difference: '1.9650',
        times: '-4.70',
        mean: '-0.575000',
        most: '0.0100',
        chosen: '-3.1250',
        ratio: '-0.319444',
      },
      large: {
        product: '99999999999999799999999996.8751',
        difference: '-99999999999989799999999998.1351',
        times: '29999999999994.97',
        mean: '4999999999999.370000',
        most: '99999999999999800000000000.0001',
        chosen: '-3.1250',
        ratio: '0.999999',
      },
    });
  } finally {
    await engine.close();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
});
