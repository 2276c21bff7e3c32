// What registerFunction takes, checked and turned into a function the binder knows.

import type { SqlType } from '../arrow/sql-type.ts';
import { error, type SqlcError } from '../common/errors.ts';
import { parse } from '../parser/parse.ts';
import { AGGREGATES } from '../planner/bind/aggregates.ts';
import { LAZY_FUNCTIONS } from '../planner/bind/lazy-functions.ts';
import { SCALAR_FUNCTIONS } from '../planner/bind/scalar-functions.ts';
import { bindType } from '../planner/bind/type-name.ts';
import { WINDOW_FUNCTIONS } from '../planner/bind/window-functions.ts';
import type { CognitiveFunction } from '../udf/function.ts';
import { MAX_MEMBERS } from '../udf/fused-inputs.ts';
import { isLocal } from '../udf/operation.ts';
import {
  type GroupCall,
  type RegisteredCall,
  registeredFunction,
  registeredGroup,
} from '../udf/registered-function.ts';

interface DefinitionBase {
  readonly name: string;
  /** SQL types of the arguments: `'nvarchar'`, `'int'`, `'decimal(10,2)'`. A char type without a length is unbounded. */
  readonly params: readonly string[];
  /** Rows per call; 100 by default. */
  readonly batchSize?: number;
  /** Keep answers in the result cache; off by default. */
  readonly cache?: boolean;
}

/** Called in SQL by its name, without case. */
export interface FunctionDefinition extends DefinitionBase {
  readonly returns: string;
  /** One value, or an Error, for each row of arguments. Rows with a NULL argument are not passed: they give NULL. */
  readonly call: RegisteredCall;
}

/** Functions that one call answers together; its own name is called by nobody. */
export interface FunctionGroupDefinition extends DefinitionBase {
  /** SQL types by the names the functions are called by. */
  readonly returns: Readonly<Record<string, string>>;
  /**
   * In US dollars: of 1,000 rows, by function, and of 1,000 calls, whatever they ask for. With prices the functions count
   * against MAX_CALLS, MAX_DOCUMENTS and MAX_COST as a service does.
   */
  readonly pricePer1000?: { readonly rows?: Readonly<Record<string, number>>; readonly calls?: number };
  /** For each row of arguments what the functions asked for give, by name. */
  readonly call: GroupCall;
}

const DEFAULT_BATCH = 100;
const NAME = /^[\p{L}_][\p{L}\p{N}_]{0,127}$/u;

/** @throws SqlcError function/definition, bind/unknown-type, bind/type-parameter */
export function functionsOf(
  definition: FunctionDefinition | FunctionGroupDefinition,
  known: ReadonlyMap<string, CognitiveFunction>,
): readonly CognitiveFunction[] {
  const { name, params, batchSize = DEFAULT_BATCH, cache = false } = definition;
  const refuse = (reason: string) => error('function/definition', { name: String(name), reason });
  if (typeof name !== 'string' || !NAME.test(name)) throw refuse('the name is no identifier');
  if (typeof definition.call !== 'function') throw refuse('call is no function');
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw refuse(`batchSize is ${batchSize}, expected a whole number from 1`);
  if (params.length === 0) throw refuse('it takes no arguments');
  const shared = { name, params: params.map(typeOf), batchSize, cached: cache };
  if (!isGroup(definition)) {
    if (isTaken(name, known)) throw refuse('a function of this name exists');
    return [registeredFunction({ ...shared, returns: typeOf(definition.returns), call: definition.call })];
  }
  const names = Object.keys(definition.returns);
  if (names.length === 0 || names.length > MAX_MEMBERS)
    throw refuse(`it has ${names.length} functions, expected 1 to ${MAX_MEMBERS}`);
  if (new Set(names.map((each) => each.toUpperCase())).size < names.length)
    throw refuse('two of its functions have one name');
  for (const each of names) {
    if (!NAME.test(each)) throw refuse(`"${each}" is no identifier`);
    if (isTaken(each, known)) throw refuse(`a function named "${each}" exists`);
  }
  const returns = new Map(Object.entries(definition.returns).map(([each, type]) => [each, typeOf(type)]));
  return registeredGroup({ ...shared, returns, prices: pricesOf(definition, refuse), call: definition.call });
}

function isGroup(definition: FunctionDefinition | FunctionGroupDefinition): definition is FunctionGroupDefinition {
  return typeof definition.returns === 'object';
}

function isTaken(name: string, known: ReadonlyMap<string, CognitiveFunction>): boolean {
  const upper = name.toUpperCase();
  const existing = known.get(upper);
  const builtIn =
    AGGREGATES.has(upper) || SCALAR_FUNCTIONS.has(upper) || LAZY_FUNCTIONS.has(upper) || WINDOW_FUNCTIONS.has(upper);
  return builtIn || (existing !== undefined && !isLocal(existing.operation));
}

function pricesOf(
  { returns, pricePer1000 }: FunctionGroupDefinition,
  refuse: (reason: string) => SqlcError,
): { rows: ReadonlyMap<string, number>; calls: number } | undefined {
  if (pricePer1000 === undefined) return undefined;
  const { rows = {}, calls = 0 } = pricePer1000;
  for (const name of Object.keys(rows)) if (!(name in returns)) throw refuse(`it has a price for "${name}" alone`);
  for (const price of [calls, ...Object.values(rows)])
    if (!Number.isFinite(price) || price < 0) throw refuse(`a price is ${price}, expected a number from 0`);
  return { rows: new Map(Object.entries(rows)), calls };
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
