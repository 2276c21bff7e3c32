// Versions of each type's interface that requests are written in, the default first. A type that is not here has none yet.

import type { ServiceType } from './operation.ts';

export const API_VERSIONS: Readonly<Partial<Record<ServiceType, readonly [string, ...string[]]>>> = {
  language: ['v3.1'],
};
