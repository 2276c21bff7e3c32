// Expressions: AST -> Expr. Names become column ids, conversions become casts, cognitive calls are hoisted
// under the guards of the place they stand in.

import { BIT, decimal, FLOAT, familyOf, INT, isNumeric, isText, type SqlType, typeName } from '../../arrow/sql-type.ts';
import { error, type SqlcError, unreachable } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { type Expr, isNullLiteral, literal, nullLiteral, operator, type SubqueryExpr } from '../expression.ts';
import { columnsOf } from '../plan.ts';
import { columnsUsed, freeColumns } from '../shape.ts';
import { astKey, callsIn, columnNamesIn } from './ast-key.ts';
import { bindCall } from './call.ts';
import { isNotFalse, isNotTrue, isTrue } from './conditions.ts';
import { type Env, MAX_DEPTH } from './context.ts';
import { bindQuery } from './query.ts';
import { fieldsOf, resolveColumn } from './scope.ts';
import { bindType } from './type-name.ts';
import { arithmeticType, castable, coerce, commonType, concatType } from './types.ts';

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
      return literal(
        e.value,
        { kind: e.national ? 'nvarchar' : 'varchar', length: Math.max(1, byteLength(e.value, e.national)) },
        e.span,
      );
    case 'binary-literal':
      return literal(
        Uint8Array.from(Buffer.from(e.hex, 'hex')),
        { kind: 'varbinary', length: Math.max(1, e.hex.length / 2) },
        e.span,
      );
    case 'null':
      return nullLiteral(e.span);
    case 'boolean':
      return literal(e.value, BIT, e.span);
    case 'parameter': {
      const found = env.ctx.parameters.get(e.name.toLowerCase());
      if (found === undefined) {
        const hint = didYouMean(e.name, env.ctx.parameters.keys());
        throw error('bind/unknown-parameter', { name: e.name }, { span: e.span, hint: hint?.replace('"', '"@') });
      }
      return { kind: 'parameter', name: e.name, value: found.value, type: found.type, span: e.span };
    }
    case 'unary':
      return bindUnary(e, env);
    case 'binary':
      return e.operator === 'and' || e.operator === 'or' ? bindLogical(e, e.operator, env) : bindChain(e, env);
    case 'is-null':
      return operator(e.negated ? 'is-not-null' : 'is-null', [bindExpression(e.operand, env)], BIT, e.span);
    case 'is-distinct': {
      const [left, right] = alike(
        [e.left, e.right],
        env,
        e.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
        e.span,
      );
      return operator(e.negated ? 'is-not-distinct' : 'is-distinct', [left, right] as Expr[], BIT, e.span); // two in, two out
    }
    case 'between': {
      const args = alike([e.operand, e.low, e.high], env, 'BETWEEN', e.span);
      return operator(e.negated ? 'not-between' : 'between', args, BIT, e.span);
    }
    case 'in-list':
      return operator(
        e.negated ? 'not-in-list' : 'in-list',
        alike([e.operand, ...e.items], env, 'IN', e.span),
        BIT,
        e.span,
      );
    case 'like':
      return bindLike(e, env);
    case 'in-query':
      return negateIf(e.negated, bindComparedQuery(e, 'in', '=', e.operand, e.query, env));
    case 'quantified':
      return bindComparedQuery(e, e.quantifier, e.operator, e.operand, e.query, env);
    case 'exists':
      return bindSubquery(e.query, 'exists', env, e.span);
    case 'scalar-query':
      return bindSubquery(e.query, 'scalar', env, e.span);
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
    case 'struct':
    case 'subscript':
      throw error(
        'not-supported',
        { what: `a ${e.kind === 'subscript' ? 'subscript' : `${e.kind} literal`}` },
        { span: e.span },
      );
    default:
      return unreachable(e);
  }
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

