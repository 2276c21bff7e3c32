// Functions whose arguments are evaluated only when needed: they guard the calls inside, so they bind their own
// arguments.

import { typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import { type Expr, isNullLiteral, operator } from '../expression.ts';
import { checkArgumentCount } from './cognitive.ts';
import { isNotTrue, isNull, isTrue } from './conditions.ts';
import type { Env } from './context.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { caseOf, unify } from './operators.ts';
import { coerce, commonType } from './types.ts';

/** Functions whose arguments are evaluated only when needed: they guard the calls inside. */
export const LAZY_FUNCTIONS: ReadonlyMap<string, (call: FunctionCall, env: Env) => Expr> = new Map([
  ['COALESCE', bindCoalesce],
  ['ISNULL', bindIsNull],
  ['IIF', bindIif],
]);

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
