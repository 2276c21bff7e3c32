// Expressions: AST -> Expr. Names become column ids, conversions become casts, cognitive calls are hoisted
// under the guards of the place they stand in.

import {
  BIT,
  collationOf,
  familyOf,
  isNumeric,
  isText,
  type SqlType,
  typeName,
  withCollation,
} from '../../arrow/sql-type.ts';
import { error, type SqlcError, unreachable } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { isDateStyle } from '../duckdb-dialect/date-styles.ts';
import { type Expr, isNullLiteral, literal, nullLiteral, operator } from '../expression.ts';
import { columnsUsed } from '../shape.ts';
import { astKey, callsIn, columnNamesIn } from './ast-key.ts';
import { balanced } from './balanced.ts';
import { bindCall } from './call.ts';
import { caseless, collate, collationAmong, folded, uncollated } from './collation.ts';
import { bindList, bindStruct, bindSubscript } from './collections.ts';
import { isNotFalse, isNotTrue, isTrue } from './conditions.ts';
import { type Env, MAX_DEPTH } from './context.ts';
import { checkCulture, parsedText } from './functions/format.ts';
import { bindBinary, bindNumber, bindString, negated } from './literals.ts';
import { bindNextValue } from './next-value.ts';
import { caseOf, combine, comparable, equals, operandType, toText, unify } from './operators.ts';
import { bindRowComparison, bindRowInList, bindRowInQuery } from './rows.ts';
import { fieldsOf, resolveColumn } from './scope.ts';
import { bindComparedQuery, bindSubquery } from './subqueries.ts';
import { inZone, zonedLike, zoneNamed } from './time-zone.ts';
import { bindType } from './type-name.ts';
import { castable, coerce } from './types.ts';

/** Operands of a chain that is not bound as a chain: DuckDB and we recurse into expressions. */
const LONG_CHAIN = 200;

export function bindExpression(e: ast.Expression, outer: Env): Expr {
  if (outer.depth >= MAX_DEPTH) throw error('bind/expression-too-deep', { limit: MAX_DEPTH }, { span: e.span });
  const grouped = outer.grouping?.keys.get(astKey(e, outer.scope));
  if (grouped !== undefined) return { kind: 'column', id: grouped.id, type: grouped.type, span: e.span };
  const env: Env = { ...outer, depth: outer.depth + 1 };
  switch (e.kind) {
    case 'column':
      return bindColumn(e, env);
    case 'number':
      return bindNumber(e);
    case 'string':
      return bindString(e);
    case 'binary-literal':
      return bindBinary(e);
    case 'null':
      return nullLiteral(e.span);
    case 'boolean':
      return literal(e.value, BIT, e.span);
    case 'parameter':
      return bindParameter(e, env);
    case 'system-variable':
      return bindSystemVariable(e, env);
    case 'unary':
      return bindUnary(e, env);
    case 'binary':
      if (e.left.kind === 'row' && e.right.kind === 'row') return bindRowComparison(e, e.left, e.right, env);
      return e.operator === 'and' || e.operator === 'or' ? bindLogical(e, e.operator, env) : bindChain(e, env);
    case 'is-null':
      return operator(e.negated ? 'is-not-null' : 'is-null', [bindExpression(e.operand, env)], BIT, e.span);
    case 'is-distinct': {
      const [left, right] = compared(
        [e.left, e.right],
        env,
        e.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
        e.span,
      );
      return operator(e.negated ? 'is-not-distinct' : 'is-distinct', [left, right] as Expr[], BIT, e.span); // two in, two out
    }
    case 'between': {
      const args = compared([e.operand, e.low, e.high], env, 'BETWEEN', e.span);
      return operator(e.negated ? 'not-between' : 'between', args, BIT, e.span);
    }
    case 'in-list':
      if (e.operand.kind === 'row') return negateIf(e.negated, bindRowInList(e.operand, e, env));
      return operator(
        e.negated ? 'not-in-list' : 'in-list',
        compared([e.operand, ...e.items], env, 'IN', e.span),
        BIT,
        e.span,
      );
    case 'like':
      return bindLike(e, env);
    case 'in-query':
      if (e.operand.kind === 'row') return negateIf(e.negated, bindRowInQuery(e.operand, e, env));
      return negateIf(e.negated, bindComparedQuery(e, 'in', '=', bindExpression(e.operand, env), e.query, env));
    case 'quantified':
      return bindComparedQuery(e, e.quantifier, e.operator, bindExpression(e.operand, env), e.query, env);
    case 'exists':
      return bindSubquery(e.query, 'exists', env, e.span);
    case 'scalar-query':
      return inlined(e.query, env) ?? bindSubquery(e.query, 'scalar', env, e.span);
    case 'case':
      return bindCase(e, env);
    case 'cast':
      return bindCast(e, env);
    case 'field':
      return fieldsOf(bindExpression(e.operand, env), [e.field]);
    case 'call':
      return bindCall(e, env);
    case 'star':
      throw error('syntax/unexpected-token', { found: '"*"', expected: 'an expression' }, { span: e.span });
    case 'list':
      return bindList(e, env);
    case 'struct':
      return bindStruct(e, env);
    case 'subscript':
      return bindSubscript(e, env);
    case 'collate':
      return collate(bindExpression(e.operand, env), e.collation, env.ctx);
    case 'at-time-zone':
      return bindAtTimeZone(e, env);
    case 'row':
      throw notSupported('a row of values', e);
    case 'next-value':
      return bindNextValue(e, env);
    case 'method-call':
      throw notSupported('a method call', e);
    case 'default':
      throw notSupported('DEFAULT as a value', e);
    default:
      return unreachable(e);
  }
}

