// Reads back what `typeName` wrote, for column types that travel in the metadata of an Arrow field.
// Field names stand bare in a type name, so the Arrow type beside it says where they end.

import type { DataType } from 'apache-arrow';
import { type Length, type SqlType, typeName } from './sql-type.ts';

interface Cursor {
  readonly text: string;
  at: number;
}

/** The type of `text` when it is one and its structs have the fields of `shape`; otherwise undefined. */
export function parseTypeName(text: string, shape: DataType): SqlType | undefined {
  const cursor = { text, at: 0 };
  const type = parseType(cursor, shape);
  return type !== undefined && cursor.at === text.length && typeName(type) === text ? type : undefined;
}

function parseType(cursor: Cursor, shape: DataType): SqlType | undefined {
  const word = take(cursor, /[a-z0-9]+/y);
  switch (word) {
    case 'null':
    case 'bit':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'money':
    case 'smallmoney':
    case 'real':
    case 'float':
    case 'date':
    case 'datetime':
    case 'smalldatetime':
    case 'uniqueidentifier':
    case 'json':
      return { kind: word };
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return { kind: word, scale: Number(take(cursor, /\(\d\)/y)?.slice(1, -1) ?? 7) };
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'binary':
    case 'varbinary': {
      const length = take(cursor, /\((max|\d+)\)/y)?.slice(1, -1);
      return length === undefined ? undefined : { kind: word, length: lengthOf(length) };
    }
    case 'decimal': {
      const [precision, scale] =
        take(cursor, /\(\d+,\d+\)/y)
          ?.slice(1, -1)
          .split(',') ?? [];
      return { kind: 'decimal', precision: Number(precision), scale: Number(scale) };
    }
    case 'vector': {
      const dimensions = Number(take(cursor, /\(\d+\)/y)?.slice(1, -1) ?? 0);
      return dimensions > 0 ? { kind: 'vector', dimensions } : undefined;
    }
    case 'list':
      return parseList(cursor, shape);
    case 'struct':
      return parseStruct(cursor, shape);
    default:
      return undefined;
  }
}

function parseList(cursor: Cursor, shape: DataType): SqlType | undefined {
  const item = shape.children?.[0];
  if (item === undefined || !takeText(cursor, '<')) return undefined;
  const element = parseType(cursor, item.type);
  return element !== undefined && takeText(cursor, '>') ? { kind: 'list', element } : undefined;
}

function parseStruct(cursor: Cursor, shape: DataType): SqlType | undefined {
  const fields: { name: string; type: SqlType }[] = [];
  for (const field of shape.children ?? []) {
    if (!takeText(cursor, `${fields.length === 0 ? '<' : ', '}${field.name} `)) return undefined;
    const type = parseType(cursor, field.type);
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  return takeText(cursor, fields.length === 0 ? '<>' : '>') ? { kind: 'struct', fields } : undefined;
}

function lengthOf(text: string): Length {
  return text === 'max' ? 'max' : Number(text);
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

function takeText(cursor: Cursor, text: string): boolean {
  if (!cursor.text.startsWith(text, cursor.at)) return false;
  cursor.at += text.length;
  return true;
}
