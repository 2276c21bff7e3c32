// CREATE EXTERNAL DATA SOURCE and CREATE EXTERNAL TABLE: what their options may be (3-dialect 1.3, 1.5).
// Whether the objects they name exist is not known here.

import { error, invariant } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type { AlterDataSource, CreateDataSource, CreateExternalTable, CreateExternalTableAs } from './ast.ts';
import { described, Options, type RawOption } from './options.ts';

const SOURCE_KNOWN = [
  ...['LOCATION', 'CREDENTIAL', 'TYPE', 'PUSHDOWN', 'CONNECTION_OPTIONS', 'RESOURCE_MANAGER_LOCATION'],
  ...['DATABASE_NAME', 'SHARD_MAP_NAME'],
];
const TABLE_KNOWN = [
  ...['LOCATION', 'DATA_SOURCE', 'FILE_FORMAT', 'REJECT_TYPE', 'REJECT_VALUE', 'REJECT_SAMPLE_VALUE'],
  ...['REJECTED_ROW_LOCATION', 'TABLE_OPTIONS', 'SCHEMA_NAME', 'OBJECT_NAME', 'DISTRIBUTION'],
];
const DEFERRED = ['REJECT_TYPE', 'REJECT_VALUE', 'REJECT_SAMPLE_VALUE', 'REJECTED_ROW_LOCATION', 'TABLE_OPTIONS'];
const ELASTIC = ['SCHEMA_NAME', 'OBJECT_NAME', 'DISTRIBUTION'];
const DISTRIBUTIONS = ['REPLICATED', 'ROUND_ROBIN'];
const LARGEST_COUNT = 2_147_483_647;

/**
 * Checks a data source's options.
 *
 * @throws SqlcError syntax/*-option, syntax/option-*, not-supported
 */
export function dataSourceOf(
  raw: readonly RawOption[],
  span: Span,
): Pick<CreateDataSource, 'location' | 'credential' | 'type' | 'connectionOptions'> {
  const options = new Options('CREATE EXTERNAL DATA SOURCE', raw, SOURCE_KNOWN, span);
  const type = options.word('TYPE', ['hadoop', 'blob_storage', 'rdbms', 'shard_map_manager']);
  const location = options.string('LOCATION');
  const credential = options.name('CREDENTIAL', { allowString: false });
  const connectionOptions = options.string('CONNECTION_OPTIONS');
  options.word('PUSHDOWN', ['on', 'off']);
  for (const name of ['RESOURCE_MANAGER_LOCATION', 'DATABASE_NAME', 'SHARD_MAP_NAME']) options.string(name);
  options.require(['LOCATION']);
  for (const name of ['DATABASE_NAME', 'SHARD_MAP_NAME']) {
    if (options.has(name) && type !== 'rdbms' && type !== 'shard_map_manager')
      throw options.clash(name, type === undefined ? 'a source without TYPE' : `TYPE = ${type.toUpperCase()}`);
  }
  if (type !== 'hadoop' && options.has('RESOURCE_MANAGER_LOCATION')) {
    throw options.clash('RESOURCE_MANAGER_LOCATION', 'a source that is not TYPE = HADOOP');
  }
  invariant(location !== undefined, 'LOCATION was required');
  return { location, credential, type, connectionOptions };
}

/**
 * Checks the options of ALTER EXTERNAL DATA SOURCE.
 *
 * @throws SqlcError syntax/*-option, syntax/option-*
 */
export function alteredSourceOf(
  raw: readonly RawOption[],
  span: Span,
): Pick<AlterDataSource, 'location' | 'credential'> {
  const known = SOURCE_KNOWN.filter((name) => name !== 'TYPE');
  const options = new Options('ALTER EXTERNAL DATA SOURCE', raw, known, span);
  for (const name of ['RESOURCE_MANAGER_LOCATION', 'DATABASE_NAME', 'SHARD_MAP_NAME', 'CONNECTION_OPTIONS'])
    options.string(name);
  options.word('PUSHDOWN', ['on', 'off']);
  return {
    location: options.string('LOCATION'),
    credential: options.name('CREDENTIAL', { allowString: false }),
  };
}

/**
 * Checks an external table's options.
 *
 * @throws SqlcError syntax/*-option, syntax/option-*
 */
