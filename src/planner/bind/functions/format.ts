// FORMAT, FORMATMESSAGE and PARSE: texts in a culture. Only en-US is built; a format shapes the SQL, so it is a literal
// or a variable.

import { familyOf, isText, NVARCHAR_MAX, type SqlType, typeName } from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import type { Span } from '../../../common/span.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, nullLiteral, operator } from '../../expression.ts';
import { coerce } from '../types.ts';
import { type Args, argumentType, type ScalarFunction, text } from './scalar-function.ts';

export const FORMAT_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'FORMAT(value, format[, culture])',
    doc: 'A number or date by a format of .NET, in en-US (the only culture); NULL where the format is none.',
    example: ["FORMAT(1234567.891, 'N2')", '1,234,567.89'],
    bind: format,
  },
  {
    signature: 'FORMATMESSAGE(message, value, ...)',
    doc: 'The message with its `%s` and `%d` replaced by the values in turn; `%%` is a percent sign.',
    example: ["FORMATMESSAGE('%s has %d rows', 't', 3)", 't has 3 rows'],
    bind: formatMessage,
  },
];

function format(args: Args, call: FunctionCall): Expr {
  const [value = literal(null, NVARCHAR_MAX), pattern] = args;
  if (args[2] !== undefined) checkCulture(args[2], call.args[2]?.span ?? call.span);
  const family = familyOf(value.type);
  const type: SqlType = { kind: 'nvarchar', length: 4000 };
  if (family === 'null') return literal(null, type, call.span);
  if (!['integer', 'decimal', 'float', 'datetime'].includes(family))
    throw argumentType(value, call, 0, 'a number or a date');
  const given = constant(pattern);
  if (given === undefined)
    throw error(
      'not-supported',
      { what: 'FORMAT with a format that is not a literal or a variable' },
      { span: call.args[1]?.span ?? call.span },
    );
  if (given === null) return literal(null, type, call.span);
  return operator('format', [value, literal(given, NVARCHAR_MAX)], type, call.span);
}

/** The value of a literal or variable; undefined for another expression. */
function constant(arg: Expr | undefined): string | null | undefined {
  if (arg?.kind !== 'literal' && arg?.kind !== 'parameter') return undefined;
  return arg.value === null ? null : String(arg.value);
}

/** @throws SqlcError not-supported */
export function checkCulture(culture: Expr, span: Span): void {
  const given = constant(culture);
  if (given === undefined || given === null || !['en-us', 'en', ''].includes(given.toLowerCase()))
    throw error(
      'not-supported',
      { what: given === undefined || given === null ? 'a culture that is not a literal' : `culture "${given}"` },
      { span },
    );
}

const PLACE = /%(?:%|[-+ 0#]*\d*(?:\.\d+)?[a-zA-Z])/g;

function formatMessage(args: Args, call: FunctionCall): Expr {
  const message = constant(args[0]);
  if (message === undefined)
    throw error(
      'not-supported',
      { what: 'FORMATMESSAGE with a message that is not a literal or a variable' },
      { span: call.args[0]?.span ?? call.span },
    );
  if (message === null) return literal(null, NVARCHAR_MAX, call.span);
  const pieces: Expr[] = [];
  let [from, next] = [0, 1];
  for (const found of message.matchAll(PLACE)) {
    pieces.push(literal(message.slice(from, found.index), NVARCHAR_MAX));
    from = found.index + found[0].length;
    pieces.push(found[0] === '%%' ? literal('%', NVARCHAR_MAX) : messagePart(found[0], args, next++, call));
  }
  pieces.push(literal(message.slice(from), NVARCHAR_MAX));
  return operator('concat', pieces, { kind: 'nvarchar', length: 2047 }, call.span);
}

/** A value in its place; there is none, or it is NULL: `(null)`. */
function messagePart(place: string, args: Args, index: number, call: FunctionCall): Expr {
  const arg = args[index] ?? nullLiteral();
  const family = familyOf(arg.type);
  const isFitting = family === 'null' || (place === '%s' ? family === 'text' : family === 'integer');
  if (!['%s', '%d', '%i'].includes(place))
    throw error('not-supported', { what: `"${place}" in a message` }, { span: call.args[0]?.span ?? call.span });
  if (!isFitting) throw argumentType(arg, call, index, place === '%s' ? 'text' : 'an integer');
  const shown = text(arg, call, index);
  return operator('coalesce', [shown, literal('(null)', NVARCHAR_MAX)], NVARCHAR_MAX);
}

/**
 * The text of PARSE as CAST reads it: without the name of the weekday before a date, commas between digits, and a
 * currency sign.
 */
export function parsedText(value: Expr, type: SqlType, span: Span): Expr {
  const family = familyOf(type);
  if (value.type.kind === 'null') return coerce(value, NVARCHAR_MAX);
  if (!isText(value.type))
    throw error(
      'bind/argument-type',
      { index: 1, name: 'PARSE', found: typeName(value.type), expected: 'text' },
      { span },
    );
  if (!['integer', 'decimal', 'float', 'datetime'].includes(family))
    throw error(
      'bind/argument-type',
      { index: 2, name: 'PARSE', found: typeName(type), expected: 'a number or a date' },
      { span },
    );
  return operator(family === 'datetime' ? 'parse-date' : 'parse-number', [value], NVARCHAR_MAX, span);
}
