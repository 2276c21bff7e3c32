// Where answers, files and what was learnt are kept on this machine, settled from the settings of every door. For the
// engine, and for the commands that look after the caches without opening a database.

import { homedir, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './declared-service.ts';
import { DEFAULT_SETTINGS, type Settings, settingsFromEnvironment, withSetting } from './settings.ts';
import { SETTINGS_FILE, settingsFromFile } from './settings-file.ts';

export interface Opening {
  /** Folder of a persistent database; without it everything is in memory. */
  readonly database?: string | undefined;
  /** `{ cache_dir: '…', timeout: 60 }`: names as in 1-product; nearer than the environment. */
  readonly settings?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** In place of `sqlc.config.json` in the working folder: settings that hold there, the farthest of all. */
  readonly settingsFile?: string | undefined;
}

/** The settings an engine opens with. @throws SqlcError settings/* */
export async function openingSettings(
  { settings = {}, settingsFile = SETTINGS_FILE }: Opening,
  env: Environment,
): Promise<Settings> {
  const fromFile = await settingsFromFile(DEFAULT_SETTINGS, settingsFile);
  return Object.entries(settings).reduce(
    (current, [name, value]) => withSetting(current, name, String(value), { opening: true }),
    settingsFromEnvironment(fromFile, env),
  );
}

/** Folder of the caches; need not exist. */
export function cacheFolder({ database }: Opening, settings: Settings, env: Environment): string {
  return settings.cache_dir ?? database ?? userCacheFolder(env);
}

export function resultsFolder(cacheDir: string): string {
  return join(cacheDir, 'results');
}

function userCacheFolder(env: Environment): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'sqlc');
  const home = homedir();
  if (home === '') return join(tmpdir(), 'sqlc');
  if (platform() === 'darwin') return join(home, 'Library', 'Caches', 'sqlc');
  if (platform() === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'sqlc');
  return join(home, '.cache', 'sqlc');
}
