// JSON in texts (3-dialect section 4.8): values by path, changes, and new objects and arrays. A path shapes the SQL,
// so its value is needed when the statement is planned.

import { BIT, INT, isText, NVARCHAR_MAX, type SqlType, typeName } from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import { didYouMean } from '../../../common/suggest.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, operator } from '../../expression.ts';
import { isJson } from '../for-json.ts';
import { type JsonPath, jsonPath } from '../json-path.ts';
import { bindType } from '../type-name.ts';
import { castable, coerce } from '../types.ts';
import { type Args, argumentType, nameOf, type ScalarFunction } from './scalar-function.ts';

export const JSON_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'ISJSON(text[, kind])',
    doc: '1 when a text is a JSON object or array, else 0; with a kind (VALUE, ARRAY, OBJECT, SCALAR) when it is one of that.',
    example: ["ISJSON('[1, 2]')", '1'],
    keyword: 1,
    bind: (args, call) =>
      operator('is-json', [document(args, call), literal(kindOf(call), NVARCHAR_MAX)], INT, call.span),
  },
  {
    signature: 'JSON_VALUE(text, path)',
    doc: 'The text, number or boolean at a path, as nvarchar(4000) or as `RETURNING type`; NULL where there is none, an error when the path is strict.',
    example: [`JSON_VALUE('{"a": {"b": [1, 2]}}', '$.a.b[1]')`, '2'],
    bind: jsonValue,
  },
  {
    signature: 'JSON_QUERY(text[, path])',
    doc: 'The object or array at a path; NULL where there is none, an error when the path is strict. `WITH ARRAY WRAPPER` makes an array of what a path with `[*]` finds.',
    example: [`JSON_QUERY('{"a": {"b": [1, 2]}}', '$.a')`, '{"b":[1,2]}'],
    bind: jsonQuery,
  },
  {
    signature: 'JSON_MODIFY(text, path, value)',
    doc: 'The text with the value at a path changed, added, or taken out when the new one is NULL; `append` before the path adds to an array.',
    example: [`JSON_MODIFY('{"a": [1]}', 'append $.a', 2)`, '{"a":[1,2]}'],
    bind: jsonModify,
  },
  {
    signature: 'JSON_PATH_EXISTS(text, path)',
    doc: '1 when a path leads to something, else 0.',
    example: [`JSON_PATH_EXISTS('{"a": {"b": 1}}', '$.a.b')`, '1'],
    bind: (args, call) =>
      operator('json-exists', [document(args, call), ...pathOf(args, call, { many: true })], INT, call.span),
  },
  {
    signature: 'JSON_CONTAINS(text, value[, path[, mode]])',
    doc: '1 when one of the values at a path is the value, else 0; NULL where the path leads to nothing. With the mode 1 a text is a pattern of LIKE.',
    example: [`JSON_CONTAINS('{"a": [1, 2]}', 2, '$.a[*]')`, '1'],
    bind: jsonContains,
  },
  {
    signature: 'JSON_OBJECT([key: value, ...])',
    doc: 'A JSON object. A NULL value is null; with `ABSENT ON NULL` it is left out.',
    example: [`JSON_OBJECT('a': 1, 'b': JSON_ARRAY('x', NULL))`, '{"a":1,"b":["x"]}'],
    bind: jsonObject,
  },
  {
    signature: 'JSON_ARRAY([value, ...])',
    doc: 'A JSON array. A NULL value is left out; with `NULL ON NULL` it is null.',
    example: ["JSON_ARRAY('a', 1, NULL NULL ON NULL)", '["a",1,null]'],
    bind: (args, call) => {
      const keep = literal(call.jsonNulls === 'null', BIT);
      const members = args.flatMap((arg, i) => [jsonText(arg, call, i), keep]);
      return operator('json-array', members, NVARCHAR_MAX, call.span);
    },
  },
];

/** Clauses inside the parentheses, and the functions that have them. */
const CLAUSES: readonly (readonly [
  clause: string,
  isWritten: (call: FunctionCall) => boolean,
  names: readonly string[],
])[] = [
  ['key: value', (c) => c.keyed, ['JSON_OBJECT', 'JSON_OBJECTAGG']],
  ['ON NULL', (c) => c.jsonNulls !== undefined, ['JSON_OBJECT', 'JSON_ARRAY', 'JSON_OBJECTAGG', 'JSON_ARRAYAGG']],
  ['RETURNING', (c) => c.returning !== undefined, ['JSON_VALUE']],
  ['WITH ARRAY WRAPPER', (c) => c.arrayWrapper, ['JSON_QUERY']],
];

/** @throws SqlcError syntax/clause-combination */
export function checkJsonClauses(call: FunctionCall): void {
  const wrong = CLAUSES.find(([, isWritten, names]) => isWritten(call) && !names.includes(nameOf(call)));
  if (wrong !== undefined)
    throw error('syntax/clause-combination', { first: wrong[0], second: `"${nameOf(call)}"` }, { span: call.span });
}

/** The text that holds the JSON. */
function document(args: Args, call: FunctionCall): Expr {
  const json = args[0] ?? literal(null, NVARCHAR_MAX);
  if (json.type.kind === 'null') return coerce(json, NVARCHAR_MAX);
  if (!isText(json.type)) throw argumentType(json, call, 0, 'text');
  return json;
}

const KINDS = ['VALUE', 'ARRAY', 'OBJECT', 'SCALAR'];

