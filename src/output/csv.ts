// csv: RFC 4180 with LF, a header line, quotes only where needed; NULL is empty, an empty string is `""`.
// Text columns go from Arrow's buffers to the output as bytes.

import type { Data, RecordBatch } from 'apache-arrow';
import { columnTypesOf } from '../arrow/arrow-type.ts';
import { scalarTextOf } from '../arrow/cell-text.ts';
import { cellReader } from '../arrow/cell-value.ts';
import { isText, type SqlType } from '../arrow/sql-type.ts';
import { ByteChunks } from './byte-chunks.ts';
import type { OutputFormat } from './format.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;

/** Writes the cell of a row. */
type CellWriter = (row: number) => void;

export const csv: OutputFormat = {
  name: 'csv',
  separator: '\n',
  async write({ schema, batches }, sink) {
    const types = columnTypesOf(schema);
    const out = new ByteChunks(sink);
    for (const [index, field] of schema.fields.entries()) {
      if (index > 0) out.byte(COMMA);
      out.text(quoted(field.name));
    }
    out.byte(LF);
    for await (const batch of batches) {
      const writers = cellWriters(batch, types, out);
      for (let row = 0; row < batch.numRows; row++) {
        for (let column = 0; column < writers.length; column++) {
          if (column > 0) out.byte(COMMA);
          writers[column]?.(row);
        }
        out.byte(LF);
        if (out.isFull) await out.flush();
      }
    }
    await out.flush();
  },
};

function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellWriters(batch: RecordBatch, types: readonly SqlType[], out: ByteChunks): CellWriter[] {
  return types.flatMap((type, index) => {
    const data = batch.data.children[index];
    if (data === undefined) return [];
    return isText(type) ? textWriter(data, out) : valueWriter(data, type, out);
  });
}

function valueWriter(data: Data, type: SqlType, out: ByteChunks): CellWriter {
  const read = cellReader(data, type);
  const textOf = scalarTextOf(type);
  if (type.kind === 'list' || type.kind === 'struct') {
    return (row) => {
      const value = read(row);
      if (value !== null) out.text(quoted(textOf(value)));
    };
  }
  const canBeEmpty = type.kind === 'binary' || type.kind === 'varbinary';
  return (row) => {
    const value = read(row);
    if (value === null) return;
    const text = textOf(value);
    out.ascii(canBeEmpty && text === '' ? '""' : text);
  };
}

function textWriter(data: Data, out: ByteChunks): CellWriter {
  const bytes: Uint8Array = data.values;
  const offsets: Int32Array = data.valueOffsets;
  const first = offsets[0] ?? 0;
  const last = offsets[data.length] ?? 0;
  const mayNeedQuotes = hasSpecial(bytes.subarray(first, last));
  const hasNulls = data.nullCount > 0;
  return (row) => {
    if (hasNulls && !data.getValid(row)) return;
    const from = offsets[row] ?? 0;
    const to = offsets[row + 1] ?? 0;
    if (from === to) {
      out.ascii('""');
    } else if (mayNeedQuotes && needsQuotes(bytes, from, to)) {
      writeQuoted(bytes, from, to, out);
    } else {
      out.copy(bytes, from, to);
    }
  };
}

/** Whether any cell of a column needs quotes: native searches over the whole batch spare a look at each cell. */
function hasSpecial(bytes: Uint8Array): boolean {
  return [QUOTE, COMMA, LF, CR].some((special) => bytes.includes(special));
}

function needsQuotes(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === COMMA || byte === QUOTE || byte === LF || byte === CR) return true;
  }
  return false;
}

function writeQuoted(bytes: Uint8Array, from: number, to: number, out: ByteChunks): void {
  out.byte(QUOTE);
  let start = from;
  for (let i = from; i < to; i++) {
    if (bytes[i] !== QUOTE) continue;
    out.copy(bytes, start, i + 1);
    out.byte(QUOTE);
    start = i + 1;
  }
  out.copy(bytes, start, to);
  out.byte(QUOTE);
}
