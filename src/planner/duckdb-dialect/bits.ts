// Bits of integers, in two's complement, and of bytes. DuckDB's own shifts refuse what T-SQL lets fall off.

import type { SqlType } from '../../arrow/sql-type.ts';
import { bindOnce } from './bind-once.ts';
import { typed } from './literals.ts';
import { RAISED } from './raise.ts';
import { type Operators, once } from './spell.ts';

export const bitOperators: Operators = {
  '<<': once(([a, n], { type }) => shift(`${a}`, `${n}`, type)),
  '>>': once(([a, n], { type }) => shift(`${a}`, `(-${n})`, type)),
  '<<-bytes': once(([a, n]) => shiftBytes(`${a}`, `${n}`)),
  '>>-bytes': once(([a, n]) => shiftBytes(`${a}`, `(-${n})`)),
  'bit-count': ([a], { type }) => typed(`bit_count(${a})`, type),
  'bit-count-bytes': once(
    ([a], { type }) =>
      `CASE WHEN octet_length(${a}) = 0 THEN 0 ELSE ${typed(`bit_count(CAST(${a} AS BIT))`, type)} END`,
  ),
  'get-bit': once(([a, n], { args: [value] }) => {
    const places = widthOf(value?.type);
    return `(((CAST(${a} AS HUGEINT) & ${mask(places)}) // ${power(within(`${n}`, `${places}`, 'GET_BIT'))}) % 2 = 1)`;
  }),
  'get-bit-bytes': once(([a, n]) => `(get_bit(CAST(${a} AS BIT), ${fromLeft(`${a}`, `${n}`, 'GET_BIT')}) = 1)`),
  'set-bit': once(([a, n, b], { type }) => {
    const places = widthOf(type);
    return bindOnce(
      [`(CAST(${a} AS HUGEINT) & ${mask(places)})`, power(within(`${n}`, `${places}`, 'SET_BIT'))],
      ([u, p]) =>
        signed(`CASE ${zeroOrOne(`${b}`)} WHEN 1 THEN ${u} | ${p} WHEN 0 THEN ${u} - (${u} & ${p}) END`, type),
    );
  }),
  'set-bit-bytes': once(
    ([a, n, b]) =>
      `CAST(set_bit(CAST(${a} AS BIT), ${fromLeft(`${a}`, `${n}`, 'SET_BIT')}, CAST(${zeroOrOne(`${b}`)} AS INTEGER)) AS BLOB)`,
  ),
};

function widthOf(type: SqlType | undefined): number {
  return { tinyint: 8, smallint: 16, int: 32, bigint: 64 }[type?.kind as 'int'] ?? 32; // integers only, by the binder
}

function mask(bits: number): string {
  return `${2n ** BigInt(bits) - 1n}`;
}

function power(n: string): string {
  return `CAST(pow(2::DOUBLE, ${n}) AS HUGEINT)`;
}

/** The number of so many bits in its type. */
function signed(unsigned: string, type: SqlType): string {
  if (type.kind === 'tinyint') return typed(unsigned, type);
  const bits = BigInt(widthOf(type));
  return bindOnce([unsigned], ([x]) =>
    typed(`CASE WHEN ${x} >= ${2n ** (bits - 1n)} THEN ${x} - ${2n ** bits} ELSE ${x} END`, type),
  );
}

/** Bits moved out are lost, in either direction; a negative distance goes the other way. */
function shift(a: string, n: string, type: SqlType): string {
  const bits = widthOf(type);
  const unsigned = `(CAST(${a} AS HUGEINT) & ${mask(bits)})`;
  const left = `((${unsigned} * ${power(`least(${n}, ${bits})`)}) & ${mask(bits)})`;
  const right = `(${unsigned} // ${power(`least(-${n}, ${bits})`)})`;
  return signed(`CASE WHEN ${n} >= 0 THEN ${left} WHEN ${n} < 0 THEN ${right} END`, type);
}

function shiftBytes(a: string, n: string): string {
  const places = `CAST(least(abs(${n}), 8 * octet_length(${a})) AS INTEGER)`;
  const moved = (op: string) => `CAST(CAST(${a} AS BIT) ${op} ${places} AS BLOB)`;
  return `CASE WHEN octet_length(${a}) = 0 THEN ${a} WHEN ${n} >= 0 THEN ${moved('<<')} WHEN ${n} < 0 THEN ${moved('>>')} END`;
}

/** The number of a bit that there is. */
function within(n: string, places: string, name: string): string {
  return bindOnce(
    [n],
    ([x]) =>
      `CASE WHEN ${x} < 0 OR ${x} >= ${places} THEN error('${RAISED}exec/bit-offset:${name}:' || ${x} || ':' || (${places} - 1)) ELSE ${x} END`,
  );
}

/** DuckDB counts the bits of bytes from the left. */
function fromLeft(a: string, n: string, name: string): string {
  const places = `(8 * octet_length(${a}))`;
  return `CAST(${places} - 1 - (${within(n, places, name)}) AS INTEGER)`;
}

function zeroOrOne(b: string): string {
  if (b === '0' || b === '1') return b;
  return bindOnce(
    [b],
    ([x]) => `CASE WHEN ${x} NOT IN (0, 1) THEN error('${RAISED}exec/bit-value:' || ${x}) ELSE ${x} END`,
  );
}
