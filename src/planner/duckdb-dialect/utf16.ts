// nvarchar in bytes: UTF-16, little end first. DuckDB's text is UTF-8.

import { bindOnce } from './bind-once.ts';

/** UTF-16 units of a text. */
export function units(text: string): string {
  return `(length(${text}) + length(regexp_replace(${text}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g')))`;
}

export function utf16Hex(text: string): string {
  const unit = (u: string) => `printf('%02X%02X', (${u}) % 256, (${u}) // 256)`;
  const character = `CASE WHEN ord(c) < 65536 THEN ${unit('ord(c)')} ELSE ${unit('55296 + (ord(c) - 65536) // 1024')} || ${unit('56320 + (ord(c) - 65536) % 1024')} END`;
  return bindOnce(
    [text],
    ([t]) =>
      `CASE WHEN ${t} = '' THEN '' ELSE array_to_string(list_transform(regexp_extract_all(${t}, '(?s).'), lambda c: ${character}), '') END`,
  );
}

/** The text of bytes in UTF-16; an odd byte at the end is dropped. */
export function utf16Text(bytes: string): string {
  const unit = (i: string) => `CAST('0x' || substr(h, ${i} + 3, 2) || substr(h, ${i} + 1, 2) AS INTEGER)`;
  const at = 'CAST(i AS INTEGER)';
  const high = unit(at);
  const low = unit(`${at} + 4`);
  const point = `CASE WHEN ${high} BETWEEN 55296 AND 56319 THEN chr(65536 + (${high} - 55296) * 1024 + coalesce(TRY(${low}), 56320) - 56320) WHEN ${high} BETWEEN 56320 AND 57343 THEN '' ELSE chr(${high}) END`;
  const points = `list_transform(range(0, length(h) // 4 * 4, 4), lambda i: ${point})`;
  return `list_transform([hex(${bytes})], lambda h: array_to_string(${points}, ''))[1]`;
}
