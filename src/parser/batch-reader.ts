// The statements of one batch: decides which parser reads each, and finds the next statement after an error.

import type { IToken } from 'chevrotain';
import { error, SqlcError } from '../common/errors.ts';
import { nearest } from '../common/suggest.ts';
import type { Query, Statement } from './ast.ts';
import type { Outcome } from './kit.ts';
import { QueryParser } from './queries.ts';
import { MAX_DEPTH, type Scan, type ScannedBatch } from './scan.ts';
import { CHANGES, changesRows } from './statement-heads.ts';
import { StatementParser } from './statements.ts';
import { leftover, unexpected } from './syntax-error.ts';
import { endOf } from './token-span.ts';
import * as T from './tokens.ts';
import { unsupportedStatement } from './unsupported.ts';

const QUERY_STARTS: ReadonlySet<unknown> = new Set([T.K.SELECT, T.K.FROM, T.K.WITH, T.K.VALUES, T.LeftParen]);
const OTHER_STARTS: ReadonlySet<unknown> = new Set([
  ...CHANGES,
  ...[T.K.CREATE, T.K.ALTER, T.K.DROP, T.K.SET, T.K.TRUNCATE, T.K.RENAME, T.K.COPY],
  ...[T.K.DECLARE, T.K.IF, T.K.WHILE, T.K.BEGIN, T.K.BREAK, T.K.CONTINUE, T.K.RETURN, T.K.PRINT, T.K.THROW],
  ...[
    T.K.RAISERROR,
    T.K.COMMIT,
    T.K.ROLLBACK,
    T.K.SAVE,
    T.K.USE,
    T.K.EXEC,
    T.K.EXECUTE,
    T.K.BULK,
    T.K.GRANT,
    T.K.DENY,
    T.K.REVOKE,
  ],
  ...[T.K.OPEN, T.K.CLOSE],
]);
/** Names elsewhere, so as the first word of a statement they need a ";" before them. */
const NEEDS_SEPARATOR: ReadonlySet<unknown> = new Set([T.K.THROW, T.K.RENAME, T.K.COPY, T.K.OPEN, T.K.CLOSE, T.K.BULK]);
/** What may start a statement that no ";" stands before. */
const STARTS_ALONE: ReadonlySet<unknown> = new Set([
  ...[...OTHER_STARTS].filter((type) => !NEEDS_SEPARATOR.has(type)),
  ...[T.K.SELECT, T.K.WITH, T.K.EXPLAIN],
]);
/** At the start of a line these start a statement whatever stands before them. */
const RESUMES: ReadonlySet<unknown> = new Set([T.K.CREATE, T.K.DECLARE, T.K.PRINT, T.K.TRUNCATE]);
const FIRST_WORDS = [
  ...['SELECT', 'WITH', 'VALUES', 'CREATE', 'ALTER', 'DROP', 'SET', 'EXPLAIN', 'INSERT', 'UPDATE', 'DELETE', 'MERGE'],
  ...['TRUNCATE', 'DECLARE', 'WHILE', 'BEGIN', 'BREAK', 'CONTINUE', 'RETURN', 'PRINT', 'THROW', 'RAISERROR'],
  ...['COMMIT', 'ROLLBACK', 'COPY', 'RENAME', 'GRANT', 'REVOKE'],
];

export class BatchReader {
  private readonly tokens: IToken[];
  private readonly scanned: Scan;
  private readonly deepQueries: readonly number[];
  private readonly reading: {
    readonly afterClosing: Scan['afterClosing'];
    readonly readQueries: Map<number, Outcome<Query>>;
  };
  private readonly errors: SqlcError[];
  private readonly maxErrors: number;
  /** Of queries read before their statements, the last in the text first. */
  private readonly deepErrors: SqlcError[] = [];
  private at = 0;
  /** Blocks that an error left open: their END is no error of its own. */
  private openBlocks = 0;

  /** @param errors where errors are added */
  constructor({ tokens, deepQueries }: ScannedBatch, scanned: Scan, errors: SqlcError[], maxErrors: number) {
    this.tokens = tokens;
    this.deepQueries = deepQueries;
    this.scanned = scanned;
    this.reading = { afterClosing: scanned.afterClosing, readQueries: new Map() };
    this.errors = errors;
    this.maxErrors = maxErrors;
  }

  run(): Statement[] {
    const statements: Statement[] = [];
    this.readDeepQueries();
    while (this.skipSeparators()) {
      const from = this.at;
      try {
        const { node, next } = this.read(from);
        statements.push(node);
        this.at = next;
      } catch (found) {
        if (!(found instanceof SqlcError)) throw found;
        this.errors.push(found);
        // What follows a block that is not understood is part of it as likely as not.
        if (found.code === 'not-supported' || this.errors.length >= this.maxErrors) break;
        this.resume(from, found.span?.start ?? 0);
      }
    }
    return statements;
  }

