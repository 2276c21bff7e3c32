// SqlcError and its rendering. Messages come from the catalogue only; a bug is an InternalError.

import { catalogue, type ErrorCode, type ErrorParams } from './catalogue.ts';
import { lineAt, positionAt, type Span } from './span.ts';

export interface ErrorDetails {
  readonly span?: Span | undefined;
  /** Replaces the catalogue's hint. An action, a full sentence. */
  readonly hint?: string | undefined;
  /** Further errors of the same text, in order of place. */
  readonly others?: readonly SqlcError[] | undefined;
  readonly cause?: unknown;
}

/**
 * Every error a user can meet.
 *
 * `code` is stable (`bind/unknown-column`), `number` is T-SQL's where one exists, `span` is the place in the text
 * that was parsed, `hint` says what to do.
 */
export class SqlcError extends Error {
  override readonly name: string = 'SqlcError';
  readonly code: ErrorCode;
  readonly number: number | undefined;
  readonly span: Span | undefined;
  readonly hint: string | undefined;
  readonly others: readonly SqlcError[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { number?: number | undefined } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.number = details.number;
    this.span = details.span;
    this.hint = details.hint;
    this.others = details.others ?? [];
  }
}

/** Makes the error of a code; throw what it returns. */
export function error<C extends ErrorCode>(code: C, params: ErrorParams<C>, details: ErrorDetails = {}): SqlcError {
  const entry: { message: string; number?: number; hint?: string } = catalogue[code];
  return new SqlcError(code, fill(entry.message, params), {
    ...details,
    hint: details.hint ?? (entry.hint === undefined ? undefined : fill(entry.hint, params)),
    number: entry.number,
  });
}

/** The same error at a place, when it has none yet. */
export function at(found: SqlcError, span: Span | undefined): SqlcError {
  if (found.span !== undefined || span === undefined) return found;
  const { code, message, number, hint, others, cause } = found;
  return new SqlcError(code, message, { number, hint, others, cause, span });
}

/** A broken promise of ours, never of the user's. */
export class InternalError extends SqlcError {
  override readonly name = 'InternalError';
  constructor(detail: string) {
    super('internal', fill(catalogue.internal.message, { detail }), { hint: catalogue.internal.hint });
  }
}

export function invariant(condition: unknown, detail: string): asserts condition {
  if (!condition) throw new InternalError(detail);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new InternalError(`unexpected ${JSON.stringify(value)}`);
}

/**
 * The error as a person reads it: place, code, number, message, source line with carets, hint.
 *
 * @param source the text the spans point into and the name to show before the place (`query.sql`, `<stdin>`);
 *   without a name the place alone is shown.
 */
export function renderError(found: SqlcError, source?: { readonly text: string; readonly name?: string }): string {
  const number = found.number === undefined ? '' : ` (${found.number})`;
  const head = `error ${found.code}${number}: ${found.message}`;
  const lines: string[] = [];
  if (source !== undefined && found.span !== undefined) {
    const { line, column } = positionAt(source.text, found.span.start);
    const prefix = source.name === undefined ? '' : `${source.name}:`;
    lines.push(`${prefix}${line}:${column}: ${head}`, ...caretLines(source.text, found.span, line, column));
  } else {
    lines.push(source?.name === undefined ? head : `${source.name}: ${head}`);
  }
  if (found.hint !== undefined) lines.push(`  hint: ${found.hint}`);
  for (const other of found.others) lines.push(renderError(other, source));
  return lines.join('\n');
}

const MAX_SHOWN = 160;

function caretLines(text: string, span: Span, line: number, column: number): string[] {
  const source = lineAt(text, line);
  const cut = Math.max(0, Math.min(column - 1 - 60, source.length - MAX_SHOWN));
  const shown = source.slice(cut, cut + MAX_SHOWN).replaceAll('\t', ' ');
  const from = column - 1 - cut;
  const width = Math.max(1, Math.min(span.end - span.start, Math.max(1, shown.length - from)));
  const gutter = `  ${line} | `;
  return [gutter + shown, ' '.repeat(gutter.length + from) + '^'.repeat(width)];
}

function fill(template: string, params: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}
