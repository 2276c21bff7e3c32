// A cognitive call becomes a CognitiveMap under the clause that mentions it, and a projection of its answer in place.

import { FLOAT, INT, isText, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import type { CognitiveFunction } from '../../udf/function.ts';
import { column, type Expr, literal, operator } from '../expression.ts';
import { columnsUsed } from '../shape.ts';
import { allOf } from './conditions.ts';
import type { Env } from './context.ts';
import { coerce } from './types.ts';

/** @throws SqlcError bind/argument-count, bind/argument-type, bind/cognitive-correlated */
export function bindCognitiveCall(env: Env, call: FunctionCall, fn: CognitiveFunction, given: readonly Expr[]): Expr {
  const args = fn.params.map((param, i) => {
    const arg = given[i];
    if (arg === undefined) return literal(null, param.type);
    if (arg.type.kind !== 'null' && !isText(arg.type)) {
      const params = { index: i + 1, name: fn.name, found: typeName(arg.type), expected: 'text' };
      throw error('bind/argument-type', params, {
        span: call.args[i]?.span,
        hint: 'Convert it with CAST(… AS nvarchar(max)).',
      });
    }
    return coerce(arg, param.type);
  });
  const guard = allOf(env.guards);
  const used = new Set(args.flatMap((a) => [...columnsUsed(a)]));
  if (guard !== undefined) columnsUsed(guard, used);
  const holder = env.hoist(used);
  if (holder === undefined) throw error('bind/cognitive-correlated', { name: fn.name }, { span: call.span });
  const answer = { id: env.ctx.nextId(), name: fn.name.toLowerCase(), type: fn.operation.answer };
  holder.plan = {
    kind: 'cognitive-map',
    child: holder.plan,
    call: { operation: fn.operation, service: call.service?.name, args, guard, answer, fn: fn.name },
  };
  return { ...project(fn, column(answer)), span: call.span } as Expr; // the span does not change the kind
}

export function checkArgumentCount(call: FunctionCall, min: number, max: number): void {
  const found = call.args.length;
  if (found >= min && found <= max) return;
  const many = (n: number) => `${n} argument${n === 1 ? '' : 's'}`;
  const expected =
    min === max ? many(min) : max === Number.POSITIVE_INFINITY ? `at least ${many(min)}` : `${min} to ${many(max)}`;
  throw error('bind/argument-count', { name: call.name.name.toUpperCase(), expected, found }, { span: call.span });
}

function project(fn: CognitiveFunction, answer: Expr): Expr {
  const { projection } = fn;
  const field = (name: string): Expr => ({ kind: 'field', operand: answer, name, type: fn.returns });
  switch (projection.kind) {
    case 'whole':
      return answer;
    case 'field':
      return field(projection.field);
    case 'weighted-sum': {
      const terms = projection.terms.map((t) => operator('*', [field(t.field), literal(t.weight, FLOAT)], FLOAT));
      const sum = terms.reduce((a, b) => operator('+', [a, b], FLOAT));
      return operator('round', [sum, literal(projection.digits, INT)], FLOAT);
    }
  }
}
