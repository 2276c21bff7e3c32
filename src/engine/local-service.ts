// The embedded local models as a service: the emulator's own handlers, without the socket.

import { createEmulator } from '../emulator/emulator.ts';
import { LOCAL_MODELS, localTextModels } from '../emulator/models/local-text-models.ts';
import { inProcessTransport } from '../udf/in-process-transport.ts';
import { Limiter } from '../udf/limiter.ts';
import type { ServiceType } from '../udf/operation.ts';
import type { Service } from '../udf/service.ts';

/** Local models work on this thread: two requests keep it busy while answers are stored. */
const CONCURRENCY = 2;
/** A batch of long texts on a busy machine takes what it takes; the statement's own timeout bounds it. */
const TIMEOUT_MS = 600_000;

/** @param variable what the user sets to ask a real service instead: `LANGUAGE` of LANGUAGE_ENDPOINT */
export function localService(type: ServiceType, variable: string, ttlMs: number): Service {
  const emulator = createEmulator({ models: localTextModels() });
  return {
    name: 'local',
    type,
    configuredBy: `${variable}_ENDPOINT`,
    keyedBy: `${variable}_KEY`,
    transport: inProcessTransport(emulator.handle),
    headers: async () => ({}),
    requestTimeoutMs: TIMEOUT_MS,
    limiter: new Limiter({ concurrency: CONCURRENCY }),
    learntBatch: new Map(),
    weight: 1,
    cacheIdentity: `${type} ${LOCAL_MODELS}`,
    ttlMs,
    currency: 'USD',
    pricePer1000: () => 0,
    pricePer1000Requests: () => undefined,
  };
}
