// A cell as text: its JSON, and its scalar text, which is the JSON unquoted (lists and structs stay JSON).
// Numbers keep every digit; JSON has no NaN and no infinity, so those are the strings "NaN", "Infinity", "-Infinity".

import type { CellValue } from './cell-value.ts';
import { REAL, type SqlType } from './sql-type.ts';

/** 32-bit floats below this have fewer than six significant digits. */
const SMALLEST_NORMAL = 2 ** -126;

/** Text of a value that is not NULL. */
export type CellText = (value: CellValue) => string;

/** The JSON of values of a type; NULL is `null`. */
export function jsonTextOf(type: SqlType): CellText {
  switch (type.kind) {
    case 'null':
      return () => 'null';
    case 'bit':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'money':
    case 'smallmoney':
      return String;
    case 'real':
      return (value) => (value === null || Number.isFinite(value) ? realText(value) : `"${value}"`);
    case 'float':
      return (value) => (value === null || Number.isFinite(value) ? String(value) : `"${value}"`);
    case 'binary':
    case 'varbinary':
      return (value) => (value === null ? 'null' : `"${base64(value)}"`);
    case 'vector': {
      const item = jsonTextOf(REAL);
      return (value) => (Array.isArray(value) ? `[${value.map(item).join(',')}]` : 'null');
    }
    case 'list': {
      const item = jsonTextOf(type.element);
      return (value) => (Array.isArray(value) ? `[${value.map(item).join(',')}]` : 'null');
    }
    case 'struct':
      return structJson(type);
    default:
      return (value) => JSON.stringify(value);
  }
}

/** The text of values of a type in csv and tables; NULL is the caller's to spell. */
export function scalarTextOf(type: SqlType): CellText {
  switch (type.kind) {
    case 'real':
      return realText;
    case 'binary':
    case 'varbinary':
      return base64;
    case 'vector':
    case 'list':
    case 'struct':
      return jsonTextOf(type);
    default:
      return String;
  }
}

function structJson(type: SqlType & { kind: 'struct' }): CellText {
  const fields = type.fields.map(({ name, type }) => ({ name, key: JSON.stringify(name), text: jsonTextOf(type) }));
  return (value) => {
    if (value === null) return 'null';
    const struct = value as { readonly [field: string]: CellValue };
    return `{${fields.map(({ name, key, text }) => `${key}:${text(struct[name] ?? null)}`).join(',')}}`;
  };
}

/** The shortest decimal that reads back as the same 32-bit float. */
function realText(value: CellValue): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return String(value);
  const fewest = Math.abs(value) < SMALLEST_NORMAL ? 1 : 6; // six digits of a normal number name it or a shorter one
  for (let digits = fewest; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

function base64(value: CellValue): string {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
