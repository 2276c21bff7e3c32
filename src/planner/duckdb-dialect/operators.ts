// DuckDB's spelling of our operators and functions, T-SQL's meaning where DuckDB's differs (3-dialect sections 0, 4).
// What is DuckDB's stands in this folder: a second engine would be a second one like it.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { invariant } from '../../common/errors.ts';
import type { OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
import { arithmeticOperators } from './arithmetic.ts';
import { bitOperators } from './bits.ts';
import { collated } from './collations.ts';
import { dateOperators } from './date-functions.ts';
import { formatOperators } from './format.ts';
import { jsonOperators } from './json.ts';
import { likeToSql } from './like-pattern.ts';
import { typed } from './literals.ts';
import { RAISED, raise } from './raise.ts';
import { regexpOperators } from './regexp.ts';
import { sequenceOperators } from './sequences.ts';
import { call, chain, infix, type Operators, type Spell } from './spell.ts';
import { textOperators } from './text-functions.ts';
import { vectorOperators } from './vectors.ts';

const GENERAL: Operators = {
  and: chain('AND'),
  or: chain('OR'),
  not: ([a]) => `(NOT ${a})`,
  'is-true': ([a]) => `(${a} IS TRUE)`,
  'is-not-true': ([a]) => `(${a} IS NOT TRUE)`,
  'is-not-false': ([a]) => `(${a} IS NOT FALSE)`,
  'is-null': ([a]) => `(${a} IS NULL)`,
  'is-not-null': ([a]) => `(${a} IS NOT NULL)`,
  'is-distinct': infix('IS DISTINCT FROM'),
  'is-not-distinct': infix('IS NOT DISTINCT FROM'),
  '=': infix('='),
  '<>': infix('<>'),
  '<': infix('<'),
  '<=': infix('<='),
  '>': infix('>'),
  '>=': infix('>='),
  between: ([x, low, high]) => `(${x} BETWEEN ${low} AND ${high})`,
  'not-between': ([x, low, high]) => `(${x} NOT BETWEEN ${low} AND ${high})`,
  'in-list': ([x, ...items]) => `(${x} IN (${items.join(', ')}))`,
  'not-in-list': ([x, ...items]) => `(${x} NOT IN (${items.join(', ')}))`,
  collate: ([x], { type }) => collated(`${x}`, type),
  like: (args, expr) => likeToSql(args, expr, { negated: false, ignoreCase: false }),
  'not-like': (args, expr) => likeToSql(args, expr, { negated: true, ignoreCase: false }),
  ilike: (args, expr) => likeToSql(args, expr, { negated: false, ignoreCase: true }),
  'not-ilike': (args, expr) => likeToSql(args, expr, { negated: true, ignoreCase: true }),
  // One round deeper, up to MAXRECURSION; 0 is no limit.
  'next-depth': ([depth], { args: [, limit] }) => {
    const most = limit?.kind === 'literal' ? String(limit.value) : '0';
    return most === '0'
      ? `(${depth} + 1)`
      : `(CASE WHEN ${depth} >= ${most} THEN ${raise(`exec/recursion:${most}`)} ELSE ${depth} + 1 END)`;
  },
  series,
  list: (args, { type }) => typed(`[${args.join(', ')}]`, type),
  element: ([list, index]) => `(${list})[${index}]`,
  struct: (args, { type }) => {
    const names = type.kind === 'struct' ? type.fields.map((f) => f.name) : [];
    return `{${args.map((a, i) => `${stringLiteral(names[i] ?? '')}: ${a}`).join(', ')}}`;
  },
  coalesce: call('coalesce'),
  newid: call('uuid'),
  greatest: call('greatest'),
  'greatest-by': firstBy('list_reverse_sort'),
  'least-by': firstBy('list_sort'),
  least: call('least'),
  'input-text': ([x], { args: [arg] }) => inputText(`${x}`, arg?.type),
  // The value stands beside the error for its type; it is never reached.
  'raise-document': ([failure, value]) =>
    `CASE WHEN error('${RAISED}service/document:' || ${failure}.code || ' ' || ${failure}.message) IS NULL THEN ${value} ELSE ${value} END`,
};

/** The first of values that are not NULL, in the order of a key beside each. */
function firstBy(sort: string): Spell {
  return (args) => {
    const pairs = args.flatMap((value, i) => (i % 2 === 0 ? [`{'k': ${args[i + 1]}, 'v': ${value}}`] : []));
    return `${sort}(list_filter([${pairs.join(', ')}], lambda e: e.v IS NOT NULL))[1].v`;
  };
}

/** A text that is equal exactly when the value is, and that JavaScript reads back without loss. */
function inputText(sql: string, type: SqlType | undefined): string {
  switch (type === undefined ? 'null' : familyOf(type)) {
    case 'binary':
      return `hex(${sql})`;
    case 'list':
    case 'struct':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

const OPERATORS: Operators = {
  ...GENERAL,
  ...jsonOperators,
  ...arithmeticOperators,
  ...bitOperators,
  ...textOperators,
  ...dateOperators,
  ...formatOperators,
  ...regexpOperators,
  ...sequenceOperators,
  ...vectorOperators,
};

export function operatorSql(expr: OperatorExpr, args: readonly string[]): string {
  const spell = OPERATORS[expr.op];
  invariant(spell, `operator ${expr.op} has no spelling`);
  return spell(args, expr);
}

/** From start to stop, by one towards it where no step is given; decimals are counted in their last place. */
function series(args: readonly string[], { args: given, type }: OperatorExpr): string {
  const [shape] = given;
  const scale = shape !== undefined && familyOf(shape.type) === 'decimal' ? decimalShape(shape.type).scale : 0;
  const digits = args.map((a) => (scale === 0 ? `CAST(${a} AS BIGINT)` : `CAST(${a} * ${10 ** scale} AS BIGINT)`));
  const [start, stop, step] = digits;
  const by = step ?? `CASE WHEN ${start} > ${stop} THEN -${10 ** scale} ELSE ${10 ** scale} END`;
  const counted = `generate_series(${start}, ${stop}, CASE WHEN ${by} = 0 THEN ${raise('exec/series-step')} ELSE ${by} END)`;
  const element = duckdbTypeName(type.kind === 'list' ? type.element : type);
  if (scale === 0) return `CAST(${counted} AS ${element}[])`;
  return `CAST(list_transform(${counted}, lambda i: CAST(i AS DECIMAL(18,0)) * CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale + 1},${scale}))) AS ${element}[])`;
}
