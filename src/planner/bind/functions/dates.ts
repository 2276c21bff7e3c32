// Dates and times (3-dialect section 4.6). The clock is the session's: one moment for the whole statement, in UTC.

import {
  BIGINT,
  DATE,
  DATETIME,
  DATETIME2,
  familyOf,
  INT,
  isText,
  type SqlType,
  typeName,
} from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, isNullLiteral, literal, operator } from '../../expression.ts';
import type { BindContext } from '../context.ts';
import { inZone, zonedLike } from '../time-zone.ts';
import { coerce } from '../types.ts';
import { checkPart, type DatePart, datePartOf } from './date-part.ts';
import { type Args, argumentType, day, moment, type ScalarFunction, whole } from './scalar-function.ts';

const OFFSET: SqlType = { kind: 'datetimeoffset', scale: 7 };

export const DATE_FUNCTIONS: readonly ScalarFunction[] = [
  clock('GETDATE', 'The date and time (UTC) as a datetime; the same wherever the statement asks.', DATETIME),
  clock('GETUTCDATE', 'The date and time in UTC as a datetime.', DATETIME),
  clock('CURRENT_TIMESTAMP', 'The same as GETDATE(), written without parentheses.', DATETIME),
  clock('SYSDATETIME', 'The date and time (UTC) as a datetime2.', DATETIME2),
  clock('SYSUTCDATETIME', 'The date and time in UTC as a datetime2.', DATETIME2),
  clock('SYSDATETIMEOFFSET', 'The date and time as a datetimeoffset.', OFFSET),
  clock('CURRENT_DATE', 'The date (UTC).', DATE),
  {
    signature: 'DATEADD(part, number, date)',
    doc: 'The date moved by a number of parts; the end of a month stays within the month. The type stays.',
    example: ["DATEADD(month, 1, CAST('2024-01-31' AS date))", '2024-02-29'],
    keyword: 0,
    bind: dateAdd,
  },
  {
    signature: 'DATEDIFF(part, start, end)',
    doc: 'How many boundaries of a part lie between two dates; weeks begin on Sunday.',
    example: ["DATEDIFF(year, '2023-12-31', '2024-01-01')", '1'],
    keyword: 0,
    bind: (args, call) => dateDiff(args, call, INT),
  },
  {
    signature: 'DATEDIFF_BIG(part, start, end)',
    doc: 'The same as DATEDIFF, as a bigint.',
    example: ["DATEDIFF_BIG(second, '1900-01-01', '2024-01-01')", '3913056000'],
    keyword: 0,
    bind: (args, call) => dateDiff(args, call, BIGINT),
  },
  {
    signature: 'DATEPART(part, date)',
    doc: 'A part of a date as a number: year, quarter, month, dayofyear, day, week, weekday (Sunday is 1, unless SET DATEFIRST said otherwise), iso_week, hour … nanosecond, tzoffset.',
    example: ["DATEPART(quarter, '2024-05-06')", '2'],
    keyword: 0,
    bind: (args, call, ctx) => partOf('date-part', args, call, { type: INT, firstDay: firstDayIn(ctx) }),
  },
  {
    signature: 'DATENAME(part, date)',
    doc: 'A part of a date as text: months and weekdays by their English names.',
    example: ["DATENAME(weekday, '2024-05-06')", 'Monday'],
    keyword: 0,
    bind: (args, call, ctx) =>
      partOf('date-name', args, call, { type: { kind: 'nvarchar', length: 30 }, firstDay: firstDayIn(ctx) }),
  },
  datePart('YEAR', 'The year of a date.', '2024'),
  datePart('MONTH', 'The month of a date, 1 to 12.', '5'),
  datePart('DAY', 'The day of the month.', '6'),
  {
    signature: 'EOMONTH(date[, months])',
    doc: 'The last day of the month, or of one so many months later.',
    example: ["EOMONTH('2024-01-15', 1)", '2024-02-29'],
    bind: (args, call) =>
      operator('eomonth', [day(at(args, 0), call, 0), whole(args[1] ?? literal(0, INT), call, 1)], DATE, call.span),
  },
  {
    signature: 'DATETRUNC(part, date)',
    doc: 'The date cut to the start of a part; weeks begin on Sunday unless SET DATEFIRST said otherwise, iso_week on Monday. The type stays.',
    example: ["DATETRUNC(month, CAST('2024-05-06' AS date))", '2024-05-01'],
    keyword: 0,
    bind: (args, call, ctx) => {
      const part = datePartOf(call);
      const value = moment(at(args, 0), call, 1);
      checkPart(part, value.type, call);
      if (part === 'weekday' || part === 'tzoffset' || part === 'nanosecond') throw unusable(part, value.type, call);
      return operator('date-trunc', [word(part), value, firstDayIn(ctx)], value.type, call.span);
    },
  },
  {
    signature: 'DATE_BUCKET(part, number, date[, origin])',
    doc: 'The start of the bucket of so many parts that a date falls into, counted from an origin (1900-01-01).',
    example: ["DATE_BUCKET(week, 2, CAST('2024-05-15' AS date))", '2024-05-06'],
    keyword: 0,
    bind: dateBucket,
  },
  parts(
    'DATEFROMPARTS(year, month, day)',
    'A date of its parts.',
    ['DATEFROMPARTS(2024, 2, 29)', '2024-02-29'],
    () => DATE,
  ),
  parts(
    'DATETIMEFROMPARTS(year, month, day, hour, minute, second, millisecond)',
    'A datetime of its parts.',
    ['DATETIMEFROMPARTS(2024, 2, 29, 13, 5, 9, 120)', '2024-02-29T13:05:09.120'],
    () => DATETIME,
  ),
  parts(
    'SMALLDATETIMEFROMPARTS(year, month, day, hour, minute)',
    'A smalldatetime of its parts.',
    ['SMALLDATETIMEFROMPARTS(2024, 2, 29, 13, 5)', '2024-02-29T13:05:00'],
    () => ({ kind: 'smalldatetime' }),
  ),
  parts(
    'DATETIME2FROMPARTS(year, month, day, hour, minute, second, fractions, precision)',
    'A datetime2 of its parts; the fractions count in the last digit of the precision.',
    ['DATETIME2FROMPARTS(2024, 2, 29, 13, 5, 9, 5, 1)', '2024-02-29T13:05:09.5'],
    (scale) => ({ kind: 'datetime2', scale }),
  ),
  parts(
    'DATETIMEOFFSETFROMPARTS(year, month, day, hour, minute, second, fractions, hour_offset, minute_offset, precision)',
    'A datetimeoffset of its parts.',
    ['DATETIMEOFFSETFROMPARTS(2024, 2, 29, 13, 5, 9, 0, 2, 0, 0)', '2024-02-29T11:05:09+00:00'],
    (scale) => ({ kind: 'datetimeoffset', scale }),
  ),
  parts(
    'TIMEFROMPARTS(hour, minute, second, fractions, precision)',
    'A time of its parts.',
    ['TIMEFROMPARTS(13, 5, 9, 5, 1)', '13:05:09.5'],
    (scale) => ({ kind: 'time', scale }),
  ),
  {
    signature: 'SWITCHOFFSET(datetimeoffset, offset)',
    doc: 'The same moment, local to another offset.',
    example: [
      "CAST(SWITCHOFFSET(CAST('2024-01-01 10:00 +02:00' AS datetimeoffset(0)), '-05:00') AS varchar(30))",
      '2024-01-01 03:00:00 -05:00',
    ],
    bind: (args, call) => {
      const value = coerce(moment(at(args, 0), call, 0), OFFSET);
      return inZone(value, zonedLike(at(args, 0).type, offsetGiven(at(args, 1), call)), call.span);
    },
  },
  {
    signature: 'TODATETIMEOFFSET(date, offset)',
    doc: "A date and time taken as local to an offset ('+02:00', or minutes).",
    example: [
      "CAST(TODATETIMEOFFSET(CAST('2024-01-01 10:00' AS datetime2(0)), '+02:00') AS varchar(30))",
      '2024-01-01 10:00:00 +02:00',
    ],
    bind: (args, call) => {
      const value = coerce(day(at(args, 0), call, 0), DATETIME2);
      return inZone(value, zonedLike(at(args, 0).type, offsetGiven(at(args, 1), call)), call.span);
    },
  },
  {
    signature: 'ISDATE(text)',
    doc: '1 when a text is a datetime, else 0.',
    example: ["ISDATE('2024-02-30')", '0'],
    bind: (args, call) => {
      const value = at(args, 0);
      if (!isText(value.type) && value.type.kind !== 'null')
        return literal(
          familyOf(value.type) === 'datetime' && value.type.kind.includes('datetime') ? 1 : 0,
          INT,
          call.span,
        );
      const tried: Expr = {
        kind: 'cast',
        operand: coerce(value, isText(value.type) ? value.type : { kind: 'varchar', length: 1 }),
        type: DATETIME,
        onError: 'null',
      };
      return operator('is-present', [tried], INT, call.span);
    },
  },
];

