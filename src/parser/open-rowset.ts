// OPENROWSET (BULK …): what its options may be, and which go together (3-dialect 1.8).

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type { Identifier, OpenRowsetOptions, SchemaColumn, StringLiteral } from './ast.ts';
import { Options, oneOf, type RawOption, type RawValue } from './options.ts';

/** SINGLE_BLOB and its like have no value. */
export interface RawRowsetOption {
  readonly name: Identifier;
  readonly value: RawValue | undefined;
}

const STATEMENT = 'OPENROWSET';
const KNOWN = [
  ...['DATA_SOURCE', 'FORMAT', 'FIELDTERMINATOR', 'ROWTERMINATOR', 'ESCAPECHAR', 'ESCAPE_CHAR', 'FIRSTROW', 'LASTROW'],
  ...['FIELDQUOTE', 'DATA_COMPRESSION', 'PARSER_VERSION', 'HEADER_ROW', 'DATAFILETYPE', 'CODEPAGE', 'ROWSET_OPTIONS'],
  ...['MAXERRORS', 'ERRORFILE_LOCATION', 'ERRORFILE_DATA_SOURCE', 'ERRORFILE', 'ROWS_PER_BATCH', 'FORMATFILE'],
  ...['FORMATFILE_DATA_SOURCE', 'ORDER', 'SINGLE_BLOB', 'SINGLE_CLOB', 'SINGLE_NCLOB'],
];
const DEFERRED = ['FORMATFILE', 'FORMATFILE_DATA_SOURCE', 'ORDER'];
const SINGLES = ['SINGLE_BLOB', 'SINGLE_CLOB', 'SINGLE_NCLOB'];
const FORMATS = ['CSV', 'PARQUET', 'DELTA', 'JSONL'];
/** What says how text is cut says nothing of a Parquet file. */
const TEXT_ONLY = ['PARSER_VERSION', 'ROWSET_OPTIONS'];

/** @throws SqlcError syntax/*-option, syntax/option-*, not-supported */
export function openRowsetOf(
  raw: readonly RawRowsetOption[],
  schema: readonly SchemaColumn[] | undefined,
  span: Span,
): OpenRowsetOptions {
  const options = new Options(STATEMENT, raw.map(valued), KNOWN, span);
  const single = singleOf(options);
  const formatText = options.string('FORMAT');
  if (formatText !== undefined) oneOf('FORMAT', formatText, FORMATS, true);
  const format = FORMATS.find((known) => known === formatText?.value.toUpperCase());
  const parserVersion = options.string('PARSER_VERSION');
  if (parserVersion !== undefined) oneOf('PARSER_VERSION', parserVersion, ['1.0', '2.0']);
  for (const name of ['FORMATFILE', 'FORMATFILE_DATA_SOURCE']) options.string(name);
  if (single !== undefined && format !== undefined) throw options.clash('FORMAT', `SINGLE_${single.toUpperCase()}`);
  const header = options.word('HEADER_ROW', ['true', 'false']);
  if (format === 'PARQUET' || format === 'DELTA') {
    for (const name of TEXT_ONLY) if (options.has(name)) throw options.clash(name, `FORMAT = '${format}'`);
  }
  if (single !== undefined && schema !== undefined) throw options.clash(`SINGLE_${single.toUpperCase()}`, 'WITH');
  options.string('ERRORFILE');
  whole(options, 'ROWS_PER_BATCH', 0);
  return {
    dataSource: options.string('DATA_SOURCE'),
    format: format?.toLowerCase() as OpenRowsetOptions['format'], // one of FORMATS
    single,
    fieldTerminator: options.string('FIELDTERMINATOR'),
    rowTerminator: options.string('ROWTERMINATOR'),
    fieldQuote: quoteOf(options),
    escapeChar: options.string('ESCAPECHAR') ?? options.string('ESCAPE_CHAR'),
    firstRow: whole(options, 'FIRSTROW', 1),
    lastRow: whole(options, 'LASTROW', 0),
    headerRow: header === undefined ? undefined : header === 'true',
    compression: options.string('DATA_COMPRESSION'),
    parserVersion,
    dataFileType: fileTypeOf(options),
    codePage: options.string('CODEPAGE'),
    rowsetOptions: options.string('ROWSET_OPTIONS'),
    maxErrors: whole(options, 'MAXERRORS', 0),
    errorFile: options.string('ERRORFILE_LOCATION') ?? options.string('ERRORFILE'),
    errorFileSource: options.string('ERRORFILE_DATA_SOURCE'),
    deferred: options.among(DEFERRED),
  };
}

/** @throws SqlcError when SINGLE_BLOB has a value, or anything else has none */
function valued({ name, value }: RawRowsetOption): RawOption {
  const isSingle = SINGLES.includes(name.name.toUpperCase());
  if (isSingle && value !== undefined) {
    const params = { name: name.name.toUpperCase(), found: 'given a value', expected: 'none' };
    throw error('syntax/option-value', params, { span: value.span });
  }
  if (isSingle) return { name, value: { kind: 'word', name, arguments: undefined, span: name.span } };
  if (value !== undefined) return { name, value };
  if (!KNOWN.includes(name.name.toUpperCase())) return { name, value: { kind: 'number', text: '', span: name.span } };
  const params = { name: name.name.toUpperCase(), found: 'without a value', expected: '"=" and a value' };
  throw error('syntax/option-value', params, { span: name.span });
}

function singleOf(options: Options): OpenRowsetOptions['single'] {
  const [first, second] = options.among(SINGLES);
  if (second !== undefined) throw options.clash(second.name.toUpperCase(), first?.name.toUpperCase() ?? '');
  switch (first?.name.toUpperCase()) {
    case 'SINGLE_BLOB':
      return 'blob';
    case 'SINGLE_CLOB':
      return 'clob';
    case 'SINGLE_NCLOB':
      return 'nclob';
    default:
      return undefined;
  }
}

function quoteOf(options: Options): StringLiteral | undefined {
  const quote = options.string('FIELDQUOTE');
  if (quote === undefined || quote.value.length === 1 || /^0x[0-9a-f]{2}$/i.test(quote.value)) return quote;
  const params = { name: 'FIELDQUOTE', found: `${quote.value.length} characters long`, expected: 'one character' };
  throw error('syntax/option-value', params, { span: quote.span });
}

function fileTypeOf(options: Options): StringLiteral | undefined {
  const type = options.string('DATAFILETYPE');
  if (type !== undefined) oneOf('DATAFILETYPE', type, ['CHAR', 'WIDECHAR', 'NATIVE', 'WIDENATIVE'], true);
  return type;
}

function whole(options: Options, name: string, least: number): OpenRowsetOptions['firstRow'] {
  const found = options.number(name);
  if (found === undefined || (Number.isInteger(found.value) && found.value >= least)) return found;
  const expected = `a whole number, ${least} or more`;
  throw error('syntax/option-range', { name, found: found.value, expected }, { span: found.span });
}
