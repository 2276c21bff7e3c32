// Window functions proper: argument checks and result types. Aggregates become windows in call.ts.

import { BIGINT, FLOAT, familyOf, INT, type SqlType, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import type { Expr } from '../expression.ts';
import { checkArgumentCount } from './cognitive.ts';
import { coerce, commonType } from './types.ts';

const RANKINGS: ReadonlySet<string> = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST']);

/** Those that read a frame. */
export const FRAMED_FUNCTIONS: ReadonlySet<string> = new Set(['FIRST_VALUE', 'LAST_VALUE']);

/** T-SQL has them with OVER only, their order in WITHIN GROUP. */
export const PERCENTILE_FUNCTIONS: ReadonlySet<string> = new Set(['PERCENTILE_CONT', 'PERCENTILE_DISC']);

export const WINDOW_FUNCTIONS: ReadonlySet<string> = new Set([
  ...RANKINGS,
  ...FRAMED_FUNCTIONS,
  ...['NTILE', 'LAG', 'LEAD'],
]);

export function windowOf(
  call: FunctionCall,
  name: string,
  args: readonly Expr[],
  ordered: boolean,
): { fn: string; args: readonly Expr[]; type: SqlType } {
  if (!ordered) throw error('bind/window-order', { name }, { span: call.over?.span ?? call.span });
  const fn = name.toLowerCase();
  const withNulls = name === 'LAG' || name === 'LEAD' || FRAMED_FUNCTIONS.has(name);
  if (call.nulls !== undefined && !withNulls)
    throw error('syntax/clause-combination', { first: 'IGNORE NULLS', second: `"${name}"` }, { span: call.span });
  if (RANKINGS.has(name)) {
    checkArgumentCount(call, 0, 0);
    return { fn, args, type: name === 'PERCENT_RANK' || name === 'CUME_DIST' ? FLOAT : BIGINT };
  }
  if (name === 'NTILE') {
    checkArgumentCount(call, 1, 1);
    const [tiles] = args;
    const count = tiles?.kind === 'literal' || tiles?.kind === 'parameter' ? Number(tiles.value) : undefined;
    if (tiles === undefined || familyOf(tiles.type) !== 'integer' || (count !== undefined && count < 1)) {
      const found = count === undefined ? (tiles === undefined ? 'nothing' : typeName(tiles.type)) : String(count);
      const params = { index: 1, name, found, expected: 'a positive whole number' };
      throw error('bind/argument-type', params, { span: call.args[0]?.span ?? call.span });
    }
    return { fn, args: [coerce(tiles, BIGINT)], type: BIGINT };
  }
  const [value, offset, fallback] = args;
  checkArgumentCount(call, 1, name === 'LAG' || name === 'LEAD' ? 3 : 1);
  if (value === undefined)
    throw error('bind/argument-count', { name, expected: 'at least 1 argument', found: 0 }, { span: call.span });
  if (offset === undefined) return { fn, args: [value], type: value.type };
  const isNegative = (offset.kind === 'literal' || offset.kind === 'parameter') && Number(offset.value) < 0;
  if (familyOf(offset.type) !== 'integer' || isNegative) {
    const found = isNegative && 'value' in offset ? String(offset.value) : typeName(offset.type);
    throw error(
      'bind/argument-type',
      { index: 2, name, found, expected: 'a whole number of 0 or more' },
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
