// The house keeps its walls: which room of src imports which, that no imports run in a circle, where third parties may
// enter, and where the process and the console are spoken to. The table is docs/architecture's, as data.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));

interface Import {
  readonly from: string;
  /** A file of src, or a package. */
  readonly to: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

// A room may import itself, and those named; `a/b` narrows a room to one file or folder, `type:` to types.
// planner and exec meet at the physical plan; exec spells casts and quotes with the planner's dialect, and shares its
// chart of conversions, when it opens external files. The planner checks CREATE EXTERNAL SERVICE against what udf
// knows of versions, tiers and endpoints. The emulator throws the wire's TransportError. index.ts re-exports what an embedding program sees.
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  common: [],
  arrow: ['common'],
  parser: ['common'],
  catalog: ['common', 'arrow'],
  storage: ['common', 'arrow', 'catalog'],
  udf: ['common', 'arrow'],
  planner: [
    'common',
    'arrow',
    'parser/ast',
    'catalog/definitions',
    'catalog/snapshot',
    'catalog/object-ids',
    'type:udf',
    'udf/operation',
    'udf/api-versions',
    'udf/endpoint',
    'udf/tiers',
  ],
  exec: [
    'common',
    'arrow',
    'catalog',
    'udf',
    'storage',
    'type:planner',
    'planner/physical',
    'planner/sql-text',
    'planner/unparse',
    'planner/duckdb-dialect',
    'planner/bind/types',
  ],
  output: ['common', 'arrow'],
  emulator: ['common', 'type:udf', 'udf/wire'],
  engine: ['common', 'arrow', 'parser', 'catalog', 'storage', 'udf', 'planner', 'exec', 'output', 'emulator'],
  cli: ['engine', 'emulator', 'output', 'common', 'type:parser/ast', 'type:exec/run-report', 'type:exec/progress'],
  'index.ts': ['type:common', 'common/errors', 'type:engine', 'engine', 'type:exec', 'type:parser', 'parser/parse'],
};

/** Where a package may be imported at run time; `type:` elsewhere. */
const FENCES: Readonly<Record<string, { readonly run: readonly string[]; readonly type: readonly string[] }>> = {
  chevrotain: { run: ['parser'], type: ['parser'] },
  // engine/result makes the Table an embedding program asks for, which is loaded with it, lazily.
  'apache-arrow': { run: ['arrow', 'engine/result.ts'], type: ['arrow', 'exec', 'output', 'engine', 'index.ts'] },
  '@duckdb/node-api': { run: ['exec/duckdb', 'arrow'], type: ['exec', 'arrow'] },
  '@duckdb/node-bindings': { run: [], type: ['arrow/duckdb-bindings.ts'] },
  undici: { run: ['udf', 'storage'], type: ['udf', 'storage'] },
  lmdb: { run: ['udf/result-cache.ts', 'udf/answer-file.ts'], type: ['udf'] },
  '@opentelemetry/api': { run: ['engine/telemetry.ts'], type: [] },
  '@azure/storage-blob': { run: ['storage'], type: ['storage'] },
};

/** undici: transports only, within udf. */
const UNDICI_FILES = ['udf/http-transport.ts'];

// A subquery is an expression that holds a query: the binder's files call each other, and no other circle is allowed.
const MAY_CIRCLE = 'planner/bind/';

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .sort();
const imports = files.flatMap((from) => importsOf(from, readFileSync(join(src, from), 'utf8')));

describe('rooms', () => {
  test('every file stands in a known room', () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });

  for (const room of Object.keys(MAY_IMPORT)) {
    test(`${room} imports only what it may`, () => {
      const foreign = imports.filter(
        (i) => isOurs(i.to) && roomOf(i.from) === room && roomOf(i.to) !== room && roomOf(i.to) !== '..',
      );
      expect(foreign.filter((i) => !allowed(i, MAY_IMPORT[room] ?? [])).map(shown)).toEqual([]);
    });
  }
});

test('no imports run in a circle, but the binder’s', () => {
  const found = circles(imports.filter((i) => isOurs(i.to) && !i.typeOnly && !i.lazy));
  expect(found.map((circle) => circle.filter((file) => !file.startsWith(MAY_CIRCLE)))).toEqual([[]]);
});

test('imports name the file, never a folder', () => {
  expect(
    imports.filter((i) => isOurs(i.to) && !files.includes(i.to) && !/\.(json|d\.ts)$/.test(i.to)).map(shown),
  ).toEqual([]);
});

