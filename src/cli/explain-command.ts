// `sqlc explain FILE`: the plan of each query of a script. Runs nothing.

import { error } from '../common/errors.ts';
import { Engine } from '../engine/engine.ts';
import { pairs, parsed, SQL_OPTIONS } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';
import { tellFailure } from './failures.ts';
import { standardOutput } from './sink.ts';
import { scriptText } from './source-text.ts';

export async function explainCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(
    args,
    { ...SQL_OPTIONS, steps: { type: 'boolean' }, format: { type: 'string' } },
    { most: 1, what: 'one script (- for standard input)' },
  );
  const [path] = positionals;
  if (path === undefined) throw error('usage/option', { detail: 'expected one script (- for standard input)' });
  const format = values.format ?? 'text';
  if (format !== 'text' && format !== 'json')
    throw error('usage/option', { detail: `"${format}" is not a format of plans; there are text, json` });
  const source = await scriptText(path);
  let engine: Engine | undefined;
  try {
    engine = await Engine.open({ database: values.database, settings: pairs('set', values.set) });
    const plans = await engine.explainScript(source.text, pairs('var', values.var), { steps: values.steps ?? false });
    const text =
      format === 'text'
        ? plans.map((p) => p.text).join('\n\n')
        : JSON.stringify(
            plans.map((p) => p.json),
            (_, value) => value ?? null, // what is unknown is null, never an absent key
            2,
          );
    await standardOutput().write(`${text}\n`);
    return ExitStatus.done;
  } catch (failure) {
    return tellFailure(failure, source);
  } finally {
    await engine?.close();
  }
}
