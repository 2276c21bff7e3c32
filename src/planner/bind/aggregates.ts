// Aggregates: argument checks and result types (T-SQL: SUM and AVG of ints are ints).

import {
  BIGINT,
  BIT,
  collationOf,
  FLOAT,
  familyOf,
  INT,
  isText,
  NVARCHAR_MAX,
  type SqlType,
  typeName,
  withCollation,
} from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import { type AggregateExpr, type Expr, literal, operator, type SortKey } from '../expression.ts';
import { checkArgumentCount } from './cognitive.ts';
import { collationAmong, folded } from './collation.ts';
import type { BindContext } from './context.ts';
import { jsonKey, jsonText } from './functions/json.ts';
import { averageType, coerce, sumType } from './types.ts';

export const AGGREGATES: ReadonlySet<string> = new Set([
  ...['COUNT', 'COUNT_BIG', 'SUM', 'AVG', 'MIN', 'MAX', 'STRING_AGG', 'APPROX_COUNT_DISTINCT', 'PRODUCT'],
  ...['STDEV', 'STDEVP', 'VAR', 'VARP', 'APPROX_PERCENTILE_CONT', 'APPROX_PERCENTILE_DISC'],
  ...['JSON_ARRAYAGG', 'JSON_OBJECTAGG'],
]);

export function aggregateOf(
  call: FunctionCall,
  name: string,
  args: readonly Expr[],
  options: {
    readonly star: boolean;
    readonly orderBy: readonly SortKey[];
    readonly ctx: Pick<BindContext, 'snapshot'>;
  },
): AggregateExpr {
  const make = (type: SqlType, given = args): AggregateExpr => ({
    kind: 'aggregate',
    fn: name.toLowerCase(),
    args: given,
    distinct: call.distinct,
    orderBy: options.orderBy,
    type,
    span: call.span,
  });
  /** What DISTINCT looks at. */
  const key = (arg: Expr) => folded(arg, collationAmong([arg], options.ctx));
  if (name === 'APPROX_PERCENTILE_CONT' || name === 'APPROX_PERCENTILE_DISC')
    return percentileOf(call, name, args, options);
  if (name === 'JSON_ARRAYAGG' || name === 'JSON_OBJECTAGG') return make(NVARCHAR_MAX, [jsonMember(call, name, args)]);
  if (options.orderBy.length > 0 && name !== 'STRING_AGG') {
    throw error('syntax/clause-combination', { first: 'WITHIN GROUP', second: `"${name}"` }, { span: call.span });
  }
  if (name === 'COUNT' || name === 'COUNT_BIG') {
    if (!options.star) checkArgumentCount(call, 1, 1);
    return make(name === 'COUNT' ? INT : BIGINT, call.distinct ? args.map(key) : args);
  }
  if (options.star)
    throw error('bind/argument-type', { index: 1, name, found: '*', expected: 'an expression' }, { span: call.span });
  checkArgumentCount(call, name === 'STRING_AGG' ? 2 : 1, name === 'STRING_AGG' ? 2 : 1);
  const [first, second] = args;
  if (first === undefined)
    throw error('bind/argument-count', { name, expected: '1 argument', found: 0 }, { span: call.span });
  const refuse = (expected: string) =>
    error(
      'bind/argument-type',
      { index: 1, name, found: typeName(first.type), expected },
      { span: call.args[0]?.span },
    );
  switch (name) {
    case 'SUM':
    case 'AVG': {
      const type = first.type.kind === 'null' ? INT : name === 'SUM' ? sumType(first.type) : averageType(first.type);
      if (type === undefined) throw refuse('a number');
      return make(type, [coerce(first, first.type.kind === 'null' ? INT : first.type)]);
    }
    case 'STRING_AGG': {
      const text: SqlType = { kind: 'nvarchar', length: 'max' };
      if (second === undefined || !isText(second.type)) {
        const found = second === undefined ? 'nothing' : typeName(second.type);
        throw error('bind/argument-type', { index: 2, name, found, expected: 'text' }, { span: call.args[1]?.span });
      }
      const shown = coerce(first, isText(first.type) ? first.type : text);
      const type = withCollation(text, collationOf(shown.type));
      if (!call.distinct || key(shown) === shown) return make(type, [shown, second]);
      return { ...make(type, [shown, second, key(shown)]), fn: 'string_agg_by', distinct: false };
    }
    case 'APPROX_COUNT_DISTINCT':
      return make(BIGINT, args.map(key));
    case 'STDEV':
    case 'STDEVP':
    case 'VAR':
    case 'VARP':
      if (first.type.kind !== 'null' && sumType(first.type) === undefined) throw refuse('a number');
      return make(FLOAT, [coerce(first, FLOAT)]);
    case 'PRODUCT': {
      const type = first.type.kind === 'null' ? INT : sumType(first.type);
      if (type === undefined) throw refuse('a number');
      return make(type, [coerce(first, familyOf(type) === 'decimal' ? FLOAT : type)]);
    }
    default:
      if (first.type.kind === 'bit' || first.type.kind === 'struct') throw refuse('a comparable value');
      return make(first.type.kind === 'null' ? INT : first.type);
  }
}

