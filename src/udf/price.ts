// What requests cost: each input by what is asked about it, and, where a group's requests are priced themselves, each
// request once, whatever it asks for.

import type { Input, Operation } from './operation.ts';
import type { Service } from './service.ts';

type Priced = Pick<Operation, 'id' | 'fusion'>;
type PriceSheet = Pick<Service, 'pricePer1000' | 'pricePer1000Requests'>;

/** Of 1,000 billed units of an operation; `undefined`: no price is known. */
export function unitPricePer1000({ id, fusion }: Priced, sheet: PriceSheet): number | undefined {
  const perRequest = fusion === undefined ? undefined : sheet.pricePer1000Requests(fusion.group.id);
  return sheet.pricePer1000(id) ?? (perRequest === undefined ? undefined : 0);
}

/** Of 1,000 requests, beside what they ask about their inputs. */
export function requestPricePer1000({ fusion }: Priced, sheet: PriceSheet): number {
  return fusion === undefined ? 0 : (sheet.pricePer1000Requests(fusion.group.id) ?? 0);
}

/** Of what an operation that is no fused one is asked about the inputs. */
export function inputsPriceOf(inputs: readonly Input[], operation: Operation, sheet: PriceSheet): number | undefined {
  const price = unitPricePer1000(operation, sheet);
  if (price === undefined) return undefined;
  return (inputs.reduce((sum, input) => sum + operation.billedUnits(input), 0) * price) / 1000;
}

/** Of one request, or undefined when no price is known. */
export function priceOf(inputs: readonly Input[], operation: Operation, sheet: PriceSheet): number | undefined {
  let sum = requestPricePer1000(operation, sheet) / 1000;
  for (const part of operation.members ?? [operation]) {
    const price = inputsPriceOf(inputs, part, sheet);
    if (price === undefined) return undefined;
    sum += price;
  }
  return sum;
}