function kindOf(call: FunctionCall): string {
  const word = call.args[1];
  if (word === undefined) return '';
  const name = word.kind === 'column' && word.parts.length === 1 ? word.parts[0]?.name : undefined;
  if (name !== undefined && KINDS.includes(name.toUpperCase())) return name.toUpperCase();
  const params = { index: 2, name: nameOf(call), found: name ?? 'an expression', expected: KINDS.join(', ') };
  throw error('bind/argument-type', params, { span: word.span, hint: didYouMean(name ?? '', KINDS) });
}

interface PathOptions {
  readonly at?: number;
  readonly many?: boolean;
}

function pathGiven(args: Args, call: FunctionCall, at: number): string {
  const given = args[at];
  if (given === undefined) return '$';
  if ((given.kind !== 'literal' && given.kind !== 'parameter') || given.value === null)
    throw argumentType(given, call, at, 'a path that is a literal or a variable');
  return String(given.value);
}

/** The path and whether it is strict, as arguments of an operator. */
function pathOf(args: Args, call: FunctionCall, { at = 1, many = false }: PathOptions = {}): [Expr, Expr] {
  return asArguments(jsonPath(pathGiven(args, call, at), call.args[at]?.span ?? call.span, many));
}

function asArguments({ path, strict }: JsonPath): [Expr, Expr] {
  return [literal(path, NVARCHAR_MAX), literal(strict, BIT)];
}

function jsonValue(args: Args, call: FunctionCall): Expr {
  const type: SqlType =
    call.returning === undefined ? { kind: 'nvarchar', length: 4000 } : bindType(call.returning, 30);
  if (!castable(NVARCHAR_MAX, type))
    throw error(
      'bind/cast',
      { from: 'nvarchar(max)', to: typeName(type) },
      { span: call.returning?.span ?? call.span },
    );
  const isDefault = call.returning === undefined;
  const value = operator(
    'json-value',
    [document(args, call), ...pathOf(args, call)],
    isDefault ? type : NVARCHAR_MAX,
    call.span,
  );
  return isDefault ? value : { kind: 'cast', operand: value, type, onError: 'fail', span: call.span };
}

function jsonQuery(args: Args, call: FunctionCall): Expr {
  const given = [document(args, call), ...pathOf(args, call, { many: call.arrayWrapper })];
  return operator(call.arrayWrapper ? 'json-wrapped' : 'json-query', given, NVARCHAR_MAX, call.span);
}

function jsonContains(args: Args, call: FunctionCall): Expr {
  const [path] = pathOf(args, call, { at: 2, many: true });
  const [, sought = literal(null, NVARCHAR_MAX), , mode] = args;
  const isKnown = mode === undefined || mode.kind === 'literal' || mode.kind === 'parameter';
  const like = isKnown && mode !== undefined && mode.value !== null ? String(Number(mode.value)) : '0';
  if (!isKnown || !['0', '1'].includes(like))
    throw argumentType(mode ?? sought, call, 3, '0 or 1, a literal or a variable');
  if (mode?.value === null) return literal(null, INT, call.span);
  if (like === '1' && isText(sought.type))
    return operator('json-contains-like', [document(args, call), sought, path], INT, call.span);
  return operator('json-contains', [document(args, call), jsonText(sought, call, 1), path], INT, call.span);
}

/** Arguments of the operator: the text, the new value, whether it is strict, whether it is appended, the steps. */
function jsonModify(args: Args, call: FunctionCall): Expr {
  const given = pathGiven(args, call, 1);
  const append = /^\s*append\s+/i.test(given);
  const { strict, steps } = jsonPath(given.replace(/^\s*append\s+/i, ''), call.args[1]?.span ?? call.span);
  if (steps.length === 0 && !append)
    throw error('bind/json-path', { found: given }, { span: call.args[1]?.span ?? call.span });
  const places = steps.map((s) => (typeof s === 'number' ? literal(s, INT) : literal(s, NVARCHAR_MAX)));
  const value = jsonText(args[2] ?? literal(null, NVARCHAR_MAX), call, 2);
  return operator(
    'json-modify',
    [document(args, call), value, literal(strict, BIT), literal(append, BIT), ...places],
    NVARCHAR_MAX,
    call.span,
  );
}

function jsonObject(args: Args, call: FunctionCall): Expr {
  if (args.length > 0 && !call.keyed)
    throw error(
      'bind/argument-type',
      { index: 1, name: nameOf(call), found: 'a value', expected: 'key: value' },
      { span: call.args[0]?.span },
    );
  const keep = literal(call.jsonNulls !== 'absent', BIT);
  const members = args.flatMap((arg, i) => (i % 2 === 0 ? [jsonKey(arg, call, i)] : [jsonText(arg, call, i), keep]));
  return operator('json-object', members, NVARCHAR_MAX, call.span);
}

/** A key is text; whatever else is given becomes it. */
export function jsonKey(arg: Expr, call: FunctionCall, index: number): Expr {
  if (!castable(arg.type, NVARCHAR_MAX)) throw argumentType(arg, call, index, 'text');
  return isText(arg.type) ? arg : coerce(arg, NVARCHAR_MAX);
}

/** A value as JSON; what is JSON already stays. */
export function jsonText(arg: Expr, call: FunctionCall, index: number): Expr {
  const written = call.args[index];
  if (arg.type.kind === 'null') return coerce(arg, NVARCHAR_MAX);
  if (written !== undefined && isJson(written)) return arg;
  return operator('json-text', [arg], NVARCHAR_MAX);
}