  /** Deepest first, so that none takes more of the stack than the levels to the next one. */
  private readDeepQueries(): void {
    for (const from of this.deepQueries.toReversed()) {
      try {
        const found = parsers.query().readQuery(this.tokens, from, this.reading);
        if (this.tokens[found.next]?.tokenType === T.RightParen)
          this.reading.readQueries.set(this.tokens[from]?.startOffset ?? 0, found);
      } catch (found) {
        // Reported with the statement that it is in.
        if (found instanceof SqlcError) this.deepErrors.push(found);
        else if (!(found instanceof RangeError)) throw found;
      }
    }
  }

  private read(from: number): Outcome<Statement> {
    const { tokens, reading } = this;
    const first = tokens[from];
    const headAt = this.afterExplain(from);
    const head = tokens[headAt];
    if (first === undefined || head === undefined || head.tokenType === T.Separator)
      throw unexpected(undefined, tokens[headAt - 1], 'a statement to explain');
    const ahead = (places: number) => tokens[headAt + places];
    const unsupported = unsupportedStatement(ahead);
    if (unsupported !== undefined) throw unsupported;
    const previous = tokens[from - 1];
    if (previous !== undefined && previous.tokenType !== T.Separator && !STARTS_ALONE.has(first.tokenType))
      throw leftover(first, previous);
    try {
      const changes = head.tokenType === T.K.WITH && changesRows(ahead);
      if (QUERY_STARTS.has(head.tokenType) && !changes) return parsers.query().readStatement(tokens, from, reading);
      if (changes || OTHER_STARTS.has(head.tokenType)) return parsers.other().readOtherStatement(tokens, from, reading);
    } catch (found) {
      const isDeep = found instanceof SqlcError && found.code === 'syntax/too-deep';
      if (isDeep || found instanceof RangeError)
        throw this.deepErrorAfter(from) ?? (isDeep ? found : this.overflow(from));
      throw found;
    }
    throw unexpected(head, undefined, 'a statement', statementHint(head));
  }

  private afterExplain(from: number): number {
    if (this.tokens[from]?.tokenType !== T.K.EXPLAIN) return from;
    return this.tokens[from + 1]?.tokenType === T.K.ANALYZE ? from + 2 : from + 1;
  }

  /** To the next token of a statement; false at the end. */
  private skipSeparators(): boolean {
    for (; this.at < this.tokens.length; this.at++) {
      const type = this.tokens[this.at]?.tokenType;
      if (type !== T.Separator && !this.closesBroken()) return true;
    }
    return false;
  }

  /** What closes, or goes on with, a block that an error has broken. */
  private closesBroken(): boolean {
    if (this.openBlocks === 0) return false;
    const [type, second] = [this.tokens[this.at]?.tokenType, this.tokens[this.at + 1]?.tokenType];
    if (type === T.K.ELSE) return true;
    if (type === T.K.BEGIN && second === T.K.CATCH) this.openBlocks++;
    else if (type === T.K.END) this.openBlocks--;
    else return false;
    if (second === T.K.TRY || second === T.K.CATCH) this.at++;
    return true;
  }

  /** After an error: to the next ";", or to a line that starts a statement beyond doubt. */
  private resume(from: number, offset: number): void {
    const open: unknown[] = [];
    let isPast = false;
    for (this.at = from; this.at < this.tokens.length; this.at++) {
      const token = this.tokens[this.at];
      const second = this.tokens[this.at + 1]?.tokenType;
      if (token === undefined) break;
      isPast ||= token.startOffset >= offset;
      if (isPast && token.tokenType === T.Separator) break;
      if (isPast && this.at > from && token.startOffset > offset && RESUMES.has(token.tokenType) && this.startsLine()) {
        break;
      }
      if (token.tokenType === T.K.CASE) open.push(token.tokenType);
      else if (token.tokenType === T.K.BEGIN && second !== T.K.TRAN && second !== T.K.TRANSACTION) open.push(T.K.BEGIN);
      else if (token.tokenType === T.K.END) open.pop();
    }
    this.openBlocks += open.filter((type) => type === T.K.BEGIN).length;
  }

  private startsLine(): boolean {
    const token = this.tokens[this.at];
    const previous = this.tokens[this.at - 1];
    if (token === undefined || previous === undefined) return true;
    return this.scanned.text.slice(endOf(previous), token.startOffset).includes('\n');
  }

  private deepErrorAfter(from: number): SqlcError | undefined {
    const start = this.tokens[from]?.startOffset ?? 0;
    return this.deepErrors.findLast(({ code, span }) => code !== 'syntax/too-deep' && (span?.start ?? 0) >= start);
  }

  /** MAX_DEPTH fits the stack of a fresh process; a caller deep in its own calls may have less of it left. */
  private overflow(from: number): SqlcError {
    const first = this.tokens[from];
    const last = this.tokens.slice(from).find((token) => token.tokenType === T.Separator) ?? this.tokens.at(-1);
    const span = first === undefined || last === undefined ? undefined : { start: first.startOffset, end: endOf(last) };
    return error('syntax/too-deep', { limit: MAX_DEPTH }, { span });
  }
}

function statementHint(head: IToken): string | undefined {
  const meant = head.tokenType === T.Word ? nearest(head.image, FIRST_WORDS) : undefined;
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
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
