// Prints rows as an aligned table; numbers stand right. Knows nothing of what is measured.

/**
 * @param {readonly string[]} columns
 * @param {readonly (readonly unknown[])[]} rows
 */
export function tableText(columns, rows) {
  const cells = rows.map((row) => row.map(cellText));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (texts, right) =>
    texts
      .map((text, i) => (right(i) ? text.padStart(widths[i]) : text.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const numeric = (i) => rows.length > 0 && rows.every((row) => row[i] === undefined || typeof row[i] === 'number');
  return [
    line(columns, numeric),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.map((row) => line(row, numeric)),
  ].join('\n');
}

function cellText(value) {
  if (value === undefined) return '';
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 100 ? 2 : 0);
}
