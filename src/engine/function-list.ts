// What `sqlc functions` shows: the cognitive functions of the registry.

import { NVARCHAR_MAX, typeName } from '../arrow/sql-type.ts';
import { error } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import type { ResultStream } from '../output/format.ts';
import { type CognitiveFunction, signatureOf } from '../udf/function.ts';
import { allFunctions } from '../udf/functions/index.generated.ts';
import { type ListedColumn, listing } from './listing.ts';

const COLUMNS: readonly (readonly [name: string, of: (fn: CognitiveFunction) => string])[] = [
  ['name', (fn) => fn.name],
  ['signature', signatureOf],
  ['returns', (fn) => typeName(fn.returns)],
  ['operation', (fn) => fn.operation.id],
  ['description', (fn) => fn.doc],
  ['example', (fn) => fn.example],
];

/** A row for each function, by name; `name` alone when it is given. @throws SqlcError usage/option */
export function functionList(name: string | undefined): ResultStream {
  const functions = (name === undefined ? allFunctions : [functionNamed(name)]).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return listing(COLUMNS.map(([column, of]): ListedColumn => [column, NVARCHAR_MAX, functions.map(of)]));
}

/** One function for a person to read. @throws SqlcError usage/option */
export function functionPage(name: string): string {
  const fn = functionNamed(name);
  return [
    `${signatureOf(fn)} returns ${typeName(fn.returns)}`,
    '',
    fn.doc,
    `Asks ${fn.operation.id}, ${fn.operation.limits.documents} documents a request.`,
    '',
    `  ${fn.example}`,
    '',
  ].join('\n');
}

function functionNamed(name: string): CognitiveFunction {
  const found = allFunctions.find((fn) => fn.name === name.toUpperCase());
  if (found !== undefined) return found;
  const names = allFunctions.map((fn) => fn.name);
  throw error(
    'usage/option',
    { detail: `there is no cognitive function "${name}"` },
    { hint: didYouMean(name, names) ?? 'See `sqlc functions`.' },
  );
}
