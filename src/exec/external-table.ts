// External tables: before a statement reads one, its files are listed and fetched, and a relation of the declared
// columns is made in the statement's work area. Parquet is read in place; text is converted whole, every declared
// column of every row, because the engine's reader would check only the columns a query happens to read.

import { type Bounds, hull } from '../arrow/bounds.ts';
import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { familyOf, isText, type SqlType, sameType, typeName, VARCHAR_MAX } from '../arrow/sql-type.ts';
import type { ColumnDefinition, ExternalTable, FileFormatDefinition, TextOptions } from '../catalog/definitions.ts';
import { findObject, type Snapshot, sameName } from '../catalog/snapshot.ts';
import { error, invariant } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { castable } from '../planner/bind/types.ts';
import { castSql, storedSql } from '../planner/duckdb-dialect/casts.ts';
import { quote, stringLiteral } from '../planner/sql-text.ts';
import { storageCredential } from '../storage/credential.ts';
import { parseLocation, resolveLocation } from '../storage/location.ts';
import type { Storage, StoredFile } from '../storage/storage.ts';
import { duckdbError } from './duckdb/duckdb-error.ts';
import type { ParquetColumns, ParquetFacts, ParquetFile } from './parquet-facts.ts';
import type { StatementWork } from './statement-work.ts';

export interface ExternalFiles {
  readonly storage: Storage;
  readonly snapshot: Snapshot;
  readonly parquet: ParquetFacts;
  /** SQLC_BLOB_ENDPOINT. */
  readonly blobEndpoint: string | undefined;
}

interface LocalCopy {
  readonly path: string;
  readonly file: StoredFile;
}

/** @param read names of the columns that are read @throws SqlcError storage/*, catalog/missing-reference, exec/cancelled */
export async function openExternal(
  table: ExternalTable,
  read: ReadonlySet<string>,
  listed: readonly StoredFile[],
  work: StatementWork,
  files: ExternalFiles,
  as: 'view' | 'inline',
): Promise<void> {
  const format = findObject(files.snapshot, 'file format', table.fileFormat);
  if (format === undefined) throw error('catalog/missing-reference', { kind: 'file format', name: table.fileFormat });
  const copies = await fetchAll(listed, work, files);
  if (copies.length > 0 && format.format === 'parquet') {
    const columns = await parquetItems(table, read, copies, work, files.parquet);
    if (as === 'inline') {
      // What nobody reads would only be looked at by the engine.
      const items = columns.filter(({ column }) => read.has(column.name));
      work.inlined.set(table, parquetQuery(items, copies));
      return;
    }
    await work.makeArea();
    await work.connection.run(`CREATE VIEW ${work.names.external(table)} AS ${parquetQuery(columns, copies)}`);
    return;
  }
  await work.makeArea();
  const relation = work.names.external(table);
  if (format.format === 'parquet' || copies.length === 0) await emptyRelation(table, relation, work);
  else await openText(table, format, copies, relation, work);
}

/** What a table's location holds. @throws SqlcError storage/*, catalog/missing-reference, exec/cancelled */
export async function listFiles(
  table: ExternalTable,
  work: StatementWork,
  { storage, snapshot, blobEndpoint }: ExternalFiles,
): Promise<StoredFile[]> {
  const { signal, report } = work.options;
  const source = findObject(snapshot, 'data source', table.dataSource);
  if (source === undefined) throw error('catalog/missing-reference', { kind: 'data source', name: table.dataSource });
  const named = source.credential === undefined ? undefined : findObject(snapshot, 'credential', source.credential);
  if (source.credential !== undefined && named === undefined)
    throw error('catalog/credential-missing', { name: source.credential });
  const base = parseLocation(source.location, { connectionOptions: source.connectionOptions, blobEndpoint });
  const location = resolveLocation(base, table.location);
  const credential = location.kind === 'blob' ? storageCredential(named) : undefined;
  return storage.list(location, { credential, signal, stats: report.storage });
}

async function fetchAll(
  listed: readonly StoredFile[],
  work: StatementWork,
  { storage }: ExternalFiles,
): Promise<LocalCopy[]> {
  const { signal, report } = work.options;
  const lease = storage.lease();
  work.onClose(() => lease.release());
  const paths = await storage.fetchAll(listed, { signal, stats: report.storage, lease });
  return listed.map((file, i) => ({ file, path: paths[i] ?? '' }));
}

