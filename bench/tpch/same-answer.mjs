// Whether two answers are the same after rounding to the scale that sqlc declares: DuckDB divides decimals as doubles,
// T-SQL truncates their quotient after so many places, so that the last place may differ by one.

/**
 * @param {readonly Record<string, unknown>[]} answer rows as `Result.toArray` gives them
 * @param {readonly (readonly unknown[])[]} expected rows as DuckDB's `getRowsJson` gives them
 * @returns {string | undefined} the first difference
 */
export function difference(answer, expected) {
  if (answer.length !== expected.length) return `${answer.length} rows, expected ${expected.length}`;
  for (const [i, row] of answer.entries()) {
    for (const [j, [name, value]] of Object.entries(row).entries()) {
      const other = expected[i][j];
      if (!same(value, other)) return `row ${i + 1}, ${name} is ${value}, expected ${other}`;
    }
  }
  return undefined;
}

function same(value, other) {
  if (value === null || other === null) return value === other;
  const isExact = typeof other === 'string' || Number.isInteger(other);
  if (isExact && String(value) === String(other)) return true;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return false;
  const scale = value.split('.')[1]?.length ?? 0;
  if (isExact) return rescaled(String(value), scale) === rescaled(String(other), scale);
  const lastPlace = 10 ** -scale;
  return Math.abs(Number(value) - other) <= lastPlace + Math.abs(other) * 1e-14;
}

/** The digits of an exact number at a scale; NaN, which equals nothing, where it has more of them. */
function rescaled(text, scale) {
  const [whole, places = ''] = text.split('.');
  const kept = places.padEnd(scale, '0');
  return /[1-9]/.test(kept.slice(scale)) ? Number.NaN : BigInt(whole + kept.slice(0, scale));
}