function bindNumber(e: ast.NumberLiteral): Expr {
  if (e.money) return literal(e.text, { kind: 'money' }, e.span);
  if (/e/i.test(e.text)) {
    if (!Number.isFinite(Number(e.text))) throw error('bind/literal-range', { found: e.text }, { span: e.span });
    return literal(Number(e.text), FLOAT, e.span);
  }
  const [whole = '', fraction] = e.text.split('.');
  const integral = whole.replace(/^0+(?=\d)/, '');
  if (fraction === undefined) {
    if (integral.length < 10 || Number(integral) <= 2147483647) return literal(Number(integral), INT, e.span);
    if (integral.length > 38) throw error('bind/literal-range', { found: e.text }, { span: e.span });
    return literal(integral, decimal(integral.length, 0), e.span);
  }
  const digits = integral === '0' || integral === '' ? fraction.length : integral.length + fraction.length;
  if (digits > 38) throw error('bind/literal-range', { found: e.text }, { span: e.span });
  return literal(
    `${integral === '' ? '0' : integral}.${fraction}`,
    decimal(Math.max(1, digits), fraction.length),
    e.span,
  );
}

function byteLength(value: string, national: boolean): number {
  return national ? value.length : Buffer.byteLength(value);
}

function bindUnary(e: ast.Unary, env: Env): Expr {
  if (e.operator === 'not') return operator('not', [bindCondition(e.operand, env)], BIT, e.span);
  const operand = bindExpression(e.operand, env);
  const wanted =
    e.operator === '~'
      ? familyOf(operand.type) === 'integer' || operand.type.kind === 'bit'
      : isNumeric(operand.type) && operand.type.kind !== 'bit';
  if (operand.type.kind !== 'null' && !wanted) throw operandType(operand, `"${e.operator}"`, e.span);
  if (e.operator === '+') return operand;
  if (e.operator === '-' && operand.kind === 'literal' && operand.value !== null)
    return negated(operand.value, operand.type, e.span);
  // tinyint has no negative numbers: its negation is a smallint.
  const type: SqlType = e.operator === '-' && operand.type.kind === 'tinyint' ? { kind: 'smallint' } : operand.type;
  return operator(e.operator === '-' ? 'negate' : '~', [coerce(operand, type)], type, e.span);
}

function negated(
  value: NonNullable<ast.NumberLiteral['text'] | number | bigint | boolean | Uint8Array>,
  type: SqlType,
  span: Span,
): Expr {
  if (typeof value === 'number') return literal(-value, type, span);
  // -2147483648 is written as a bigger literal, negated.
  if (value === '2147483648') return literal(-2147483648, INT, span);
  return literal(`-${String(value)}`, type, span);
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
function bindChain(e: ast.Binary, env: Env): Expr {
  const links: ast.Binary[] = [];
  let left: ast.Expression = e;
  while (left.kind === 'binary' && left.operator !== 'and' && left.operator !== 'or') {
    if (env.grouping?.keys.has(astKey(left, env.scope))) break;
    links.push(left);
    left = left.left;
  }
  return links.reduceRight(
    (acc: Expr, link) => combine(link, acc, bindExpression(link.right, env)),
    bindExpression(left, env),
  );
}

function combine(e: ast.Binary, left: Expr, right: Expr): Expr {
  switch (e.operator) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const type = commonType(left.type, right.type);
      if (type === undefined) throw clash(left, right, `"${e.operator}"`, e.span);
      if (type.kind === 'struct' && e.operator !== '=' && e.operator !== '<>')
        throw operandType(left, `"${e.operator}"`, e.span);
      return operator(e.operator, comparable(left, right, type), BIT, e.span);
    }
    case '||':
      return concatenate(left, right, e.span);
    case '+':
      if (isConcat(left, right)) return concatenate(left, right, e.span);
      return arithmetic('+', left, right, e.span);
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(e.operator, left, right, e.span);
    case '&':
    case '|':
    case '^': {
      const type = commonType(left.type, right.type);
      if (type === undefined || (familyOf(type) !== 'integer' && type.kind !== 'bit'))
        throw clash(left, right, `"${e.operator}"`, e.span);
      return operator(e.operator, [coerce(left, type), coerce(right, type)], type, e.span);
    }
    default:
      throw operandType(left, `"${e.operator}"`, e.span);
  }
}

/** Trailing blanks of char columns and of literals do not count (DEC 36); elsewhere text is compared as it is. */
function comparable(left: Expr, right: Expr, type: SqlType): Expr[] {
  const sides = [coerce(left, type), coerce(right, type)];
  if (!isText(type) || ![left, right].some(isPadded)) return sides;
  return sides.map((side) => operator('rtrim', [side], side.type, side.span));
}

