// Regular expressions of SQL Server 2025 ("Regular expressions functions"): RE2's. Collations do not count.

import { INT, NVARCHAR_MAX } from '../../../arrow/sql-type.ts';
import { type Expr, literal } from '../../expression.ts';
import { type Args, calls, type ScalarFunction, type Take, text, textTypeOf, whole } from './scalar-function.ts';

const likeFirst = (args: Args) => textTypeOf(args[0]);
/** A replacement may make a text longer. */
const grown = (args: Args) => {
  const type = textTypeOf(args[0]);
  return 'length' in type ? { ...type, length: 'max' as const } : NVARCHAR_MAX;
};
const flags = text;

export const REGEXP_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'REGEXP_LIKE(text, pattern[, flags])',
    doc: 'Whether a regular expression (RE2) matches anywhere. Flags: c and i (the last counts), m, s.',
    example: ["IIF(REGEXP_LIKE('abc123', '[0-9]+$'), 'yes', 'no')", 'yes'],
    bind: calls('regexp-like', [text], { kind: 'bit' }),
  },
  {
    signature: 'REGEXP_REPLACE(text, pattern[, replacement[, start[, occurrence[, flags]]]])',
    doc: 'The matches of a regular expression (RE2), or the one of an occurrence above 0, replaced; `\\1` is the first group, `&` the match.',
    example: ["REGEXP_REPLACE('2024-05-06', '(\\d+)-(\\d+)-(\\d+)', '\\3.\\2.\\1')", '06.05.2024'],
    bind: (args, call) =>
      calls(
        'regexp-replace',
        [text, text, text, whole, whole, flags],
        grown,
      )(args.length > 2 ? args : [...args, literal('', { kind: 'varchar', length: 1 })], call),
  },
  {
    signature: 'REGEXP_SUBSTR(text, pattern[, start[, occurrence[, flags[, group]]]])',
    doc: 'A match of a regular expression (RE2), or a group of it; NULL where there is none.',
    example: ["REGEXP_SUBSTR('a=1, b=2', '(\\w)=(\\d)', 1, 2, 'c', 2)", '2'],
    bind: calls('regexp-substr', [text, text, whole, whole, flags, whole], likeFirst),
  },
  {
    signature: 'REGEXP_COUNT(text, pattern[, start[, flags]])',
    doc: 'How often a regular expression (RE2) matches, from a start on.',
    example: ["REGEXP_COUNT('a1b22', '[0-9]+')", '2'],
    bind: calls('regexp-count', [text, text, whole, flags], INT),
  },
  {
    signature: 'REGEXP_INSTR(text, pattern[, start[, occurrence[, return_option[, flags[, group]]]]])',
    doc: 'Where a match of a regular expression (RE2), or a group of it, begins, from 1, or with the option 1 where the text goes on behind it; 0 where it does not match.',
    example: ["REGEXP_INSTR('abc123', '[0-9]+')", '4'],
    bind: (args, call) =>
      calls('regexp-instr', [text, knownWith(args[6]), whole, whole, whole, flags, constantNumber], INT)(args, call),
  },
];

/** The value of a variable, where the SQL has to be shaped by it. */
export function known(expr: Expr): Expr {
  return expr.kind === 'parameter' ? literal(expr.value, expr.type, expr.span) : expr;
}

function knownWith(group: Expr | undefined): Take {
  return (arg, call, index) => (group === undefined ? text(arg, call, index) : known(text(known(arg), call, index)));
}

const constantNumber: Take = (arg, call, index) => whole(known(arg), call, index);
