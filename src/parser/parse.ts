// The parser's front door: a script in, its statements out. Decides which parser reads each statement, names the
// statements not built yet, and gathers the errors of several statements.

import type { IToken } from 'chevrotain';
import { error, SqlcError } from '../common/errors.ts';
import { nearest } from '../common/suggest.ts';
import type { Statement } from './ast.ts';
import { endOf, type Outcome } from './kit.ts';
import { QueryParser } from './queries.ts';
import { MAX_DEPTH, type Scan, scan } from './scan.ts';
import { StatementParser } from './statements.ts';
import { leftover, unexpected } from './syntax-error.ts';
import * as T from './tokens.ts';
import { unsupportedStatement } from './unsupported.ts';

/** Errors of one script that are worth reading at once. */
const MAX_ERRORS = 20;

const QUERY_STARTS: ReadonlySet<unknown> = new Set([T.K.SELECT, T.K.WITH, T.K.VALUES, T.LeftParen]);
const OTHER_STARTS: ReadonlySet<unknown> = new Set([T.K.CREATE, T.K.ALTER, T.K.DROP, T.K.SET]);
/** What may start a statement that no ";" stands before. */
const STARTS_ALONE: ReadonlySet<unknown> = new Set([...OTHER_STARTS, T.K.SELECT, T.K.WITH, T.K.EXPLAIN]);
const FIRST_WORDS = [
  'SELECT',
  'WITH',
  'VALUES',
  'CREATE',
  'DROP',
  'SET',
  'EXPLAIN',
  'INSERT',
  'UPDATE',
  'DELETE',
  'ALTER',
];

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
  const scanned = scan(text);
  const statements: Statement[] = [];
  const errors: SqlcError[] = [];
  for (const stretch of scanned.stretches) {
    try {
      statements.push(...statementsOf(stretch, scanned));
    } catch (found) {
      if (!(found instanceof SqlcError)) throw found;
      errors.push(found);
      // What follows a block that is not understood is part of it as likely as not.
      if (found.code === 'not-supported' || errors.length === MAX_ERRORS) break;
    }
  }
  const [first, ...others] = errors;
  if (first === undefined) return statements;
  const { code, message, number, span, hint, cause } = first;
  throw others.length === 0 ? first : new SqlcError(code, message, { number, span, hint, cause, others });
}

/** The statements of a stretch without separators. */
function statementsOf(stretch: IToken[], scanned: Scan): Statement[] {
  const statements: Statement[] = [];
  let rest = stretch;
  let previous: IToken | undefined;
  while (rest.length > 0) {
    const { node, taken } = readStatement(rest, scanned, previous);
    statements.push(node);
    previous = rest[taken - 1];
    rest = rest.slice(taken);
  }
  return statements;
}

function readStatement(tokens: IToken[], scanned: Scan, previous: IToken | undefined): Outcome<Statement> {
  const [first] = tokens;
  const head = tokens[afterExplain(tokens)];
  if (head === undefined || first === undefined) throw unexpected(undefined, tokens.at(-1), 'a statement to explain');
  const unsupported = unsupportedStatement(tokens, head);
  if (unsupported !== undefined) throw unsupported;
  if (previous !== undefined && !STARTS_ALONE.has(first.tokenType)) throw leftover(first, previous);
  try {
    if (QUERY_STARTS.has(head.tokenType)) return parsers.query().readStatement(tokens, scanned);
    if (OTHER_STARTS.has(head.tokenType)) return parsers.other().readOtherStatement(tokens, scanned);
  } catch (found) {
    throw found instanceof RangeError ? overflow(tokens) : found;
  }
  throw unexpected(head, undefined, 'a statement', statementHint(head));
}

function afterExplain(tokens: readonly IToken[]): number {
  if (tokens[0]?.tokenType !== T.K.EXPLAIN) return 0;
  return tokens[1]?.tokenType === T.K.ANALYZE ? 2 : 1;
}

function statementHint(head: IToken): string | undefined {
  const meant = head.tokenType === T.Word ? nearest(head.image, FIRST_WORDS) : undefined;
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

/** MAX_DEPTH fits the stack of a fresh process; a caller deep in its own calls may have less of it left. */
function overflow(tokens: readonly IToken[]): SqlcError {
  const first = tokens[0];
  const last = tokens.at(-1);
  const span = first === undefined || last === undefined ? undefined : { start: first.startOffset, end: endOf(last) };
  return error('syntax/too-deep', { limit: MAX_DEPTH }, { span });
}

interface Parsers {
  readonly query: () => QueryParser;
  readonly other: () => StatementParser;
}

// A parser costs tens of milliseconds to build and nothing to reuse, and holds no state between two calls of parse,
// which never yields; so one of each kind serves the process, made when first needed.
const parsers: Parsers = lazyParsers();

function lazyParsers(): Parsers {
  let query: QueryParser | undefined;
  let other: StatementParser | undefined;
  return {
    query: () => {
      query ??= new QueryParser().ready();
      return query;
    },
    other: () => {
      other ??= new StatementParser().ready();
      return other;
    },
  };
}
