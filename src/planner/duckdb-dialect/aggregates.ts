// Aggregates: T-SQL's result types, which DuckDB widens.

import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import type { AggregateExpr } from '../expression.ts';
import { power, unit, unscaled } from './arithmetic.ts';
import { typed } from './literals.ts';

export function aggregateSql(
  expr: AggregateExpr | { readonly fn: string; readonly type: SqlType; readonly args: AggregateExpr['args'] },
  args: readonly string[],
  distinct: boolean,
  order: string,
): string {
  const [x] = args;
  const inner = `${distinct ? 'DISTINCT ' : ''}${args.join(', ')}${order}`;
  switch (expr.fn) {
    case 'count':
    case 'count_big':
      return typed(args.length === 0 ? 'count(*)' : `count(${inner})`, expr.type);
    case 'sum':
      return typed(`sum(${inner})`, expr.type);
    case 'avg':
      return average(`${distinct ? 'DISTINCT ' : ''}${x}`, expr.args[0]?.type, expr.type);
    case 'string_agg':
      return `string_agg(${inner})`;
    default:
      return `${expr.fn}(${inner})`;
  }
}

/** AVG of integers is an integer, of decimals a decimal; DuckDB's is always a double. */
function average(x: string, from: SqlType | undefined, type: SqlType): string {
  const family = familyOf(type);
  if (family === 'float' || from === undefined) return `avg(${x})`;
  if (family === 'integer') return typed(`sum(${x}) // count(${x})`, type);
  const shape = decimalShape(from);
  const target = decimalShape(type).scale;
  const distinct = x.startsWith('DISTINCT ') ? 'DISTINCT ' : '';
  const digits = unscaled(x.slice(distinct.length), shape);
  if (digits === undefined) return typed(`avg(${x})`, type);
  const sum = `sum(${distinct}${digits}) * ${power(target - shape.scale)}`;
  return typed(`CAST((${sum}) // count(${x}) AS DECIMAL(${38 - target},0)) * ${unit(target)}`, type);
}