function isPadded(side: Expr): boolean {
  return (
    side.type.kind === 'char' ||
    side.type.kind === 'nchar' ||
    (side.kind === 'literal' && typeof side.value === 'string' && side.value.endsWith(' '))
  );
}

function isConcat(left: Expr, right: Expr): boolean {
  const joins = (x: Expr, y: Expr) =>
    (isText(x.type) || familyOf(x.type) === 'binary') &&
    (familyOf(y.type) === familyOf(x.type) || y.type.kind === 'null');
  return joins(left, right) || joins(right, left);
}

function concatenate(left: Expr, right: Expr, span: Span): Expr {
  for (const side of [left, right]) {
    if (side.type.kind !== 'null' && !isText(side.type) && familyOf(side.type) !== 'binary')
      throw operandType(side, 'concatenation', span);
  }
  const type = concatType(left.type, right.type);
  const label = (x: Expr) => (isNullLiteral(x) ? coerce(x, type) : x);
  return operator('concat', [label(left), label(right)], type, span);
}

function arithmetic(op: '+' | '-' | '*' | '/' | '%', left: Expr, right: Expr, span: Span): Expr {
  // A bare NULL is of the other side's type.
  const beside = (x: Expr, y: Expr) => (isNullLiteral(x) && !isText(y.type) ? coerce(x, y.type) : x);
  const [a, b] = [beside(fromText(left, right), right), beside(fromText(right, left), left)];
  const type = arithmeticType(op, a, b);
  if (type === undefined) throw clash(left, right, `"${op}"`, span);
  const exact = familyOf(type) === 'decimal';
  // Decimal operands keep their own precision; other types meet in the result's.
  const side = (x: Expr) => (isNullLiteral(x) || !exact ? coerce(x, type) : x);
  return operator(op, [side(a), side(b)], type, span);
}

/** In arithmetic a text side becomes the other side's type. */
function fromText(side: Expr, other: Expr): Expr {
  if (!isText(side.type)) return side;
  return isNumeric(other.type) && other.type.kind !== 'bit' ? coerce(side, other.type) : side;
}

function bindLike(e: ast.Like, env: Env): Expr {
  const operand = toText(bindExpression(e.operand, env), 'LIKE', e.operand.span);
  const given = bindExpression(e.pattern, env);
  // The pattern shapes the SQL: a parameter's value is needed now, as a literal.
  const pattern: Expr = given.kind === 'parameter' ? literal(given.value, given.type, given.span) : given;
  const escaped = e.escape === undefined ? undefined : bindExpression(e.escape, env);
  if (pattern.kind !== 'literal' || (escaped !== undefined && escaped.kind !== 'literal')) {
    throw error(
      'not-supported',
      { what: 'LIKE with a pattern that is not a literal or a parameter' },
      { span: e.pattern.span },
    );
  }
  const args = [
    operand,
    toText(pattern, 'LIKE', e.pattern.span),
    ...(escaped === undefined ? [] : [toText(escaped, 'ESCAPE', e.span)]),
  ];
  return operator(e.negated ? 'not-like' : 'like', args, BIT, e.span);
}

