// What registerFunction takes, checked and turned into a function the binder knows.

import type { SqlType } from '../arrow/sql-type.ts';
import { error } from '../common/errors.ts';
import { parse } from '../parser/parse.ts';
import { AGGREGATES } from '../planner/bind/aggregates.ts';
import { LAZY_FUNCTIONS } from '../planner/bind/lazy-functions.ts';
import { SCALAR_FUNCTIONS } from '../planner/bind/scalar-functions.ts';
import { bindType } from '../planner/bind/type-name.ts';
import { WINDOW_FUNCTIONS } from '../planner/bind/window-functions.ts';
import type { CognitiveFunction } from '../udf/function.ts';
import { isLocal } from '../udf/operation.ts';
import { type RegisteredCall, registeredFunction } from '../udf/registered-function.ts';

export interface FunctionDefinition {
  /** Called in SQL without case. */
  readonly name: string;
  /** SQL types of the arguments: `'nvarchar'`, `'int'`, `'decimal(10,2)'`. A char type without a length is unbounded. */
  readonly params: readonly string[];
  readonly returns: string;
  /** Rows per call; 100 by default. */
  readonly batchSize?: number;
  /** Keep answers in the result cache; off by default. */
  readonly cache?: boolean;
  /** One value, or an Error, for each row of arguments. Rows with a NULL argument are not passed: they give NULL. */
  readonly call: RegisteredCall;
}

const DEFAULT_BATCH = 100;
const NAME = /^[\p{L}_][\p{L}\p{N}_]{0,127}$/u;

/** @throws SqlcError function/definition, bind/unknown-type, bind/type-parameter */
export function functionOf(
  definition: FunctionDefinition,
  known: ReadonlyMap<string, CognitiveFunction>,
): CognitiveFunction {
  const { name, params, returns, batchSize = DEFAULT_BATCH, cache = false, call } = definition;
  const refuse = (reason: string) => error('function/definition', { name: String(name), reason });
  if (typeof name !== 'string' || !NAME.test(name)) throw refuse('the name is no identifier');
  if (typeof call !== 'function') throw refuse('call is no function');
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw refuse(`batchSize is ${batchSize}, expected a whole number from 1`);
  if (params.length === 0) throw refuse('it takes no arguments');
  const upper = name.toUpperCase();
  const existing = known.get(upper);
  const builtIn =
    AGGREGATES.has(upper) || SCALAR_FUNCTIONS.has(upper) || LAZY_FUNCTIONS.has(upper) || WINDOW_FUNCTIONS.has(upper);
  if (builtIn || (existing !== undefined && !isLocal(existing.operation)))
    throw refuse('a function of this name exists');
  return registeredFunction({
    name,
    params: params.map(typeOf),
    returns: typeOf(returns),
    batchSize,
    cached: cache,
    call,
  });
}

function typeOf(text: string): SqlType {
  const [statement] = parse(`SELECT CAST(NULL AS ${text})`);
  const item =
    statement?.kind === 'select-statement' && statement.query.body.kind === 'select'
      ? statement.query.body.items[0]
      : undefined;
  const cast = item?.expression;
  if (cast?.kind !== 'cast') throw error('bind/unknown-type', { name: text });
  const type = bindType(cast.type, 1);
  return 'length' in type && cast.type.parameters.length === 0 ? { ...type, length: 'max' } : type;
}
