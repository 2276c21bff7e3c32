// Rows made inside SQL, the same every time: numbers from cross joined digits.

const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';

/** `SELECT id` of 0 … 10^digits - 1 as bigint, as a derived table named `n`. */
export function numbers(digits) {
  const names = Array.from({ length: digits }, (_, i) => `d${i}`);
  const value = names.map((name, i) => `CAST(${name}.x AS bigint) * ${10 ** i}`).join(' + ');
  const from = names.map((name) => `${DIGITS} AS ${name}(x)`).join(' CROSS JOIN ');
  return `(SELECT ${value} AS id FROM ${from}) AS n`;
}
