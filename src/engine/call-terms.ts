// What planning knows of the services that would answer a call: whether one request may ask for several things, and what
// is paid. Asks nobody.

import type { ServiceDefinition } from '../catalog/definitions.ts';
import { SqlcError } from '../common/errors.ts';
import type { CallTerms } from '../planner/call-terms.ts';
import { isLocal, type Operation, type WireOperation } from '../udf/operation.ts';
import { requestPricePer1000, unitPricePer1000 } from '../udf/price.ts';
import type { Service } from '../udf/service.ts';

type Sheet = Pick<Service, 'pricePer1000' | 'pricePer1000Requests'>;

interface DeclaredService {
  readonly name: string;
  readonly definition: Partial<ServiceDefinition>;
  readonly sheet: Sheet;
}

/** The embedded models cost nothing. */
const FREE: Sheet = { pricePer1000: () => 0, pricePer1000Requests: () => undefined };

/** @param servicesOf those that share an operation's work; none: the local models */
export function declaredTerms(
  servicesOf: (call: { operation: WireOperation; service: string | undefined }) => readonly DeclaredService[],
): CallTerms {
  const declared = (operation: WireOperation, service: string | undefined): readonly DeclaredService[] | undefined => {
    try {
      return servicesOf({ operation, service });
    } catch (failure) {
      // What is wrong with a service is said when it is asked.
      if (failure instanceof SqlcError) return undefined;
      throw failure;
    }
  };
  const sheetOf = (operation: Operation, service: string | undefined): Sheet | undefined => {
    if (!isLocal(operation)) return (declared(operation, service) ?? [])[0]?.sheet ?? FREE;
    const { prices } = operation;
    return prices && { pricePer1000: (id) => prices.inputs.get(id) ?? 0, pricePer1000Requests: () => prices.requests };
  };
  return {
    fusedBy({ operation, service }) {
      if (isLocal(operation)) return 'this process';
      const services = declared(operation, service);
      if (services === undefined || services.some(({ definition }) => definition.fuse === 'off')) return undefined;
      return JSON.stringify(services.map(({ name }) => name));
    },
    unitPrice({ operation, service }) {
      const sheet = sheetOf(operation, service);
      const price = sheet && unitPricePer1000(operation, sheet);
      return price === undefined ? undefined : price / 1000;
    },
    requestPrice({ operation, service }) {
      const sheet = sheetOf(operation, service);
      return sheet === undefined ? 0 : requestPricePer1000(operation, sheet) / 1000;
    },
  };
}
