// What a user gets: the tarball of `npm pack`, installed in an empty folder without development packages, as a command
// and as a library. Slow, and the one test that reaches the package registry; without it, it says so and is skipped.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const SQL =
  "SELECT SENTIMENT('I love this wonderful hotel') AS a, DETECT_LANGUAGE('Das ist ein schönes Haus am See') AS l";
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|network/;

let folder: string;
let tarball: string;
/** Why the tarball could not be installed, when the registry was out of reach. */
let offline: string | undefined;

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** The user's own npm settings stay, ours and the services' do not. */
function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(SQLC|LANGUAGE|VITEST|NODE_ENV|NODE_OPTIONS|npm_)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), SQLC_CACHE_DIR: join(folder, 'cache') };
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { cwd, env, maxBuffer: 64 * 1024 * 1024, timeout: 240_000 },
      (failure, stdout, stderr) => {
        const status = failure === null ? 0 : typeof failure.code === 'number' ? failure.code : 1;
        resolve({ stdout, stderr, status });
      },
    );
  });
}

async function ran(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr, status } = await run(command, args, cwd);
  expect(status, `${command} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlc-package-'));
  await ran('npm', ['pack', '--pack-destination', folder], root);
  const [packed, ...others] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  if (packed === undefined || others.length > 0) throw new Error('expected one tarball');
  tarball = join(folder, packed);
  const user = join(folder, 'user');
  await mkdir(user);
  await writeFile(join(user, 'package.json'), '{ "name": "user", "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1'];
  const { stderr, status } = await run('npm', ['install', '--omit=dev', ...quiet, tarball], user);
  if (status !== 0 && OFFLINE.test(stderr)) offline = 'the package registry cannot be reached';
  else expect(status, stderr).toBe(0);
}, 400_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const user = () => join(folder, 'user');

function needsRegistry(context: TestContext): void {
  if (offline !== undefined) context.skip(offline);
}

describe('the tarball', () => {
  let files: string[];
  let unpacked: string;

  beforeAll(async () => {
    unpacked = join(folder, 'unpacked');
    await mkdir(unpacked);
    await ran('tar', ['-xzf', tarball, '-C', unpacked], folder);
    const entries = await readdir(join(unpacked, 'package'), { recursive: true, withFileTypes: true });
    files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(unpacked, 'package').length + 1))
      .sort();
  });

  test('holds the build, its types, the licences and nothing else', async () => {
    const expected =
      /^(package\.json|README\.md|LICENSE|dist\/(cli|index)\.js|dist\/[\w.-]+\.js|dist\/THIRD-PARTY-LICENSES\.txt|dist\/types\/[\w./-]+\.d\.ts)$/;
    expect(files.filter((name) => !expected.test(name))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/cli.js', 'dist/types/index.d.ts']));
    const licences = await readFile(join(unpacked, 'package/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['apache-arrow', 'chevrotain', 'eld', 'vader-sentiment', 'wink-nlp', 'wink-eng-lite-web-model'])
      expect(licences).toContain(`\n${name} `.trimStart());
  });

  test('holds no source map, no secret, no place of the machine it was made on', async () => {
    const suspicious: readonly (readonly [string, RegExp])[] = [
      ['a source map', /sourceMappingURL=/],
      ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
      ['an account key', /AccountKey=\w|Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6/],
      ['a registry', /registry\.(npmjs|yarnpkg|npmmirror)|artifactory|\/_packaging\/|_authToken/i],
      ['a place', new RegExp(`${root.replaceAll('/', '\\/')}|\\/home\\/\\w+\\/|\\/Users\\/\\w+\\/`)],
      ['a test', /from ['"]vitest['"]/],
    ];
    const found: string[] = [];
    for (const name of files) {
      const content = await readFile(join(unpacked, 'package', name), 'latin1');
      for (const [what, pattern] of suspicious) {
        const match = pattern.exec(content);
        if (match !== null) found.push(`${name}: ${what}: ${match[0]}`);
      }
    }
    expect(found).toEqual([]);
  });

  test('is small', async () => {
    const { length } = await readFile(tarball);
    console.log(`package: ${(length / 1024 / 1024).toFixed(2)} MB, ${files.length} files`);
    expect(length).toBeLessThan(6 * 1024 * 1024);
  });
});

describe('installed in an empty folder', () => {
  test('npx sqlc query', async (context) => {
    needsRegistry(context);
    const { stdout, status } = await run('npx', ['sqlc', 'query', SQL], user());
    expect({ stdout, status }).toEqual({ stdout: 'a,l\npositive,de\n', status: 0 });
  });

  test('npx sqlc --version', async (context) => {
    needsRegistry(context);
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(await ran('npx', ['sqlc', '--version'], user())).toBe(`sqlc ${version}\n`);
  });

  test('imported by a module', async (context) => {
    needsRegistry(context);
    await writeFile(
      join(user(), 'module.mjs'),
      `import { Engine, parse, Result, SqlcError } from 'sqlc';
const engine = await Engine.open();
const result = await engine.query(${JSON.stringify(SQL)});
console.log(JSON.stringify(await result.toArray()), result instanceof Result, parse('SELECT 1 AS a').length);
await engine.query('SELECT nope').catch((e) => console.log(e instanceof SqlcError, e.code));
await engine.close();
`,
    );
    expect(await ran('node', ['module.mjs'], user())).toBe(
      '[{"a":"positive","l":"de"}] true 1\ntrue bind/unknown-column\n',
    );
  });

  test('imported by a CommonJS program', async (context) => {
    needsRegistry(context);
    await writeFile(
      join(user(), 'program.cjs'),
      `import('sqlc').then(async ({ Engine }) => {
  const engine = await Engine.open();
  console.log(JSON.stringify(await (await engine.query(${JSON.stringify(SQL)})).toArray()));
  await engine.close();
});
console.log(require('sqlc/package.json').name);
`,
    );
    expect(await ran('node', ['program.cjs'], user())).toBe('sqlc\n[{"a":"positive","l":"de"}]\n');
  });

  test('takes tables of the user’s own apache-arrow', async (context) => {
    needsRegistry(context);
    await writeFile(
      join(user(), 'register.mjs'),
      `import { tableFromArrays } from 'apache-arrow';
import { Engine } from 'sqlc';
const engine = await Engine.open();
await engine.registerTable('t', tableFromArrays({ id: Int32Array.of(1, 2), name: ['one', null] }));
console.log(JSON.stringify(await (await engine.query('SELECT id, name FROM t ORDER BY id')).toArray()));
await engine.close();
`,
    );
    expect(await ran('node', ['register.mjs'], user())).toBe('[{"id":1,"name":"one"},{"id":2,"name":null}]\n');
  });

  test('gives batches and tables to the user’s own apache-arrow', async (context) => {
    needsRegistry(context);
    await writeFile(
      join(user(), 'batches.mjs'),
      `import { RecordBatch, Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import { Engine } from 'sqlc';
const engine = await Engine.open();
const sql = "SELECT 1 AS a, N'é' AS b";
const batches = [];
for await (const batch of (await engine.query(sql)).batches()) batches.push(batch);
console.log(batches.every((batch) => batch instanceof RecordBatch), String(new Table(batches).get(0)));
console.log(String(tableFromIPC(tableToIPC(await (await engine.query(sql)).toTable())).get(0)));
await engine.close();
`,
    );
    const row = '{"a": 1, "b": "é"}';
    expect(await ran('node', ['batches.mjs'], user())).toBe(`true ${row}\n${row}\n`);
  });

  test('its types hold in a strict program', async (context) => {
    needsRegistry(context);
    await writeFile(
      join(user(), 'program.mts'),
      `import type { RecordBatch, Schema, Table } from 'apache-arrow';
import { Engine, type ErrorCode, parse, type Result, type RunReport, SqlcError, type Statement } from 'sqlc';
const engine: Engine = await Engine.open({ database: './wwi', settings: { timeout: 5 }, onNotice: (text: string) => text });
const controller = new AbortController();
const result: Result = await engine.query('SELECT @n AS n', { n: 10, b: 5n, d: new Date(), x: null }, { signal: controller.signal });
for await (const batch of result.batches()) { const rows: RecordBatch = batch; rows.numRows; }
const table: Table = await result.toTable();
const rows: Record<string, unknown>[] = await result.toArray();
const schema: Schema = result.schema;
const report: RunReport = result.stats;
const results: Result[] = await engine.execute('SELECT 1');
const { text, json }: { text: string; json: object } = await engine.explain('SELECT 1');
const statements: Statement[] = parse('SELECT 1');
try { parse('SELEC'); } catch (e) { if (e instanceof SqlcError) { const code: ErrorCode = e.code; const start: number | undefined = e.span?.start; code; start; } }
await engine.registerTable('t', table);
await engine.close();
// @ts-expect-error a number is no SQL
await engine.query(5);
// @ts-expect-error a list is no parameter
await engine.query('SELECT 1', { x: [1] });
// @ts-expect-error there is no such option
await Engine.open({ databse: 'x' });
console.log(rows, schema, report, results, text, json, statements);
`,
    );
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    await ran('node', [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, 'program.mts'], user());
  });
});