function bindParameter(e: ast.Parameter, env: Env): Expr {
  const { parameters } = env.ctx;
  const found = parameters.get(e.name.toLowerCase());
  if (found === undefined) {
    const names = [...parameters.keys()].filter((key) => !/[@()]/.test(key));
    const hint = didYouMean(e.name, names)?.replace('"', '"@');
    throw error('bind/unknown-parameter', { name: e.name }, { span: e.span, hint });
  }
  return { kind: 'parameter', name: e.name, value: found.value, type: found.type, span: e.span };
}

/** `@@ROWCOUNT` and its like are values of the session, under names that no parameter has. */
function bindSystemVariable(e: ast.SystemVariable, env: Env): Expr {
  const name = `@${e.name.toLowerCase()}`;
  const found = env.ctx.parameters.get(name);
  if (found === undefined) throw notSupported(`@@${e.name.toUpperCase()}`, e);
  return { kind: 'parameter', name, value: found.value, type: found.type, span: e.span };
}

function notSupported(what: string, { span }: ast.Expression): SqlcError {
  return error('not-supported', { what }, { span });
}

/** An expression that must be a condition. */
export function bindCondition(e: ast.Expression, env: Env): Expr {
  const bound = bindExpression(e, env);
  if (isNullLiteral(bound)) return literal(null, BIT, e.span);
  if (bound.type.kind !== 'bit') throw error('bind/not-boolean', { found: typeName(bound.type) }, { span: e.span });
  return bound;
}

function bindColumn(e: ast.ColumnReference, env: Env): Expr {
  let bound: Expr;
  try {
    bound = resolveColumn(env.scope, e.parts, e.span);
  } catch (failure) {
    const name = e.parts.length === 1 ? e.parts[0]?.name.toLowerCase() : undefined;
    const aliased = name === undefined ? undefined : env.aliases.get(name);
    if (aliased === undefined || name === undefined) throw failure;
    const others = new Map(env.aliases);
    others.delete(name);
    return bindExpression(aliased, { ...env, aliases: others });
  }
  checkGrouped(bound, e.parts.map((p) => p.name).join('.'), env, e.span);
  return bound;
}

/** After GROUP BY, a local column is readable only when it is grouped. */
function checkGrouped(bound: Expr, name: string, env: Env, span: Span): void {
  const grouping = env.grouping;
  if (grouping === undefined) return;
  for (const id of columnsUsed(bound)) {
    if (grouping.localIds.has(id) && !grouping.groupIds.has(id)) throw error('bind/not-grouped', { name }, { span });
  }
}

function bindUnary(e: ast.Unary, env: Env): Expr {
  if (e.operator === 'not') return operator('not', [bindCondition(e.operand, env)], BIT, e.span);
  const operand = bindExpression(e.operand, env);
  const wanted =
    e.operator === '~'
      ? familyOf(operand.type) === 'integer' || operand.type.kind === 'bit'
      : (isNumeric(operand.type) && operand.type.kind !== 'bit') || (e.operator === '+' && isText(operand.type));
  if (operand.type.kind !== 'null' && !wanted) throw operandType(operand, `"${e.operator}"`, e.span);
  if (e.operator === '+') return operand;
  if (e.operator === '-' && operand.kind === 'literal' && operand.value !== null)
    return negated(operand.value, operand.type, e.span);
  // tinyint has no negative numbers: its negation is a smallint.
  const type: SqlType = e.operator === '-' && operand.type.kind === 'tinyint' ? { kind: 'smallint' } : operand.type;
  return operator(e.operator === '-' ? 'negate' : '~', [coerce(operand, type)], type, e.span);
}

