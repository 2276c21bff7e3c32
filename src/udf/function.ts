// A cognitive function: a typed projection of an operation's answer. One file per function, one literal each.

import type { SqlType } from '../arrow/sql-type.ts';
import type { Operation } from './operation.ts';

export type Projection =
  /** The answer as it is. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'field'; readonly field: string }
  /** Σ weight × field, rounded to `digits` decimals. */
  | {
      readonly kind: 'weighted-sum';
      readonly terms: readonly { readonly field: string; readonly weight: number }[];
      readonly digits: number;
    };

export interface CognitiveFunction {
  /** Upper case, as documented; calls match without case. */
  readonly name: string;
  readonly operation: Operation;
  readonly params: readonly { readonly name: string; readonly type: SqlType; readonly optional: boolean }[];
  readonly returns: SqlType;
  readonly projection: Projection;
  readonly doc: string;
  /** A query the manual shows. */
  readonly example: string;
}

/** The functions of one engine, by upper-case name. */
export type FunctionRegistry = ReadonlyMap<string, CognitiveFunction>;

export function functionRegistry(functions: readonly CognitiveFunction[]): FunctionRegistry {
  return new Map(functions.map((fn) => [fn.name, fn]));
}

/** `SENTIMENT(text[, language])`. */
export function signatureOf({ name, params }: CognitiveFunction): string {
  const listed = params.map((p, i) => {
    const text = `${i === 0 ? '' : ', '}${p.name}`;
    return p.optional ? `[${text}]` : text;
  });
  return `${name}(${listed.join('')})`;
}
