// JSON: OPENJSON's lists, values by path, and FOR JSON's text (3-dialect section 4.8).

import { familyOf, type SqlType } from '../../arrow/sql-type.ts';
import type { Expr, OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
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
  'json-text': ([x], { args: [arg] }) => jsonText(`${x}`, arg?.type),
  'json-object': jsonObject,
  'string-split': ([s, separator]) =>
    `list_transform(string_split(${s}, ${separator}), lambda x, i: {'value': x, 'ordinal': i})`,
};

/** The document, or what its path leads to, as a list made by `rows` of its text. */
function within([json]: readonly string[], { args }: OperatorExpr, rows: (json: string) => string): string {
  const path = textOf(args[1]);
  const isStrict = args[2]?.kind === 'literal' && args[2].value === true;
  const valid = `CASE WHEN NOT json_valid(j) OR left(ltrim(j, ' ' || chr(9) || chr(10) || chr(13)), 1) NOT IN ('{', '[') THEN ${raise('exec/json')} ELSE j END`;
  const found = path === '$' ? valid : `CAST(json_extract(${valid}, ${stringLiteral(path)}) AS VARCHAR)`;
  const missing = isStrict ? raise('exec/json-path') : 'NULL';
  // Names for what is used more than once: a lambda over a list of one.
  const inner = `list_transform([${found}], lambda d: CASE WHEN d IS NULL OR json_type(d) NOT IN ('ARRAY', 'OBJECT') THEN ${missing} ELSE ${rows('d')} END)[1]`;
  return `(list_transform([${json}], lambda j: CASE WHEN j IS NULL THEN NULL ELSE ${inner} END)[1])`;
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

function textOf(expr: Expr | undefined): string {
  return expr?.kind === 'literal' ? String(expr.value) : '$';
}

// --- FOR JSON

/** Arguments: for each member its key, its JSON text, and whether a NULL stays; a nested object of nothing is left out. */
function jsonObject(args: readonly string[], { args: given }: OperatorExpr): string {
  const members: string[] = [];
  for (let i = 0; i < args.length; i += 3) {
    const key = stringLiteral(`${JSON.stringify(textOf(given[i])).replaceAll('/', '\\/')}:`);
    const keep = given[i + 2];
    const value =
      keep?.kind === 'literal' && keep.value === true ? `coalesce(${args[i + 1]}, 'null')` : `${args[i + 1]}`;
    members.push(`(${key} || ${value})`);
  }
  return `('{' || concat_ws(',', ${members.join(', ')}) || '}')`;
}

/** As FOR JSON formats the type ("How FOR JSON converts SQL Server data types to JSON data types"). */
function jsonText(x: string, type: SqlType | undefined): string {
  if (type === undefined) return `CAST(${x} AS VARCHAR)`;
  const quoted = (text: string) => `('"' || ${text} || '"')`;
  switch (familyOf(type)) {
    case 'bit':
      return `CAST(${x} AS VARCHAR)`;
    case 'integer':
    case 'decimal':
      return `CAST(${x} AS VARCHAR)`;
    case 'float':
      return `regexp_replace(printf('%.${type.kind === 'real' ? 7 : 15}e', CAST(${x} AS DOUBLE)), 'e([+-])([0-9][0-9])$', 'e\\10\\2')`;
    case 'binary':
      return quoted(`to_base64(${x})`);
    case 'uniqueidentifier':
      return quoted(`upper(CAST(${x} AS VARCHAR))`);
    case 'datetime':
      return quoted(dateText(x, type));
    case 'list':
    case 'struct':
      return `CAST(to_json(${x}) AS VARCHAR)`;
    default:
      return type.kind === 'json'
        ? `CAST(${x} AS VARCHAR)`
        : `replace(CAST(to_json(CAST(${x} AS VARCHAR)) AS VARCHAR), '/', '\\/')`;
  }
}

/** ISO 8601; a fraction has the digits of its type, or none when it is zero. */
function dateText(x: string, type: SqlType): string {
  const digits = 'scale' in type ? type.scale : type.kind === 'datetime' ? 3 : 0;
  // strftime gives six digits: those beyond the type's are cut, a seventh is 0.
  const sized = (text: string) => (digits > 6 ? `(${text} || '0')` : `left(${text}, ${digits - 6})`);
  const cut = (text: string) =>
    digits === 0 ? `left(${text}, -7)` : `regexp_replace(${digits === 6 ? text : sized(text)}, '\\.0+$', '')`;
  switch (type.kind) {
    case 'date':
      return `CAST(${x} AS VARCHAR)`;
    case 'time':
      return cut(`strftime(DATE '1900-01-01' + ${x}, '%H:%M:%S.%f')`);
    case 'datetimeoffset':
      return `(${cut(`strftime(${x} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f')`)} || 'Z')`;
    default:
      return cut(`strftime(${x}, '%Y-%m-%dT%H:%M:%S.%f')`);
  }
}
