// A function the embedding program registers: a batch of rows in, one value or Error a row out. It runs through the
// same operator as a service's operation: distinct inputs, batches, errors as values.

import { familyOf, type SqlType, struct } from '../arrow/sql-type.ts';
import { error, SqlcError } from '../common/errors.ts';
import type { CognitiveFunction } from './function.ts';
import { Limiter } from './limiter.ts';
import type { AnswerValue, Input, LocalOperation, Outcome } from './operation.ts';
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

const MAX_CODE = 100;

export function registeredFunction(fn: RegisteredFunction): CognitiveFunction {
  const params = fn.params.map((type, i) => ({ name: `argument_${i + 1}`, type, optional: false }));
  const operation: LocalOperation = {
    id: `function/${fn.name.toLowerCase()}`,
    service: 'local',
    inputs: params,
    answer: struct({ value: fn.returns }),
    limits: {
      documents: fn.batchSize,
      documentElements: Number.POSITIVE_INFINITY,
      requestBytes: Number.POSITIVE_INFINITY,
    },
    cached: fn.cached,
    billedUnits: () => 0,
    call: (inputs, options) => answered(fn, inputs, options),
  };
  return {
    name: fn.name.toUpperCase(),
    operation,
    params,
    returns: fn.returns,
    projection: { kind: 'field', field: 'value' },
    doc: 'Registered by the embedding program.',
    example: '',
  };
}

/** @throws SqlcError function/threw, function/answer-count */
async function answered(
  fn: RegisteredFunction,
  inputs: readonly Input[],
  options: { readonly signal: AbortSignal },
): Promise<Outcome[]> {
  const rows = inputs.map((input) => input.map((text, i) => argumentOf(text, fn.params[i])));
  let values: readonly (AnswerValue | Error)[];
  try {
    values = await fn.call(rows, options);
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (thrown instanceof SqlcError) throw thrown;
    throw error(
      'function/threw',
      { name: fn.name, detail: thrown instanceof Error ? thrown.message : String(thrown) },
      { cause: thrown },
    );
  }
  if (!Array.isArray(values) || values.length !== rows.length) {
    const found = Array.isArray(values) ? `${values.length} values` : typeof values;
    throw error('function/answer-count', { name: fn.name, found, expected: rows.length });
  }
  return values.map((value): Outcome => {
    if (value instanceof Error)
      return { ok: false, error: { code: value.name.slice(0, MAX_CODE), message: value.message, retriable: false } };
    return { ok: true, value: { value: value ?? null } };
  });
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

/** What the call operator sees in place of an endpoint. */
export function inProcessService(): Service {
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
    pricePer1000: () => 0,
  };
}
