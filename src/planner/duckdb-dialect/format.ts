// FORMAT and PARSE.

import { familyOf } from '../../arrow/sql-type.ts';
import { error, invariant } from '../../common/errors.ts';
import type { OperatorExpr } from '../expression.ts';
import { formattedDate } from './format-date.ts';
import { formattedNumber } from './format-number.ts';
import type { Operators } from './spell.ts';

const WEEKDAYS = '(?i)^\\s*(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,?\\s+';

export const formatOperators: Operators = {
  format,
  'parse-date': ([s]) => `regexp_replace(${s}, '${WEEKDAYS}', '')`,
  // An empty text is no number here, though it is zero to CAST.
  'parse-number': ([s]) =>
    `coalesce(nullif(translate(trim(${s}), ',$', ''), ''), CASE WHEN ${s} IS NOT NULL THEN '-' END)`,
};

/** @throws SqlcError not-supported for the formats of .NET that are not built */
function format([value]: readonly string[], { args: [arg, pattern], span }: OperatorExpr): string {
  invariant(arg && pattern?.kind === 'literal', 'a format is a literal');
  const given = String(pattern.value);
  const text =
    familyOf(arg.type) === 'datetime'
      ? formattedDate(`${value}`, arg.type, given)
      : formattedNumber(`${value}`, arg.type, given);
  if (text === null) throw error('not-supported', { what: `FORMAT with '${given}'` }, { span });
  return text ?? 'CAST(NULL AS VARCHAR)';
}
