// What is answered besides the service: the state of a container, and the emulator's own statistics and switches.
// These need no key, are not counted, and know no latency, quota or fault.

import { SqlcError } from '../common/errors.ts';
import type { WireRequest, WireResponse } from '../udf/wire.ts';
import { gatewayError, jsonAnswer } from './answers.ts';
import type { TextModels } from './models/text-models.ts';
import type { EmulatorStatistics } from './statistics.ts';

export interface ControlRequest {
  readonly request: WireRequest;
  /** Lower case. */
  readonly path: string;
  readonly models: TextModels;
  readonly emulator: Controlled;
}

interface Controlled {
  stats(): EmulatorStatistics;
  /** @throws {SqlcError} for a switch that is none. */
  reset(switches: Readonly<Record<string, unknown>>): void;
  /** @throws {SqlcError} for a switch that is none. */
  change(switches: Readonly<Record<string, unknown>>): void;
}

/** @returns `undefined` when it is the service that is asked. */
export function controlAnswer({ request, path, models, emulator }: ControlRequest): Promise<WireResponse> | undefined {
  switch (`${request.method} ${path}`) {
    case 'GET /status': {
      const state = { service: 'sqlc-emulator', apiStatus: 'Valid', apiStatusMessage: 'Api Key is valid.' };
      return Promise.resolve(jsonAnswer(200, state));
    }
    case 'GET /ready':
      return readiness(models);
    case 'GET /emulator/stats':
      return Promise.resolve(jsonAnswer(200, emulator.stats()));
    case 'POST /emulator/reset':
      return Promise.resolve(switched(request.body, emulator, (switches) => emulator.reset(switches)));
    case 'POST /emulator/switches':
      return Promise.resolve(switched(request.body, emulator, (switches) => emulator.change(switches)));
    default:
      return path.startsWith('/emulator/') ? Promise.resolve(gatewayError(404, 'Resource not found')) : undefined;
  }
}

async function readiness(models: TextModels): Promise<WireResponse> {
  try {
    await Promise.all([models.sentiment(), models.keyPhrases(), models.language()]);
    return jsonAnswer(200, { service: 'sqlc-emulator', ready: 'ready' });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return jsonAnswer(503, { service: 'sqlc-emulator', ready: 'notReady', message });
  }
}

function switched(
  body: Uint8Array,
  emulator: Controlled,
  set: (switches: Readonly<Record<string, unknown>>) => void,
): WireResponse {
  const given = readObject(body);
  if (typeof given === 'string') return refused(given);
  try {
    set(given);
  } catch (cause) {
    if (cause instanceof SqlcError) return refused(cause.message);
    throw cause;
  }
  return jsonAnswer(200, emulator.stats());
}

function refused(message: string): WireResponse {
  return jsonAnswer(400, { error: { code: 'InvalidRequest', message } });
}

/** The switches, none for an empty body, or what is wrong with it. */
function readObject(body: Uint8Array): Readonly<Record<string, unknown>> | string {
  const text = new TextDecoder().decode(body).trim();
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the body is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the body is not a JSON object';
  return { ...value };
}