function at(args: Args, index: number): Expr {
  return args[index] ?? literal(null, DATETIME);
}

/** The part of a date as an argument of its operator. */
function word(part: DatePart): Expr {
  return literal(part, { kind: 'varchar', length: part.length });
}

/** A reading of the session's clock. */
function clock(name: string, doc: string, type: SqlType): ScalarFunction {
  return {
    signature: `${name}()`,
    doc,
    example: [
      name.startsWith('CURRENT_') ? `IIF(${name} > '2024-01-01', 1, 0)` : `IIF(${name}() > '2024-01-01', 1, 0)`,
      '1',
    ],
    bind: (_, call, { now }) => {
      const value = now.toISOString().replace('Z', type.kind === 'datetimeoffset' ? '+00:00' : '');
      const reading: Expr = {
        kind: 'parameter',
        name: `${name}()`,
        value,
        type: type.kind === 'datetimeoffset' ? OFFSET : DATETIME2,
        span: call.span,
      };
      return coerce(reading, type);
    },
  };
}

function datePart(name: 'YEAR' | 'MONTH' | 'DAY', doc: string, gives: string): ScalarFunction {
  return {
    signature: `${name}(date)`,
    doc,
    example: [`${name}('2024-05-06')`, gives],
    bind: (args, call) => operator(name.toLowerCase(), [day(at(args, 0), call, 0)], INT, call.span),
  };
}

