import { BIT, INT } from '../../arrow/sql-type.ts';
import { SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

const CODECS = { gzip: 'org.apache.hadoop.io.compress.GzipCodec' } as const;

export const externalFileFormats: SystemView = systemView({
  schema: 'sys',
  name: 'external_file_formats',
  rows: ({ snapshot }) =>
    snapshot.fileFormats.map((format) => ({ ...format, text: format.format === 'parquet' ? undefined : format.text })),
  columns: [
    ['file_format_id', INT, (f) => f.stamp?.id ?? null],
    ['name', SYSNAME, (f) => f.name],
    ['format_type', SYSNAME, (f) => f.format.toUpperCase()],
    ['field_terminator', SYSNAME, (f) => f.text?.fieldTerminator ?? null],
    ['string_delimiter', SYSNAME, (f) => f.text?.stringDelimiter ?? null],
    ['date_format', SYSNAME, () => null],
    ['use_type_default', BIT, (f) => f.text?.useTypeDefault ?? null],
    ['serde_method', SYSNAME, () => null],
    ['row_terminator', SYSNAME, (f) => (f.text === undefined ? null : '\\n')],
    ['encoding', SYSNAME, (f) => f.text?.encoding ?? null],
    ['data_compression', SYSNAME, (f) => (f.text?.compression === undefined ? null : CODECS[f.text.compression])],
    ['first_row', INT, (f) => f.text?.firstRow ?? null],
    ['parser_version', SYSNAME, (f) => (f.text === undefined ? null : '1.0')],
  ],
});
