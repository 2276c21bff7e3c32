// `sqlc cache stats` and `sqlc cache clear [results|files]`.

import { error } from '../common/errors.ts';
import { CACHE_NAMES, type CachesOptions, cacheStats, clearCaches } from '../engine/caches.ts';
import { outputFormat, pairs, parsed } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';
import { tellFailure } from './failures.ts';
import { notice } from './run-command.ts';
import { standardOutput } from './sink.ts';

const WHAT = 'stats, or clear [results|files]';

/** @throws SqlcError usage/option */
export async function cacheCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(
    args,
    { database: { type: 'string' }, set: { type: 'string', multiple: true }, format: { type: 'string' } },
    { most: 2, what: WHAT },
  );
  const format = outputFormat(values.format, process.stdout.isTTY);
  const run = actionOf(positionals);
  const settings = pairs('set', values.set);
  try {
    const result = await run({ database: values.database, settings, env: process.env, onNotice: notice });
    await format.write(result, standardOutput(), { width: process.stdout.columns });
    return ExitStatus.done;
  } catch (failure) {
    return tellFailure(failure, { text: '', name: 'sqlc' });
  }
}

function actionOf([action, which]: readonly string[]) {
  const named = CACHE_NAMES.find((name) => name === which);
  if (action === 'stats' && which === undefined) return cacheStats;
  if (action === 'clear' && (which === undefined || named !== undefined))
    return (options: CachesOptions) => clearCaches(named === undefined ? CACHE_NAMES : [named], options);
  const found = [action, which].filter((word) => word !== undefined).join(' ');
  throw error('usage/option', { detail: `expected ${WHAT}${found === '' ? '' : `, found "${found}"`}` });
}
