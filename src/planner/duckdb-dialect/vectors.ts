// Distances and lengths of vectors: worked out in double precision, as they are floats to T-SQL.

import type { SqlType } from '../../arrow/sql-type.ts';
import type { OperatorExpr } from '../expression.ts';
import { bindOnce } from './bind-once.ts';
import { typed } from './literals.ts';
import type { Operators } from './spell.ts';

const distance =
  (fn: string) =>
  ([a, b]: readonly string[], { args }: OperatorExpr): string =>
    `${fn}(${doubles(`${a}`, args[0]?.type)}, ${doubles(`${b}`, args[1]?.type)})`;

const NORMS: Readonly<Record<string, (vector: string) => string>> = {
  norm1: (v) => `list_sum(${absolute(v)})`,
  norm2: (v) => `sqrt(list_sum(list_transform(${v}, lambda x: CAST(x AS DOUBLE) * CAST(x AS DOUBLE))))`,
  norminf: (v) => `list_max(${absolute(v)})`,
};

export const vectorOperators: Operators = {
  'vector-euclidean': distance('array_distance'),
  'vector-dot': distance('-array_inner_product'),
  // An angle to a vector of zeros is none: DuckDB says 2 or NaN.
  'vector-cosine': ([a, b], { args }) =>
    bindOnce([doubles(`${a}`, args[0]?.type), doubles(`${b}`, args[1]?.type)], ([x, y]) => {
      const isZero = [x, y].map((v) => `array_inner_product(${v}, ${v}) = 0`).join(' OR ');
      return `CASE WHEN ${isZero} THEN NULL ELSE array_cosine_distance(${x}, ${y}) END`;
    }),
  'vector-norm1': ([v]) => norm('norm1', `${v}`),
  'vector-norm2': ([v]) => norm('norm2', `${v}`),
  'vector-norminf': ([v]) => norm('norminf', `${v}`),
  'vector-normalize': ([v], { args: [, name], type }) =>
    bindOnce([`${v}`], ([x]) =>
      bindOnce(
        [norm(name?.kind === 'literal' ? String(name.value) : '', `${x}`)],
        ([length]) =>
          `CASE WHEN ${length} = 0 THEN ${x} ELSE ${typed(`list_transform(${x}, lambda e: CAST(e AS DOUBLE) / ${length})`, type)} END`,
      ),
    ),
};

function norm(name: string, vector: string): string {
  return bindOnce([vector], ([v]) => `CASE WHEN ${v} IS NOT NULL THEN ${NORMS[name]?.(`${v}`)} END`);
}

function absolute(vector: string): string {
  return `list_transform(${vector}, lambda x: abs(CAST(x AS DOUBLE)))`;
}

function doubles(sql: string, type: SqlType | undefined): string {
  return type?.kind === 'vector' ? `CAST(${sql} AS DOUBLE[${type.dimensions}])` : sql;
}
