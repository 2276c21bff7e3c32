// The settings file: `{"cache_dir": ".sqlc", "max_cost": 5}` in the folder where sqlc runs. The farthest door of a
// setting: whatever else says something about it is nearer.

import { readFile } from 'node:fs/promises';
import { error, SqlcError } from '../common/errors.ts';
import { jsonObjectOf } from '../common/json-object.ts';
import { type Settings, withSetting } from './settings.ts';

export const SETTINGS_FILE = 'sqlc.config.json';

/**
 * Settings with those of a file; one that does not exist says nothing. Names that start with `//` are comments.
 *
 * @throws SqlcError settings/file
 */
export async function settingsFromFile(settings: Settings, path: string): Promise<Settings> {
  const problem = (reason: string) => error('settings/file', { path, reason });
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw problem(`cannot be read (${cause.code ?? cause.message})`);
  });
  if (text === undefined) return settings;
  return jsonObjectOf(text, problem).reduce(
    (current, [name, value]) => withEntry(current, name, value, path),
    settings,
  );
}

function withEntry(settings: Settings, name: string, value: unknown, path: string): Settings {
  const problem = (reason: string, hint?: string) => error('settings/file', { path, reason }, { hint });
  if (!['string', 'number', 'boolean'].includes(typeof value))
    throw problem(`has ${JSON.stringify(value)} for "${name}", expected a text or a number`);
  try {
    return withSetting(settings, name, String(value), { opening: true });
  } catch (failure) {
    // The same refusal as through any other door, with the place where it stands.
    if (failure instanceof SqlcError) throw problem(`is refused: ${failure.message}`, failure.hint);
    throw failure;
  }
}
