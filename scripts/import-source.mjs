// Lets a script run modules of src: bundles one with esbuild into a temporary folder and imports the result.
// Packages are bundled in as well, so what a script measures is what the build ships.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles `path` (from the repository root), hands its exports to `use` and removes the bundle afterwards.
 * With `external`, packages are imported from node_modules: those with native parts cannot be bundled.
 */
export async function withSource(path, use, { external = false } = {}) {
  const folder = await mkdtemp(join(external ? join(root, 'node_modules') : tmpdir(), '.sqlc-source-'));
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [path],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      ...(external ? { packages: 'external' } : {}),
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
    });
    return await use(await import(pathToFileURL(join(folder, basename(path).replace(/\.ts$/, '.mjs')))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
