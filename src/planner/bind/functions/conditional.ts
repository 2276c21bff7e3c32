// Functions that choose among their arguments, all of which are evaluated (3-dialect section 4.4).

import { BIT } from '../../../arrow/sql-type.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, nullLiteral, operator } from '../../expression.ts';
import { collationAmong, folded } from '../collation.ts';
import type { BindContext } from '../context.ts';
import { typeClash, unify } from '../operators.ts';
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
  if (type === undefined) throw typeClash(a.type, b.type, 'NULLIF', call.span);
  const same = operator('=', [coerce(a, type), coerce(b, type)], BIT);
  return {
    kind: 'case',
    branches: [{ when: same, then: literal(null, a.type) }],
    otherwise: a,
    type: a.type,
    span: call.span,
  };
}

function extreme(args: Args, call: FunctionCall, ctx: Pick<BindContext, 'snapshot'>): Expr {
  const name = nameOf(call);
  const type = unify(args, name, call.span);
  const coerced = args.map((a) => coerce(a, type));
  const keys = coerced.map((a) => folded(a, collationAmong(coerced, ctx)));
  if (keys.every((key, i) => key === coerced[i])) return operator(name.toLowerCase(), coerced, type, call.span);
  return operator(
    `${name.toLowerCase()}-by`,
    coerced.flatMap((a, i) => [a, keys[i] ?? a]),
    type,
    call.span,
  );
}
