// Bits of integers and of bytes ("Bit manipulation functions").

import { BIGINT, BIT, familyOf, INT } from '../../../arrow/sql-type.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, isNullLiteral, literal, nullLiteral } from '../../expression.ts';
import { coerce } from '../types.ts';
import { type Args, argumentType, calls, type ScalarFunction, type Take, typeOfArgument } from './scalar-function.ts';

const same = typeOfArgument(0);

/** An integer, or bytes of a bounded length. */
const bitsOf: Take = (arg, call, index) => {
  if (isNullLiteral(arg)) return coerce(arg, INT);
  const isBytes = familyOf(arg.type) === 'binary' && 'length' in arg.type && arg.type.length !== 'max';
  if (familyOf(arg.type) !== 'integer' && !isBytes) throw argumentType(arg, call, index, 'an integer or binary(n)');
  return arg;
};

const integer: Take = (arg, call, index) => {
  if (!isNullLiteral(arg) && familyOf(arg.type) !== 'integer') throw argumentType(arg, call, index, 'an integer');
  return coerce(arg, BIGINT);
};

/** 0 or 1, of an integer or a bit. */
const oneBit: Take = (arg, call, index) => (arg.type.kind === 'bit' ? coerce(arg, BIGINT) : integer(arg, call, index));

export const BIT_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'LEFT_SHIFT(value, distance)',
    doc: 'The bits of an integer or of bytes moved left, as by `<<`: those moved out are lost, a negative distance moves right.',
    example: ['LEFT_SHIFT(12345, 5)', '395040'],
    bind: shift('<<'),
  },
  {
    signature: 'RIGHT_SHIFT(value, distance)',
    doc: 'The bits of an integer or of bytes moved right, as by `>>`: zeros come in, a negative distance moves left.',
    example: ['RIGHT_SHIFT(12345, 5)', '385'],
    bind: shift('>>'),
  },
  {
    signature: 'BIT_COUNT(value)',
    doc: 'How many bits of an integer or of bytes are 1, as a bigint.',
    example: ['BIT_COUNT(0xabcdef)', '17'],
    bind: (args, call) => calls(isBytes(args[0]) ? 'bit-count-bytes' : 'bit-count', [bitsOf], BIGINT)(args, call),
  },
  {
    signature: 'GET_BIT(value, offset)',
    doc: 'A bit of an integer or of bytes, counted from 0 at the right.',
    example: ['CAST(GET_BIT(0xabcdef, 2) AS int)', '1'],
    bind: (args, call) => calls(isBytes(args[0]) ? 'get-bit-bytes' : 'get-bit', [bitsOf, integer], BIT)(args, call),
  },
  {
    signature: 'SET_BIT(value, offset[, bit])',
    doc: 'The integer or bytes with a bit, counted from 0 at the right, made 1, or what is given.',
    example: ['SET_BIT(8, 0)', '9'],
    bind: (args, call) => {
      const op = isBytes(args[0]) ? 'set-bit-bytes' : 'set-bit';
      const filled = [args[0] ?? nullLiteral(), args[1] ?? nullLiteral(), args[2] ?? literal(1, BIGINT)];
      return calls(op, [bitsOf, integer, oneBit], same)(filled, call);
    },
  },
];

function shift(op: '<<' | '>>') {
  return (args: Args, call: FunctionCall): Expr =>
    calls(isBytes(args[0]) ? `${op}-bytes` : op, [bitsOf, integer], same)(args, call);
}

export function isBytes(arg: Expr | undefined): boolean {
  return arg !== undefined && familyOf(arg.type) === 'binary';
}