/** AND and OR: what needs no call first, then calls in the order of the text, each guarded by what stands before. */
function bindLogical(e: ast.Binary, op: 'and' | 'or', env: Env): Expr {
  const operands = flatten(e, op);
  const cheapFirst = [...operands.keys()].sort(
    (a, b) => Number(callsService(operands[a], env)) - Number(callsService(operands[b], env)),
  );
  const bound: Expr[] = new Array(operands.length);
  const guards = [...env.guards];
  const shields = operands.some((o) => callsService(o, env));
  for (const i of cheapFirst) {
    const operand = operands[i];
    if (operand === undefined) continue;
    const condition = bindCondition(operand, { ...env, guards: callsService(operand, env) ? [...guards] : env.guards });
    bound[i] = condition;
    if (shields) guards.push(op === 'and' ? isNotFalse(condition) : isNotTrue(condition));
  }
  return operator(op, bound, BIT, e.span);
}

/** Operands of a chain of one operator, left to right, without recursing per element. */
export function flatten(e: ast.Expression, op: ast.BinaryOperator): ast.Expression[] {
  const operands: ast.Expression[] = [];
  let left: ast.Expression = e;
  while (left.kind === 'binary' && left.operator === op) {
    operands.push(left.right);
    left = left.left;
  }
  operands.push(left);
  return operands.reverse();
}

/** Whether evaluating the expression asks a service. */
export function callsService(e: ast.Expression | undefined, env: Env): boolean {
  let found = false;
  callsIn(e, (call) => {
    if (env.ctx.functions.has(call.name.name.toUpperCase())) found = true;
  });
  if (found || env.aliases.size === 0) return found;
  const isColumn = (name: string) =>
    env.scope.relations.some((r) => r.columns.some((c) => c.name.toLowerCase() === name));
  columnNamesIn(e, (name) => {
    const aliased = isColumn(name) ? undefined : env.aliases.get(name);
    if (aliased !== undefined && callsService(aliased, { ...env, aliases: new Map() })) found = true;
  });
  return found;
}

/** Comparison and arithmetic: left-deep chains are folded, not recursed into. */
/** `(SELECT a + 1)` is `a + 1`: DuckDB takes twice as long for every subquery in a subquery. */
function inlined({ ctes, body, orderBy, limit, offset, forJson }: ast.Query, env: Env): Expr | undefined {
  if (body.kind !== 'select' || ctes.length + orderBy.length > 0 || limit !== undefined || offset !== undefined) return;
  const { from, groupBy, items, into, where, having } = body;
  const [item] = items;
  const isPlain = [body.top, into, where, having, body.qualify, forJson].every((clause) => clause === undefined);
  if (!isPlain || from.length + groupBy.length > 0 || body.groupByAll || items.length !== 1 || item === undefined)
    return;
  if (item.variable !== undefined || ['star', 'null', 'parameter'].includes(item.expression.kind)) return;
  let calls = 0;
  callsIn(item.expression, () => calls++);
  return calls > 0 ? undefined : bindExpression(item.expression, env);
}

function bindChain(e: ast.Binary, env: Env): Expr {
  const links: ast.Binary[] = [];
  let left: ast.Expression = e;
  while (left.kind === 'binary' && left.operator !== 'and' && left.operator !== 'or') {
    if (env.grouping?.keys.has(astKey(left, env.scope))) break;
    links.push(left);
    left = left.left;
  }
  const first = bindExpression(left, env);
  const rest = links.map((link) => bindExpression(link.right, env)).reverse();
  if (isLongSum(links, [first, ...rest])) return balanced([first, ...rest], (a, b) => combine(e, a, b));
  return rest.reduce((acc, right, i) => combine(links[links.length - 1 - i] ?? e, acc, right), first);
}

/** Of whole numbers or texts alone, so many that nothing could recurse into them one by one: their sum in any grouping is the same. */
function isLongSum(links: readonly ast.Binary[], operands: readonly Expr[]): boolean {
  if (links.length < LONG_CHAIN || links.some((link) => link.operator !== '+' && link.operator !== '||')) return false;
  return operands.every(({ type }) => isText(type)) || operands.every(({ type }) => familyOf(type) === 'integer');
}

