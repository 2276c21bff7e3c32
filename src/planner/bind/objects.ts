// Statements that define objects: AST -> definitions, every option checked against the object's rules (3-dialect 1.2-1.5).

import type { CollationName } from '../../arrow/sql-type.ts';
import type {
  ColumnDefinition,
  CredentialDefinition,
  DataSourceDefinition,
  ExternalTable,
  FileFormatDefinition,
  TextOptions,
} from '../../catalog/definitions.ts';
import {
  DEFAULT_SCHEMA,
  findObject,
  findSequence,
  findTable,
  findView,
  isTemporary,
  type Snapshot,
  sameName,
} from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { columnType } from './collation.ts';
import { bindType } from './type-name.ts';

const SERDE_METHODS = [
  'org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe',
  'org.apache.hadoop.hive.serde2.columnar.ColumnarSerDe',
];

export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** @throws SqlcError catalog/unknown-schema, not-supported */
export function tableName(name: ast.ObjectName, snapshot: Snapshot): QualifiedName {
  const parts = name.parts.map((p) => p.name);
  const last = parts.at(-1) ?? '';
  // Temporary tables are in no schema of the user's: `tempdb..#t` is `#t`.
  if (isTemporary(last)) return { schema: DEFAULT_SCHEMA, name: last };
  if (parts.length > 2) throw error('not-supported', { what: 'a name of another database' }, { span: name.span });
  const schema = parts.at(-2) || DEFAULT_SCHEMA;
  const known = snapshot.schemas.find((s) => sameName(s, schema));
  if (known === undefined) throw error('catalog/unknown-schema', { name: schema }, { span: name.span });
  return { schema: known, name: last };
}

/** Tables, views and sequences share one namespace. @throws SqlcError catalog/exists (2714) */
export function newTableName(name: ast.ObjectName, snapshot: Snapshot): QualifiedName {
  const target = tableName(name, snapshot);
  const { schema } = target;
  const taken = [
    ['table', findTable(snapshot, schema, target.name)],
    ['view', findView(snapshot, schema, target.name)],
    ['sequence', findSequence(snapshot, schema, target.name)],
  ] as const;
  for (const [kind, found] of taken)
    if (found !== undefined) throw error('catalog/exists', { kind, name: target.name }, { span: name.span });
  return target;
}

export function bindCredential(
  statement: ast.CreateCredential,
  snapshot: Snapshot,
  persistent: boolean,
): CredentialDefinition {
  refuseExisting('credential', statement.name, snapshot);
  if (persistent && statement.secret !== undefined)
    throw error('catalog/master-key-needed', {}, { span: statement.name.span });
  return { name: statement.name.name, identity: statement.identity, secret: statement.secret };
}

/** Both values are replaced. @throws SqlcError catalog/unknown-object, catalog/master-key-needed */
export function bindAlteredCredential(
  { name, identity, secret }: ast.AlterCredential,
  snapshot: Snapshot,
  persistent: boolean,
): CredentialDefinition {
  const found = findObject(snapshot, 'credential', name.name);
  if (found === undefined)
    throw error('catalog/unknown-object', { kind: 'credential', name: name.name }, { span: name.span });
  if (persistent && secret !== undefined) throw error('catalog/master-key-needed', {}, { span: name.span });
  return { name: found.name, identity, secret };
}

export function bindDataSource(statement: ast.CreateDataSource, snapshot: Snapshot): DataSourceDefinition {
  refuseExisting('data source', statement.name, snapshot);
  const { credential, type } = statement;
  if (type === 'rdbms' || type === 'shard_map_manager')
    throw error('catalog/source-type', { type: type.toUpperCase() }, { span: statement.name.span });
  if (credential !== undefined && findObject(snapshot, 'credential', credential.name) === undefined) {
    throw error('catalog/credential-missing', { name: credential.name }, { span: credential.span });
  }
  return {
    name: statement.name.name,
    location: statement.location.value,
    credential: credential?.name,
    type,
    connectionOptions: statement.connectionOptions?.value,
  };
}

