// The TypeOracle of goldens: what DuckDB said once, from test/golden/types.json, so that planning needs no engine.
// With SQLC_REWRITE=1 DuckDB is asked again, and the file is written by `writeRecordedTypes`.

import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list, type SqlType, typeName } from '../../src/arrow/sql-type.ts';
import { Database } from '../../src/exec/duckdb/database.ts';
import { duckdbTypeOracle } from '../../src/exec/duckdb/duckdb-type-oracle.ts';
import { parse } from '../../src/parser/parse.ts';
import { bindType } from '../../src/planner/bind/type-name.ts';
import { signature, type TypeOracle } from '../../src/planner/type-oracle.ts';

const FILE = new URL('../golden/types.json', import.meta.url);
const recorded = new Map<string, string | null>(Object.entries(JSON.parse(readFileSync(FILE, 'utf8'))));
const asked = new Map<string, string | null>();

export const recordedTypes: TypeOracle = {
  async resultType(fn, args) {
    const key = signature(fn, args);
    const type = process.env.SQLC_REWRITE === '1' ? await askDuckdb(fn, args) : recorded.get(key);
    if (type === undefined) throw new Error(`${key} is not in test/golden/types.json: run with SQLC_REWRITE=1`);
    asked.set(key, type);
    return type === null ? null : typeNamed(type);
  },
};

/** Keeps what was asked in this run, and what earlier runs of other goldens asked. */
export function writeRecordedTypes(): void {
  if (process.env.SQLC_REWRITE !== '1') return;
  const all = [...new Map([...recorded, ...asked])].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

export function recordedSignatures(): readonly (readonly [signature: string, type: string | null])[] {
  return [...recorded];
}

/** The type DuckDB gives the call now. */
export async function askDuckdb(fn: string, args: readonly SqlType[]): Promise<string | null> {
  const database = await Database.open({
    folder: undefined,
    memoryLimitMb: 256,
    temporaryFolder: join(tmpdir(), 'sqlc-test'),
  });
  try {
    const type = await duckdbTypeOracle(database).resultType(fn, args);
    return type === null ? null : typeName(type);
  } finally {
    database.close();
  }
}

/** Type names as `typeName` writes them, structs not. */
export function typeNamed(text: string): SqlType {
  if (text.startsWith('list<')) return list(typeNamed(text.slice(5, -1)));
  const [statement] = parse(`SELECT CAST(NULL AS ${text})`);
  const body = statement?.kind === 'select-statement' ? statement.query.body : undefined;
  const cast = body?.kind === 'select' ? body.items[0]?.expression : undefined;
  if (cast?.kind !== 'cast') throw new Error(`not a type: ${text}`);
  return bindType(cast.type, 30);
}
