// `{fn NAME(…)}`: the scalar functions of ODBC as the expressions of T-SQL that they are ("ODBC Scalar Functions";
// ODBC Programmer's Reference, appendix E). Outside the braces their names mean nothing.

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { didYouMean } from '../../common/suggest.ts';
import type { Binary, BinaryOperator, Cast, ColumnReference, Expression, FunctionCall } from '../../parser/ast.ts';
import { checkArgumentCount } from './cognitive.ts';
import { LAZY_FUNCTIONS } from './lazy-functions.ts';
import { SCALAR_FUNCTIONS } from './scalar-functions.ts';

interface OdbcFunction {
  readonly min: number;
  readonly max: number;
  means(args: readonly Expression[], call: FunctionCall): Expression;
}

/**
 * @param cognitive functions that ODBC does not have either
 * @throws SqlcError bind/unknown-function (195), bind/argument-count (174), bind/date-part (155), bind/unknown-type (2715)
 */
export function odbcMeaning(call: FunctionCall, cognitive: ReadonlyMap<string, unknown>): Expression {
  const name = call.name.name.toUpperCase();
  const found = FUNCTIONS.get(name);
  if (found === undefined) {
    const isOurs = [SCALAR_FUNCTIONS, LAZY_FUNCTIONS, cognitive].some((functions) => functions.has(name));
    const hint = isOurs ? `${name} is none of ODBC: write it without {fn …}.` : didYouMean(name, [...FUNCTIONS.keys()]);
    throw error('bind/unknown-function', { name: call.name.name }, { span: call.name.span, hint });
  }
  checkArgumentCount(call, found.min, found.max);
  return found.means(call.args, call);
}

// --- pieces of syntax

function called(name: string, args: readonly Expression[], { odbc: _, ...call }: FunctionCall): FunctionCall {
  return { ...call, name: { ...call.name, name }, args };
}

function word(name: string, span: Span): ColumnReference {
  return { kind: 'column', parts: [{ name, quoted: false, span }], span };
}

function number(value: number, span: Span): Expression {
  return { kind: 'number', text: String(value), money: false, span };
}

function combined(operator: BinaryOperator, left: Expression, right: Expression): Binary {
  return { kind: 'binary', operator, left, right, span: { start: left.span.start, end: right.span.end } };
}

function cast(operand: Expression, name: string, parameters: Cast['type']['parameters'], span: Span): Cast {
  const type = { name, parameters, span };
  return { kind: 'cast', method: 'cast', operand, type, style: undefined, culture: undefined, onError: 'fail', span };
}

// --- the functions

/** The same arguments in the same order. */
function as(name: string, min: number, max = min): OdbcFunction {
  return { min, max, means: (args, call) => called(name, args, call) };
}

/** A part of a date, as a number or by its name. */
function part(name: string, of: 'DATEPART' | 'DATENAME' = 'DATEPART'): OdbcFunction {
  return { min: 1, max: 1, means: (args, call) => called(of, [word(name, call.name.span), ...args], call) };
}

/** The clock, to as many digits of a second as are asked for. */
function clock(type: 'time' | 'datetime2', otherwise: (call: FunctionCall) => Expression): OdbcFunction {
  return {
    min: 0,
    max: 1,
    means: ([digits], call) => {
      if (digits === undefined) return otherwise(call);
      if (digits.kind === 'number') return timeOfDay(call, type, Number(digits.text));
      const params = { index: 1, name: call.name.name, found: 'an expression', expected: 'a number from 0 to 7' };
      throw error('bind/argument-type', params, { span: digits.span });
    },
  };
}

function timeOfDay(call: FunctionCall, type: 'time' | 'datetime2', digits: number): Expression {
  return cast(called('SYSDATETIME', [], call), type, [digits], call.span);
}

const TODAY = as('CURRENT_DATE', 0);
const NOW = as('CURRENT_TIMESTAMP', 0);

/** Every character, where LEN leaves blanks at the end out. */
const CHARACTERS: OdbcFunction = {
  min: 1,
  max: 1,
  means: ([text], call) => {
    const end: Expression = { kind: 'string', value: '.', national: true, span: call.span };
    const whole = combined('+', text ?? end, end);
    return combined('-', called('LEN', [whole], call), number(1, call.span));
  },
};

