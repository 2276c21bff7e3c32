// Writes every generated file, or with --check fails when one is stale. Each generator maps repository paths to text.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate as documents } from './gen-docs.mjs';
import { generate as grammar } from './gen-grammar.mjs';
import { generate as indexes } from './gen-indexes.mjs';
import { generate as weights } from './train-sentiment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
let stale = 0;
// Indexes come first: what follows bundles the sources that import them.
for (const generate of [indexes, grammar, weights, documents]) {
  for (const [path, text] of Object.entries(await generate())) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale++;
    if (check) console.error(`${path} is stale`);
    else {
      writeFileSync(file, text);
      console.log(`wrote ${path}`);
    }
  }
}
if (check && stale > 0) {
  console.error('run `npm run gen` and commit what it writes');
  process.exit(1);
}
