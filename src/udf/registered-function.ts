// A function the embedding program registers: a batch of rows in, one value or Error a row out. It runs through the
// same operator as a service's operation: distinct inputs, batches, errors as values.

import { familyOf, type SqlType, struct } from '../arrow/sql-type.ts';
import { error, SqlcError } from '../common/errors.ts';
import type { CognitiveFunction } from './function.ts';
import { Limiter } from './limiter.ts';
import type { AnswerValue, Input, LocalFusionGroup, LocalOperation, LocalPrices, Outcome } from './operation.ts';
import type { Service } from './service.ts';
import { TransportError } from './wire.ts';

/** Argument values as `toArray()` gives them: numbers, BigInt, text for decimals and dates, booleans, bytes, lists. */
export type RegisteredCall = (
  rows: readonly (readonly AnswerValue[])[],
  options: { readonly signal: AbortSignal },
) => readonly (AnswerValue | Error)[] | Promise<readonly (AnswerValue | Error)[]>;

export interface RegisteredFunction {
  readonly name: string;
  readonly params: readonly SqlType[];
  readonly returns: SqlType;
  /** Rows per call. */
  readonly batchSize: number;
  /** Whether answers are kept in the result cache, for good reason off unless asked for. */
  readonly cached: boolean;
  readonly call: RegisteredCall;
}

/**
 * The same for several functions: it is told which of them are asked, and gives for each row a value or an Error by
 * function, named as in `returns`, or an Error for all of them.
 */
export type GroupCall = (
  rows: readonly (readonly AnswerValue[])[],
  options: { readonly signal: AbortSignal; readonly functions: readonly string[] },
) => readonly GroupAnswer[] | Promise<readonly GroupAnswer[]>;

export type GroupAnswer = { readonly [name: string]: AnswerValue | Error | undefined } | Error;

/** Functions that one call answers together. */
export interface RegisteredGroup extends Omit<RegisteredFunction, 'returns' | 'call'> {
  readonly returns: ReadonlyMap<string, SqlType>;
  /** Of 1,000 rows by function, and of 1,000 calls; `undefined`: it costs nothing. */
  readonly prices: { readonly rows: ReadonlyMap<string, number>; readonly calls: number } | undefined;
  readonly call: GroupCall;
}

const MAX_CODE = 100;

export function registeredFunction(fn: RegisteredFunction): CognitiveFunction {
  return functionOf(fn, fn.returns, {
    id: `function/${fn.name.toLowerCase()}`,
    call: async (inputs, { signal }) => {
      const rows = rowsOf(fn, inputs);
      const values = await answered(fn, inputs, () => fn.call(rows, { signal }), signal);
      return values.map(outcomeOf);
    },
  });
}

/** Each is a function of its own; those of one input are asked in one call where that is cheaper. */
export function registeredGroup(fn: RegisteredGroup): CognitiveFunction[] {
  const group: LocalFusionGroup = {
    id: `function/${fn.name.toLowerCase()}`,
    call: async (functions, inputs, { signal }) => {
      const rows = rowsOf(fn, inputs);
      const values = await answered(fn, inputs, () => fn.call(rows, { signal, functions }), signal);
      return values.map((value) =>
        functions.map((name) => outcomeOf(value instanceof Error ? value : (value?.[name] ?? null))),
      );
    },
  };
  const idOf = (name: string) => `function/${name.toLowerCase()}`;
  const prices = fn.prices && {
    inputs: new Map(Array.from(fn.prices.rows, ([name, price]) => [idOf(name), price])),
    requests: fn.prices.calls,
  };
  return Array.from(fn.returns, ([name, returns]) =>
    functionOf({ ...fn, name }, returns, {
      id: idOf(name),
      fusion: { group, feature: name },
      ...(prices && { prices }),
      call: async (inputs, options) => (await group.call([name], inputs, options)).flat(),
    }),
  );
}

function functionOf(
  fn: Omit<RegisteredFunction, 'returns' | 'call'>,
  returns: SqlType,
  own: Pick<LocalOperation, 'id' | 'fusion' | 'prices' | 'call'>,
): CognitiveFunction {
  const params = fn.params.map((type, i) => ({ name: `argument_${i + 1}`, type, optional: false }));
  const operation: LocalOperation = {
    service: 'local',
    inputs: params,
    answer: struct({ value: returns }),
    limits: {
      documents: fn.batchSize,
      documentElements: Number.POSITIVE_INFINITY,
      requestBytes: Number.POSITIVE_INFINITY,
    },
    cached: fn.cached,
    billedUnits: () => 1,
    ...own,
  };
  return {
    name: fn.name.toUpperCase(),
    operation,
    params,
    returns,
    projection: { kind: 'field', field: 'value' },
    doc: 'Registered by the embedding program.',
    example: '',
  };
}

function rowsOf({ params }: Pick<RegisteredFunction, 'params'>, inputs: readonly Input[]): AnswerValue[][] {
  return inputs.map((input) => input.map((text, i) => argumentOf(text, params[i])));
}

/** @throws SqlcError function/threw, function/answer-count */
async function answered<T>(
  { name }: Pick<RegisteredFunction, 'name'>,
  inputs: readonly Input[],
  call: () => readonly T[] | Promise<readonly T[]>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  let values: readonly T[];
  try {
    values = await call();
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof SqlcError) throw thrown;
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    throw error('function/threw', { name, detail }, { cause: thrown });
  }
  if (!Array.isArray(values) || values.length !== inputs.length) {
    const found = Array.isArray(values) ? `${values.length} values` : typeof values;
    throw error('function/answer-count', { name, found, expected: inputs.length });
  }
  return values;
}

function outcomeOf(value: AnswerValue | Error | undefined): Outcome {
  if (value instanceof Error)
    return { ok: false, error: { code: value.name.slice(0, MAX_CODE), message: value.message, retriable: false } };
  return { ok: true, value: { value: value ?? null } };
}

/** The text an input travels as, back as the value it stands for. */
function argumentOf(text: string | null, type: SqlType | undefined): AnswerValue {
  if (text === null || type === undefined) return null;
  switch (familyOf(type)) {
    case 'bit':
      return text === 'true';
    case 'integer':
      return type.kind === 'bigint' ? BigInt(text) : Number(text);
    case 'float':
      return text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
    case 'binary':
      return Uint8Array.from(Buffer.from(text, 'hex'));
    case 'datetime':
      return type.kind === 'date' || type.kind === 'time' ? text : text.replace(' ', 'T');
    case 'uniqueidentifier':
      return text.toUpperCase();
    case 'list':
    case 'struct':
      return JSON.parse(text) as AnswerValue; // written by to_json from a value of the declared type
    default:
      return text;
  }
}

/** What the call operator sees in place of an endpoint, for a function that costs something or nothing. */
export function inProcessService(prices?: LocalPrices): Service {
  return {
    name: 'this process',
    type: 'language',
    configuredBy: 'registerFunction',
    keyedBy: 'registerFunction',
    transport: {
      send: async () => Promise.reject(new TransportError('other', 'a registered function has no transport')),
      close: async () => {},
    },
    headers: async () => ({}),
    requestTimeoutMs: 0,
    limiter: new Limiter({ concurrency: 1 }),
    learntBatch: new Map(),
    weight: 1,
    cacheIdentity: 'function',
    ttlMs: Number.POSITIVE_INFINITY,
    currency: 'USD',
    pricePer1000: (operation) => prices?.inputs.get(operation) ?? 0,
    pricePer1000Requests: () => prices?.requests,
  };
}
