// Mathematical functions (3-dialect section 4.4). Most answer in the type of their argument.

import { decimal, FLOAT, familyOf, INT, type SqlType } from '../../../arrow/sql-type.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, operator } from '../../expression.ts';
import { type Args, any, calls, float, number, type ScalarFunction, typeOfArgument, whole } from './scalar-function.ts';

const same = typeOfArgument(0);

/** Whole digits only: an exact numeric loses its places. */
function rounded(args: Args): SqlType {
  const type = same(args);
  return type.kind === 'decimal' ? decimal(type.precision, 0) : type;
}

/** As wide as decimals go, with at least so many places. */
function widened(places: number): (args: Args) => SqlType {
  return (args) => {
    const type = same(args);
    return type.kind === 'decimal' ? decimal(38, Math.max(type.scale, places)) : type;
  };
}

/** A function of a float. */
function ofFloat(
  name: string,
  doc: string,
  example: readonly [string, string],
  op = name.toLowerCase(),
): ScalarFunction {
  return { signature: `${name}(number)`, doc, example, bind: calls(op, [float], FLOAT) };
}

export const NUMERIC_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'ABS(number)',
    doc: 'The number without its sign.',
    example: ['ABS(-1.5)', '1.5'],
    bind: calls('abs', [number], same),
  },
  {
    signature: 'SIGN(number)',
    doc: '-1, 0 or 1, in the type of the number.',
    example: ['SIGN(-3)', '-1'],
    bind: calls('sign', [number], same),
  },
  {
    signature: 'CEILING(number)',
    doc: 'The smallest whole number that is not less.',
    example: ['CEILING(1.2)', '2'],
    bind: calls('ceiling', [number], rounded),
  },
  {
    signature: 'FLOOR(number)',
    doc: 'The largest whole number that is not greater.',
    example: ['FLOOR(-1.2)', '-2'],
    bind: calls('floor', [number], rounded),
  },
  {
    signature: 'ROUND(number, digits[, truncate])',
    doc: 'The number rounded to so many places, or cut when the third argument is not 0; the type stays.',
    example: ['ROUND(748.58, -1)', '750.00'],
    bind: round,
  },
  {
    signature: 'POWER(number, exponent)',
    doc: 'The number to a power, in the type of the number: `POWER(2, 0.5)` is 1.',
    example: ['POWER(2, 10)', '1024'],
    bind: calls('power', [number, float], widened(0)),
  },
  ofFloat('SQUARE', 'The number times itself.', ['SQUARE(3)', '9']),
  ofFloat('SQRT', 'The square root.', ['SQRT(16)', '4']),
  ofFloat('EXP', 'e to the power of the number.', ['EXP(0)', '1']),
  {
    signature: 'LOG(number[, base])',
    doc: 'The natural logarithm, or the one of a base.',
    example: ['LOG(8, 2)', '3'],
    bind: calls('log', [float], FLOAT),
  },
  ofFloat('LOG10', 'The logarithm of base 10.', ['LOG10(1000)', '3']),
  ofFloat('SIN', 'The sine of an angle in radians.', ['SIN(0)', '0']),
  ofFloat('COS', 'The cosine of an angle in radians.', ['COS(0)', '1']),
  ofFloat('TAN', 'The tangent of an angle in radians.', ['TAN(0)', '0']),
  ofFloat('COT', 'The cotangent of an angle in radians.', ['ROUND(COT(1), 4)', '0.6421']),
  ofFloat('ASIN', 'The angle of a sine, in radians.', ['ASIN(0)', '0']),
  ofFloat('ACOS', 'The angle of a cosine, in radians.', ['ACOS(1)', '0']),
  ofFloat('ATAN', 'The angle of a tangent, in radians.', ['ATAN(0)', '0']),
  {
    signature: 'ATN2(y, x)',
    doc: 'The angle of the point (x, y), in radians.',
    example: ['ATN2(0, 1)', '0'],
    bind: calls('atan2', [float], FLOAT),
  },
  {
    signature: 'PI()',
    doc: 'The ratio of a circle to its diameter.',
    example: ['ROUND(PI(), 6)', '3.141593'],
    bind: calls('pi', [], FLOAT),
  },
  {
    signature: 'DEGREES(radians)',
    doc: 'An angle in degrees, in the type of the number.',
    example: ['DEGREES(PI())', '180'],
    bind: calls('degrees', [number], widened(18)),
  },
  {
    signature: 'RADIANS(degrees)',
    doc: 'An angle in radians, in the type of the number.',
    example: ['RADIANS(180)', '3'],
    bind: calls('radians', [number], widened(18)),
  },
  {
    signature: 'RAND([seed])',
    doc: 'A random float from 0 to 1, the same for every row of the query; with a seed always the same.',
    example: ['IIF(RAND() BETWEEN 0 AND 1, 1, 0)', '1'],
    bind: (args, call) => calls(args.length === 0 ? 'rand' : 'rand-of', [whole], FLOAT)(args, call),
  },
  {
    signature: 'CHECKSUM(value, ...)',
    doc: 'A hash of the values as an int; not the number T-SQL gives.',
    example: ["IIF(CHECKSUM('a', 1) = CHECKSUM('a', 1), 1, 0)", '1'],
    bind: calls('checksum', [any], INT),
  },
  {
    signature: 'BINARY_CHECKSUM(value, ...)',
    doc: 'The same as CHECKSUM here: texts that differ in case differ.',
    example: ["IIF(BINARY_CHECKSUM('a') = BINARY_CHECKSUM('A'), 1, 0)", '0'],
    bind: calls('checksum', [any], INT),
  },
  {
    signature: 'ISNUMERIC(value)',
    doc: '1 when a text is a number (a sign, commas, a currency sign and an exponent may stand in it), else 0.',
    example: ["ISNUMERIC('-1.5e3')", '1'],
    bind: (args, call) => {
      const [value] = args;
      if (value === undefined || value.type.kind === 'null') return literal(0, INT, call.span);
      const family = familyOf(value.type);
      if (family === 'text') return operator('is-numeric', [value], INT, call.span);
      return literal(family === 'integer' || family === 'decimal' || family === 'float' ? 1 : 0, INT, call.span);
    },
  },
];

function round(args: Args, call: FunctionCall): Expr {
  const [value, digits, truncate] = args;
  const taken = [
    number(value ?? literal(null, INT), call, 0),
    // A constant number of digits is seen as such by the engine.
    whole(digits ?? literal(null, INT), call, 1),
    ...(truncate === undefined ? [] : [whole(truncate, call, 2)]),
  ];
  const type = taken[0]?.type ?? INT;
  return operator(truncate === undefined ? 'round' : 'round-or-truncate', taken, type, call.span);
}