async function emptyRelation(table: ExternalTable, relation: string, work: StatementWork): Promise<void> {
  await work.connection.run(
    `CREATE TABLE ${relation} (${table.columns.map((c) => `${quote(c.name)} ${duckdbTypeName(c.type)}`).join(', ')})`,
  );
}

function pathList(copies: readonly LocalCopy[]): string {
  return `[${copies.map((c) => stringLiteral(c.path)).join(', ')}]`;
}

// --- Parquet: columns by name, exactly first, then without case; absent from every file is an error

/** A declared column, and the SQL of its value in the files. */
interface Item {
  readonly column: ColumnDefinition;
  readonly sql: string;
}

async function parquetItems(
  table: ExternalTable,
  read: ReadonlySet<string>,
  copies: readonly LocalCopy[],
  work: StatementWork,
  facts: ParquetFacts,
): Promise<Item[]> {
  const present = new Map<string, SqlType | undefined>();
  for (const copy of copies) {
    for (const [name, type] of await parquetColumns(copy, work, facts)) if (!present.has(name)) present.set(name, type);
  }
  const columns = table.columns.map((column) => ({ column, ...sourceOf(column, table, present, copies) }));
  const texts = columns.filter(({ column, from }) => read.has(column.name) && isBounded(from, column.type));
  const longest = await longestTexts(
    copies,
    texts.map(({ name }) => name),
    work,
    facts,
  );
  const numbers = columns.filter(({ column, from }) => read.has(column.name) && sameType(from, column.type));
  work.bounds.set(table, await boundsOf(copies, numbers, work, facts));
  return columns.map(({ column, name, from }) => {
    const length = longest.get(name);
    const known = length === undefined ? from : ({ kind: 'varchar', length } as const);
    return { column, sql: storedSql(quote(name), known, column.type, column.name) };
  });
}

function parquetQuery(items: readonly Item[], copies: readonly LocalCopy[]): string {
  const values = items.map(({ column, sql }) => `${sql} AS ${quote(column.name)}`);
  // The engine knows more of the values of one file than of a union of files by name.
  const byName = copies.length > 1 ? ', union_by_name = true' : '';
  return `SELECT ${values.join(', ') || '1 AS c0'} FROM read_parquet(${pathList(copies)}${byName})`;
}

/** The column of the files that a declared one is. */
function sourceOf(
  column: ColumnDefinition,
  table: ExternalTable,
  present: ReadonlyMap<string, SqlType | undefined>,
  copies: readonly LocalCopy[],
): { readonly name: string; readonly from: SqlType } {
  const name = present.has(column.name) ? column.name : [...present.keys()].find((p) => sameName(p, column.name));
  if (name === undefined) {
    throw error(
      'storage/column-missing',
      { name: column.name, relation: `${table.schema}.${table.name}` },
      { hint: didYouMean(column.name, present.keys()) },
    );
  }
  const from = present.get(name);
  if (from === undefined || !castable(from, column.type)) {
    throw error('storage/format', {
      file: copies[0]?.file.path ?? '',
      format: 'as declared',
      reason: `column "${name}" holds ${from === undefined ? 'an unsupported type' : typeName(from)}, declared ${typeName(column.type)}`,
    });
  }
  return { name, from };
}

function isBounded(from: SqlType, to: SqlType): boolean {
  return isText(from) && isText(to) && 'length' in to && to.length !== 'max';
}

async function parquetColumns(copy: LocalCopy, work: StatementWork, facts: ParquetFacts): Promise<ParquetColumns> {
  try {
    return await facts.columnsOf(versionOf(copy), work.connection, work.options.signal);
  } catch (cause) {
    work.options.signal.throwIfAborted();
    const reason = duckdbError(cause).message.replaceAll(copy.path, copy.file.path);
    throw error('storage/format', { file: copy.file.location, format: 'Parquet', reason }, { cause });
  }
}

/** Bytes of the longest text of columns in all files, of those where it is known. */
async function longestTexts(
  copies: readonly LocalCopy[],
  columns: readonly string[],
  work: StatementWork,
  facts: ParquetFacts,
): Promise<Map<string, number>> {
  const longest = new Map(columns.map((name) => [name, 1]));
  for (const copy of copies) {
    const present = await parquetColumns(copy, work, facts);
    const found = await facts.longestTexts(versionOf(copy), columns, work.connection, work.options.signal);
    for (const name of longest.keys()) {
      // A column that a file does not have is NULL there.
      const length = present.has(name) ? found.get(name) : 0;
      if (length === undefined) longest.delete(name);
      else longest.set(name, Math.max(longest.get(name) ?? 1, length));
    }
  }
  return longest;
}