export function toText(expr: Expr, what: string, span: Span): Expr {
  if (isText(expr.type)) return expr;
  const type: SqlType = { kind: 'nvarchar', length: 'max' };
  if (!castable(expr.type, type)) throw operandType(expr, what, span);
  return coerce(expr, type);
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

/** CASE with its branches converted to one type. */
export function caseOf(branches: readonly { when: Expr; then: Expr }[], otherwise: Expr | undefined, span: Span): Expr {
  const values = [...branches.map((b) => b.then), ...(otherwise === undefined ? [] : [otherwise])];
  const type = unify(values, 'CASE', span);
  return {
    kind: 'case',
    branches: branches.map((b) => ({ when: b.when, then: coerce(b.then, type) })),
    otherwise: otherwise === undefined ? undefined : coerce(otherwise, type),
    type,
    span,
  };
}

function equals(left: Expr, right: Expr, span: Span): Expr {
  const type = commonType(left.type, right.type);
  if (type === undefined) throw clash(left, right, 'CASE', span);
  return operator('=', [coerce(left, type), coerce(right, type)], BIT, span);
}

function bindCast(e: ast.Cast, env: Env): Expr {
  const operand = bindExpression(e.operand, env);
  const type = bindType(e.type, 30);
  if (e.style !== undefined) throw error('not-supported', { what: 'a CONVERT style' }, { span: e.style.span });
  if (!castable(operand.type, type)) {
    throw error('bind/cast', { from: typeName(operand.type), to: typeName(type) }, { span: e.span });
  }
  if (isNullLiteral(operand)) return literal(null, type, e.span);
  return { kind: 'cast', operand, type, onError: e.onError, span: e.span };
}

// --- subqueries

function bindSubquery(query: ast.Query, form: 'scalar' | 'exists', env: Env, span: Span): Expr {
  const { plan } = bindQuery(query, { ctx: env.ctx, parent: env.scope, ctes: env.ctes, defining: new Set() });
  checkFree(plan, env, span);
  if (form === 'exists')
    return { kind: 'subquery', form, operand: undefined, comparison: undefined, plan, type: BIT, span };
  return {
    kind: 'subquery',
    form,
    operand: undefined,
    comparison: undefined,
    plan,
    type: onlyColumn(plan, query.span).type,
    span,
  };
}

function bindComparedQuery(
  e: ast.Expression,
  form: 'in' | 'all' | 'any',
  comparison: ast.Quantified['operator'],
  operandAst: ast.Expression,
  query: ast.Query,
  env: Env,
): Expr {
  const operand = bindExpression(operandAst, env);
  const { plan } = bindQuery(query, { ctx: env.ctx, parent: env.scope, ctes: env.ctes, defining: new Set() });
  checkFree(plan, env, e.span);
  const found = onlyColumn(plan, query.span);
  const type = commonType(operand.type, found.type);
  if (type === undefined)
    throw clash(operand, { kind: 'column', id: found.id, type: found.type }, form.toUpperCase(), e.span);
  const value = coerce({ kind: 'column', id: found.id, type: found.type }, type);
  const cast: SubqueryExpr['plan'] =
    value.kind === 'column'
      ? plan
      : { kind: 'project', child: plan, columns: [{ id: env.ctx.nextId(), name: found.name, type, expr: value }] };
  return { kind: 'subquery', form, operand: coerce(operand, type), comparison, plan: cast, type: BIT, span: e.span };
}

function onlyColumn(plan: SubqueryExpr['plan'], span: Span) {
  const columns = columnsOf(plan);
  const [only] = columns;
  if (only === undefined || columns.length !== 1) throw error('bind/one-column', { count: columns.length }, { span });
  return only;
}

function checkFree(plan: SubqueryExpr['plan'], env: Env, span: Span): void {
  const grouping = env.grouping;
  if (grouping === undefined) return;
  for (const id of freeColumns(plan)) {
    if (grouping.localIds.has(id) && !grouping.groupIds.has(id))
      throw error('bind/not-grouped', { name: 'of the outer query' }, { span });
  }
}

// --- shared

/** Operands converted to one type. */
export function alike(operands: readonly ast.Expression[], env: Env, what: string, span: Span): Expr[] {
  const bound = operands.map((o) => bindExpression(o, env));
  const type = unify(bound, what, span);
  return bound.map((b) => coerce(b, type));
}

export function unify(values: readonly Expr[], what: string, span: Span): SqlType {
  return values.reduce(
    (type: SqlType, value) => {
      const common = commonType(type, value.type);
      if (common === undefined) {
        throw error(
          'bind/type-clash',
          { left: typeName(type), right: typeName(value.type), operation: what },
          { span: value.span ?? span },
        );
      }
      return common;
    },
    { kind: 'null' },
  );
}

function negateIf(negate: boolean, expr: Expr): Expr {
  return negate ? operator('not', [expr], BIT, expr.span) : expr;
}

function clash(left: Expr, right: Expr, operation: string, span: Span): SqlcError {
  return error('bind/type-clash', { left: typeName(left.type), right: typeName(right.type), operation }, { span });
}

export function operandType(operand: Expr, operation: string, span: Span): SqlcError {
  return error('bind/operand-type', { found: typeName(operand.type), operation }, { span });
}
