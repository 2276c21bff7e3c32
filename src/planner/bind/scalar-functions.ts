// T-SQL's scalar functions that are modelled: argument checks and result types. How DuckDB spells them is the
// dialect's matter. Semantics: 3-dialect sections 4.3, 4.4 and 4.6.

import {
  BIGINT,
  BIT,
  FLOAT,
  familyOf,
  INT,
  isNumeric,
  isText,
  NVARCHAR_MAX,
  type SqlType,
  typeName,
} from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import { type Expr, operator } from '../expression.ts';
import { toText } from './operators.ts';
import { coerce, commonType, lengthOf } from './types.ts';

export interface ScalarFunction {
  readonly min: number;
  readonly max: number;
  bind(args: readonly Expr[], call: FunctionCall): Expr;
}

type Args = readonly Expr[];

export const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map<string, ScalarFunction>([
  ['NULLIF', { min: 2, max: 2, bind: nullIf }],
  [
    'CONCAT',
    {
      min: 1,
      max: 254,
      bind: (args, call) =>
        operator(
          'concat-skip-null',
          args.map((a, i) => text(a, call, i)),
          NVARCHAR_MAX,
          call.span,
        ),
    },
  ],
  ['LEN', { min: 1, max: 1, bind: len }],
  ['UPPER', sameText('upper')],
  ['LOWER', sameText('lower')],
  ['TRIM', { min: 1, max: 2, bind: trim }],
  ['LTRIM', { min: 1, max: 2, bind: (args, call) => strip('ltrim', args, call) }],
  ['RTRIM', { min: 1, max: 2, bind: (args, call) => strip('rtrim', args, call) }],
  [
    'SUBSTRING',
    {
      min: 3,
      max: 3,
      bind: (args, call) =>
        operator(
          'substring',
          [text(args[0], call, 0), int(args[1], call, 1), int(args[2], call, 2)],
          textType(args[0]),
          call.span,
        ),
    },
  ],
  [
    'LEFT',
    {
      min: 2,
      max: 2,
      bind: (args, call) =>
        operator('left', [text(args[0], call, 0), int(args[1], call, 1)], textType(args[0]), call.span),
    },
  ],
  [
    'RIGHT',
    {
      min: 2,
      max: 2,
      bind: (args, call) =>
        operator('right', [text(args[0], call, 0), int(args[1], call, 1)], textType(args[0]), call.span),
    },
  ],
  ['CHARINDEX', { min: 2, max: 3, bind: charIndex }],
  [
    'REPLACE',
    {
      min: 3,
      max: 3,
      bind: (args, call) =>
        operator(
          'replace',
          args.map((a, i) => text(a, call, i)),
          NVARCHAR_MAX,
          call.span,
        ),
    },
  ],
  [
    'REPLICATE',
    {
      min: 2,
      max: 2,
      bind: (args, call) =>
        operator('replicate', [text(args[0], call, 0), int(args[1], call, 1)], NVARCHAR_MAX, call.span),
    },
  ],
  ['ABS', { min: 1, max: 1, bind: (args, call) => numeric('abs', args, call) }],
  ['ROUND', { min: 2, max: 3, bind: round }],
  ['YEAR', datePart('year')],
  ['MONTH', datePart('month')],
  ['DAY', datePart('day')],
]);

function nullIf(args: Args, call: FunctionCall): Expr {
  const [a, b] = args as [Expr, Expr]; // the count has been checked
  const type = commonType(a.type, b.type);
  if (type === undefined)
    throw error(
      'bind/type-clash',
      { left: typeName(a.type), right: typeName(b.type), operation: 'NULLIF' },
      { span: call.span },
    );
  const same = operator('=', [coerce(a, type), coerce(b, type)], BIT);
  return {
    kind: 'case',
    branches: [{ when: same, then: coerce({ kind: 'literal', value: null, type: { kind: 'null' } }, a.type) }],
    otherwise: a,
    type: a.type,
    span: call.span,
  };
}

function len(args: Args, call: FunctionCall): Expr {
  const operand = text(args[0], call, 0);
  return operator('len', [operand], lengthOf(operand.type) === 'max' ? BIGINT : INT, call.span);
}

function charIndex(args: Args, call: FunctionCall): Expr {
  const found = [
    text(args[0], call, 0),
    text(args[1], call, 1),
    ...(args[2] === undefined ? [] : [int(args[2], call, 2)]),
  ];
  return operator(
    'charindex',
    found,
    found[1] !== undefined && lengthOf(found[1].type) === 'max' ? BIGINT : INT,
    call.span,
  );
}