/** Bounds of the numbers in each column, over all files: none where a file does not tell. */
async function boundsOf(
  copies: readonly LocalCopy[],
  columns: readonly { readonly column: ColumnDefinition; readonly name: string; readonly from: SqlType }[],
  work: StatementWork,
  facts: ParquetFacts,
): Promise<Map<string, Bounds>> {
  const numbers = columns.filter(({ from }) => ['integer', 'decimal'].includes(familyOf(from)));
  const found = new Map<string, Bounds>();
  if (numbers.length === 0) return found;
  const files = [];
  for (const copy of copies) {
    const present = await parquetColumns(copy, work, facts);
    const bounds = await facts.boundsOf(versionOf(copy), work.connection, work.options.signal);
    files.push({ present, bounds });
  }
  for (const { column, name } of numbers) {
    const all = files.filter(({ present }) => present.has(name)).map(({ bounds }) => bounds.get(name));
    const known = all.filter((b) => b !== undefined);
    if (known.length > 0 && known.length === all.length) found.set(column.name, hull(known));
  }
  return found;
}

function versionOf({ path, file }: LocalCopy): ParquetFile {
  return { path, sizeBytes: file.sizeBytes, lastModified: file.lastModified };
}

// --- delimited text

type TextFormat = Extract<FileFormatDefinition, { format: 'delimitedtext' }>;

async function openText(
  table: ExternalTable,
  format: TextFormat,
  copies: readonly LocalCopy[],
  relation: string,
  work: StatementWork,
): Promise<void> {
  const { signal } = work.options;
  const rejects = { scans: `rejects_${work.schema}_s`, errors: `rejects_${work.schema}_e` };
  const keep = `, store_rejects = true, rejects_scan = '${rejects.scans}', rejects_table = '${rejects.errors}', rejects_limit = 1`;
  const converted = table.columns.map((c, i) => `${conversion(`t${i}`, c, format.text)} AS ${quote(c.name)}`);
  const source = `read_csv(${pathList(copies)}, ${readerOptions(format.text, table)}${keep})`;
  try {
    await work.connection.run(
      `CREATE TABLE ${relation} AS SELECT ${converted.join(', ')}, ${failedColumn(table, format.text)} AS "failed column" FROM ${source}`,
      [],
      signal,
    );
  } catch (cause) {
    signal.throwIfAborted();
    const reason = copies
      .reduce((text, c) => text.replaceAll(c.path, c.file.path), duckdbError(cause).message)
      .slice(0, 300);
    throw error(
      'storage/format',
      { file: copies[0]?.file.location ?? '', format: 'delimited text', reason },
      { cause },
    );
  }
  await refuseMalformed(rejects, copies, work);
  const [[failures] = [0]] = await work.connection.rows(
    `SELECT count(*) FROM ${relation} WHERE "failed column" IS NOT NULL`,
    [],
    signal,
  );
  if (Number(failures) > 0) await refuseUnconverted(table, format, copies, work);
}

function readerOptions(text: TextOptions, table: ExternalTable): string {
  const quoted =
    text.stringDelimiter === ''
      ? "quote = '', escape = ''"
      : `quote = ${stringLiteral(text.stringDelimiter)}, escape = ${stringLiteral(text.stringDelimiter)}`;
  return [
    'auto_detect = false',
    'header = false',
    `skip = ${text.firstRow - 1}`,
    `delim = ${stringLiteral(text.fieldTerminator)}`,
    quoted,
    `columns = {${table.columns.map((_, i) => `'t${i}': 'VARCHAR'`).join(', ')}}`,
    'allow_quoted_nulls = false',
    'null_padding = false',
    'max_line_size = 16777216',
    ...(text.encoding === 'UTF16' ? ["encoding = 'utf-16'"] : []),
    ...(text.compression === 'gzip' ? ["compression = 'gzip'"] : []),
  ].join(', ');
}

/** An empty field is missing: NULL, or the type's default where the format says so. Spaces around a number are no part of it. */
function conversion(field: string, column: ColumnDefinition, text: TextOptions): string {
  const { type } = column;
  if (isText(type)) return text.useTypeDefault ? `coalesce(${field}, '')` : field;
  const present = `nullif(trim(${field}), '')`;
  const value = castSql(present, VARCHAR_MAX, type, 'null');
  return text.useTypeDefault ? `coalesce(${value}, ${defaultOf(type)})` : value;
}

