// Table functions whose arguments have names: which names, and which must be given (3-dialect 1.10).

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';
import type { Expression, NamedArgument } from './ast.ts';

export interface Arguments {
  readonly args: readonly Expression[];
  readonly named: readonly NamedArgument[];
}

interface Known {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export const KNOWN_ARGUMENTS: Readonly<Record<string, Known>> = {
  AI_GENERATE_CHUNKS: {
    required: ['SOURCE', 'CHUNK_TYPE'],
    optional: ['CHUNK_SIZE', 'OVERLAP', 'ENABLE_CHUNK_SET_ID'],
  },
  VECTOR_SEARCH: { required: ['TABLE', 'COLUMN', 'SIMILAR_TO', 'METRIC'], optional: ['TOP_N'] },
  PREDICT: { required: ['MODEL', 'DATA'], optional: ['RUNTIME'] },
};

/** @throws SqlcError syntax/*-option, syntax/option-range, syntax/unexpected-token */
export function checkNamed(fn: string, { args, named }: Arguments, span: Span): void {
  const known = KNOWN_ARGUMENTS[fn];
  if (known === undefined) return;
  const names = [...known.required, ...known.optional];
  const [positional] = args;
  if (positional !== undefined) {
    const params = { found: 'an argument without a name', expected: `${names[0]} = …` };
    throw error('syntax/unexpected-token', params, { span: positional.span });
  }
  const seen = new Set<string>();
  for (const { name, span: place } of named) {
    if (!names.includes(name))
      throw error('syntax/unknown-option', { name, statement: fn }, { span: place, hint: didYouMean(name, names) });
    if (seen.has(name)) throw error('syntax/repeated-option', { name }, { span: place });
    seen.add(name);
  }
  const missing = known.required.find((name) => !seen.has(name));
  if (missing !== undefined) throw error('syntax/missing-option', { statement: fn, name: missing }, { span });
  checkTop(named);
}

function checkTop(named: readonly NamedArgument[]): void {
  const value = named.find(({ name }) => name === 'TOP_N')?.value;
  if (value === undefined || value.kind !== 'unary' || value.operator !== '-') return;
  const params = { name: 'TOP_N', found: 'negative', expected: 'a whole number, 1 or more' };
  throw error('syntax/option-range', params, { span: value.span });
}
