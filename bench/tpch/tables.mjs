// The eight tables of TPC-H as Parquet files in a folder git does not see, made once for each scale factor: by
// tpchgen-cli when it is on the PATH, else by generate.sql in DuckDB.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

export const TABLES = ['region', 'nation', 'supplier', 'customer', 'part', 'partsupp', 'orders', 'lineitem'];
const SEED = 19920101;
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The queries of one of the two dialects, by name. */
export function queriesOf(dialect) {
  const folder = join(HERE, dialect);
  const names = readdirSync(folder).sort();
  return names.map((file) => ({
    name: file.replace('.sql', ''),
    sql: readFileSync(join(folder, file), 'utf8').trim(),
  }));
}

/** Statements that declare the tables to sqlc. */
export function declarations(folder) {
  return `CREATE EXTERNAL DATA SOURCE tpch WITH (LOCATION = '${folder.replaceAll("'", "''")}');
    CREATE EXTERNAL FILE FORMAT parquet WITH (FORMAT_TYPE = PARQUET);
    ${readFileSync(join(HERE, 'tables.sql'), 'utf8')}`;
}

/** The same for DuckDB. */
export function views(folder) {
  return TABLES.map((t) => `CREATE VIEW ${t} AS SELECT * FROM read_parquet('${fileOf(folder, t)}')`).join('; ');
}

function fileOf(folder, table) {
  return join(folder, `${table}.parquet`).replaceAll("'", "''");
}

/**
 * @param {string} folder where the folder of this scale factor stands, or is made
 * @param {number} sf
 * @param {{ generator?: 'tpchgen-cli' | 'generate.sql' }} options
 * @returns {Promise<{ folder: string, by: string }>}
 */
export async function tpchFiles(folder, sf, { generator = hasTpchgen() ? 'tpchgen-cli' : 'generate.sql' } = {}) {
  const made = join(folder, `sf${sf}-${generator}`);
  if (existsSync(made)) return { folder: made, by: generator };
  const aside = `${made}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    if (generator === 'tpchgen-cli') tpchgen(aside, sf);
    else await generate(aside, sf);
    renameSync(aside, made);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return { folder: made, by: generator };
}

function hasTpchgen() {
  return spawnSync('tpchgen-cli', ['--version']).status === 0;
}

function tpchgen(folder, sf) {
  const { status, stderr } = spawnSync('tpchgen-cli', ['parquet', '-s', String(sf), `--output-dir=${folder}`]);
  if (status !== 0) throw new Error(`tpchgen-cli: ${stderr}`);
}

async function generate(folder, sf) {
  const instance = await DuckDBInstance.create(join(folder, 'making.duckdb'));
  const connection = await instance.connect();
  await connection.run(`SET VARIABLE sf = ${Number(sf)}; SET VARIABLE seed = ${SEED}`);
  await connection.run(readFileSync(join(HERE, 'generate.sql'), 'utf8'));
  for (const table of TABLES)
    await connection.run(`COPY ${table} TO '${fileOf(folder, table)}' (FORMAT parquet, COMPRESSION snappy)`);
  connection.closeSync();
  instance.closeSync();
  for (const file of ['making.duckdb', 'making.duckdb.wal']) rmSync(join(folder, file), { force: true });
}