function dateAdd(args: Args, call: FunctionCall): Expr {
  const part = datePartOf(call);
  const given = at(args, 1);
  const value = isText(given.type) || isNullLiteral(given) ? coerce(given, DATETIME) : moment(given, call, 2);
  checkPart(part, value.type, call);
  if (part === 'tzoffset' || part === 'iso_week') throw unusable(part, value.type, call);
  return operator('date-add', [word(part), whole(at(args, 0), call, 1), value], value.type, call.span);
}

function dateDiff(args: Args, call: FunctionCall, type: SqlType): Expr {
  const part = datePartOf(call);
  if (part === 'tzoffset' || part === 'iso_week') throw unusable(part, type, call);
  const sides = [moment(at(args, 0), call, 1), moment(at(args, 1), call, 2)].map((side) => coerce(side, DATETIME2));
  return operator('date-diff', [word(part), ...sides], type, call.span);
}

/** The first day of a week, 1 (Monday) to 7, as SET DATEFIRST left it. */
function firstDayIn({ parameters }: Pick<BindContext, 'parameters'>): Expr {
  return literal(Number(parameters.get('@datefirst')?.value ?? 7), INT);
}

interface PartResult {
  readonly type: SqlType;
  readonly firstDay: Expr;
}

function partOf(op: string, args: Args, call: FunctionCall, { type, firstDay }: PartResult): Expr {
  const part = datePartOf(call);
  const value = moment(at(args, 0), call, 1);
  checkPart(part, value.type, call);
  return operator(op, [word(part), value, firstDay], type, call.span);
}

const BUCKETS: ReadonlySet<DatePart> = new Set([
  ...(['year', 'quarter', 'month', 'week', 'day'] as const),
  ...(['hour', 'minute', 'second', 'millisecond'] as const),
]);

function dateBucket(args: Args, call: FunctionCall): Expr {
  const part = datePartOf(call);
  const value = moment(at(args, 1), call, 2);
  if (!BUCKETS.has(part)) throw unusable(part, value.type, call);
  checkPart(part, value.type, call);
  const origin = args[2] === undefined ? literal('1900-01-01', DATE) : moment(args[2], call, 3);
  return operator(
    'date-bucket',
    [word(part), whole(at(args, 0), call, 1), coerce(value, DATETIME2), coerce(origin, DATETIME2)],
    value.type,
    call.span,
  );
}

/** A moment of numbers; the last one may be the precision. */
function parts(
  signature: string,
  doc: string,
  example: readonly [string, string],
  typeAt: (scale: number) => SqlType,
): ScalarFunction {
  const scaled = signature.endsWith('precision)');
  return {
    signature,
    doc,
    example,
    bind: (args, call) => {
      const numbers = (scaled ? args.slice(0, -1) : args).map((arg, i) => whole(arg, call, i));
      const type = typeAt(scaled ? scaleIn(args, call) : 0);
      return operator('from-parts', numbers, type, call.span);
    },
  };
}

function scaleIn(args: Args, call: FunctionCall): number {
  const last = args.at(-1);
  const scale = last?.kind === 'literal' ? Number(last.value ?? Number.NaN) : Number.NaN;
  if (!Number.isInteger(scale) || scale < 0 || scale > 7)
    throw argumentType(last ?? literal(null, INT), call, args.length - 1, 'a number from 0 to 7');
  return scale;
}

/** `+02:00` of an offset as text or in minutes. */
function offsetGiven(offset: Expr, call: FunctionCall): string {
  const value = offset.kind === 'literal' || offset.kind === 'parameter' ? offset.value : undefined;
  const text = String(value).match(/^([+-])(\d{2}):(\d{2})$/);
  const minutes =
    text === null ? Number(value ?? Number.NaN) : Number(`${text[1]}1`) * (Number(text[2]) * 60 + Number(text[3]));
  if (!Number.isInteger(minutes) || Math.abs(minutes) > 14 * 60)
    throw argumentType(offset, call, 1, "an offset such as '+02:00'");
  const two = (n: number) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

function unusable(part: DatePart, type: SqlType, call: FunctionCall) {
  const params = { part, name: call.name.name.toUpperCase(), type: typeName(type) };
  return error('bind/date-part-type', params, { span: call.args[0]?.span ?? call.span });
}
