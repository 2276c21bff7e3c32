// Where DuckDB spills: a folder of each engine's own, since two that share one overwrite each other's files. DuckDB makes
// it when it first spills and removes it at its end, but not the folders above; what a killed process left is removed here.

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const NAME = /^(?<host>.+)-(?<pid>\d+)-[0-9a-f]{8}$/;

/** @returns a path whose last folder does not exist yet; when it cannot be made, what spills says so */
export async function spillFolder(cacheFolder: string): Promise<string> {
  const parent = join(cacheFolder, 'tmp');
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    for (const name of await readdir(parent))
      if (isAbandoned(name)) await rm(join(parent, name), { recursive: true, force: true });
  } catch {
    // A cache folder that nobody may write to: statements that fit the memory do without.
  }
  return join(parent, `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`);
}

/** Other machines and containers, whose processes cannot be seen from here, may share the cache folder. */
function isAbandoned(name: string): boolean {
  const { host, pid } = NAME.exec(name)?.groups ?? {};
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
