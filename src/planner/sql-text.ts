// Names and strings as SQL text: the only two places where text is quoted.

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
export function stringLiteral(value: string): string {
  // DuckDB reads a statement as a C string: a NUL would end it.
  const text = value.replaceAll("'", "''");
  return text.includes('\0')
    ? `(${text
        .split('\0')
        .map((part) => `'${part}'`)
        .join(' || chr(0) || ')})`
    : `'${text}'`;
}