const FUNCTIONS: ReadonlyMap<string, OdbcFunction> = new Map([
  // Texts.
  ['ASCII', as('ASCII', 1)],
  [
    'BIT_LENGTH',
    { min: 1, max: 1, means: (args, call) => combined('*', called('DATALENGTH', args, call), number(8, call.span)) },
  ],
  ['CHAR', as('CHAR', 1)],
  ['CHAR_LENGTH', CHARACTERS],
  ['CHARACTER_LENGTH', CHARACTERS],
  ['CONCAT', as('CONCAT', 2)],
  ['DIFFERENCE', as('DIFFERENCE', 2)],
  ['INSERT', as('STUFF', 4)],
  ['LCASE', as('LOWER', 1)],
  ['LEFT', as('LEFT', 2)],
  ['LENGTH', as('LEN', 1)],
  ['LOCATE', as('CHARINDEX', 2, 3)],
  ['LTRIM', as('LTRIM', 1)],
  ['OCTET_LENGTH', as('DATALENGTH', 1)],
  ['REPEAT', as('REPLICATE', 2)],
  ['REPLACE', as('REPLACE', 3)],
  ['RIGHT', as('RIGHT', 2)],
  ['RTRIM', as('RTRIM', 1)],
  ['SOUNDEX', as('SOUNDEX', 1)],
  ['SPACE', as('SPACE', 1)],
  ['SUBSTRING', as('SUBSTRING', 3)],
  ['UCASE', as('UPPER', 1)],
  // Numbers.
  ...['ABS', 'ACOS', 'ASIN', 'ATAN', 'CEILING', 'COS', 'COT', 'DEGREES', 'EXP', 'FLOOR', 'LOG', 'LOG10'].map(
    (name) => [name, as(name, 1)] as const,
  ),
  ...['RADIANS', 'SIGN', 'SIN', 'SQRT', 'TAN'].map((name) => [name, as(name, 1)] as const),
  ['ATAN2', as('ATN2', 2)],
  ['MOD', { min: 2, max: 2, means: ([a, b], call) => combined('%', a ?? call, b ?? call) }],
  ['PI', as('PI', 0)],
  ['POWER', as('POWER', 2)],
  ['RAND', as('RAND', 0, 1)],
  ['ROUND', as('ROUND', 2)],
  ['TRUNCATE', { min: 2, max: 2, means: (args, call) => called('ROUND', [...args, number(1, call.span)], call) }],
  // Dates and times.
  ['CURDATE', TODAY],
  ['CURRENT_DATE', TODAY],
  ['CURTIME', { min: 0, max: 0, means: (_, call) => timeOfDay(call, 'time', 0) }],
  ['CURRENT_TIME', clock('time', (call) => timeOfDay(call, 'time', 0))],
  ['CURRENT_TIMESTAMP', clock('datetime2', (call) => NOW.means([], call))],
  ['NOW', NOW],
  ['DAYNAME', part('weekday', 'DATENAME')],
  ['DAYOFMONTH', part('day')],
  // Sunday is 1, whatever SET DATEFIRST says; the first of January of year one is a Monday.
  [
    'DAYOFWEEK',
    {
      min: 1,
      max: 1,
      means: (args, call) => {
        const { span } = call;
        const monday = cast({ kind: 'string', value: '0001-01-01', national: false, span }, 'date', [], span);
        const days = called('DATEDIFF', [word('day', span), monday, ...args], call);
        const since = combined('%', combined('+', days, number(1, span)), number(7, span));
        return combined('+', since, number(1, span));
      },
    },
  ],
  ['DAYOFYEAR', part('dayofyear')],
  ['EXTRACT', as('DATEPART', 2)],
  ['HOUR', part('hour')],
  ['MINUTE', part('minute')],
  ['MONTH', part('month')],
  ['MONTHNAME', part('month', 'DATENAME')],
  ['QUARTER', part('quarter')],
  ['SECOND', part('second')],
  ['WEEK', part('week')],
  ['YEAR', part('year')],
  ['TIMESTAMPADD', { min: 3, max: 3, means: (args, call) => called('DATEADD', withPart(args, call), call) }],
  ['TIMESTAMPDIFF', { min: 3, max: 3, means: (args, call) => called('DATEDIFF', withPart(args, call), call) }],
  // The system's, and conversions.
  ['DATABASE', as('DB_NAME', 0)],
  ['IFNULL', as('ISNULL', 2)],
  ['USER', as('USER_NAME', 0)],
  ['CONVERT', { min: 2, max: 2, means: convert }],
]);

const PARTS: ReadonlyMap<string, string> = new Map([
  ['SQL_TSI_FRAC_SECOND', 'nanosecond'],
  ...['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].map(
    (name) => [`SQL_TSI_${name}`, name.toLowerCase()] as const,
  ),
]);

/** SQL_TSI_DAY as the part of a date that it is. */
function withPart([first, ...rest]: readonly Expression[], call: FunctionCall): Expression[] {
  const found = nameIn(first);
  const known = PARTS.get(found.toUpperCase());
  const { span } = first ?? call;
  if (known !== undefined) return [word(known, span), ...rest];
  const params = { found, name: call.name.name.toUpperCase() };
  throw error('bind/date-part', params, { span, hint: didYouMean(found, [...PARTS.keys()]) });
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ...[
    'BIGINT',
    'BINARY',
    'BIT',
    'CHAR',
    'DATE',
    'DECIMAL',
    'FLOAT',
    'NUMERIC',
    'REAL',
    'SMALLINT',
    'TIME',
    'TINYINT',
  ].map((name) => [`SQL_${name}`, name.toLowerCase()] as const),
  ...['VARBINARY', 'VARCHAR'].map((name) => [`SQL_${name}`, name.toLowerCase()] as const),
  ['SQL_DOUBLE', 'float'],
  ['SQL_GUID', 'uniqueidentifier'],
  ['SQL_INTEGER', 'int'],
  ['SQL_LONGVARBINARY', 'varbinary(max)'],
  ['SQL_LONGVARCHAR', 'varchar(max)'],
  ['SQL_TIMESTAMP', 'datetime'],
  ['SQL_TYPE_DATE', 'date'],
  ['SQL_TYPE_TIME', 'time'],
  ['SQL_TYPE_TIMESTAMP', 'datetime'],
  ['SQL_WCHAR', 'nchar'],
  ['SQL_WLONGVARCHAR', 'nvarchar(max)'],
  ['SQL_WVARCHAR', 'nvarchar'],
]);

/** The value comes first, the type is ODBC's. */
function convert([value, type]: readonly Expression[], call: FunctionCall): Expression {
  const found = nameIn(type);
  const known = TYPES.get(found.toUpperCase());
  const { span } = type ?? call;
  if (known === undefined || value === undefined)
    throw error('bind/unknown-type', { name: found }, { span, hint: didYouMean(found, [...TYPES.keys()]) });
  const name = known.replace('(max)', '');
  return cast(value, name, name === known ? [] : ['max'], call.span);
}

function nameIn(e: Expression | undefined): string {
  return (e?.kind === 'column' && e.parts.length === 1 ? e.parts[0]?.name : undefined) ?? 'this expression';
}