describe('third parties', () => {
  for (const [name, { run, type }] of Object.entries(FENCES)) {
    test(`${name} stays where it may be`, () => {
      const users = imports.filter((i) => i.to === name || i.to.startsWith(`${name}/`));
      const within = (i: Import, places: readonly string[]) =>
        places.some((p) => i.from === p || i.from.startsWith(`${p}/`));
      expect(users.filter((i) => !within(i, i.typeOnly ? [...run, ...type] : run)).map(shown)).toEqual([]);
    });
  }

  test('undici is the transports’ and the storage’s', () => {
    const users = imports.filter((i) => i.to === 'undici' && !i.from.startsWith('storage/'));
    expect(users.filter((i) => !UNDICI_FILES.includes(i.from)).map(shown)).toEqual([]);
  });

  test('no package is imported outside its fence or the models', () => {
    const packages = imports.filter((i) => !isOurs(i.to) && !i.to.startsWith('node:'));
    const fenced = Object.keys(FENCES);
    const strangers = packages.filter((i) => !fenced.some((name) => i.to === name || i.to.startsWith(`${name}/`)));
    expect(strangers.filter((i) => !i.from.startsWith('emulator/models/')).map(shown)).toEqual([]);
  });

  test('heavy packages load when they are needed, not when the command line starts', () => {
    const heavy = ['apache-arrow', 'undici', 'lmdb', '@azure/storage-blob', '@opentelemetry/api'];
    const eager = reachableFrom('cli/main.ts').flatMap((file) =>
      imports.filter((i) => i.from === file && !i.typeOnly && !i.lazy && heavy.includes(i.to)),
    );
    expect(eager.map(shown)).toEqual([]);
  });
});

describe('the outside world', () => {
  const uses = (pattern: RegExp) => files.filter((name) => pattern.test(code(name)));

  test('console is the command line’s', () => {
    expect(uses(/\bconsole\./).filter((name) => !name.startsWith('cli/'))).toEqual([]);
  });

  test('process is the command line’s; engine/open reads its environment, the spill folder which are alive', () => {
    const outside = uses(/\bprocess\./).filter((name) => !name.startsWith('cli/'));
    expect(outside).toEqual(['engine/open.ts', 'engine/spill-folder.ts']);
    const used = (name: string) => [...new Set(code(name).match(/\bprocess\.\w+/g))].sort();
    expect(outside.map(used)).toEqual([['process.env'], ['process.kill', 'process.pid']]);
  });

  test('engine/open reads the environment once', () => {
    expect(code('engine/open.ts').match(/\bprocess\.env\b/g)).toHaveLength(1);
  });

  test('planning does no input or output', () => {
    const outward = imports.filter((i) => /^(planner|parser|common)\//.test(i.from) && i.to.startsWith('node:'));
    expect(outward.map(shown)).toEqual([]);
  });
});

function importsOf(from: string, text: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s+)?((?:\w+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+)\s+from\s+)?'([^']+)'/gm,
  );
  const lazy = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, names = '', to = '']) => ({
      from,
      to: resolved(from, to),
      typeOnly: type !== undefined || onlyTypes(names),
      lazy: false,
    })),
    ...[...lazy].map(([, to = '']) => ({ from, to: resolved(from, to), typeOnly: false, lazy: true })),
  ];
}

/** `import { type A, type B }` brings no code. */
function onlyTypes(names: string): boolean {
  const [, list] = names.match(/^\{([^}]*)\}\s+from\s+$/) ?? [];
  if (list === undefined) return false;
  return list.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}

function resolved(from: string, to: string): string {
  return to.startsWith('.') ? relative(src, join(src, dirname(from), to)) : to;
}

function isOurs(path: string): boolean {
  return /\.(ts|json)$/.test(path) && !path.startsWith('node:');
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function allowed({ to, typeOnly }: Import, rules: readonly string[]): boolean {
  return rules.some((rule) => {
    const place = rule.replace(/^type:/, '');
    if (rule !== place && !typeOnly) return false;
    return to === `${place}.ts` || to.startsWith(`${place}/`);
  });
}

function shown(i: Import): string {
  return `${i.from} -> ${i.to}${i.typeOnly ? ' (type)' : ''}`;
}

/** Source without comments and strings, roughly: what runs. */
function code(name: string): string {
  return readFileSync(join(src, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'(?:\\.|[^'\\\n])*'/gm, '');
}

function reachableFrom(start: string): string[] {
  const seen = new Set([start]);
  for (const file of seen)
    for (const i of imports) if (i.from === file && !i.typeOnly && !i.lazy && files.includes(i.to)) seen.add(i.to);
  return [...seen];
}

/** Tarjan: groups of files that reach each other. */
function circles(edges: readonly Import[]): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    let least = own;
    stack.push(file);
    for (const { to } of edges.filter((e) => e.from === file)) {
      if (!index.has(to)) least = Math.min(least, visit(to));
      else if (stack.includes(to)) least = Math.min(least, index.get(to) ?? own);
    }
    low.set(file, least);
    if (least === own) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || edges.some((e) => e.from === file && e.to === file)) found.push(group.sort());
    }
    return least;
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}
