// What the pricing tiers of each type of service allow: requests a second and a minute, and at a time (7-azure-wire
// section 10). Defaults for a service that names its TIER and no limits of its own; billing units are not counted here.

import type { Quotas } from './limiter.ts';
import type { ServiceType } from './operation.ts';

type TierQuotas = Partial<Quotas>;

const TIERS: Readonly<Record<ServiceType, Readonly<Record<string, TierQuotas>>>> = {
  language: {
    F0: { perSecond: 100, perMinute: 300 },
    S: { perSecond: 1000, perMinute: 1000 },
    S0: { perSecond: 100, perMinute: 300 },
    S1: { perSecond: 200, perMinute: 300 },
    S2: { perSecond: 300, perMinute: 300 },
    S3: { perSecond: 500, perMinute: 500 },
    S4: { perSecond: 1000, perMinute: 1000 },
  },
  vision: { F0: { perMinute: 20 }, S: { perSecond: 10 }, S0: { perSecond: 10 }, S1: { perSecond: 10 } },
  face: { F0: { perMinute: 20 }, S: { perSecond: 10 }, S0: { perSecond: 10 } },
  speech: { F0: { concurrency: 1 }, S: { concurrency: 100 }, S0: { concurrency: 100 } },
  // Its tiers count characters an hour, not requests.
  translator: { F0: {}, S: {}, S1: {}, S2: {}, S3: {}, S4: {} },
  anomaly: { F0: { perSecond: 10 }, S: { perSecond: 500 }, S0: { perSecond: 500 } },
};

/** What a tier allows; `undefined`: the type has no such tier. Names are compared without case. */
export function quotasOfTier(type: ServiceType, tier: string): TierQuotas | undefined {
  return TIERS[type][tier.toUpperCase()];
}

export function tiersOf(type: ServiceType): readonly string[] {
  return Object.keys(TIERS[type]);
}
