// JSON that is read: OPENJSON's lists, and values by path (3-dialect section 4.8). json-build.ts makes it.

import type { SqlType } from '../../arrow/sql-type.ts';
import type { Expr, OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindAlways, bindOnce } from './bind-once.ts';
import { jsonBuilders } from './json-build.ts';
import { jsonModify } from './json-modify.ts';
import { likeToSql } from './like-pattern.ts';
import { typed } from './literals.ts';
import { raise } from './raise.ts';
import type { Operators } from './spell.ts';

export const jsonOperators: Operators = {
  'json-pairs': (args, expr) => within(args, expr, pairs),
  'json-items': (args, expr) =>
    within(
      args,
      expr,
      (j) =>
        `CASE json_type(${j}) WHEN 'ARRAY' THEN CAST(json_extract(${j}, '$[*]') AS VARCHAR[]) WHEN 'OBJECT' THEN [${j}] END`,
    ),
  'json-scalar': (args, expr) => atPath(args, expr, scalarOf),
  'json-fragment': (args, expr) => atPath(args, expr, fragmentOf),
  'is-json': ([j], { args: [, kind], type }) => bindOnce([`${j}`], ([t]) => typed(isJson(`${t}`, textOf(kind)), type)),
  'json-value': (args, expr) => onDocument(args, expr, shortValueOf),
  'json-query': (args, expr) => onDocument(args, expr, fragmentOf),
  'json-wrapped': (args, expr) =>
    onDocument(args, expr, (j, path) => `('[' || array_to_string(CAST(${manyAt(j, path)} AS VARCHAR[]), ',') || ']')`),
  'json-exists': ([j, path], { type }) =>
    bindOnce(
      [`${j}`],
      ([t]) =>
        `CASE WHEN ${t} IS NOT NULL THEN ${typed(`coalesce(TRY(len(${manyAt(`${t}`, `${path}`)})), 0) > 0`, type)} END`,
    ),
  'json-contains': ([j, value, path], { type }) =>
    contained(`${j}`, `${value}`, `${path}`, type, (all, v) => {
      // Numbers are equal whatever places they are written with.
      const bare = (x: string) => `regexp_replace(${x}, '^(-?\\d+)\\.0$', '\\1')`;
      const sought = bare(`CAST(json_extract(${v}, '$') AS VARCHAR)`);
      return `list_contains(list_transform(CAST(${all} AS VARCHAR[]), lambda x: ${bare('x')}), ${sought})`;
    }),
  'json-contains-like': ([j, value, path], expr) =>
    contained(`${j}`, `${value}`, `${path}`, expr.type, (all, v) => {
      const given = { ...expr, args: [expr.args[0], expr.args[1]].filter((a) => a !== undefined) };
      const like = likeToSql(["json_extract_string(x, '$')", v], given, { negated: false, ignoreCase: false });
      return `len(list_filter(CAST(${all} AS JSON[]), lambda x: json_type(x) = 'VARCHAR' AND ${like})) > 0`;
    }),
  'json-modify': (args, expr) => {
    const [json, value] = args;
    return bindAlways([checked(`${json}`), `${value}`], ([j, v]) => jsonModify(`${j}`, `${v}`, expr));
  },
  ...jsonBuilders,
  'string-split': ([s, separator]) =>
    `list_transform(string_split(${s}, ${separator}), lambda x, i: {'value': x, 'ordinal': i})`,
};

/** Whether one of the values at a path is what is sought; NULL where there are none. */
function contained(
  j: string,
  value: string,
  path: string,
  type: SqlType,
  among: (all: string, value: string) => string,
): string {
  return bindOnce([j, value], ([t, v]) =>
    bindAlways(
      [manyAt(checked(`${t}`), path)],
      ([all]) => `CASE WHEN len(${all}) > 0 AND ${v} IS NOT NULL THEN ${typed(among(`${all}`, `${v}`), type)} END`,
    ),
  );
}

/** The document, or what its path leads to, as a list made by `rows` of its text. */
function within([json]: readonly string[], { args }: OperatorExpr, rows: (json: string) => string): string {
  const path = textOf(args[1]);
  const isStrict = args[2]?.kind === 'literal' && args[2].value === true;
  const valid = checked('j');
  const found = path === '$' ? valid : `CAST(json_extract(${valid}, ${stringLiteral(path)}) AS VARCHAR)`;
  const missing = isStrict ? raise('exec/json-path') : 'NULL';
  // Names for what is used more than once: a lambda over a list of one.
  const inner = `list_transform([${found}], lambda d: CASE WHEN d IS NULL OR json_type(d) NOT IN ('ARRAY', 'OBJECT') THEN ${missing} ELSE ${rows('d')} END)[1]`;
  return `(list_transform([${json}], lambda j: CASE WHEN j IS NULL THEN NULL ELSE ${inner} END)[1])`;
}

const BLANKS = "' ' || chr(9) || chr(10) || chr(13)";

