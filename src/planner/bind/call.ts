// Calls by name: cognitive functions, our own scalar functions, aggregates, windows, and, last, the relational
// engine's functions on the allowlist.

import { collationOf, familyOf, typeName, withCollation } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import { column, type Expr, type SortKey } from '../expression.ts';
import { AGGREGATES, aggregateOf } from './aggregates.ts';
import { bindCognitiveCall, checkArgumentCount } from './cognitive.ts';
import { collatedAs, collationOfAll } from './collation.ts';
import { type Env, TypeNeeded } from './context.ts';
import { ENGINE_FUNCTIONS } from './engine-functions.ts';
import { bindExpression } from './expression.ts';
import { checkJsonClauses } from './functions/json.ts';
import { type ScalarFunction, shapeOf } from './functions/scalar-function.ts';
import { bindGroupingFunction } from './grouping.ts';
import { LAZY_FUNCTIONS } from './lazy-functions.ts';
import { odbcMeaning } from './odbc-functions.ts';
import { operandType } from './operators.ts';
import { RESERVED_FUNCTIONS } from './reserved-functions.ts';
import { SCALAR_FUNCTIONS } from './scalar-functions.ts';
import { refuseUnbuiltCall } from './unbuilt.ts';
import { bindWindow, isWindow } from './window.ts';
import { WINDOW_FUNCTIONS } from './window-functions.ts';

export function bindCall(call: FunctionCall, env: Env): Expr {
  if (call.odbc) return bindExpression(odbcMeaning(call, env.ctx.functions), env);
  refuseUnbuiltCall(call);
  checkJsonClauses(call);
  const name = call.name.name.toUpperCase();
  if (call.qualifier.length > 0) throw unknownFunction(call, env);
  if (call.over !== undefined) {
    if (!isWindow(name)) throw notWindow(call, name, env);
    return bindWindow(call, call.over, name, env);
  }
  if (AGGREGATES.has(name)) return bindAggregate(call, name, env);
  if (name === 'GROUPING' || name === 'GROUPING_ID') return bindGroupingFunction(call, name, env);
  refuseAggregateSyntax(call, name);
  const cognitive = env.ctx.functions.get(name);
  if (cognitive !== undefined) {
    const required = cognitive.params.filter((p) => !p.optional).length;
    checkArgumentCount(call, required, cognitive.params.length);
    return bindCognitiveCall(
      env,
      call,
      cognitive,
      call.args.map((a) => bindExpression(a, env)),
    );
  }
  if (call.service !== undefined)
    throw error('not-supported', { what: `USING SERVICE in "${name}"` }, { span: call.service.span });
  if (name === 'UNNEST') return bindUnnest(call, env);
  if (name === 'COGNITIVE_ERROR') return bindCognitiveError(call, env);
  const lazy = LAZY_FUNCTIONS.get(name);
  if (lazy !== undefined) return lazy.bind(call, env);
  const scalar = SCALAR_FUNCTIONS.get(name);
  if (scalar !== undefined) {
    const { min, max } = shapeOf(scalar);
    checkArgumentCount(call, min, max);
    const args = call.args.filter((_, i) => i !== scalar.keyword);
    return bindScalar(
      scalar,
      call,
      args.map((a) => bindExpression(a, env)),
      env,
    );
  }
  const session = call.args.length === 0 ? env.ctx.parameters.get(`${name.toLowerCase()}()`) : undefined;
  if (session !== undefined) return { kind: 'parameter', name: `${name}()`, ...session, span: call.span };
  if (WINDOW_FUNCTIONS.has(name)) throw error('bind/needs-over', { name }, { span: call.span });
  if (RESERVED_FUNCTIONS.has(name)) throw error('bind/function-not-supported', { name }, { span: call.span });
  return bindEngineFunction(call, name, env);
}

/** A text computed from texts has their collation. */
function bindScalar(fn: ScalarFunction, call: FunctionCall, args: readonly Expr[], { ctx }: Env): Expr {
  const bound = fn.bind(args, call, ctx);
  if (!args.some((a) => collationOf(a.type) !== undefined)) return bound;
  const plain = { ...bound, type: withCollation(bound.type, undefined) } as Expr; // only the label changes
  return collatedAs(plain, collationOfAll(args));
}

/** The failure of a call, from the same request as its answer. */
function bindCognitiveError(call: FunctionCall, env: Env): Expr {
  checkArgumentCount(call, 1, 1);
  const [inner] = call.args;
  const fn = inner?.kind === 'call' ? env.ctx.functions.get(inner.name.name.toUpperCase()) : undefined;
  if (inner?.kind !== 'call' || fn === undefined) {
    throw error(
      'bind/argument-type',
      { index: 1, name: 'COGNITIVE_ERROR', found: 'another expression', expected: 'a call of a cognitive function' },
      { span: inner?.span ?? call.span },
    );
  }
  checkArgumentCount(inner, fn.params.filter((p) => !p.optional).length, fn.params.length);
  return bindCognitiveCall(
    env,
    inner,
    fn,
    inner.args.map((a) => bindExpression(a, env)),
    'failure',
  );
}

