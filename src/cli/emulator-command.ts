// `sqlc emulator`: the local models behind the Azure REST protocols, misbehaving as asked, until it is stopped.

import { error } from '../common/errors.ts';
import { createEmulator } from '../emulator/emulator.ts';
import { localTextModels } from '../emulator/models/local-text-models.ts';
import { startServer } from '../emulator/server.ts';
import { readSwitches, SWITCH_OPTIONS, switchValue } from '../emulator/switches.ts';
import { parsed } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';

const PLACE_OPTIONS = { port: { type: 'string' }, host: { type: 'string' }, key: { type: 'string' } } as const;

export async function emulatorCommand(args: readonly string[]): Promise<number> {
  const { values } = parsed(args, { ...SWITCH_OPTIONS, ...PLACE_OPTIONS }, { most: 0, what: 'no arguments' });
  const { port = '5000', host = '127.0.0.1', key, ...given } = values;
  const switches = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? switchValue(value) : value]),
  );
  const server = await startServer({
    emulator: createEmulator({
      models: localTextModels(),
      key,
      switches: readSwitches(switches, undefined, (name) => `option --${name}`),
    }),
    port: portOf(port),
    host,
  });
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  process.stdout.write(`sqlc emulator listens on ${server.url}\n`);
  await stopped;
  await server.close();
  return ExitStatus.done;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw error('usage/option', { detail: `--port is "${text}", expected 0 to 65535` });
}