/** DuckDB's reader also takes a comma before a closing bracket, NaN and Infinity. */
function isValid(j: string): string {
  const outside = `regexp_replace(${j}, '"(?:[^"\\\\]|\\\\.)*"', '""', 'g')`;
  return `(json_valid(${j}) AND NOT regexp_matches(${outside}, '(?i),\\s*[\\]}]|nan|inf'))`;
}

function isJson(j: string, kind: string): string {
  const type = `json_type(CASE WHEN ${isValid(j)} THEN ${j} END)`;
  const is = (types: string) => `coalesce(${type} IN (${types}), FALSE)`;
  const answer = {
    VALUE: `coalesce(${type} IS NOT NULL, FALSE)`,
    ARRAY: is("'ARRAY'"),
    OBJECT: is("'OBJECT'"),
    SCALAR: is("'VARCHAR', 'BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'"),
  }[kind];
  return `CASE WHEN ${j} IS NOT NULL THEN ${answer ?? is("'OBJECT', 'ARRAY'")} END`;
}

/** The text, which must be an object or array. */
function checked(json: string): string {
  return bindOnce(
    [json],
    ([j]) =>
      `CASE WHEN ${j} IS NOT NULL AND NOT (${isValid(`${j}`)} AND left(ltrim(${j}, ${BLANKS}), 1) IN ('{', '[')) THEN ${raise('exec/json')} ELSE ${j} END`,
  );
}

function onDocument(
  [json]: readonly string[],
  { args }: OperatorExpr,
  of: (json: string, path: string, isStrict: boolean) => string,
): string {
  const isStrict = args[2]?.kind === 'literal' && args[2].value === true;
  return bindAlways([checked(`${json}`)], ([j]) => of(`${j}`, stringLiteral(textOf(args[1])), isStrict));
}

/** What a path leads to, as a list: a path with a star gives one by itself. */
function manyAt(j: string, path: string): string {
  if (path.includes('[*]')) return `json_extract(${j}, ${path})`;
  return `list_filter([json_extract(${j}, ${path})], lambda x: x IS NOT NULL)`;
}

/** At most 4000 characters: more is NULL, or an error in a strict path. */
function shortValueOf(json: string, path: string, isStrict: boolean): string {
  return bindOnce([scalarOf(json, path, isStrict)], ([x]) => {
    const long = isStrict ? raise('exec/json-long') : 'NULL';
    return `CASE WHEN length(${x}) > 4000 THEN ${long} ELSE ${x} END`;
  });
}

function pairs(j: string): string {
  const numbered = `list_transform(json_extract(${j}, '$[*]'), lambda v, i: {'key': CAST(i - 1 AS VARCHAR), 'value': v})`;
  const keyed = `list_transform(list_zip(json_keys(${j}), json_extract(${j}, '$.*')), lambda p: {'key': p[1], 'value': p[2]})`;
  const value = `CASE json_type(p.value) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN json_extract_string(p.value, '$') ELSE CAST(p.value AS VARCHAR) END`;
  const type = `CASE json_type(p.value) WHEN 'NULL' THEN 0 WHEN 'VARCHAR' THEN 1 WHEN 'BOOLEAN' THEN 3 WHEN 'ARRAY' THEN 4 WHEN 'OBJECT' THEN 5 ELSE 2 END`;
  const list = `CASE json_type(${j}) WHEN 'ARRAY' THEN ${numbered} ELSE ${keyed} END`;
  return `list_transform(${list}, lambda p: {'key': p.key, 'value': ${value}, 'type': CAST(${type} AS INTEGER)})`;
}

function atPath(
  [json]: readonly string[],
  { args }: OperatorExpr,
  of: (json: string, path: string, strict: boolean) => string,
) {
  return of(`${json}`, stringLiteral(textOf(args[1])), args[2]?.kind === 'literal' && args[2].value === true);
}

function scalarOf(json: string, path: string, isStrict: boolean): string {
  const value = `json_extract_string(${json}, ${path})`;
  const type = `json_type(${json}, ${path})`;
  const lax = `CASE WHEN ${type} IN ('ARRAY', 'OBJECT') THEN NULL ELSE ${value} END`;
  if (!isStrict) return lax;
  return `CASE WHEN ${json} IS NOT NULL AND ${type} IS NULL THEN ${raise('exec/json-path')} WHEN ${type} IN ('ARRAY', 'OBJECT') THEN ${raise('exec/json-scalar')} ELSE ${value} END`;
}

function fragmentOf(json: string, path: string, isStrict: boolean): string {
  const type = `json_type(${json}, ${path})`;
  const missing = isStrict
    ? `CASE WHEN ${json} IS NULL THEN NULL WHEN ${type} IS NULL THEN ${raise('exec/json-path')} ELSE ${raise('exec/json-fragment')} END`
    : 'NULL';
  return `CASE WHEN ${type} IN ('ARRAY', 'OBJECT') THEN CAST(json_extract(${json}, ${path}) AS VARCHAR) ELSE ${missing} END`;
}

export function textOf(expr: Expr | undefined): string {
  return expr?.kind === 'literal' ? String(expr.value) : '$';
}
