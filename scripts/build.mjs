// Bundles the product into dist/: an ESM library and the command line, sharing chunks; heavy parts stay lazy.
// --types also writes the declarations (npm pack does).
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const types = process.argv.includes('--types');

const shared = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  metafile: true,
  // Bundled CommonJS packages call require; ESM has none.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};
// The driver's JavaScript is bundled (Node takes 80 ms to find its way through the CommonJS of it), its binary is not.
const external = [
  '@duckdb/node-bindings',
  '@duckdb/node-bindings-*',
  '@azure/storage-blob',
  '@opentelemetry/api',
  'undici',
  'lmdb',
];
/** Packages of the local models: bundled once, loaded on first use by the library and the command line alike. */
const models = {
  'wink-nlp': 'wink-nlp',
  'wink-eng-lite-web-model': 'wink-model',
  'vader-sentiment': 'vader',
  'eld/small': 'eld',
};
const modelFiles = {
  name: 'model-files',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${Object.keys(models).join('|')})$`) }, ({ path }) => ({
      path: `./model-${models[path]}.js`,
      external: true,
    }));
  },
};

if (types || !isFresh()) {
  rmSync(dist, { recursive: true, force: true });
  const code = { ...shared, splitting: true, plugins: [modelFiles], chunkNames: '[name]-[hash]' };
  const built = await Promise.all([
    // The embedding program shares its own apache-arrow with the library; the command line carries one, for its start.
    build({ ...code, entryPoints: { index: 'src/index.ts' }, external: [...external, 'apache-arrow'] }),
    build({ ...code, entryPoints: { cli: 'src/cli/main.ts' }, external }),
    build({
      ...shared,
      entryPoints: Object.fromEntries(Object.entries(models).map(([from, to]) => [`model-${to}`, from])),
    }),
  ]);
  chmodSync(join(dist, 'cli.js'), 0o755);
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences(inputs));
}
if (types) {
  mkdirSync(join(dist, 'types'), { recursive: true });
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}

/** Nothing to do when no source is newer than the bundle: tests and the demo build first, every time. */
function isFresh() {
  const built = join(dist, 'cli.js');
  if (!existsSync(built)) return false;
  const time = statSync(built).mtimeMs;
  const newer = (path) =>
    statSync(path).isDirectory()
      ? readdirSync(path).some((name) => newer(join(path, name)))
      : statSync(path).mtimeMs > time;
  return !['src', 'package.json', 'scripts/build.mjs'].some((path) => newer(join(root, path)));
}

/** The licence texts of every package whose code is in the bundle. */
function licences(inputs) {
  const packages = [
    ...new Set(inputs.flatMap((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [])),
  ].sort();
  return packages
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
      const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
      return `${name} ${version} (${license})\n${'-'.repeat(60)}\n${text}\n`;
    })
    .join('\n\n');
}
