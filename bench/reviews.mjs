// Reviews that stand many times in a table: made by the same formula in SQL and in JavaScript, so that a baseline can
// have the distinct ones for nothing.

import { numbers } from './digits.mjs';

const TAIL =
  ' was bought in spring; it arrived in time, does what it should, and the colour is nearly that of the picture';

export function reviewOf(key) {
  return `review ${key}${TAIL}`;
}

/** Spreads the numbers of rows over the keys without an order; it must share no divisor with the keys. */
const STRIDE = 7919;

export function keyOf(id, distinct) {
  return (id * STRIDE) % distinct;
}

/** The query of `rows` rows (id, text) with `distinct` different texts. */
export function reviewRows(rows, distinct) {
  const key = `CAST(id * ${STRIDE} % ${distinct} AS nvarchar(20))`;
  const digits = Math.ceil(Math.log10(rows));
  return `SELECT id, CAST('review ' AS nvarchar(200)) + ${key} + '${TAIL}' AS text FROM ${numbers(digits)} WHERE id < ${rows}`;
}
