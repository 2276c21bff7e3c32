// Half-open offsets into the text a statement came from. Every AST node and every error carries one.
// Knows nothing of files or lines until a place has to be shown.

/** Half-open range `[start, end)` of UTF-16 offsets into the script text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

export function spanning(first: Span, last: Span): Span {
  return { start: first.start, end: last.end };
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: offset - lastBreak };
}

/** The text of a 1-based line, without its line break. */
export function lineAt(text: string, line: number): string {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf('\n', start) + 1;
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
}