/** The JSON text of one row. A NULL value is null in an object and left out of an array, unless said otherwise. */
function jsonMember(call: FunctionCall, name: string, args: readonly Expr[]): Expr {
  const isObject = name === 'JSON_OBJECTAGG';
  if (isObject && !call.keyed) {
    const params = { index: 1, name, found: 'a value', expected: 'key: value' };
    throw error('bind/argument-type', params, { span: call.args[0]?.span ?? call.span });
  }
  checkArgumentCount(call, isObject ? 2 : 1, isObject ? 2 : 1);
  const keep = literal((call.jsonNulls ?? (isObject ? 'null' : 'absent')) === 'null', BIT);
  const [first = literal(null, NVARCHAR_MAX), value] = args;
  if (value !== undefined)
    return operator('json-member', [jsonKey(first, call, 0), jsonText(value, call, 1), keep], NVARCHAR_MAX);
  const item = jsonText(first, call, 0);
  return keep.value === true ? operator('coalesce', [item, literal('null', NVARCHAR_MAX)], NVARCHAR_MAX) : item;
}

/**
 * `PERCENTILE_CONT(q) WITHIN GROUP (ORDER BY x [DESC])` and its relatives: the arguments become x and q, and a
 * negative q counts from the other end.
 */
export function percentileOf(
  call: FunctionCall,
  name: string,
  args: readonly Expr[],
  { orderBy }: { readonly orderBy: readonly SortKey[] },
): AggregateExpr {
  checkArgumentCount(call, 1, 1);
  const [share] = args;
  const fraction =
    share?.kind === 'literal' || share?.kind === 'parameter' ? Number(share.value ?? Number.NaN) : Number.NaN;
  if (share === undefined || !(fraction >= 0 && fraction <= 1)) {
    const found = share === undefined || Number.isNaN(fraction) ? 'another expression' : String(fraction);
    const params = { index: 1, name, found, expected: 'a number from 0 to 1' };
    throw error('bind/argument-type', params, { span: call.args[0]?.span ?? call.span });
  }
  const [key, ...more] = orderBy;
  if (key === undefined || more.length > 0) throw error('bind/within-group', { name }, { span: call.span });
  const continuous = name.endsWith('_CONT');
  if (continuous && key.expr.type.kind !== 'null' && sumType(key.expr.type) === undefined) {
    const params = { index: 1, name: 'WITHIN GROUP', found: typeName(key.expr.type), expected: 'a number' };
    throw error('bind/argument-type', params, { span: call.span });
  }
  const type = continuous || key.expr.type.kind === 'null' ? FLOAT : key.expr.type;
  return {
    kind: 'aggregate',
    fn: name.toLowerCase(),
    args: [coerce(key.expr, type), literal(key.descending ? -fraction : fraction, FLOAT)],
    distinct: false,
    orderBy: [],
    type,
    span: call.span,
  };
}
