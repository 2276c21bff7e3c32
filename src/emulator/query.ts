// Query parameters as the service reads them: names and closed values without regard to case, unknown names ignored.

import { invalidRequest } from './answers.ts';

/** By lower-case name; the first of repeated ones. */
export interface Query {
  get(name: string): string | undefined;
}

export function readQuery(parameters: URLSearchParams): Query {
  const values = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value);
  }
  return { get: (name) => values.get(name.toLowerCase()) };
}

/** @throws {Refusal} when the value is neither true nor false. */
export function readFlag(query: Query, name: string): boolean {
  return readChoice(query, name, ['false', 'true']) === 'true';
}

/**
 * One of several words, the first of them when absent.
 *
 * @throws {Refusal} when the value is another word.
 */
export function readChoice<Word extends string>(query: Query, name: string, words: readonly [Word, ...Word[]]): Word {
  const value = query.get(name) ?? '';
  if (value === '') return words[0];
  const found = words.find((word) => word.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  const message = `Invalid parameter value for ${name}. Possible values are: ${words.join(',')}`;
  throw invalidRequest('InvalidParameterValue', message);
}
