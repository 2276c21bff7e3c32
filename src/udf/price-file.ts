// Prices a user keeps in a file, for services that were not given any: `{"currency": "USD", "language/sentiment": 1.00}`,
// of 1,000 billed units each. There are no prices of ours: without a file none is known.

import { readFile } from 'node:fs/promises';
import { error, type SqlcError } from '../common/errors.ts';
import { jsonObjectOf } from '../common/json-object.ts';
import { didYouMean } from '../common/suggest.ts';
import { pricedIds, type WireOperation } from './operation.ts';

export interface PriceFile {
  readonly currency: string;
  /** Of 1,000 billed units, by operation id; of 1,000 requests, by id of a fusion group. */
  readonly prices: ReadonlyMap<string, number>;
}

const DEFAULT_CURRENCY = 'USD';

/**
 * Reads a price file. Names that start with `//` are comments; so are operations of types this version has none of.
 *
 * @returns undefined when there is no such file
 * @throws SqlcError service/price-file
 */
export async function readPriceFile(
  path: string,
  operations: readonly Pick<WireOperation, 'id' | 'fusion'>[],
): Promise<PriceFile | undefined> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    // A cache folder that is no folder is the cache's trouble, not the query's.
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw problem(path, `cannot be read (${cause.code ?? cause.message})`);
  });
  return text === undefined ? undefined : priceFileOf(text, path, operations);
}

function priceFileOf(
  text: string,
  path: string,
  operations: readonly Pick<WireOperation, 'id' | 'fusion'>[],
): PriceFile {
  const ids = pricedIds(operations);
  const families = new Set(ids.map(familyOf));
  let currency = DEFAULT_CURRENCY;
  const prices = new Map<string, number>();
  for (const [name, value] of jsonObjectOf(text, (reason) => problem(path, reason))) {
    if (name === 'currency') {
      if (typeof value !== 'string' || !/^[a-z]{3}$/i.test(value))
        throw problem(path, 'has a currency that is not three letters');
      currency = value.toUpperCase();
      continue;
    }
    if (!ids.includes(name)) {
      if (name.includes('/') && !families.has(familyOf(name))) continue;
      throw problem(path, `has a price for "${name}", which is no operation`, didYouMean(name, ids));
    }
    if (typeof value !== 'number' || value < 0)
      throw problem(path, `has ${JSON.stringify(value)} as the price of "${name}", expected a number from 0`);
    prices.set(name, value);
  }
  return { currency, prices };
}

function familyOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

function problem(path: string, reason: string, hint?: string): SqlcError {
  return error('service/price-file', { path, reason }, { hint });
}
