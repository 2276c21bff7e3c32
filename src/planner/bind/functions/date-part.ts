// Parts of a date: keywords with abbreviations, never variables (3-dialect section 4.6).

import { type SqlType, typeName } from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import { didYouMean } from '../../../common/suggest.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { nameOf } from './scalar-function.ts';

export type DatePart =
  | 'year'
  | 'quarter'
  | 'month'
  | 'dayofyear'
  | 'day'
  | 'week'
  | 'weekday'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond'
  | 'tzoffset'
  | 'iso_week';

const ABBREVIATIONS: Readonly<Record<DatePart, readonly string[]>> = {
  year: ['yy', 'yyyy'],
  quarter: ['qq', 'q'],
  month: ['mm', 'm'],
  dayofyear: ['dy', 'y'],
  day: ['dd', 'd'],
  week: ['wk', 'ww'],
  weekday: ['dw', 'w'],
  hour: ['hh'],
  minute: ['mi', 'n'],
  second: ['ss', 's'],
  millisecond: ['ms'],
  microsecond: ['mcs'],
  nanosecond: ['ns'],
  tzoffset: ['tz'],
  iso_week: ['isowk', 'isoww'],
};

const PARTS: ReadonlyMap<string, DatePart> = new Map(
  (Object.entries(ABBREVIATIONS) as [DatePart, readonly string[]][]).flatMap(([part, short]) =>
    [part, ...short].map((name) => [name, part] as const),
  ),
);

const CLOCK: ReadonlySet<DatePart> = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']);

/**
 * The part named by the first argument of a call.
 * @throws SqlcError bind/date-part
 */
export function datePartOf(call: FunctionCall): DatePart {
  const [word] = call.args;
  const name = word?.kind === 'column' && word.parts.length === 1 ? word.parts[0] : undefined;
  const part = name === undefined || name.quoted ? undefined : PARTS.get(name.name.toLowerCase());
  if (part !== undefined) return part;
  const params = { found: name?.name ?? 'this expression', name: nameOf(call) };
  const hint = name === undefined ? undefined : didYouMean(name.name, Object.keys(ABBREVIATIONS));
  throw error('bind/date-part', params, { span: word?.span ?? call.span, hint });
}

/**
 * A date has no hours, a time no days.
 * @throws SqlcError bind/date-part-type
 */
export function checkPart(part: DatePart, type: SqlType, call: FunctionCall): void {
  const fits =
    part === 'tzoffset'
      ? type.kind === 'datetimeoffset' || type.kind === 'datetime2'
      : CLOCK.has(part)
        ? type.kind !== 'date'
        : type.kind !== 'time';
  if (!fits)
    throw error(
      'bind/date-part-type',
      { part, name: nameOf(call), type: typeName(type) },
      { span: call.args[0]?.span ?? call.span },
    );
}
