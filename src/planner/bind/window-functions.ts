// Window functions proper: argument checks and result types. Aggregates become windows in call.ts.

import { BIGINT, familyOf, INT, type SqlType, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import type { Expr } from '../expression.ts';
import { checkArgumentCount } from './cognitive.ts';
import { coerce, commonType } from './types.ts';

export const WINDOW_FUNCTIONS: ReadonlySet<string> = new Set([
  'ROW_NUMBER',
  'RANK',
  'DENSE_RANK',
  'LAG',
  'LEAD',
  'FIRST_VALUE',
  'LAST_VALUE',
]);

export function windowOf(
  call: FunctionCall,
  name: string,
  args: readonly Expr[],
  ordered: boolean,
): { fn: string; args: readonly Expr[]; type: SqlType } {
  if (!ordered) throw error('bind/window-order', { name }, { span: call.over?.span ?? call.span });
  const fn = name.toLowerCase();
  if (name === 'ROW_NUMBER' || name === 'RANK' || name === 'DENSE_RANK') {
    checkArgumentCount(call, 0, 0);
    return { fn, args, type: BIGINT };
  }
  const [value, offset, fallback] = args;
  checkArgumentCount(call, 1, name === 'LAG' || name === 'LEAD' ? 3 : 1);
  if (value === undefined)
    throw error('bind/argument-count', { name, expected: 'at least 1 argument', found: 0 }, { span: call.span });
  if (offset === undefined) return { fn, args: [value], type: value.type };
  if (familyOf(offset.type) !== 'integer') {
    throw error(
      'bind/argument-type',
      { index: 2, name, found: typeName(offset.type), expected: 'a whole number' },
      { span: call.args[1]?.span },
    );
  }
  if (fallback === undefined) return { fn, args: [value, coerce(offset, INT)], type: value.type };
  if (commonType(value.type, fallback.type) === undefined) {
    throw error(
      'bind/argument-type',
      { index: 3, name, found: typeName(fallback.type), expected: typeName(value.type) },
      { span: call.args[2]?.span },
    );
  }
  return { fn, args: [value, coerce(offset, INT), coerce(fallback, value.type)], type: value.type };
}
