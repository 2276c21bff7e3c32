// Errors as scripts see them: T-SQL's number, severity and state, what CATCH can catch, and messages that are none.

import { error, SqlcError } from '../common/errors.ts';
import { positionAt, type Span } from '../common/span.ts';

/** What PRINT says, and RAISERROR up to severity 10. */
export interface Message {
  readonly text: string;
  /** 0 of PRINT. */
  readonly severity: number;
  readonly state: number;
}

/** What THROW and RAISERROR throw: the script's own number, severity and text. */
export class RaisedError extends SqlcError {
  override readonly name = 'RaisedError';
  readonly severity: number;
  readonly state: number;

  constructor(raised: { number: number; text: string; severity: number; state: number }, span: Span | undefined) {
    super('script/raised', raised.text, { number: raised.number, span });
    this.severity = raised.severity;
    this.state = raised.state;
  }
}

/** An error in the hands of a CATCH block, as ERROR_NUMBER() and its like tell it. */
export interface Caught {
  readonly failure: SqlcError;
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  /** In the script, from 1. */
  readonly line: number;
}

/** T-SQL's number of errors it has none for: those of users. */
const USER_ERROR = 50000;
/** Severities other than 16 (sys.messages of SQL Server). */
const SEVERITIES: Readonly<Record<number, number>> = {
  102: 15,
  105: 15,
  134: 15,
  137: 15,
  156: 15,
  701: 17,
  2627: 14,
};

export function caughtOf(failure: SqlcError, text: string): Caught {
  const raised = failure instanceof RaisedError ? failure : undefined;
  const number = numberOf(failure);
  return {
    failure,
    number,
    severity: raised?.severity ?? SEVERITIES[number] ?? 16,
    state: raised?.state ?? 1,
    line: failure.span === undefined ? 1 : positionAt(text, failure.span.start).line,
  };
}

export function numberOf(failure: SqlcError): number {
  return failure.number ?? USER_ERROR;
}

/** Cancelling, closing and bugs go through every CATCH. */
export function isCatchable(failure: unknown): failure is SqlcError {
  return (
    failure instanceof SqlcError &&
    failure.code !== 'exec/cancelled' &&
    failure.code !== 'exec/closed' &&
    failure.code !== 'internal'
  );
}

/**
 * The text of RAISERROR: %s, %d, %i, %u, %o, %x, %X and %% with width, precision and flags, at most 2,047 characters.
 *
 * @throws SqlcError script/raiserror-argument (2786, 2787)
 */
export function formatted(template: string, args: readonly (string | number | bigint | null)[], span: Span): string {
  let used = 0;
  const refuse = (detail: string) => error('script/raiserror-argument', { detail }, { span });
  const text = template.replace(/%([-+0 #]*)(\d+|\*)?(?:\.(\d+))?(?:h|l|I64)?([A-Za-z%])/g, (whole, ...found) => {
    const [flags = '', width, precision, kind] = found as (string | undefined)[];
    if (kind === '%') return '%';
    if (kind === undefined || !'sdiuoxX'.includes(kind)) throw refuse(`"${whole}" is no conversion`);
    const stars = width === '*' ? 1 : 0;
    const wide = width === '*' ? Number(args[used] ?? 0) : Number(width ?? 0);
    const value = args[used + stars];
    used += 1 + stars;
    if (value === undefined || value === null) return padded('(null)', wide, flags);
    if (kind === 's') {
      if (typeof value !== 'string') throw refuse(`${whole} takes a text, found ${value}`);
      return padded(precision === undefined ? value : value.slice(0, Number(precision)), wide, flags);
    }
    if (typeof value === 'string') throw refuse(`${whole} takes a whole number, found '${value}'`);
    return padded(integerText(BigInt(value), kind, flags), wide, flags);
  });
  return text.slice(0, 2047);
}

function integerText(value: bigint, kind: string, flags: string): string {
  const unsigned = value < 0n ? BigInt.asUintN(32, value) : value;
  switch (kind) {
    case 'o':
      return `${flags.includes('#') ? '0' : ''}${unsigned.toString(8)}`;
    case 'x':
      return `${flags.includes('#') ? '0x' : ''}${unsigned.toString(16)}`;
    case 'X':
      return `${flags.includes('#') ? '0X' : ''}${unsigned.toString(16).toUpperCase()}`;
    case 'u':
      return String(unsigned);
    default:
      return value >= 0n && flags.includes('+') ? `+${value}` : String(value);
  }
}

function padded(text: string, width: number, flags: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  return flags.includes('0') ? text.padStart(width, '0') : text.padStart(width);
}
