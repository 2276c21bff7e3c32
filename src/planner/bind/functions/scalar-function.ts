// What a scalar function of T-SQL is, and how its arguments are taken: each is converted as T-SQL would, or refused.

import {
  BIGINT,
  FLOAT,
  familyOf,
  INT,
  isNumeric,
  isText,
  NVARCHAR_MAX,
  type SqlType,
  typeName,
  VARBINARY_MAX,
} from '../../../arrow/sql-type.ts';
import { error, type SqlcError } from '../../../common/errors.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, isNullLiteral, operator } from '../../expression.ts';
import type { BindContext } from '../context.ts';
import { toText } from '../operators.ts';
import { coerce } from '../types.ts';

export type Args = readonly Expr[];

export interface ScalarFunction {
  /** As the manual shows it: `SUBSTRING(text, start, length)`; `[, x]` may be left out, `...` repeats. */
  readonly signature: string;
  readonly doc: string;
  /** An expression, and the text it gives: shown in the manual, run by a test. */
  readonly example: readonly [sql: string, gives: string];
  /** The place of the argument that is a word, not an expression: a part of a date. */
  readonly keyword?: number;
  /** @param args bound, as many as the signature allows; the keyword is not among them */
  bind(args: Args, call: FunctionCall, ctx: Pick<BindContext, 'now' | 'parameters' | 'snapshot'>): Expr;
}

/** Name and number of arguments of a signature. */
export function shapeOf({ signature }: ScalarFunction): { name: string; min: number; max: number } {
  const open = signature.indexOf('(');
  const inside = signature.slice(open + 1, -1);
  const required = inside.replace(/\[.*\]/, '').replace(/,?\s*\.\.\.$/, '');
  const count = (list: string) => list.split(',').filter((part) => part.trim() !== '').length;
  const max = inside.includes('...') ? 254 : count(inside.replaceAll(/[[\]]/g, ''));
  return { name: signature.slice(0, open), min: count(required), max };
}

/** Takes the argument at an index. */
export type Take = (arg: Expr, call: FunctionCall, index: number) => Expr;
export type Returns = SqlType | ((args: Args) => SqlType);

/** The operator over arguments taken in turn; the last way of taking repeats. */
export function calls(op: string, takes: readonly Take[], returns: Returns): (args: Args, call: FunctionCall) => Expr {
  return (args, call) => {
    const taken = args.map((arg, i) => (takes[i] ?? takes.at(-1) ?? any)(arg, call, i));
    return operator(op, taken, typeof returns === 'function' ? returns(taken) : returns, call.span);
  };
}

export const any: Take = (arg) => arg;

export const text: Take = (arg, call, index) => {
  if (arg.type.kind === 'null') return coerce(arg, NVARCHAR_MAX);
  if (arg.type.kind === 'list' || arg.type.kind === 'struct') throw argumentType(arg, call, index, 'text');
  return toText(arg, nameOf(call), call.args[index]?.span ?? call.span);
};

/** An int, or a bigint as it is. */
export const whole: Take = (arg, call, index) => {
  if (arg.type.kind !== 'null' && !isNumeric(arg.type) && !isText(arg.type))
    throw argumentType(arg, call, index, 'a whole number');
  return coerce(arg, arg.type.kind === 'bigint' ? BIGINT : INT);
};

export const float: Take = (arg, call, index) => {
  if (arg.type.kind !== 'null' && !isNumeric(arg.type) && !isText(arg.type))
    throw argumentType(arg, call, index, 'a number');
  return coerce(arg, FLOAT);
};

/** A number in the type the function answers in: tinyint and smallint become int, text and real become float. */
export const number: Take = (arg, call, index) => {
  if (isNullLiteral(arg)) return coerce(arg, INT);
  if (isText(arg.type)) return coerce(arg, FLOAT);
  if (!isNumeric(arg.type)) throw argumentType(arg, call, index, 'a number');
  switch (arg.type.kind) {
    case 'bit':
      return coerce(arg, FLOAT);
    case 'tinyint':
    case 'smallint':
      return coerce(arg, INT);
    case 'real':
      return coerce(arg, FLOAT);
    case 'smallmoney':
      return coerce(arg, { kind: 'money' });
    default:
      return arg;
  }
};

/** Bytes: of a text, those it is stored as. */
export const bytes: Take = (arg, call, index) => {
  if (familyOf(arg.type) === 'binary') return arg;
  if (arg.type.kind !== 'null' && !isText(arg.type)) throw argumentType(arg, call, index, 'text or binary');
  return coerce(arg, VARBINARY_MAX);
};

/** A date or time; text becomes a datetime2. */
export const moment: Take = (arg, call, index) => {
  if (isNullLiteral(arg)) return coerce(arg, { kind: 'datetime' });
  if (isText(arg.type)) return coerce(arg, { kind: 'datetime2', scale: 7 });
  if (familyOf(arg.type) !== 'datetime') throw argumentType(arg, call, index, 'a date or time');
  return arg;
};

/** A moment with a date in it. */
export const day: Take = (arg, call, index) => {
  if (arg.type.kind === 'time') throw argumentType(arg, call, index, 'a date');
  return moment(arg, call, index);
};

/** The type of a text argument without its padding. */
export function textTypeOf(arg: Expr | undefined): SqlType {
  if (arg === undefined || !isText(arg.type)) return NVARCHAR_MAX;
  const { type } = arg;
  if (type.kind === 'char') return { kind: 'varchar', length: type.length };
  if (type.kind === 'nchar') return { kind: 'nvarchar', length: type.length };
  return type.kind === 'json' ? NVARCHAR_MAX : type;
}

/** nvarchar(max) when any argument is national text, else varchar(max). */
export function widestText(args: Args): SqlType {
  const national = args.some((a) => a.type.kind === 'nvarchar' || a.type.kind === 'nchar' || a.type.kind === 'json');
  return { kind: national ? 'nvarchar' : 'varchar', length: 'max' };
}

export function typeOfArgument(index: number): (args: Args) => SqlType {
  return (args) => args[index]?.type ?? NVARCHAR_MAX;
}

export function nameOf(call: FunctionCall): string {
  return call.name.name.toUpperCase();
}

export function argumentType(arg: Expr, call: FunctionCall, index: number, expected: string): SqlcError {
  const params = { index: index + 1, name: nameOf(call), found: typeName(arg.type), expected };
  return error('bind/argument-type', params, { span: call.args[index]?.span ?? call.span });
}
