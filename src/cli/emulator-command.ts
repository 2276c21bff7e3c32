// `sqlc emulator`: the local models behind the Azure REST protocols, until it is stopped.

import { error } from '../common/errors.ts';
import { createEmulator } from '../emulator/emulator.ts';
import { localTextModels } from '../emulator/models/local-text-models.ts';
import { startServer } from '../emulator/server.ts';
import { parsed } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';

const LATER = [
  'latency',
  'per-document',
  'jitter',
  'rps',
  'rpm',
  'connections',
  'fail',
  'poison',
  'reorder',
  'drop',
  'duplicate',
  'page',
  'null',
  'allow-private',
  'seed',
];

export async function emulatorCommand(args: readonly string[]): Promise<number> {
  const later = LATER.find((name) => args.some((a) => a === `--${name}` || a.startsWith(`--${name}=`)));
  if (later !== undefined) throw error('not-supported', { what: `option --${later}` });
  const { values } = parsed(
    args,
    { port: { type: 'string' }, host: { type: 'string' }, key: { type: 'string' } },
    { most: 0, what: 'no arguments' },
  );
  const port = Number(values.port ?? 5000);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw error('usage/option', { detail: `--port is "${values.port}", expected 0 to 65535` });
  const server = await startServer({
    emulator: createEmulator({ models: localTextModels(), key: values.key }),
    port,
    host: values.host ?? '127.0.0.1',
  });
  process.stdout.write(`sqlc emulator listens on ${server.url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
  return ExitStatus.done;
}
