// Errors of ours raised from inside DuckDB.

/** Raises one of our own errors from inside DuckDB; exec reads the code back from the message. */
export const RAISED = 'sqlc-error:';
export function raise(code: string): string {
  return `error('${RAISED}${code}')`;
}
