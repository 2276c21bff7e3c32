// The parser's front door: a script in, its batches and statements out.

import { SqlcError } from '../common/errors.ts';
import type { Batch, Statement } from './ast.ts';
import { BatchReader } from './batch-reader.ts';
import { scan } from './scan.ts';

/** Errors of one script that are worth reading at once. */
const MAX_ERRORS = 20;

/**
 * Parses a script.
 *
 * Statements are separated by ";", by GO alone on a line, or by nothing where the next one starts with a keyword.
 * A statement's span is exactly its text, without the ";".
 *
 * @returns the statements in order; none for a script of blanks and comments
 * @throws SqlcError syntax/* or not-supported at the first error; `others` are those of later statements
 * @example
 * parse('SELECT 1; SELECT 2').length // 2
 */
export function parse(text: string): Statement[] {
  return parseBatches(text).flatMap(({ statements }) => statements);
}

/**
 * Parses a script into what stands between its GO lines.
 *
 * @throws SqlcError as `parse`
 */
export function parseBatches(text: string): Batch[] {
  const scanned = scan(text);
  const errors: SqlcError[] = [];
  const batches: Batch[] = [];
  for (const batch of scanned.batches) {
    if (errors.length < MAX_ERRORS) {
      const statements = new BatchReader(batch, scanned, errors, MAX_ERRORS).run();
      batches.push({ statements, repeat: batch.repeat });
    }
  }
  const [first, ...others] = errors;
  if (first === undefined) return batches;
  const { code, message, number, span, hint, cause } = first;
  throw others.length === 0 ? first : new SqlcError(code, message, { number, span, hint, cause, others });
}
