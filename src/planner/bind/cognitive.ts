// A cognitive call becomes a CognitiveMap under the clause that mentions it, and a projection of its answer in place.

import {
  BIT,
  FLOAT,
  INT,
  isNumeric,
  isText,
  NVARCHAR_MAX,
  type SqlType,
  struct,
  typeName,
} from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import type { CognitiveFunction } from '../../udf/function.ts';
import { isLocal } from '../../udf/operation.ts';
import { type Column, type ColumnId, column, type Expr, literal, operator } from '../expression.ts';
import { columnsUsed } from '../shape.ts';
import { allOf } from './conditions.ts';
import type { Env, PlanHolder } from './context.ts';
import { namedService } from './services.ts';
import { castable, coerce } from './types.ts';

/** Why the service refused a document: what COGNITIVE_ERROR gives. */
export const FAILURE: SqlType = struct({ code: NVARCHAR_MAX, message: NVARCHAR_MAX, retriable: BIT });

/** @throws SqlcError bind/argument-count, bind/argument-type, bind/cognitive-correlated */
export function bindCognitiveCall(
  env: Env,
  call: FunctionCall,
  fn: CognitiveFunction,
  given: readonly Expr[],
  want: 'answer' | 'failure' = 'answer',
): Expr {
  const args = fn.params.map((param, i) => {
    const arg = given[i];
    if (arg === undefined) return literal(null, param.type);
    // A service's text takes text only; a registered function's arguments convert as any assignment does.
    const fits = isLocal(fn.operation) ? castable(arg.type, param.type) : isText(arg.type);
    if (arg.type.kind !== 'null' && !fits) {
      const expected = isLocal(fn.operation) ? typeName(param.type) : 'text';
      const params = { index: i + 1, name: fn.name, found: typeName(arg.type), expected };
      throw error('bind/argument-type', params, {
        span: call.args[i]?.span,
        hint: `Convert it with CAST(… AS ${typeName(param.type)}).`,
      });
    }
    return coerce(arg, param.type);
  });
  const used = new Set(args.flatMap((a) => [...columnsUsed(a)]));
  const place = placeOf(env, used);
  if (place === undefined) throw error('bind/cognitive-correlated', { name: fn.name }, { span: call.span });
  const { holder, guard } = place;
  const answer = { id: env.ctx.nextId(), name: fn.name.toLowerCase(), type: fn.operation.answer };
  const failure =
    env.ctx.onError.mode === 'null' && want === 'answer'
      ? undefined
      : { id: env.ctx.nextId(), name: 'failure', type: FAILURE };
  holder.plan = {
    kind: 'cognitive-map',
    child: holder.plan,
    call: { operation: fn.operation, service: serviceNamed(env, call, fn), args, guard, answer, failure, fn: fn.name },
  };
  if (want === 'failure' && failure !== undefined) return column(failure, call.span);
  return { ...answered(env, fn, project(fn, column(answer)), failure, call.span), span: call.span } as Expr; // the span does not change the kind
}

/**
 * Where a call is made that reads these columns: in its own query, in an outer one when it reads that one's row alone
 * (then guarded as the subquery is), or below an APPLY that it is lifted above.
 */
function placeOf(
  env: Env,
  columns: ReadonlySet<ColumnId>,
): { readonly holder: PlanHolder; readonly guard: Expr | undefined } | undefined {
  for (let place: Env | undefined = env; place !== undefined; place = place.outer) {
    const guard = allOf(place.guards);
    const used = new Set(columns);
    if (guard !== undefined) columnsUsed(guard, used);
    const holder = place.hoist(used);
    if (holder !== undefined) return { holder, guard };
  }
  const guard = allOf(env.guards);
  const used = guard === undefined ? new Set(columns) : columnsUsed(guard, new Set(columns));
  const holder = env.hoist(new Set([...used].filter((id) => !env.lateral.has(id))));
  return holder && { holder, guard };
}

/** As it is called in the catalog, so that two mentions are one whatever their case. */
function serviceNamed(
  { ctx }: Env,
  { service }: FunctionCall,
  { name, operation }: CognitiveFunction,
): string | undefined {
  if (service === undefined) return undefined;
  if (!isLocal(operation)) return namedService(ctx.snapshot, operation, service).name;
  const params = { name: service.name, operation: name, reason: 'it is a function of this program' };
  throw error('bind/service-operation', params, { span: service.span });
}

/** What a failed document's row gets: NULL, a value, or an error where the value is used. */
function answered(env: Env, fn: CognitiveFunction, value: Expr, failure: Column | undefined, span: Span): Expr {
  const { onError } = env.ctx;
  if (failure === undefined || onError.mode === 'null') return value;
  const failed = operator('is-not-null', [column(failure)], BIT);
  if (onError.mode === 'default') {
    if (!isText(fn.returns) && !isNumeric(fn.returns)) {
      throw error('bind/on-error-default', { name: fn.name, type: typeName(fn.returns) }, { span });
    }
    const fallback: Expr = {
      kind: 'cast',
      operand: literal(onError.value, NVARCHAR_MAX),
      type: fn.returns,
      onError: 'fail',
    };
    return { kind: 'case', branches: [{ when: failed, then: fallback }], otherwise: value, type: fn.returns };
  }
  if (env.undecided !== undefined) {
    env.undecided.push(failure);
    return value;
  }
  const raised = operator('raise-document', [column(failure), value], fn.returns);
  return { kind: 'case', branches: [{ when: failed, then: raised }], otherwise: value, type: fn.returns };
}

/**
 * Conjuncts under ON_ERROR FAIL: a failed value passes as undecided, and its error is raised only for rows that
 * survive every conjunct, so that the answer does not depend on their order.
 */
export function undecidedFilter(
  conjuncts: readonly { readonly predicate: Expr; readonly failures: readonly Column[] }[],
): { filters: Expr[]; check: Expr | undefined } {
  const filters = conjuncts.map(({ predicate, failures }): Expr => {
    if (failures.length === 0) return predicate;
    return {
      kind: 'case',
      branches: [{ when: anyFailed(failures), then: literal(true, BIT) }],
      otherwise: predicate,
      type: BIT,
    };
  });
  const failures = conjuncts.flatMap((c) => c.failures);
  if (failures.length === 0) return { filters, check: undefined };
  const raises = failures.map((f) => ({
    when: operator('is-not-null', [column(f)], BIT),
    then: operator('raise-document', [column(f), literal(true, BIT)], BIT) as Expr,
  }));
  const survivors = operator('and', filters, BIT);
  const raise: Expr = { kind: 'case', branches: raises, otherwise: literal(true, BIT), type: BIT };
  // One expression, so that the engine cannot raise before it has filtered.
  return {
    filters,
    check: { kind: 'case', branches: [{ when: survivors, then: raise }], otherwise: literal(false, BIT), type: BIT },
  };
}

function anyFailed(failures: readonly Column[]): Expr {
  const tests = failures.map((f) => operator('is-not-null', [column(f)], BIT));
  return tests.length === 1 && tests[0] !== undefined ? tests[0] : operator('or', tests, BIT);
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
