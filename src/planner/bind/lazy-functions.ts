// Functions whose arguments are evaluated only when needed: they guard the calls inside, so they bind their own
// arguments.

import { BIT, INT, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import { type Expr, isNullLiteral, literal, nullLiteral, operator } from '../expression.ts';
import { checkArgumentCount } from './cognitive.ts';
import { isNotTrue, isNull, isTrue } from './conditions.ts';
import type { Env } from './context.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { type ScalarFunction, whole } from './functions/scalar-function.ts';
import { caseOf, unify } from './operators.ts';
import { coerce, commonType } from './types.ts';

export interface LazyFunction extends Pick<ScalarFunction, 'signature' | 'doc' | 'example'> {
  bind(call: FunctionCall, env: Env): Expr;
}

/** Functions whose arguments are evaluated only when needed: they guard the calls inside. */
const FUNCTIONS: readonly LazyFunction[] = [
  {
    signature: 'COALESCE(value, value, ...)',
    doc: 'The first value that is not NULL, in the type all of them have in common.',
    example: ["COALESCE(NULL, 'a', 'b')", 'a'],
    bind: bindCoalesce,
  },
  {
    signature: 'ISNULL(value, replacement)',
    doc: 'The value, or the replacement where it is NULL, in the type of the value.',
    example: ["ISNULL(CAST(NULL AS varchar(2)), 'abc')", 'ab'],
    bind: bindIsNull,
  },
  {
    signature: 'IIF(condition, value, value)',
    doc: 'The first value where the condition holds, else the second.',
    example: ["IIF(1 < 2, 'yes', 'no')", 'yes'],
    bind: bindIif,
  },
  {
    signature: 'CHOOSE(index, value, ...)',
    doc: 'The value at an index, from 1; NULL outside.',
    example: ["CHOOSE(2, 'a', 'b', 'c')", 'b'],
    bind: bindChoose,
  },
];

export const LAZY_FUNCTIONS: ReadonlyMap<string, LazyFunction> = new Map(
  FUNCTIONS.map((fn) => [fn.signature.slice(0, fn.signature.indexOf('(')), fn]),
);

function bindCoalesce(call: FunctionCall, env: Env): Expr {
  checkArgumentCount(call, 2, Number.POSITIVE_INFINITY);
  const args = guardedByNull(call, env);
  const type = unify(args, 'COALESCE', call.span);
  return operator(
    'coalesce',
    args.map((a) => coerce(a, type)),
    type,
    call.span,
  );
}

/** The result has the first argument's type, its length included; a bare NULL takes the other's. */
function bindIsNull(call: FunctionCall, env: Env): Expr {
  checkArgumentCount(call, 2, 2);
  const [value, fallback] = guardedByNull(call, env);
  if (value === undefined || fallback === undefined)
    throw error(
      'bind/argument-count',
      { name: 'ISNULL', expected: '2 arguments', found: call.args.length },
      { span: call.span },
    );
  const type = isNullLiteral(value) ? fallback.type : value.type;
  if (commonType(type, fallback.type) === undefined) {
    throw error(
      'bind/argument-type',
      { index: 2, name: 'ISNULL', found: typeName(fallback.type), expected: typeName(type) },
      { span: call.args[1]?.span },
    );
  }
  return operator('coalesce', [coerce(value, type), coerce(fallback, type)], type, call.span);
}

function guardedByNull(call: FunctionCall, env: Env): Expr[] {
  const guards = [...env.guards];
  return call.args.map((arg) => {
    const bound = bindExpression(arg, { ...env, guards: [...guards] });
    guards.push(isNull(bound));
    return bound;
  });
}

function bindIif(call: FunctionCall, env: Env): Expr {
  checkArgumentCount(call, 3, 3);
  const [condition, yes, no] = call.args;
  if (condition === undefined || yes === undefined || no === undefined)
    throw error(
      'bind/argument-count',
      { name: 'IIF', expected: '3 arguments', found: call.args.length },
      { span: call.span },
    );
  const when = bindCondition(condition, env);
  const then = bindExpression(yes, { ...env, guards: [...env.guards, isTrue(when)] });
  const otherwise = bindExpression(no, { ...env, guards: [...env.guards, isNotTrue(when)] });
  return caseOf([{ when, then }], otherwise, call.span);
}

function bindChoose(call: FunctionCall, env: Env): Expr {
  checkArgumentCount(call, 2, Number.POSITIVE_INFINITY);
  const [first, ...values] = call.args;
  const index = first === undefined ? nullLiteral() : whole(bindExpression(first, env), call, 0);
  const branches = values.map((value, i) => {
    const when = operator('=', [index, coerce(literal(i + 1, INT), index.type)], BIT);
    return { when, then: bindExpression(value, { ...env, guards: [...env.guards, isTrue(when)] }) };
  });
  return caseOf(branches, undefined, call.span);
}
