// `sqlc functions [NAME]`: the function catalogue, or one function's page.

import { functionList, functionPage } from '../engine/function-list.ts';
import { outputFormat, parsed } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';
import { standardOutput } from './sink.ts';

/** @throws SqlcError usage/option */
export async function functionsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args, { format: { type: 'string' } }, { most: 1, what: 'one function' });
  const [name] = positionals;
  const sink = standardOutput();
  if (name !== undefined && values.format === undefined) await sink.write(functionPage(name));
  else {
    const format = outputFormat(values.format, process.stdout.isTTY);
    await format.write(functionList(name), sink, { width: process.stdout.columns });
  }
  return ExitStatus.done;
}