function defaultOf(type: SqlType): string {
  const zero =
    type.kind === 'date' || type.kind.startsWith('datetime') || type.kind === 'smalldatetime'
      ? "'1900-01-01'"
      : type.kind === 'time'
        ? "'00:00:00'"
        : "'0'";
  return `CAST(${zero} AS ${duckdbTypeName(type)})`;
}

function failedColumn(table: ExternalTable, text: TextOptions): string {
  return `CASE ${table.columns.map((c, i) => `WHEN ${failureTest(`t${i}`, c, text)} THEN ${i}`).join(' ')} END`;
}

/** A value that does not convert, is too long for its column, or is missing where NOT NULL stands. */
function failureTest(field: string, column: ColumnDefinition, text: TextOptions): string {
  const { type } = column;
  const missing =
    column.nullable || text.useTypeDefault
      ? []
      : [isText(type) ? `${field} IS NULL` : `nullif(trim(${field}), '') IS NULL`];
  if (isText(type)) {
    const long = 'length' in type && type.length !== 'max' ? [`length(${field}) > ${type.length}`] : [];
    return [...missing, ...long, 'FALSE'].join(' OR ');
  }
  const value = castSql(`nullif(trim(${field}), '')`, VARCHAR_MAX, type, 'null');
  return [...missing, `(nullif(trim(${field}), '') IS NOT NULL AND (${value}) IS NULL)`].join(' OR ');
}

async function refuseMalformed(
  rejects: { scans: string; errors: string },
  copies: readonly LocalCopy[],
  work: StatementWork,
): Promise<void> {
  const [found] = await work.connection.rows(
    `SELECT s.file_path, e.line, e.error_type, e.csv_line FROM ${rejects.errors} AS e JOIN ${rejects.scans} AS s USING (scan_id, file_id) ORDER BY s.file_path, e.line LIMIT 1`,
  );
  await work.connection.run(`DROP TABLE IF EXISTS ${rejects.errors}; DROP TABLE IF EXISTS ${rejects.scans}`);
  if (found === undefined) return;
  const [path, line, kind, text] = found;
  const shown = copies.find((c) => c.path === path)?.file.location ?? '';
  const reason = `${describeReject(String(kind))}: ${clipped(String(text ?? ''))}`;
  throw error(
    'storage/rejected-row',
    { file: shown, row: String(line), reason },
    { hint: 'Check the delimiter, FIRST_ROW and STRING_DELIMITER.' },
  );
}

function describeReject(kind: string): string {
  switch (kind) {
    case 'MISSING COLUMNS':
      return 'there are fewer columns than the table has';
    case 'TOO MANY COLUMNS':
      return 'there are more columns than the table has';
    case 'UNQUOTED VALUE':
      return 'a quoted value is not closed';
    case 'INVALID ENCODING':
      return 'there is a character that is not UTF-8';
    case 'LINE SIZE OVER MAXIMUM':
      return 'the line is longer than 16 MB';
    default:
      return kind.toLowerCase();
  }
}

/** Reads the files again, one by one, for the place of the first value that did not convert. */
async function refuseUnconverted(
  table: ExternalTable,
  format: TextFormat,
  copies: readonly LocalCopy[],
  work: StatementWork,
): Promise<void> {
  for (const copy of copies) {
    const rows = `SELECT row_number() OVER () AS n, [${table.columns.map((_, i) => `t${i}`).join(', ')}] AS fields, ${failedColumn(table, format.text)} AS failed FROM read_csv(${stringLiteral(copy.path)}, ${readerOptions(format.text, table)})`;
    const [found] = await work.connection.rows(
      `SELECT n, failed, fields[failed + 1] FROM (${rows}) AS r WHERE failed IS NOT NULL ORDER BY n LIMIT 1`,
      [],
      work.options.signal,
    );
    if (found === undefined) continue;
    const [ordinal, index, value] = found;
    const column = table.columns[Number(index)];
    invariant(column, 'a rejected row names its column');
    const reason =
      value === null
        ? `column "${column.name}" is missing, and it is NOT NULL`
        : `column "${column.name}" is '${clipped(String(value))}', expected ${typeName(column.type)}`;
    throw error('storage/rejected-row', {
      file: copy.file.location,
      row: Number(ordinal) + format.text.firstRow - 1,
      reason,
    });
  }
}

function clipped(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, ' ⏎ ').trim();
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
