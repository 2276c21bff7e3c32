// Opening an engine: the environment is read here, once, settings are settled, and the rooms are put together.

import { homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { DuckdbCatalogStore } from '../exec/duckdb/catalog-store.ts';
import { Database } from '../exec/duckdb/database.ts';
import { duckdbTypeOracle } from '../exec/duckdb/duckdb-type-oracle.ts';
import { allRules } from '../planner/rules/index.generated.ts';
import { Storage } from '../storage/storage.ts';
import { functionRegistry } from '../udf/function.ts';
import { allFunctions } from '../udf/functions/index.generated.ts';
import { allOperations } from '../udf/operations/index.generated.ts';
import { AnswerCaches } from './answer-cache.ts';
import type { Environment } from './declared-service.ts';
import { LearntStatistics } from './learnt.ts';
import { serviceDirectory } from './services.ts';
import { Session } from './session.ts';
import { DEFAULT_SETTINGS, settingsFromEnvironment, withSetting } from './settings.ts';

export interface EngineOptions {
  /** Folder of a persistent database, created when absent; without it everything is in memory. */
  readonly database?: string | undefined;
  /** `{ cache_dir: '…', timeout: 60 }`: names as in 1-product; nearer than the environment. */
  readonly settings?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** In place of the process's environment. */
  readonly env?: Environment | undefined;
  /** Names of rewrite rules to leave out, for tests that compare answers with and without them. */
  readonly disabledRules?: readonly string[] | undefined;
  /** Told what is worth knowing once, such as that functions run on the local models. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

const MEGABYTE = 1024 * 1024;
const MAX_DEFAULT_MEMORY_MB = 4096;
/** Of memory_limit_mb; the rest is ours: batches, answers on their way, the models. */
const ENGINE_SHARE = 0.75;

export async function openSession(options: EngineOptions): Promise<Session> {
  const env = options.env ?? process.env;
  const fromEnvironment = settingsFromEnvironment(DEFAULT_SETTINGS, env);
  const settings = Object.entries(options.settings ?? {}).reduce(
    (current, [name, value]) => withSetting(current, name, String(value), { opening: true }),
    fromEnvironment,
  );
  const cacheFolder = settings.cache_dir ?? options.database ?? userCacheFolder(env);
  const memoryLimitMb =
    settings.memory_limit_mb ?? Math.min(MAX_DEFAULT_MEMORY_MB, Math.floor(totalmem() / MEGABYTE / 2));
  const database = await Database.open({
    folder: options.database,
    memoryLimitMb: Math.floor(memoryLimitMb * ENGINE_SHARE),
    temporaryFolder: join(cacheFolder, 'tmp', String(process.pid)),
  });
  const store = await DuckdbCatalogStore.open(database).catch((failure: unknown) => {
    database.close();
    throw failure;
  });
  const disabled = options.disabledRules ?? [];
  return new Session(
    {
      database,
      store,
      storage: new Storage({ cacheDir: cacheFolder, cacheLimitBytes: settings.cache_size_mb * MEGABYTE }),
      services: serviceDirectory({
        env,
        operations: allOperations,
        priceFile: join(cacheFolder, 'prices.json'),
        notice: options.onNotice ?? (() => {}),
      }),
      functions: functionRegistry(allFunctions),
      rules: allRules.filter((rule) => !disabled.includes(rule.name)),
      oracle: duckdbTypeOracle(database),
      blobEndpoint: env.SQLC_BLOB_ENDPOINT,
      learnt: new LearntStatistics(cacheFolder),
      answers: new AnswerCaches({
        folder: join(cacheFolder, 'results'),
        limitBytes: settings.cache_size_mb * MEGABYTE,
        onNotice: options.onNotice,
      }),
    },
    settings,
  );
}

function userCacheFolder(env: Environment): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'sqlc');
  const home = homedir();
  if (home === '') return join(tmpdir(), 'sqlc');
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'sqlc');
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'sqlc');
  return join(home, '.cache', 'sqlc');
}
