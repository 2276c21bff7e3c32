// uniqueidentifier between DuckDB's 16 stored bytes and the upper-case text T-SQL shows.
// DuckDB stores the number little-endian with its top bit flipped, so that signed order is text order.

const HEX = new TextEncoder().encode('0123456789ABCDEF');
const DASH = 0x2d;
export const UUID_TEXT_BYTES = 36;

/** Writes the 36 bytes of text of the value stored at `from`. */
export function writeUuidText(stored: Uint8Array, from: number, out: Uint8Array, to: number): void {
  let at = to;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) out[at++] = DASH;
    const byte = (stored[from + 15 - i] ?? 0) ^ (i === 0 ? 0x80 : 0);
    out[at++] = HEX[byte >> 4] ?? 0;
    out[at++] = HEX[byte & 15] ?? 0;
  }
}

/** Writes the 16 stored bytes of a text of 32 hexadecimal digits, dashes and case ignored; false if it is none. */
export function writeStoredUuid(text: string, out: Uint8Array, to: number): boolean {
  const digits = text.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(digits)) return false;
  for (let i = 0; i < 16; i++) {
    const byte = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
    out[to + 15 - i] = byte ^ (i === 0 ? 0x80 : 0);
  }
  return true;
}
