// Functions in FROM: a list, and one row for each of its elements. Under APPLY their arguments read the left row.

import {
  BIGINT,
  decimal,
  decimalShape,
  familyOf,
  INT,
  isText,
  list,
  NVARCHAR_MAX,
  type SqlType,
  struct,
  typeName,
} from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, literal, operator } from '../expression.ts';
import type { LogicalPlan } from '../plan.ts';
import { clauseEnv, type Env, hoistTo, type PlanHolder, type QueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import type { Source } from './from.ts';
import { known } from './functions/regexp.ts';
import { jsonPath, keyStep } from './json-path.ts';
import { renamed } from './query.ts';
import { RESERVED_FUNCTIONS } from './reserved-functions.ts';
import { bindType } from './type-name.ts';
import { castable, coerce, commonType } from './types.ts';

/** What a function gives for one element of its list: columns over the element. */
interface Rows {
  readonly list: Expr;
  readonly columns: (element: Expr) => readonly { readonly name: string; readonly expr: Expr }[];
}

type TableFunction = (call: ast.TableFunction, args: readonly Expr[]) => Rows;

const TABLE_FUNCTIONS: ReadonlyMap<string, TableFunction> = new Map([
  ['STRING_SPLIT', stringSplit],
  ['GENERATE_SERIES', generateSeries],
  ['OPENJSON', openJson],
  ['UNNEST', unnest],
  ['REGEXP_MATCHES', regexpMatches],
  ['REGEXP_SPLIT_TO_TABLE', regexpSplit],
]);

export function bindTableFunction(call: ast.TableFunction, q: QueryContext): Source {
  const { parts } = call.name;
  const name = parts.at(-1)?.name ?? '';
  const bind = parts.length === 1 ? TABLE_FUNCTIONS.get(name.toUpperCase()) : undefined;
  if (bind === undefined) throw unknown(call, name, q);
  if (call.schema !== undefined && name.toUpperCase() !== 'OPENJSON')
    throw error('syntax/clause-combination', { first: 'WITH', second: `"${name}"` }, { span: call.span });
  const holder: PlanHolder = { plan: { kind: 'values', columns: [], rows: [[]] } };
  const scope = { relations: [], parent: q.parent };
  const env: Env = clauseEnv(q, { scope, clause: 'FROM', hoist: hoistTo(holder) });
  const rows = bind(
    call,
    call.args.map((arg) => bindExpression(arg, env)),
  );
  const element: Column = {
    id: q.ctx.nextId(),
    name: 'element',
    type: rows.list.type.kind === 'list' ? rows.list.type.element : rows.list.type,
  };
  const unnested: LogicalPlan = { kind: 'unnest', child: holder.plan, expr: rows.list, column: element };
  const columns = rows
    .columns(column(element))
    .map(({ name, expr }) => ({ id: q.ctx.nextId(), name, type: expr.type, expr }));
  const plan: LogicalPlan = { kind: 'project', child: unnested, columns };
  const shown = renamed(plan, call.columns, 'column list', call.span);
  return {
    plan,
    relations: [{ name: call.alias?.name ?? name, schema: undefined, columns: shown, merged: new Set() }],
  };
}

function unknown(call: ast.TableFunction, name: string, q: QueryContext) {
  const { span } = call.name;
  const whole = call.name.parts.map((p) => p.name).join('.');
  const isKnown = RESERVED_FUNCTIONS.has(name.toUpperCase()) || q.ctx.functions.has(name.toUpperCase());
  if (isKnown) return error('not-supported', { what: `table function "${whole}"` }, { span: call.span });
  return error('bind/unknown-function', { name: whole }, { span, hint: didYouMean(name, TABLE_FUNCTIONS.keys()) });
}

function checkCount(call: ast.TableFunction, name: string, min: number, max: number): void {
  const found = call.args.length;
  if (found >= min && found <= max) return;
  const expected = min === max ? `${min} argument${min === 1 ? '' : 's'}` : `${min} to ${max} arguments`;
  throw error('bind/argument-count', { name, expected, found }, { span: call.span });
}

function argumentType(call: ast.TableFunction, name: string, index: number, found: string, expected: string) {
  return error('bind/argument-type', { index: index + 1, name, found, expected }, { span: call.args[index]?.span });
}

function textArgument(call: ast.TableFunction, name: string, arg: Expr | undefined, index: number): Expr {
  if (arg !== undefined && (isText(arg.type) || arg.type.kind === 'json')) return arg;
  if (arg?.type.kind === 'null') return coerce(arg, NVARCHAR_MAX);
  throw argumentType(call, name, index, arg === undefined ? 'nothing' : typeName(arg.type), 'text');
}

/** The value of a literal or parameter. */
function constant(arg: Expr | undefined): string | undefined {
  const isGiven = arg?.kind === 'literal' || arg?.kind === 'parameter';
  return isGiven && arg.value !== null ? String(arg.value) : undefined;
}

function field(operand: Expr, name: string, type: SqlType): Expr {
  return { kind: 'field', operand, name, type };
}

// --- STRING_SPLIT (string, separator [, enable_ordinal])

function stringSplit(call: ast.TableFunction, args: readonly Expr[]): Rows {
  const name = 'STRING_SPLIT';
  checkCount(call, name, 2, 3);
  const text = textArgument(call, name, args[0], 0);
  const separator = textArgument(call, name, args[1], 1);
  const given = constant(separator);
  if (given !== undefined && [...given].length !== 1) throw argumentType(call, name, 1, `'${given}'`, 'one character');
  const flag = args[2] === undefined ? '0' : (constant(args[2]) ?? 'NULL');
  if (!['0', '1', 'NULL', 'true', 'false'].includes(flag)) throw argumentType(call, name, 2, flag, '0 or 1');
  const type = struct({ value: text.type, ordinal: BIGINT });
  const withOrdinal = flag === '1' || flag === 'true';
  return {
    list: operator('string-split', [text, separator], list(type), call.span),
    columns: (element) => [
      { name: 'value', expr: field(element, 'value', text.type) },
      ...(withOrdinal ? [{ name: 'ordinal', expr: field(element, 'ordinal', BIGINT) }] : []),
    ],
  };
}

// --- REGEXP_MATCHES and REGEXP_SPLIT_TO_TABLE (string, pattern [, flags])

function regexpMatches(call: ast.TableFunction, args: readonly Expr[]): Rows {
  const name = 'REGEXP_MATCHES';
  const [text, given, ...flags] = regexpArguments(call, args, name);
  const pattern = known(given);
  if (pattern.kind !== 'literal')
    throw error(
      'not-supported',
      { what: `${name} with a pattern that is not a literal or a variable` },
      { span: call.args[1]?.span ?? call.span },
    );
  const fields = {
    ...{ match_id: BIGINT, start_position: INT, end_position: INT },
    ...{ match_value: text.type, substring_matches: { kind: 'json' } as const },
  };
  return {
    list: operator('regexp-matches', [text, pattern, ...flags], list(struct(fields)), call.span),
    columns: (element) => Object.entries(fields).map(([name, type]) => ({ name, expr: field(element, name, type) })),
  };
}

function regexpSplit(call: ast.TableFunction, args: readonly Expr[]): Rows {
  const given = regexpArguments(call, args, 'REGEXP_SPLIT_TO_TABLE');
  const fields = { value: given[0].type, ordinal: BIGINT };
  return {
    list: operator('regexp-split', given, list(struct(fields)), call.span),
    columns: (element) => Object.entries(fields).map(([name, type]) => ({ name, expr: field(element, name, type) })),
  };
}

function regexpArguments(call: ast.TableFunction, args: readonly Expr[], name: string): [Expr, Expr, ...Expr[]] {
  checkCount(call, name, 2, 3);
  const texts = args.map((arg, i) => textArgument(call, name, arg, i));
  return texts as [Expr, Expr, ...Expr[]]; // two or three, by the count
}

// --- GENERATE_SERIES (start, stop [, step])

function generateSeries(call: ast.TableFunction, args: readonly Expr[]): Rows {
  const name = 'GENERATE_SERIES';
  checkCount(call, name, 2, 3);
  const type = args.reduce<SqlType>(
    (common, arg, i) => {
      const wider = commonType(common, arg.type);
      const isExact = wider !== undefined && ['integer', 'decimal', 'null'].includes(familyOf(wider));
      if (wider === undefined || !isExact)
        throw argumentType(call, name, i, typeName(arg.type), 'an int, a bigint or a decimal');
      return wider;
    },
    { kind: 'null' },
  );
  const own = type.kind === 'null' ? INT : type;
  if (constant(args[2]) !== undefined && Number(constant(args[2])) === 0)
    throw error(
      'bind/argument-type',
      { index: 3, name, found: '0', expected: 'another step' },
      { span: call.args[2]?.span },
    );
  // Decimals are counted in their last place.
  const { scale } = decimalShape(own);
  const shape = familyOf(own) === 'decimal' ? decimal(18, scale) : own;
  const list_ = operator(
    'series',
    args.map((arg) => coerce(arg, shape)),
    list(shape),
    call.span,
  );
  return { list: list_, columns: (element) => [{ name: 'value', expr: coerce(element, own) }] };
}

// --- UNNEST (list)

function unnest(call: ast.TableFunction, args: readonly Expr[]): Rows {
  checkCount(call, 'UNNEST', 1, 1);
  const [given] = args;
  if (given?.type.kind !== 'list')
    throw argumentType(call, 'UNNEST', 0, given === undefined ? 'nothing' : typeName(given.type), 'a list');
  return { list: given, columns: (element) => [{ name: 'unnest', expr: element }] };
}

// --- OPENJSON (json [, path]) [WITH (…)]

const PAIR: SqlType = struct({ key: { kind: 'nvarchar', length: 4000 }, value: NVARCHAR_MAX, type: INT });

function openJson(call: ast.TableFunction, args: readonly Expr[]): Rows {
  const name = 'OPENJSON';
  checkCount(call, name, 1, 2);
  const json = textArgument(call, name, args[0], 0);
  const written = args[1] === undefined ? undefined : constant(args[1]);
  if (args[1] !== undefined && written === undefined)
    throw argumentType(call, name, 1, typeName(args[1].type), 'a path that is a literal or a parameter');
  const { strict, path } = jsonPath(written ?? '$', call.args[1]?.span ?? call.span);
  const given = [json, literal(path, NVARCHAR_MAX), literal(strict, { kind: 'bit' })];
  if (call.schema === undefined) {
    return {
      list: operator('json-pairs', given, list(PAIR), call.span),
      columns: (element) => [
        { name: 'key', expr: field(element, 'key', { kind: 'nvarchar', length: 4000 }) },
        { name: 'value', expr: field(element, 'value', NVARCHAR_MAX) },
        { name: 'type', expr: field(element, 'type', INT) },
      ],
    };
  }
  const schema = call.schema;
  return {
    list: operator('json-items', given, list(NVARCHAR_MAX), call.span),
    columns: (element) => schema.map((c) => ({ name: c.name.name, expr: schemaColumn(c, element) })),
  };
}

function schemaColumn(c: ast.SchemaColumn, item: Expr): Expr {
  if (c.collation !== undefined)
    throw error('not-supported', { what: 'COLLATE in the columns of OPENJSON' }, { span: c.collation.span });
  const type = bindType(c.type, 1);
  const path =
    c.path === undefined ? { strict: false, path: `$${keyStep(c.name.name)}` } : jsonPath(c.path.value, c.path.span);
  const place = [item, literal(path.path, NVARCHAR_MAX), literal(path.strict, { kind: 'bit' })];
  if (c.asJson) {
    const isWide = type.kind === 'json' || (type.kind === 'nvarchar' && type.length === 'max');
    if (!isWide) throw error('bind/as-json', { found: typeName(type) }, { span: c.type.span });
    return coerce(operator('json-fragment', place, NVARCHAR_MAX, c.span), type);
  }
  const value = operator('json-scalar', place, NVARCHAR_MAX, c.span);
  if (!castable(NVARCHAR_MAX, type))
    throw error('bind/cast', { from: 'nvarchar(max)', to: typeName(type) }, { span: c.type.span });
  return { kind: 'cast', operand: value, type, onError: 'fail', span: c.span };
}
