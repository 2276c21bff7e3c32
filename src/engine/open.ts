// Opening an engine: the environment is read here, once, settings are settled, and the rooms are put together.

import { totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { version } from '../common/version.ts';
import { DuckdbCatalogStore } from '../exec/duckdb/catalog-store.ts';
import { Database } from '../exec/duckdb/database.ts';
import { duckdbTypeOracle } from '../exec/duckdb/duckdb-type-oracle.ts';
import { ParquetFacts } from '../exec/parquet-facts.ts';
import { allRules } from '../planner/rules/index.generated.ts';
import { Storage } from '../storage/storage.ts';
import { functionRegistry } from '../udf/function.ts';
import { allFunctions } from '../udf/functions/index.generated.ts';
import { allOperations } from '../udf/operations/index.generated.ts';
import { AnswerCaches } from './answer-cache.ts';
import { cacheFolder as cacheFolderOf, type Opening, openingSettings, resultsFolder } from './cache-folder.ts';
import type { Environment } from './declared-service.ts';
import { LearntStatistics } from './learnt.ts';
import { serviceDirectory } from './services.ts';
import { Session } from './session.ts';
import { spillFolder } from './spill-folder.ts';
import { allSystemViews } from './system-views/index.generated.ts';

/** The database's folder is created when absent. */
export interface EngineOptions extends Opening {
  /** In place of the process's environment. */
  readonly env?: Environment | undefined;
  /** Names of rewrite rules to leave out, for tests that compare answers with and without them. */
  readonly disabledRules?: readonly string[] | undefined;
  /** In place of what the cache folder keeps, for tests that begin with nothing learnt. */
  readonly learnt?: LearntStatistics | undefined;
  /** Told what is worth knowing once, such as that functions run on the local models. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

const MEGABYTE = 1024 * 1024;
const MAX_DEFAULT_MEMORY_MB = 4096;
/** Of memory_limit_mb; the rest is ours: batches, answers on their way, the models. */
const ENGINE_SHARE = 0.75;

export async function openSession(options: EngineOptions): Promise<Session> {
  const env = options.env ?? process.env;
  const settings = await openingSettings(options, env);
  const cacheFolder = cacheFolderOf(options, settings, env);
  const memoryLimitMb =
    settings.memory_limit_mb ?? Math.min(MAX_DEFAULT_MEMORY_MB, Math.floor(totalmem() / MEGABYTE / 2));
  const database = await Database.open({
    folder: options.database,
    memoryLimitMb: Math.floor(memoryLimitMb * ENGINE_SHARE),
    temporaryFolder: await spillFolder(cacheFolder),
  });
  const store = await DuckdbCatalogStore.open(
    database,
    allSystemViews.map((view) => view.table),
    settings.collation,
  ).catch((failure: unknown) => {
    database.close();
    throw failure;
  });
  const disabled = options.disabledRules ?? [];
  return new Session(
    {
      database,
      databaseName: options.database === undefined ? 'sqlc' : basename(resolve(options.database)),
      version,
      store,
      storage: new Storage({ cacheDir: cacheFolder, cacheLimitBytes: settings.cache_size_mb * MEGABYTE }),
      parquet: new ParquetFacts(),
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
      learnt: options.learnt ?? new LearntStatistics(cacheFolder),
      answers: new AnswerCaches({
        folder: resultsFolder(cacheFolder),
        limitBytes: settings.cache_size_mb * MEGABYTE,
        onNotice: options.onNotice,
      }),
    },
    settings,
  );
}