function bindLike(e: ast.Like, env: Env): Expr {
  const operand = toText(bindExpression(e.operand, env), 'LIKE', e.operand.span);
  const given = bindExpression(e.pattern, env);
  // The pattern shapes the SQL: a parameter's value is needed now, as a literal.
  const said = uncollated(given);
  const pattern: Expr = said.kind === 'parameter' ? literal(said.value, given.type, given.span) : said;
  const escaped = e.escape === undefined ? undefined : bindExpression(e.escape, env);
  if (escaped !== undefined && escaped.kind !== 'literal')
    throw error('not-supported', { what: 'an ESCAPE that is not a literal' }, { span: e.span });
  const args = [
    operand,
    toText(pattern, 'LIKE', e.pattern.span),
    ...(escaped === undefined ? [] : [toText(escaped, 'ESCAPE', e.span)]),
  ];
  const among = collationAmong(args, env.ctx);
  const collation = e.ignoreCase ? caseless(among) : among;
  return operator(
    `${e.negated ? 'not-' : ''}${e.ignoreCase ? 'ilike' : 'like'}`,
    args.map((a) => folded(a, collation)),
    BIT,
    e.span,
  );
}

function bindCase(e: ast.Case, env: Env): Expr {
  const operand = e.operand === undefined ? undefined : bindExpression(e.operand, env);
  const guards = [...env.guards];
  const branches = e.branches.map((branch) => {
    const inBranch = { ...env, guards: [...guards] };
    const when =
      operand === undefined
        ? bindCondition(branch.when, inBranch)
        : equals(operand, bindExpression(branch.when, inBranch), branch.when.span);
    const then = bindExpression(branch.then, { ...env, guards: [...guards, isTrue(when)] });
    guards.push(isNotTrue(when));
    return { when, then };
  });
  const otherwise = e.otherwise === undefined ? undefined : bindExpression(e.otherwise, { ...env, guards });
  return caseOf(branches, otherwise, e.span);
}

function bindCast(e: ast.Cast, env: Env): Expr {
  const given = bindExpression(e.operand, env);
  const type = bindType(e.type, 30);
  if (e.culture !== undefined) checkCulture(bindExpression(e.culture, env), e.culture.span);
  const operand = e.method === 'parse' ? parsedText(given, type, e.span) : given;
  const style = e.style === undefined ? undefined : styleOf(e.style, operand.type, type, env);
  if (!castable(operand.type, type)) {
    throw error('bind/cast', { from: typeName(operand.type), to: typeName(type) }, { span: e.span });
  }
  if (isNullLiteral(operand)) return literal(null, type, e.span);
  const label = withCollation(type, collationOf(operand.type));
  // PARSE reads as its culture does, whatever SET DATEFORMAT says.
  const dateOrder = e.method === 'parse' ? { dateOrder: 'mdy' as const } : {};
  return { kind: 'cast', operand, type: label, onError: e.onError, style, ...dateOrder, span: e.span };
}

/** The style of CONVERT shapes the SQL: a literal or a variable. Only some pairs of types have styles. */
function styleOf(e: ast.Expression, from: SqlType, to: SqlType, env: Env): number | undefined {
  const given = bindExpression(e, env);
  const value = given.kind === 'literal' || given.kind === 'parameter' ? given.value : undefined;
  const style = Number(value ?? Number.NaN);
  if (!Number.isInteger(style))
    throw error('not-supported', { what: 'a CONVERT style that is not a literal or a variable' }, { span: e.span });
  const [a, b] = [familyOf(from), familyOf(to)];
  const known =
    a === 'datetime' && b === 'text'
      ? isDateStyle(from, style)
      : a === 'float' && b === 'text'
        ? [0, 1, 2, 3, 126, 128, 129].includes(style)
        : (a === 'binary' && b === 'text') || (a === 'text' && b === 'binary')
          ? [0, 1, 2].includes(style)
          : a === 'text' && b === 'datetime'
            ? style === 0 || isDateStyle({ kind: 'datetime' }, style)
            : true;
  if (!known) throw error('bind/convert-style', { style, from: typeName(from), to: typeName(to) }, { span: e.span });
  return style;
}

/** Operands that are compared with each other. */
function compared(operands: readonly ast.Expression[], env: Env, what: string, span: Span): Expr[] {
  const bound = operands.map((o) => bindExpression(o, env));
  return comparable(bound, unify(bound, what, span));
}

/** A time without an offset is local to the zone; one with an offset is shown in it ("AT TIME ZONE"). */
function bindAtTimeZone(e: ast.AtTimeZone, env: Env): Expr {
  const operand = bindExpression(e.operand, env);
  const zone = zoneNamed(bindExpression(e.zone, env), e.zone.span);
  if (isNullLiteral(operand)) return literal(null, { kind: 'datetimeoffset', scale: 7 }, e.span);
  if (!['datetime', 'smalldatetime', 'datetime2', 'datetimeoffset'].includes(operand.type.kind))
    throw operandType(operand, 'AT TIME ZONE', e.span);
  return inZone(operand, zonedLike(operand.type, zone), e.span);
}

function negateIf(negate: boolean, expr: Expr): Expr {
  return negate ? operator('not', [expr], BIT, expr.span) : expr;
}
