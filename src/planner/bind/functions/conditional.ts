// Functions that choose among their arguments, all of which are evaluated (3-dialect section 4.4).

import { BIT, typeName } from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, nullLiteral, operator } from '../../expression.ts';
import { unify } from '../operators.ts';
import { coerce, commonType } from '../types.ts';
import { type Args, nameOf, type ScalarFunction } from './scalar-function.ts';

export const CONDITIONAL_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'NULLIF(value, value)',
    doc: 'NULL when both values are equal, else the first.',
    example: ['COALESCE(NULLIF(5, 5), 0)', '0'],
    bind: nullIf,
  },
  {
    signature: 'GREATEST(value, ...)',
    doc: 'The greatest of the values that are not NULL.',
    example: ['GREATEST(1, NULL, 2.5)', '2.5'],
    bind: extreme,
  },
  {
    signature: 'LEAST(value, ...)',
    doc: 'The least of the values that are not NULL.',
    example: ["LEAST('b', 'a')", 'a'],
    bind: extreme,
  },
];

function nullIf(args: Args, call: FunctionCall): Expr {
  const [a = nullLiteral(), b = nullLiteral()] = args;
  const type = commonType(a.type, b.type);
  if (type === undefined) {
    const params = { left: typeName(a.type), right: typeName(b.type), operation: 'NULLIF' };
    throw error('bind/type-clash', params, { span: call.span });
  }
  const same = operator('=', [coerce(a, type), coerce(b, type)], BIT);
  return {
    kind: 'case',
    branches: [{ when: same, then: literal(null, a.type) }],
    otherwise: a,
    type: a.type,
    span: call.span,
  };
}

function extreme(args: Args, call: FunctionCall): Expr {
  const name = nameOf(call);
  const type = unify(args, name, call.span);
  const coerced = args.map((a) => coerce(a, type));
  return operator(name.toLowerCase(), coerced, type, call.span);
}
