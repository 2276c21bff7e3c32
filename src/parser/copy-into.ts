// COPY INTO: what its options may be, and which go together (3-dialect 1.9).

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type { CopyColumn, CopyCredential, CopyOptions, StringLiteral } from './ast.ts';
import { Options, oneOf, type RawOption } from './options.ts';

const STATEMENT = 'COPY INTO';
/** FORMAT_NAME is what other warehouses call FILE_FORMAT. */
const KNOWN = [
  ...['FILE_TYPE', 'FILE_FORMAT', 'FORMAT_NAME', 'CREDENTIAL', 'ERRORFILE', 'ERRORFILE_CREDENTIAL', 'MAXERRORS'],
  ...['COMPRESSION', 'FIELDQUOTE', 'FIELDTERMINATOR', 'ROWTERMINATOR', 'FIRSTROW', 'DATEFORMAT', 'ENCODING'],
  ...['IDENTITY_INSERT', 'AUTO_CREATE_TABLE'],
];
const COMPRESSIONS = ['NONE', 'GZIP', 'DefaultCodec', 'Snappy'];
const DATE_FORMATS = ['mdy', 'dmy', 'ymd', 'ydm', 'myd', 'dym'] as const;
const FILE_TYPES = ['csv', 'parquet', 'orc'] as const;
const ENCODINGS = ['utf8', 'utf16'] as const;
const SWITCH = ['on', 'off'] as const;

/** @throws SqlcError syntax/*-option, syntax/option-* */
export function copyOptionsOf(raw: readonly RawOption[], columns: readonly CopyColumn[], span: Span): CopyOptions {
  const options = new Options(STATEMENT, raw, KNOWN, span);
  const autoCreateTable = switched(options, 'AUTO_CREATE_TABLE');
  const compression = options.string('COMPRESSION');
  if (compression !== undefined) oneOf('COMPRESSION', compression, COMPRESSIONS, true);
  if (autoCreateTable === true && columns.length > 0) throw options.clash('AUTO_CREATE_TABLE', 'a list of columns');
  if (autoCreateTable === true && options.has('MAXERRORS')) throw options.clash('AUTO_CREATE_TABLE', 'MAXERRORS');
  return {
    fileType: oneOfWords(options, 'FILE_TYPE', FILE_TYPES),
    fileFormat:
      options.name('FILE_FORMAT', { allowString: false }) ?? options.name('FORMAT_NAME', { allowString: false }),
    credential: credentialOf(options, 'CREDENTIAL'),
    errorFile: options.string('ERRORFILE'),
    errorFileCredential: credentialOf(options, 'ERRORFILE_CREDENTIAL'),
    maxErrors: whole(options, 'MAXERRORS', 0),
    compression,
    fieldQuote: quoteOf(options),
    fieldTerminator: delimiter(options, 'FIELDTERMINATOR'),
    rowTerminator: delimiter(options, 'ROWTERMINATOR'),
    firstRow: whole(options, 'FIRSTROW', 1),
    dateFormat: oneOfWords(options, 'DATEFORMAT', DATE_FORMATS),
    encoding: oneOfWords(options, 'ENCODING', ENCODINGS),
    identityInsert: switched(options, 'IDENTITY_INSERT'),
    autoCreateTable,
  };
}

/** A string out of a few, in any case. */
function oneOfWords<const W extends string>(options: Options, name: string, words: readonly W[]): W | undefined {
  const literal = options.string(name);
  if (literal === undefined) return undefined;
  oneOf(
    name,
    literal,
    words.map((word) => word.toUpperCase()),
    true,
  );
  return words.find((word) => word === literal.value.toLowerCase());
}

/** `'ON'`: quoted here, unlike elsewhere. */
function switched(options: Options, name: string): boolean | undefined {
  const word = oneOfWords(options, name, SWITCH);
  return word === undefined ? undefined : word === 'on';
}

/** `(IDENTITY = '…', SECRET = '…')`. */
function credentialOf(options: Options, name: string): CopyCredential | undefined {
  const list = options.list(name);
  const option = options.option(name);
  if (list === undefined || option === undefined) return undefined;
  const parts = new Options(name, list, ['IDENTITY', 'SECRET'], option.value.span);
  parts.require(['IDENTITY']);
  return { identity: parts.string('IDENTITY')?.value ?? '', secret: parts.string('SECRET')?.value };
}

function whole(options: Options, name: string, least: number): number | undefined {
  const found = options.number(name);
  if (found === undefined || (Number.isInteger(found.value) && found.value >= least)) return found?.value;
  const expected = `a whole number, ${least} or more`;
  throw error('syntax/option-range', { name, found: found.value, expected }, { span: found.span });
}

function quoteOf(options: Options): StringLiteral | undefined {
  const quote = options.string('FIELDQUOTE');
  if (quote === undefined || quote.value.length === 1 || /^0x[0-9a-f]{2}$/i.test(quote.value)) return quote;
  const params = { name: 'FIELDQUOTE', found: `${quote.value.length} characters long`, expected: 'one character' };
  throw error('syntax/option-value', params, { span: quote.span });
}

/** What starts with 0x is hexadecimal. */
function delimiter(options: Options, name: string): StringLiteral | undefined {
  const literal = options.string(name);
  if (literal === undefined || !/^0x/i.test(literal.value) || /^(?:0x[0-9a-f]+)+$/i.test(literal.value)) return literal;
  throw error(
    'syntax/option-value',
    { name, found: 'not hexadecimal', expected: 'digits after 0x' },
    { span: literal.span },
  );
}