export function bindFileFormat(statement: ast.CreateFileFormat, snapshot: Snapshot): FileFormatDefinition {
  refuseExisting('file format', statement.name, snapshot);
  const name = statement.name.name;
  checkSerde(statement);
  switch (statement.format) {
    case 'parquet':
      return { name, format: 'parquet' };
    case 'delimitedtext':
      return { name, format: 'delimitedtext', text: textOptions(statement) };
    default:
      throw error('not-supported', { what: `FORMAT_TYPE ${statement.format.toUpperCase()}` }, { span: statement.span });
  }
}

/** @throws SqlcError syntax/option-combination, syntax/missing-option, syntax/option-value */
function checkSerde({ format, serdeMethod, span }: ast.CreateFileFormat): void {
  const name = 'SERDE_METHOD';
  if (format !== 'rcfile') {
    const other = `FORMAT_TYPE = ${format.toUpperCase()}`;
    if (serdeMethod !== undefined)
      throw error('syntax/option-combination', { name, other }, { span: serdeMethod.span });
    return;
  }
  if (serdeMethod === undefined)
    throw error('syntax/missing-option', { statement: 'CREATE EXTERNAL FILE FORMAT', name }, { span });
  const { value } = serdeMethod;
  if (SERDE_METHODS.includes(value)) return;
  const expected = SERDE_METHODS.map((method) => `'${method}'`).join(' or ');
  const hint = didYouMean(value, SERDE_METHODS);
  throw error('syntax/option-value', { name, found: `'${value}'`, expected }, { span: serdeMethod.span, hint });
}

function textOptions({ text, compression }: ast.CreateFileFormat): TextOptions {
  if (text.dateFormat !== undefined && text.dateFormat.value !== '')
    throw error('not-supported', { what: 'DATE_FORMAT' }, { span: text.dateFormat.span });
  if (text.parserVersion !== undefined && text.parserVersion.value !== '1.0')
    throw error('not-supported', { what: 'PARSER_VERSION 2.0' }, { span: text.parserVersion.span });
  const fieldTerminator = delimiter('FIELD_TERMINATOR', text.fieldTerminator) ?? '|';
  const stringDelimiter = delimiter('STRING_DELIMITER', text.stringDelimiter) ?? '';
  const encoding = text.encoding?.value.toUpperCase() ?? 'UTF8';
  if (encoding !== 'UTF8' && encoding !== 'UTF16') {
    throw error(
      'syntax/option-value',
      { name: 'ENCODING', found: `'${text.encoding?.value}'`, expected: "'UTF8' or 'UTF16'" },
      { span: text.encoding?.span },
    );
  }
  if (text.firstRow !== undefined && (text.firstRow.value < 1 || text.firstRow.value > 101)) {
    throw error(
      'syntax/option-value',
      { name: 'FIRST_ROW', found: text.firstRow.value, expected: '1 to 101' },
      { span: text.firstRow.span },
    );
  }
  return {
    fieldTerminator,
    stringDelimiter,
    firstRow: text.firstRow?.value ?? 1,
    useTypeDefault: text.useTypeDefault ?? false,
    encoding,
    compression: codecOf(compression),
  };
}

function codecOf(compression: ast.StringLiteral | undefined): TextOptions['compression'] {
  if (compression === undefined) return undefined;
  if (compression.value === 'org.apache.hadoop.io.compress.GzipCodec' || /^gzip$/i.test(compression.value))
    return 'gzip';
  throw error(
    'not-supported',
    { what: `DATA_COMPRESSION '${compression.value}' for text` },
    { span: compression.span },
  );
}