/** `WITHIN GROUP`, `DISTINCT` and null treatment belong to aggregates and windows. */
function refuseAggregateSyntax(call: FunctionCall, name: string): void {
  const what =
    call.withinGroup !== undefined
      ? 'WITHIN GROUP'
      : call.distinct
        ? 'DISTINCT'
        : call.nulls !== undefined
          ? 'IGNORE NULLS'
          : undefined;
  if (what !== undefined)
    throw error('syntax/clause-combination', { first: what, second: `"${name}"` }, { span: call.span });
}

// --- aggregates and windows

function bindAggregate(call: FunctionCall, name: string, env: Env): Expr {
  const grouping = env.grouping;
  if (grouping === undefined)
    throw error('bind/misplaced-aggregate', { name, clause: env.clause }, { span: call.span });
  const below: Env = { ...grouping.below, guards: [], clause: `the arguments of ${name}` };
  const nested = call.args.some(
    (a) => a.kind === 'call' && AGGREGATES.has(a.name.name.toUpperCase()) && a.over === undefined,
  );
  if (nested) throw error('bind/nested-aggregate', { name: nestedName(call) }, { span: call.span });
  const star = call.args[0]?.kind === 'star';
  const args = star ? [] : call.args.map((a) => bindExpression(a, below));
  const orderBy = (call.withinGroup ?? []).map(
    (item): SortKey => ({ expr: bindExpression(item.expression, below), descending: item.descending }),
  );
  const aggregate = aggregateOf(call, name, args, { star, orderBy, ctx: env.ctx });
  return column(grouping.add(aggregate, name.toLowerCase()), call.span);
}

function nestedName(call: FunctionCall): string {
  const inner = call.args.find((a) => a.kind === 'call' && AGGREGATES.has(a.name.name.toUpperCase()));
  return inner?.kind === 'call' ? inner.name.name.toUpperCase() : '';
}

/** What OVER cannot follow. */
function notWindow(call: FunctionCall, name: string, env: Env) {
  if (env.ctx.functions.has(name))
    return error('bind/cognitive-place', { name, clause: 'an OVER clause' }, { span: call.span });
  if (RESERVED_FUNCTIONS.has(name)) return error('bind/function-not-supported', { name }, { span: call.span });
  if (SCALAR_FUNCTIONS.has(name) || LAZY_FUNCTIONS.has(name))
    return error('bind/not-window', { name }, { span: call.span });
  return unknownFunction(call, env);
}

/** One row per element; only in a select list, where rows may multiply. */
function bindUnnest(call: FunctionCall, env: Env): Expr {
  const holder = env.windows;
  if (holder === undefined || env.guards.length > 0)
    throw error('bind/cognitive-place', { name: 'UNNEST', clause: env.clause }, { span: call.span });
  checkArgumentCount(call, 1, 1);
  const [argument] = call.args;
  const expr = argument === undefined ? undefined : bindExpression(argument, env);
  if (expr?.type.kind !== 'list') {
    const found = expr === undefined ? 'nothing' : typeName(expr.type);
    throw error('bind/argument-type', { index: 1, name: 'UNNEST', found, expected: 'a list' }, { span: call.span });
  }
  const result = { id: env.ctx.nextId(), name: 'unnest', type: expr.type.element };
  holder.plan = { kind: 'unnest', child: holder.plan, expr, column: result };
  return column(result, call.span);
}

// --- the relational engine's own functions

function bindEngineFunction(call: FunctionCall, name: string, env: Env): Expr {
  const fn = name.toLowerCase();
  if (!ENGINE_FUNCTIONS.has(fn)) throw unknownFunction(call, env);
  const args = call.args.map((a) => bindExpression(a, env));
  const types = args.map((a) => a.type);
  const type = env.ctx.knownTypes.resultType(fn, types);
  if (type === undefined) throw new TypeNeeded(fn, types);
  if (type === null) {
    const first = args[0];
    if (first === undefined)
      throw error('bind/argument-count', { name, expected: 'other arguments', found: 0 }, { span: call.span });
    throw operandType(first, `"${name}"`, call.span);
  }
  if (familyOf(type) === 'null') throw error('bind/function-not-supported', { name }, { span: call.span });
  return { kind: 'external', name: fn, args, type, span: call.span };
}

function unknownFunction(call: FunctionCall, env: Env) {
  const name = [...call.qualifier, call.name].map((p) => p.name).join('.');
  const known = [
    ...env.ctx.functions.keys(),
    ...SCALAR_FUNCTIONS.keys(),
    ...LAZY_FUNCTIONS.keys(),
    ...AGGREGATES,
    ...WINDOW_FUNCTIONS,
    ...RESERVED_FUNCTIONS,
  ];
  return error('bind/unknown-function', { name }, { span: call.name.span, hint: didYouMean(call.name.name, known) });
}
