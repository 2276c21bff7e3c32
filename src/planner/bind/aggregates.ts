// Aggregates: argument checks and result types (T-SQL: SUM and AVG of ints are ints).

import { BIGINT, INT, isText, type SqlType, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { FunctionCall } from '../../parser/ast.ts';
import type { AggregateExpr, Expr, SortKey } from '../expression.ts';
import { checkArgumentCount } from './cognitive.ts';
import { averageType, coerce, sumType } from './types.ts';

export const AGGREGATES: ReadonlySet<string> = new Set([
  'COUNT',
  'COUNT_BIG',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'STRING_AGG',
]);

export function aggregateOf(
  call: FunctionCall,
  name: string,
  args: readonly Expr[],
  options: { readonly star: boolean; readonly orderBy: readonly SortKey[] },
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
  if (options.orderBy.length > 0 && name !== 'STRING_AGG') {
    throw error('syntax/clause-combination', { first: 'WITHIN GROUP', second: `"${name}"` }, { span: call.span });
  }
  if (name === 'COUNT' || name === 'COUNT_BIG') {
    if (!options.star) checkArgumentCount(call, 1, 1);
    return make(name === 'COUNT' ? INT : BIGINT);
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
      return make(text, [coerce(first, isText(first.type) ? first.type : text), second]);
    }
    default:
      if (first.type.kind === 'bit' || first.type.kind === 'struct') throw refuse('a comparable value');
      return make(first.type.kind === 'null' ? INT : first.type);
  }
}