/** Escapes `\t` and hex `0x7C`, chained `0x7E0x7E`. */
function delimiter(name: string, written: ast.StringLiteral | undefined): string | undefined {
  if (written === undefined) return undefined;
  const { value, span } = written;
  const decoded = /^(0x[0-9a-f]{2})+$/i.test(value)
    ? Buffer.from(value.replace(/0x/gi, ''), 'hex').toString('latin1')
    : value.replace(/\\t/g, '\t').replace(/\\n/g, '\n').replace(/\\r/g, '\r');
  const limit = name === 'STRING_DELIMITER' ? 1 : 4;
  if (Buffer.byteLength(decoded) > limit)
    throw error('not-supported', { what: `${name} of more than ${limit} byte${limit === 1 ? '' : 's'}` }, { span });
  if (name === 'FIELD_TERMINATOR' && decoded === '') {
    throw error('syntax/option-value', { name, found: 'empty', expected: 'at least one character' }, { span });
  }
  return decoded;
}

export function bindExternalTable(statement: ast.CreateExternalTable, snapshot: Snapshot): ExternalTable {
  const { schema, name } = newTableName(statement.name, snapshot);
  const [deferred] = statement.deferred;
  if (deferred !== undefined)
    throw error('not-supported', { what: `option ${deferred.name.toUpperCase()}` }, { span: deferred.span });
  const { location, fileFormat } = statement;
  if (location === undefined) throw missingOption('LOCATION', statement);
  if (fileFormat === undefined) throw missingOption('FILE_FORMAT', statement);
  const source = findObject(snapshot, 'data source', statement.dataSource.name);
  if (source === undefined) throw missing('data source', statement.dataSource);
  if (source.type === 'blob_storage') {
    throw error(
      'not-supported',
      { what: `an external table on "${source.name}" (TYPE = BLOB_STORAGE)` },
      { span: statement.dataSource.span },
    );
  }
  const format = findObject(snapshot, 'file format', fileFormat.name);
  if (format === undefined) throw missing('file format', fileFormat);
  return {
    kind: 'external',
    schema,
    name,
    columns: bindColumns(statement.columns, name, snapshot.collation),
    location: location.value,
    dataSource: source.name,
    fileFormat: format.name,
  };
}

function missingOption(name: string, { span }: ast.CreateExternalTable): Error {
  return error('syntax/missing-option', { statement: 'CREATE EXTERNAL TABLE', name }, { span });
}

function bindColumns(
  columns: readonly ast.ColumnDefinition[],
  table: string,
  collation: CollationName,
): ColumnDefinition[] {
  const seen = new Set<string>();
  return columns.map((c) => {
    const key = c.name.name.toLowerCase();
    if (seen.has(key))
      throw error('bind/duplicate-column', { name: c.name.name, relation: table }, { span: c.name.span });
    seen.add(key);
    if (c.type.name === 'text' || c.type.name === 'ntext') {
      throw error(
        'bind/type-not-supported',
        { name: c.type.name, where: 'in an external table' },
        { span: c.type.span, hint: 'Use varchar(max) or nvarchar(max).' },
      );
    }
    const type = columnType(bindType(c.type, 1), c.collation, collation);
    return { name: c.name.name, type, nullable: c.nullable };
  });
}

function missing(kind: string, name: ast.Identifier) {
  return error('catalog/missing-reference', { kind, name: name.name }, { span: name.span });
}

function refuseExisting(
  kind: 'credential' | 'data source' | 'file format',
  name: ast.Identifier,
  snapshot: Snapshot,
): void {
  if (findObject(snapshot, kind, name.name) !== undefined)
    throw error('catalog/exists', { kind, name: name.name }, { span: name.span });
}

/** Who refers to an object: it cannot be dropped before them. */
export function referrersOf(
  kind: 'credential' | 'data source' | 'file format' | 'service',
  name: string,
  snapshot: Snapshot,
): string[] {
  const tables = snapshot.tables.filter((t) => t.kind === 'external');
  switch (kind) {
    case 'credential':
      return [...snapshot.dataSources, ...snapshot.services]
        .filter((user) => user.credential !== undefined && sameName(user.credential, name))
        .map((user) => user.name);
    case 'data source':
      return tables.filter((t) => sameName(t.dataSource, name)).map((t) => t.name);
    case 'file format':
      return tables.filter((t) => sameName(t.fileFormat, name)).map((t) => t.name);
    case 'service':
      return [];
  }
}
