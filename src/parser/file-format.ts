// CREATE EXTERNAL FILE FORMAT: what its options may be, and which go together (3-dialect 1.4).
// A format that is fine here may still not be readable; that is storage's matter.

import { error } from '../common/errors.ts';
import { type Span, spanning } from '../common/span.ts';
import type { CreateFileFormat, StringLiteral } from './ast.ts';
import { Options, oneOf, type RawOption } from './options.ts';

type Format = CreateFileFormat['format'];

const STATEMENT = 'CREATE EXTERNAL FILE FORMAT';
const FORMATS = ['delimitedtext', 'parquet', 'orc', 'rcfile', 'json', 'delta'] as const;
const KNOWN = ['FORMAT_TYPE', 'FORMAT_OPTIONS', 'SERDE_METHOD', 'DATA_COMPRESSION'];
const TEXT_KNOWN = [
  ...['FIELD_TERMINATOR', 'STRING_DELIMITER', 'FIRST_ROW', 'DATE_FORMAT', 'USE_TYPE_DEFAULT', 'ENCODING'],
  'PARSER_VERSION',
];

const CODEC_PACKAGE = 'org.apache.hadoop.io.compress.';
const CODECS = ['GzipCodec', 'SnappyCodec', 'DefaultCodec'];
/** The short names that COPY uses. */
const CODEC_ALIASES: ReadonlyMap<string, string> = new Map([
  ['Gzip', 'GzipCodec'],
  ['Snappy', 'SnappyCodec'],
]);
const CODECS_OF: Readonly<Record<Format, readonly string[]>> = {
  delimitedtext: ['GzipCodec', 'DefaultCodec'],
  parquet: ['SnappyCodec', 'GzipCodec'],
  orc: ['SnappyCodec', 'DefaultCodec'],
  rcfile: ['DefaultCodec'],
  json: ['SnappyCodec', 'GzipCodec', 'DefaultCodec'],
  delta: [],
};

const LAST_FIRST_ROW = 101;

/**
 * Checks a file format's options.
 *
 * @param span the whole statement, for errors that have no narrower place
 * @throws SqlcError syntax/*-option, syntax/option-*, syntax/first-row
 */
export function fileFormatOf(
  raw: readonly RawOption[],
  span: Span,
): Pick<CreateFileFormat, 'format' | 'compression' | 'serdeMethod' | 'text'> {
  const options = new Options(STATEMENT, raw, KNOWN, span);
  options.require(['FORMAT_TYPE']);
  const format = options.word('FORMAT_TYPE', FORMATS) ?? 'delimitedtext';
  const [first] = raw;
  if (first !== undefined && first.name.name.toUpperCase() !== 'FORMAT_TYPE') {
    const found = `"${first.name.name}"`;
    throw error(
      'syntax/unexpected-token',
      { found, expected: 'FORMAT_TYPE as the first option' },
      { span: first.name.span },
    );
  }
  const text = textOptionsOf(options.list('FORMAT_OPTIONS') ?? [], span);
  const other = `FORMAT_TYPE = ${format.toUpperCase()}`;
  if (format !== 'delimitedtext' && options.has('FORMAT_OPTIONS')) throw options.clash('FORMAT_OPTIONS', other);
  const compression = compressionOf(options, format, other);
  return { format, compression, serdeMethod: options.string('SERDE_METHOD'), text };
}

function compressionOf(options: Options, format: Format, other: string): StringLiteral | undefined {
  const compression = options.string('DATA_COMPRESSION');
  if (compression === undefined) return undefined;
  const { value } = compression;
  const name =
    CODEC_ALIASES.get(value) ?? (value.startsWith(CODEC_PACKAGE) ? value.slice(CODEC_PACKAGE.length) : value);
  if (!CODECS.includes(name))
    oneOf(
      'DATA_COMPRESSION',
      compression,
      CODECS.map((codec) => CODEC_PACKAGE + codec),
    );
  if (!CODECS_OF[format].includes(name)) throw options.clash('DATA_COMPRESSION', `${other} (${name})`);
  return compression;
}

function textOptionsOf(raw: readonly RawOption[], span: Span): CreateFileFormat['text'] {
  const [first] = raw;
  const last = raw.at(-1);
  const place = first === undefined || last === undefined ? span : spanning(first.name.span, last.value.span);
  const options = new Options('FORMAT_OPTIONS', raw, TEXT_KNOWN, place);
  const text = {
    fieldTerminator: length('FIELD_TERMINATOR', options.string('FIELD_TERMINATOR'), 1, 10),
    stringDelimiter: length('STRING_DELIMITER', options.string('STRING_DELIMITER'), 0, 10),
    firstRow: options.number('FIRST_ROW'),
    dateFormat: length('DATE_FORMAT', options.string('DATE_FORMAT'), 0, 50),
    useTypeDefault: truth(options.word('USE_TYPE_DEFAULT', ['true', 'false'])),
    encoding: options.string('ENCODING'),
    parserVersion: options.string('PARSER_VERSION'),
  };
  if (text.firstRow !== undefined) checkFirstRow(text.firstRow);
  if (text.encoding !== undefined) oneOf('ENCODING', text.encoding, ['UTF8', 'UTF16'], true);
  if (text.parserVersion !== undefined) oneOf('PARSER_VERSION', text.parserVersion, ['1.0', '2.0']);
  if (text.useTypeDefault === true && text.parserVersion?.value === '2.0') {
    throw options.clash('USE_TYPE_DEFAULT', "PARSER_VERSION = '2.0'");
  }
  return text;
}

function truth(word: 'true' | 'false' | undefined): boolean | undefined {
  return word === undefined ? undefined : word === 'true';
}

function checkFirstRow({ value, span }: { readonly value: number; readonly span: Span }): void {
  if (!Number.isInteger(value) || value < 1 || value > LAST_FIRST_ROW) {
    throw error('syntax/first-row', { found: value, last: LAST_FIRST_ROW }, { span });
  }
}

function length(
  name: string,
  literal: StringLiteral | undefined,
  least: number,
  most: number,
): StringLiteral | undefined {
  if (literal === undefined) return undefined;
  const found = literal.value.length;
  if (found < least || found > most) {
    const params = { name, found: `${found} characters long`, expected: `${least} to ${most}` };
    throw error('syntax/option-range', params, { span: literal.span });
  }
  return literal;
}