export function externalTableOf(
  raw: readonly RawOption[],
  span: Span,
): Pick<CreateExternalTable, 'location' | 'dataSource' | 'fileFormat' | 'deferred'> {
  const options = new Options('CREATE EXTERNAL TABLE', raw, TABLE_KNOWN, span);
  const location = options.string('LOCATION');
  const dataSource = options.name('DATA_SOURCE', { allowString: true });
  const fileFormat = options.name('FILE_FORMAT', { allowString: true });
  for (const name of ['REJECTED_ROW_LOCATION', 'TABLE_OPTIONS', 'SCHEMA_NAME', 'OBJECT_NAME']) options.string(name);
  checkDistribution(options);
  checkReject(options);
  options.require(['DATA_SOURCE']);
  invariant(dataSource !== undefined, 'DATA_SOURCE was required');
  return { location, dataSource, fileFormat, deferred: options.among([...DEFERRED, ...ELASTIC]) };
}

type Exported = Pick<CreateExternalTableAs, 'location' | 'dataSource' | 'fileFormat' | 'deferred' | 'partition'>;

/**
 * Checks the options of CREATE EXTERNAL TABLE … AS.
 *
 * @throws SqlcError syntax/*-option, syntax/option-*
 */
export function exportedTableOf(raw: readonly RawOption[], span: Span): Exported {
  const known = [...TABLE_KNOWN.filter((name) => !ELASTIC.includes(name)), 'PARTITION'];
  const options = new Options('CREATE EXTERNAL TABLE AS SELECT', raw, known, span);
  if (options.has('REJECTED_ROW_LOCATION')) throw options.clash('REJECTED_ROW_LOCATION', 'AS SELECT');
  const location = options.string('LOCATION');
  const dataSource = options.name('DATA_SOURCE', { allowString: true });
  const fileFormat = options.name('FILE_FORMAT', { allowString: true });
  options.string('TABLE_OPTIONS');
  checkReject(options);
  options.require(['LOCATION', 'DATA_SOURCE', 'FILE_FORMAT']);
  invariant(location !== undefined && dataSource !== undefined && fileFormat !== undefined, 'options were required');
  const partition = options.names('PARTITION') ?? [];
  return { location, dataSource, fileFormat, deferred: options.among(DEFERRED), partition };
}

/** `SHARDED (column)`, `REPLICATED`, `ROUND_ROBIN`. */
function checkDistribution(options: Options): void {
  const option = options.option('DISTRIBUTION');
  if (option === undefined) return;
  const { value } = option;
  const word = value.kind === 'word' ? value.name.name.toUpperCase() : '';
  const hasColumn = value.kind === 'word' && value.arguments !== undefined;
  if (
    word === 'SHARDED'
      ? hasColumn && value.kind === 'word' && value.arguments?.length === 1
      : !hasColumn && DISTRIBUTIONS.includes(word)
  )
    return;
  const expected = 'SHARDED (column), REPLICATED or ROUND_ROBIN';
  throw error('syntax/option-value', { name: 'DISTRIBUTION', found: described(value), expected }, { span: value.span });
}

function checkReject(options: Options): void {
  const type = options.word('REJECT_TYPE', ['value', 'percentage']) ?? 'value';
  const value = options.number('REJECT_VALUE');
  const sample = options.number('REJECT_SAMPLE_VALUE');
  if (value !== undefined) {
    if (type === 'value') range('REJECT_VALUE', value, { least: 0, most: LARGEST_COUNT, whole: true });
    else range('REJECT_VALUE', value, { least: 0, most: 100, whole: false });
  }
  if (type === 'percentage') options.require(['REJECT_SAMPLE_VALUE']);
  else if (sample !== undefined) throw options.clash('REJECT_SAMPLE_VALUE', 'REJECT_TYPE = VALUE');
  if (sample !== undefined) range('REJECT_SAMPLE_VALUE', sample, { least: 1, most: LARGEST_COUNT, whole: true });
}

function range(
  name: string,
  found: { readonly value: number; readonly span: Span },
  { least, most, whole }: { readonly least: number; readonly most: number; readonly whole: boolean },
): void {
  const { value, span } = found;
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  const expected = `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`;
  throw error('syntax/option-range', { name, found: value, expected }, { span });
}