function trim(args: Args, call: FunctionCall): Expr {
  const op = call.trim === 'leading' ? 'ltrim' : call.trim === 'trailing' ? 'rtrim' : 'trim';
  return strip(op, args, call);
}
function strip(op: 'trim' | 'ltrim' | 'rtrim', args: Args, call: FunctionCall): Expr {
  return operator(
    op,
    args.map((a, i) => text(a, call, i)),
    textType(args[0]),
    call.span,
  );
}

function round(args: Args, call: FunctionCall): Expr {
  const value = numeric('round', args.slice(0, 1), call);
  const operand = value.kind === 'operator' ? value.args[0] : undefined;
  if (operand === undefined) return value;
  const [, digits, truncate] = args;
  const op = truncate === undefined ? 'round' : 'round-or-truncate';
  const extra = truncate === undefined ? [] : [int(truncate, call, 2)];
  return operator(op, [operand, int(digits, call, 1), ...extra], operand.type, call.span);
}

function numeric(op: string, args: Args, call: FunctionCall): Expr {
  const given = args[0];
  if (given === undefined)
    throw error(
      'bind/argument-count',
      { name: call.name.name.toUpperCase(), expected: '1 argument', found: 0 },
      { span: call.span },
    );
  const operand = isText(given.type) ? coerce(given, FLOAT) : given.type.kind === 'null' ? coerce(given, INT) : given;
  if (!isNumeric(operand.type) || operand.type.kind === 'bit') throw argumentType(given, call, 0, 'a number');
  const type: SqlType =
    operand.type.kind === 'tinyint' || operand.type.kind === 'smallint'
      ? INT
      : operand.type.kind === 'real'
        ? FLOAT
        : operand.type;
  return operator(op, [coerce(operand, type)], type, call.span);
}

function sameText(op: string): ScalarFunction {
  return { min: 1, max: 1, bind: (args, call) => operator(op, [text(args[0], call, 0)], textType(args[0]), call.span) };
}

function datePart(op: 'year' | 'month' | 'day'): ScalarFunction {
  return {
    min: 1,
    max: 1,
    bind: ([given], call) => {
      if (given === undefined)
        throw error(
          'bind/argument-count',
          { name: op.toUpperCase(), expected: '1 argument', found: 0 },
          { span: call.span },
        );
      const operand = isText(given.type)
        ? coerce(given, { kind: 'datetime2', scale: 7 })
        : given.type.kind === 'null'
          ? coerce(given, { kind: 'date' })
          : given;
      if (familyOf(operand.type) !== 'datetime' || operand.type.kind === 'time')
        throw argumentType(given, call, 0, 'a date');
      return operator(op, [operand], INT, call.span);
    },
  };
}

function textType(arg: Expr | undefined): SqlType {
  if (arg === undefined || !isText(arg.type)) return NVARCHAR_MAX;
  const { type } = arg;
  if (type.kind === 'char') return { kind: 'varchar', length: type.length };
  if (type.kind === 'nchar') return { kind: 'nvarchar', length: type.length };
  return type;
}

function text(arg: Expr | undefined, call: FunctionCall, index: number): Expr {
  if (arg === undefined)
    throw error(
      'bind/argument-count',
      { name: call.name.name.toUpperCase(), expected: `${index + 1} arguments`, found: index },
      { span: call.span },
    );
  if (arg.type.kind === 'null') return coerce(arg, NVARCHAR_MAX);
  if (arg.type.kind === 'list' || arg.type.kind === 'struct') throw argumentType(arg, call, index, 'text');
  return toText(arg, call.name.name.toUpperCase(), call.args[index]?.span ?? call.span);
}

function int(arg: Expr | undefined, call: FunctionCall, index: number): Expr {
  if (arg === undefined)
    throw error(
      'bind/argument-count',
      { name: call.name.name.toUpperCase(), expected: `${index + 1} arguments`, found: index },
      { span: call.span },
    );
  if (arg.type.kind !== 'null' && !isNumeric(arg.type) && !isText(arg.type))
    throw argumentType(arg, call, index, 'a whole number');
  return coerce(arg, arg.type.kind === 'bigint' ? BIGINT : INT);
}

function argumentType(arg: Expr, call: FunctionCall, index: number, expected: string) {
  const params = { index: index + 1, name: call.name.name.toUpperCase(), found: typeName(arg.type), expected };
  return error('bind/argument-type', params, { span: call.args[index]?.span ?? call.span });
}
